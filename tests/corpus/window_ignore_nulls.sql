-- expect: one-task WindowExec
SELECT id, last_value(k2 IGNORE NULLS) OVER (ORDER BY id), lag(k IGNORE NULLS) OVER (ORDER BY id), first_value(flag IGNORE NULLS) OVER (PARTITION BY k ORDER BY id) FROM facts;
