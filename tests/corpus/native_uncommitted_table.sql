-- expect: any
-- setup: BEGIN
-- setup: CREATE TABLE fresh AS SELECT k, max(amount) AS m FROM facts GROUP BY k
-- teardown: ROLLBACK
SELECT count(*), sum(m) FROM fresh JOIN links USING (k);
