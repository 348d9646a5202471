-- expect: distributed
-- set: eider_split_native_tables=true
-- setup: ATTACH ':memory:' AS "d'""b"
-- setup: CREATE SCHEMA "d'""b"."s.'"
-- setup: CREATE TABLE "d'""b"."s.'"."t""'" AS SELECT range AS "a""'" FROM range(1000)
-- teardown: DETACH "d'""b"
SELECT "a""'" FROM "d'""b"."s.'"."t""'" WHERE "a""'" % 3 = 0;
