-- expect: local not_a_query
DESCRIBE facts;
