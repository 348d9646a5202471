-- what FILTER leaves out is NULL; the same filter is one branch, another is another
-- expect: distributed DistinctExec
SELECT flag, count(DISTINCT id) FILTER (WHERE qty > 500), sum(DISTINCT id) FILTER (WHERE qty > 500), count(DISTINCT id) FILTER (WHERE k2 IS NULL), sum(DISTINCT qty) FILTER (WHERE false), count(DISTINCT id), count(*) FILTER (WHERE qty > 500) FROM facts GROUP BY flag;
