-- expect: distributed
SELECT id, k FROM nothings UNION ALL SELECT id, k FROM facts WHERE id < 50;
