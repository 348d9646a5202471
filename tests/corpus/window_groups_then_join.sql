-- expect: distributed WindowExec
-- What groups by the keys of the last windows needs no shuffle, and by those of the first it does.
SELECT w.grp, d.label, sum(a), max(b) FROM (
  SELECT k, grp, count(*) OVER (PARTITION BY grp) AS b, count(*) OVER (PARTITION BY k) AS a FROM facts) w
JOIN dims d ON d.k = w.k GROUP BY w.grp, d.label;
