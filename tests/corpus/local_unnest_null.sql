-- expect: local expression
SELECT id, unnest(NULL) AS u FROM facts;
