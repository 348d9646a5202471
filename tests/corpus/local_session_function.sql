-- expect: distributed
SELECT id, current_schema() AS s, current_database() IS NOT NULL AS c FROM facts WHERE id < 50;
