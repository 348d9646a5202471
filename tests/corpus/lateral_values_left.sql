-- expect: any
SELECT f.id, (SELECT max(x) FROM (VALUES (f.k), (f.qty), (f.id % 7)) AS t(x)) AS greatest,
(SELECT list(x ORDER BY x) FROM (VALUES (f.k), (f.qty)) AS t(x) WHERE x > 5) AS above FROM facts f WHERE f.id < 2000;
