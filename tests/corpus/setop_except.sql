-- expect: distributed SetOpExec
SELECT k::BIGINT FROM facts EXCEPT SELECT k FROM links;
