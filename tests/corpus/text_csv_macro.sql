-- expect: distributed
-- setup: CREATE MACRO lines_of(path, least := 0) AS TABLE SELECT * FROM read_csv(path, header = true) WHERE id >= least
-- teardown: DROP MACRO TABLE lines_of
SELECT f.grp, count(*), sum(l.v) FROM facts f JOIN lines_of('@DATA@/extra/csv/c.csv', least := 300) l ON f.k = l.k GROUP BY ALL;
