-- expect: distributed
SELECT count(*) FROM (SELECT id FROM facts OFFSET 14000);
