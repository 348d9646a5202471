-- SPDX-License-Identifier: Apache-2.0
-- Queries whose plans, as DuckDB gives them, are stored beside this file: NAME.json, and NAME.tree, which
-- is what the importer makes of them. EIDER_UPDATE=1 build/…/test_import_samples writes both anew.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
COPY (SELECT i AS id, i % 7 AS k, 's' || (i % 11) AS s, (i / 4)::DECIMAL(12, 2) AS amount, i / 3.0 AS d, DATE '2024-01-01' + i::INTEGER AS day,
             [i, i + 1] AS list, {'a': i, 'b': {'c': 'x' || i}} AS info FROM range(500) t(i))
TO 'facts.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
COPY (SELECT i AS k, 'name ' || i AS name, i % 3 AS g FROM range(10) t(i)) TO 'dims.parquet' (FORMAT parquet);
COPY (SELECT i AS v, i % 3 AS year, 'm' || (i % 2) AS month FROM range(60) t(i)) TO 'hive' (FORMAT parquet, PARTITION_BY (year, month));
CREATE VIEW facts AS FROM read_parquet('facts.parquet');
CREATE VIEW dims AS FROM read_parquet('dims.parquet');
CREATE TABLE native (a INTEGER, b BIGINT, s VARCHAR, m mood, st STRUCT(x INTEGER, y VARCHAR));
INSERT INTO native SELECT i, i * 2, 's' || i, (['sad', 'ok', 'happy'])[1 + i % 3]::mood, {'x': i, 'y': 'y' || i} FROM range(300) t(i);

-- sample: scan_filters
SELECT id, s FROM facts WHERE k IN (1, 3, 5) AND s LIKE 's1%' AND d > 5 AND (day IS NULL OR day < DATE '2024-05-01') AND info.b.c <> 'x3';
-- sample: scan_hive
SELECT v, month, filename, file_row_number FROM read_parquet('hive/*/*/*.parquet', hive_partitioning := true) WHERE year > 0;
-- sample: scan_aliases
SELECT q FROM read_parquet('dims.parquet', filename := true) AS t(q, p) WHERE p > 'name 3';
-- sample: scan_native
SELECT rowid, s, m, st.y FROM native WHERE st.x > 4 AND a < 100;
-- sample: aggregate
SELECT k, count(*), sum(amount), avg(d) FILTER (WHERE id > 3), string_agg(s, '|' ORDER BY id DESC), quantile_cont(d, [0.25, 0.5]),
       count(DISTINCT s), median(d), approx_quantile(d, 0.9), quantile_disc(d, -0.25) FROM facts GROUP BY k;
-- sample: aggregate_sets
SELECT k, s, grouping(k, s), max(id) FROM facts GROUP BY ROLLUP (k, s);
-- sample: joins
SELECT f.id, d.name FROM facts f JOIN dims d ON f.k = d.k LEFT JOIN native n ON n.a = f.id AND n.b + f.k > 5 AND n.b < f.d WHERE d.g = 1;
-- sample: join_semi_anti_mark
SELECT id, k IN (SELECT k FROM dims WHERE g = 1) AS m FROM facts WHERE EXISTS (FROM dims d WHERE d.k = facts.k) AND NOT EXISTS (FROM native n WHERE n.a = facts.id AND n.b > 9);
-- sample: join_correlated
SELECT f.id, (SELECT max(n.b) FROM native n WHERE n.a < f.k) AS m, (SELECT d.name FROM dims d WHERE d.k = f.k) AS one FROM facts f WHERE f.id < 50;
-- sample: join_others
SELECT * FROM (SELECT id, k FROM facts WHERE id < 9) a CROSS JOIN (SELECT g FROM dims) b POSITIONAL JOIN (SELECT s FROM native) c;
-- sample: join_asof
SELECT f.id, n.b FROM facts f ASOF LEFT JOIN native n ON f.k = n.a AND f.id >= n.b;
-- sample: join_inequality
SELECT f.id FROM facts f JOIN native n ON f.id < n.a AND f.k > n.b;
-- sample: windows
SELECT id, row_number() OVER (PARTITION BY k ORDER BY id), sum(amount) OVER (ORDER BY day RANGE BETWEEN INTERVAL 3 DAYS PRECEDING AND CURRENT ROW EXCLUDE TIES),
       lag(id, 2, -1) OVER (ORDER BY id), first_value(s IGNORE NULLS) OVER (ORDER BY id DESC ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING),
       count(*) OVER (ORDER BY k DESC RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING) FROM facts;
