-- expect: distributed AggregateExec
SELECT count(*), count(f), sum(isnan(f)::INTEGER) FROM (
  SELECT CASE WHEN vid % 3 = 0 THEN -0.0::DOUBLE WHEN vid % 3 = 1 THEN 'nan'::DOUBLE ELSE vid::DOUBLE END * 1 AS key, sum(paid::FLOAT) AS f
  FROM visits GROUP BY key);
