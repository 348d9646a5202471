-- expect: distributed AggregateExec: mode=Partial
-- tolerance: 0
-- Averages of exact numbers to the last bit, for each way in which DuckDB stores them.
SELECT grp, avg(s::SMALLINT), avg(s::INTEGER), avg(b), avg(b::HUGEINT * 1000000007), avg(d1), avg(d4), avg(d9),
       avg(b::DECIMAL(18, 0)), avg(d18), avg((d18 / 7)::DECIMAL(38, 20)), avg(d38), avg(-d38),
       avg(d9) FILTER (WHERE id % 3 = 1), mean(x), regr_avgx(x, x / 4), regr_avgy(x, x / 4)
FROM (SELECT id, grp, id * 7919 % 9973 AS s, id * 271828182845 % 999999999999999989 - 399999999999999989 AS b,
             (id * 7919 % 10 / 10)::DECIMAL(1, 1) AS d1, (id * 7919 % 9973 / 1000)::DECIMAL(4, 3) AS d4,
             (id * 7919 % 99991 / 100000)::DECIMAL(9, 6) AS d9, (id * 48271 % 99991 / 7)::DECIMAL(18, 9) AS d18,
             (id * 48271 / 7 + 123456789012)::DECIMAL(38, 20) AS d38, (id * 7919 % 9973)::DOUBLE / 8 AS x
      FROM facts)
GROUP BY ALL;
