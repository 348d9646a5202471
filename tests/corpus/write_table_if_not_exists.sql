-- expect: distributed AggregateExec
-- check: equal
-- teardown: DROP TABLE IF EXISTS made
CREATE TABLE IF NOT EXISTS made AS SELECT grp, count(*) AS n FROM facts GROUP BY grp;
