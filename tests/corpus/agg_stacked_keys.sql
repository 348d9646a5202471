-- expect: distributed AggregateExec
SELECT k, median(n) AS middle, max(place) AS places, count(DISTINCT grp) AS grps FROM (
  SELECT k, grp, n, m, rank() OVER (PARTITION BY k ORDER BY n, grp) AS place
  FROM (SELECT k, grp, flag, count(*) AS n, median(qty) AS m FROM facts GROUP BY k, grp, flag)) GROUP BY k;
