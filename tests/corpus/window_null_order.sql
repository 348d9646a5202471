-- expect: one-task WindowExec
SELECT id, row_number() OVER (ORDER BY k2 DESC NULLS LAST, id), row_number() OVER (PARTITION BY flag ORDER BY k NULLS FIRST, id) FROM facts;
