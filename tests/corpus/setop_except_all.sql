-- expect: distributed SetOpExec
SELECT k::BIGINT AS k FROM facts EXCEPT ALL SELECT k FROM links;
