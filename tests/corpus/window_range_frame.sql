-- expect: distributed WindowExec
SELECT id, sum(qty) OVER (PARTITION BY grp ORDER BY id RANGE BETWEEN 10 PRECEDING AND 5 FOLLOWING) FROM facts WHERE id < 3000;
