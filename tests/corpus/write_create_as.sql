-- expect: distributed AggregateExec
-- check: equal
-- teardown: DROP TABLE IF EXISTS made
CREATE OR REPLACE TABLE made AS SELECT grp, count(*) AS n, sum(amount) AS total FROM facts GROUP BY grp;
