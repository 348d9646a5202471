-- expect: distributed WindowExec
SELECT id, sum(qty) OVER (PARTITION BY grp ORDER BY k2 GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM facts;
