-- expect: any
-- check: count
-- set: scalar_subquery_error_on_multiple_rows=false
SELECT f.id, (SELECT d.label FROM dims d WHERE d.k = f.k) AS label FROM facts f WHERE f.k = 9;
