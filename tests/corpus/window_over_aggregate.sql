-- expect: distributed WindowExec
SELECT grp, month(d) AS m, sum(qty) AS s, sum(sum(qty)) OVER (PARTITION BY grp ORDER BY month(d)) AS running FROM facts GROUP BY grp, m;
