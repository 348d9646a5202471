-- expect: distributed AggregateExec
SELECT count(*), sum(c), sum(s), min(l), max(m), sum(a), count(b), sum(n), bool_or(o) FROM (
  SELECT vid * 3 + k AS key, count(*) AS c, sum(paid) AS s, min(kind) AS l, max(seen) AS m, avg(k) AS a,
         sum(paid) FILTER (kind = 'web') AS b, count(k) AS n, bool_and(k > 20) AS o FROM visits GROUP BY key);
