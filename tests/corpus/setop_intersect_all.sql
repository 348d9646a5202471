-- expect: distributed SetOpExec
SELECT k::BIGINT AS k FROM facts INTERSECT ALL SELECT k FROM links;
