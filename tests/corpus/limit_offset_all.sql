-- expect: local order_dependent
SELECT count(*) FROM (SELECT id FROM facts OFFSET 14000);
