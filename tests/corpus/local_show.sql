-- expect: local not_a_query
-- check: none
SHOW TABLES;
