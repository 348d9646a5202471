-- expect: distributed
SELECT id, (SELECT max(id) FROM nothings) AS m FROM facts WHERE id < 40;
