-- expect: distributed AggregateExec
SELECT count(*), sum(c), sum(s), max(l), sum(x) FROM (
  SELECT vid % 13 AS key, kind, count(*) AS c, sum(paid) AS s, min(seen) AS l, bit_xor(k) AS x FROM visits WHERE k > 3 GROUP BY ALL);
