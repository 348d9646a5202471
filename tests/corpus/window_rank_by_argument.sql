-- expect: distributed WindowExec
SELECT id, rank(ORDER BY qty DESC) OVER (PARTITION BY grp ORDER BY id) FROM facts WHERE id < 1500;