-- sample: order_limit
FROM (SELECT id, s FROM facts ORDER BY d DESC NULLS FIRST, id LIMIT 10 OFFSET 5) LIMIT 3;
-- sample: order_hidden
SELECT s FROM facts ORDER BY k, id;
-- sample: limit_percent
SELECT s FROM facts LIMIT 40%;
-- sample: distinct
SELECT DISTINCT ON (k) k, s FROM (SELECT DISTINCT k, s, id FROM facts) ORDER BY k, id DESC;
-- sample: set_operations
(SELECT k FROM facts UNION SELECT a FROM native) EXCEPT ALL (SELECT k FROM dims INTERSECT SELECT g FROM dims);
-- sample: ctes
WITH c AS MATERIALIZED (SELECT k, count(*) AS n FROM facts GROUP BY k) SELECT x.k, y.n FROM c x JOIN c y ON x.k = y.n;
-- sample: cte_recursive
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r;
-- sample: unnest
SELECT id, unnest(list), unnest([id, k]) FROM facts;
-- sample: lateral
SELECT f.id, r.x FROM facts f, range(f.k) AS r(x);
-- sample: lateral_delim
SELECT f.id, l.c FROM facts f, LATERAL (SELECT count(*) AS c FROM native n WHERE n.b > f.k) l;
-- sample: table_functions
SELECT r.x, g.* FROM range(3, 30, 3) AS r(x), generate_series(1, 4) g WHERE r.x > 6;
-- sample: values
SELECT * FROM (VALUES (1, 'a', [1.5, NULL], DATE '2020-02-29'), (2, NULL, [], NULL)) v(a, b, c, d);
-- sample: sample
SELECT id FROM facts USING SAMPLE 10 PERCENT (bernoulli, 42);
-- sample: empty
SELECT id, s FROM facts WHERE 1 = 2;
-- sample: constants
SELECT x, true, 1::TINYINT, 2::UBIGINT, 170141183460469231731687303715884105727::HUGEINT, 340282366920938463463374607431768211455::UHUGEINT, 1.25::DECIMAL(30, 2),
       'nan'::FLOAT, '-inf'::DOUBLE, 1e300, 'it''s', '\x00\xFF\\a'::BLOB, DATE '0044-03-15 (BC)', TIME '12:34:56.789', TIMESTAMP '2020-01-01 00:00:00.5',
       TIMESTAMPTZ '2020-01-01 00:00:00+02', TIMESTAMP_S '2020-01-01', TIMESTAMP_NS '2020-01-01 00:00:00.000000001', TIMETZ '12:00:00+05', INTERVAL '1 month 2 days 3 seconds',
       UUID '80000000-0000-0000-0000-000000000001', 'ok'::mood, {'a': 1, 'b': [NULL, 2]}, MAP {'k': 1, 'l': NULL}, [1, 2]::INTEGER[2], union_value(n := 5),
       NULL::VARCHAR, '{"j": 1}'::JSON FROM range(2) t(x);
-- sample: expressions
SELECT CASE k WHEN 1 THEN 'one' WHEN 2 THEN s ELSE upper(s) END, k BETWEEN 2 AND 5, coalesce(nullif(k, 3), -1), TRY_CAST(s AS INTEGER), NOT (k = 1 OR k IS NULL),
       amount * 1.5 + 2, list[2:], list[:k], list_slice(list, 1, 2), TRY(1 // k), {'x': k, 'y': s}, struct_insert(info, z := k), struct_update(info, a := 0),
       date_part(['year', 'month'], day), list_aggregate(list, 'quantile_cont', 0.3), list_distinct(list), [k, id], s || 'x', k NOT IN (4, 5), regexp_matches(s, '1+'), info.b.c FROM facts;
-- sample: lambdas
SELECT list_transform(list, x -> x + k), list_filter(list, (x, i) -> i > 1 AND x > list_sum(list_transform(list, y -> y + x + id))), list_reduce(list, (a, b) -> a * b + k, 10) FROM facts;
-- sample: collations
SELECT max(s COLLATE NOCASE) FROM facts WHERE s = 'S1' COLLATE NOCASE GROUP BY s COLLATE de ORDER BY 1;
