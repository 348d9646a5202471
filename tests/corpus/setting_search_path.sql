-- expect: distributed
-- setup: CREATE SCHEMA other
-- setup: CREATE VIEW other.facts AS SELECT id, k FROM main.facts WHERE id < 100
-- setup: SET search_path = 'other,main'
-- teardown: RESET search_path
-- teardown: DROP SCHEMA other CASCADE
SELECT count(*), sum(k) FROM facts;
