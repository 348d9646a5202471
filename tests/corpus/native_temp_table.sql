-- expect: any
-- setup: CREATE TEMP TABLE tt AS SELECT k, count(*) AS n FROM facts GROUP BY k
-- teardown: DROP TABLE tt
SELECT d.label, t.n FROM tt t JOIN dims d ON d.k = t.k;
