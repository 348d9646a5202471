-- expect: any
SELECT 1 AS one, 'two' AS two, [3, 4] AS three, {'a': NULL} AS four, 1.50 AS five;
