-- SPDX-License-Identifier: Apache-2.0
-- The test data: small and nasty. Run by DuckDB in the folder that is to hold it (`differ data DIR` does this, and
-- makes the folders that the COPY statements name). Deterministic: every value comes from hash() of a row number.
--
-- What is nasty: several files per table, of several row groups each (2,048 rows), one without rows and one with a
-- single row; keys that are skewed, NULL, duplicated and without a match; NULLs in whole row groups and never;
-- numbers at their limits; strings with every kind of byte. Doubles that queries sum are multiples of 1/4 below
-- 2^20: their sums are exact in whatever order they are added.
SET threads = 1;
SET preserve_insertion_order = true;
SET TimeZone = 'UTC';

-- A number in [0, n) from a row number and a salt.
CREATE MACRO h(i, salt, n) AS (hash(i::BIGINT * 7919 + salt) % n)::BIGINT;
-- An element of a list, picked so.
CREATE MACRO pick(i, salt, list) AS list[1 + (hash(i::BIGINT * 7919 + salt) % len(list))::BIGINT];

-- Strings with every kind of byte that VARCHAR allows, by number. ----------------------------------------------
CREATE MACRO nasty(i) AS CASE (i % 40)::INTEGER
    WHEN 0 THEN '' WHEN 1 THEN ' ' WHEN 2 THEN 'a' WHEN 3 THEN 'it''s' WHEN 4 THEN '"quoted"'
    WHEN 5 THEN 'two' || chr(10) || 'lines' WHEN 6 THEN 'tab' || chr(9) || 'x' WHEN 7 THEN 'cr' || chr(13) || chr(10)
    WHEN 8 THEN 'nul' || chr(0) || 'inside' WHEN 9 THEN chr(0) WHEN 10 THEN 'back\slash' WHEN 11 THEN '\x41\n'
    WHEN 12 THEN '😀' WHEN 13 THEN '👩‍👩‍👧‍👦 family' WHEN 14 THEN 'é' WHEN 15 THEN 'e' || chr(769) WHEN 16 THEN 'ß' WHEN 17 THEN 'İstanbul'
    WHEN 18 THEN '日本語テキスト' WHEN 19 THEN 'שלום' WHEN 20 THEN 'exactly12byt' WHEN 21 THEN 'exactly13byte' WHEN 22 THEN 'null' WHEN 23 THEN 'NULL'
    WHEN 24 THEN 'a,b;c|d' WHEN 25 THEN '%_\%' WHEN 26 THEN '{"json": [1, "x", null]}' WHEN 27 THEN '$$dollar$$' WHEN 28 THEN '-- comment /* x */'
    WHEN 29 THEN repeat('long ', 40) WHEN 30 THEN repeat('x', 4000) WHEN 31 THEN chr(127) || chr(1) || chr(31)
    WHEN 32 THEN chr(65533) || chr(1114109) || chr(57344) WHEN 33 THEN 'A' WHEN 34 THEN 'ä' WHEN 35 THEN 'Z' WHEN 36 THEN 'z' WHEN 37 THEN '0042'
    WHEN 38 THEN '1e3' ELSE 'row ' || i END;

-- facts: the big table, 14,697 rows in 5 files. ------------------------------------------------------------------
CREATE TABLE facts AS
SELECT i AS id,
       -- 1 in 11 NULL; 1 in 5 the one heavy key 7; others 0..399, of which dims has 0..249
       (CASE WHEN h(i, 1, 11) = 0 THEN NULL WHEN h(i, 2, 5) = 0 THEN 7 ELSE h(i, 3, 400) END)::INTEGER AS k,
       (CASE WHEN i BETWEEN 3000 AND 6000 THEN NULL ELSE h(i, 4, 40) - 20 END)::SMALLINT AS k2,
       pick(i, 5, ['alpha', 'beta', 'gamma', 'delta', '', 'It''s', 'été', NULL, 'alpha', 'alpha']) AS grp,
       ((h(i, 6, 2000001) - 1000000) / 100)::DECIMAL(12, 2) AS amount,
       (h(i, 7, 1000) - 100)::INTEGER AS qty,
       (h(i, 8, 4000001) - 2000000) / 4 AS price,
       (CASE WHEN h(i, 9, 9) = 0 THEN NULL ELSE (h(i, 10, 2001) - 1000) / 2 END)::FLOAT AS score,
       (CASE h(i, 11, 3) WHEN 0 THEN true WHEN 1 THEN false END) AS flag,
       (DATE '2019-12-25' + h(i, 12, 500)::INTEGER) AS d,
       (TIMESTAMP '2020-01-01 00:00:00' + to_microseconds(h(i, 13, 366 * 86400) * 1000000 + h(i, 14, 1000000))) AS ts,
       (CASE WHEN h(i, 15, 7) = 0 THEN NULL ELSE nasty(h(i, 16, 4000)) END) AS name,
       (CASE h(i, 17, 6) WHEN 0 THEN NULL WHEN 1 THEN [] ELSE list_transform(range(h(i, 18, 5)), lambda x: pick(i + x, 19, ['red', 'green', NULL, 'blue'])) END)::VARCHAR[] AS tags,
       (CASE h(i, 20, 8) WHEN 0 THEN NULL ELSE list_transform(range(h(i, 21, 6)), lambda x: CASE WHEN h(i + x, 22, 6) = 0 THEN NULL ELSE h(i + x, 23, 100) END) END)::INTEGER[] AS nums,
       (CASE h(i, 24, 10) WHEN 0 THEN NULL ELSE {'a': CASE WHEN h(i, 25, 4) = 0 THEN NULL ELSE h(i, 26, 50)::INTEGER END, 'b': nasty(h(i, 27, 39)), 'c': {'d': h(i, 28, 100) / 4, 'e': [h(i, 29, 9)::INTEGER, NULL]}} END)
           ::STRUCT(a INTEGER, b VARCHAR, c STRUCT(d DOUBLE, e INTEGER[])) AS info,
       (h(i, 30, 1000000000000) * 999983)::BIGINT AS big,
       (hash(i))::UBIGINT AS u
FROM range(14697) t(i);

COPY (FROM facts WHERE id < 5000 ORDER BY id) TO 'facts/part-0.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
COPY (FROM facts WHERE id >= 5000 AND id < 9096 ORDER BY id) TO 'facts/part-1.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048, COMPRESSION zstd);
COPY (FROM facts WHERE false) TO 'facts/part-2.parquet' (FORMAT parquet);
COPY (FROM facts WHERE id = 9096) TO 'facts/part-3.parquet' (FORMAT parquet, COMPRESSION uncompressed);
COPY (FROM facts WHERE id > 9096 ORDER BY id) TO 'facts/part-4.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048, PARQUET_VERSION v2);

-- dims: one file. Keys 0..249 (9 twice, 11 not at all), some NULL; a tree by parent. ----------------------------
COPY (
    SELECT (CASE WHEN i < 250 AND i <> 11 THEN i WHEN i = 250 THEN 9 END)::INTEGER AS k,
           'dim-' || i AS label,
           pick(i, 40, ['north', 'south', 'east', 'west', NULL]) AS region,
           (h(i, 41, 401) - 200) / 4 AS weight,
           (CASE WHEN i = 0 THEN NULL ELSE (i - 1) // 3 END)::INTEGER AS parent,
           (DATE '2020-01-01' + h(i, 42, 365)::INTEGER) AS since,
           (h(i, 43, 40) - 20)::SMALLINT AS k2,
           pick(i, 44, ['alpha', 'beta', 'gamma', 'omega', NULL]) AS grp
    FROM range(256) t(i) ORDER BY i
) TO 'dims.parquet' (FORMAT parquet);

-- links: 3,500 rows in 3 files, n:m between facts (fid) and dims (k). --------------------------------------------
CREATE TABLE links AS
SELECT (CASE WHEN h(i, 50, 13) = 0 THEN NULL ELSE h(i, 51, 16000) END)::BIGINT AS fid,
       (CASE WHEN h(i, 52, 17) = 0 THEN NULL ELSE h(i, 53, 300) END)::BIGINT AS k,
       pick(i, 54, ['own', 'use', 'see']) AS kind,
       h(i, 55, 1000)::INTEGER AS strength,
       (DATE '2019-12-25' + h(i, 56, 500)::INTEGER) AS d
FROM range(3500) t(i);
COPY (FROM links LIMIT 2100) TO 'links/a.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
COPY (FROM links LIMIT 1200 OFFSET 2100) TO 'links/b.parquet' (FORMAT parquet);
COPY (FROM links OFFSET 3300) TO 'links/c.parquet' (FORMAT parquet);

-- quotes and trades: for ASOF joins. -----------------------------------------------------------------------------
CREATE TABLE quotes AS
SELECT 'SYM' || (i % 7) AS sym, TIMESTAMP '2024-01-01' + to_seconds((i * 37)::BIGINT) AS ts, 100 + h(i, 60, 400) / 4 AS bid, i AS qid
FROM range(4000) t(i);
COPY (FROM quotes WHERE qid < 2500) TO 'quotes/q0.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
COPY (FROM quotes WHERE qid >= 2500) TO 'quotes/q1.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
CREATE TABLE trades AS
SELECT CASE WHEN h(i, 61, 20) = 0 THEN NULL ELSE 'SYM' || h(i, 62, 9) END AS sym,
       TIMESTAMP '2024-01-01' + to_seconds(h(i, 63, 160000) - 3000) AS ts, i AS tid, h(i, 64, 100)::INTEGER AS lots
FROM range(1500) t(i);
COPY (FROM trades WHERE tid % 2 = 0) TO 'trades/t0.parquet' (FORMAT parquet);
COPY (FROM trades WHERE tid % 2 = 1) TO 'trades/t1.parquet' (FORMAT parquet);

-- hive: partitioned by year and month, one partition NULL. -------------------------------------------------------
COPY (
    SELECT i AS id, h(i, 70, 100)::INTEGER AS v, 'n' || h(i, 71, 20) AS name,
           2020 + h(i, 72, 3) AS year, CASE WHEN h(i, 73, 9) = 0 THEN NULL ELSE 1 + h(i, 74, 3) END AS month
    FROM range(3000) t(i) ORDER BY i
) TO 'hive' (FORMAT parquet, PARTITION_BY (year, month), OVERWRITE_OR_IGNORE);

-- nothing: a file without rows; nothings: two of them; one: a single row. ----------------------------------------
COPY (SELECT id, k, grp, amount, price, d, name, nums FROM facts WHERE false) TO 'nothing.parquet' (FORMAT parquet);
COPY (SELECT id, k, grp, amount, price, d, name, nums FROM facts WHERE false) TO 'nothings/n0.parquet' (FORMAT parquet);
COPY (SELECT id, k, grp, amount, price, d, name, nums FROM facts WHERE false) TO 'nothings/n1.parquet' (FORMAT parquet);
COPY (SELECT 1::BIGINT AS id, 7::INTEGER AS k, 'alpha' AS grp, 1.5::DECIMAL(12, 2) AS amount) TO 'one.parquet' (FORMAT parquet);

-- Names that need quotes: a table, its file and its columns. -----------------------------------------------------
COPY (
    SELECT i AS "select", h(i, 80, 10) AS "a.b", 'v' || h(i, 81, 5) AS "with ""quotes""", nasty(i) AS "new
line", h(i, 82, 3)::INTEGER AS "ÄÖ😀", i % 2 = 0 AS " ", i::INTEGER AS "c0"
    FROM range(300) t(i)
) TO 'odd names.parquet' (FORMAT parquet);

-- rawtypes: every type that Parquet keeps, and text for the others (schema.sql casts it: alltypes). 4 files. -----
CREATE TABLE rawtypes AS
SELECT i AS id,
       (i % 97)::INTEGER AS key,
       pick(i, 100, [NULL, -128, 127, 0, -1, 1, 42])::TINYINT AS i8,
       pick(i, 101, [NULL, -32768, 32767, 0, 1, -1, 300])::SMALLINT AS i16,
       pick(i, 102, [NULL, -2147483648, 2147483647, 0, 1, 70000])::INTEGER AS i32,
       pick(i, 103, [NULL, -9223372036854775808, 9223372036854775807, 0, 1, 5000000000])::BIGINT AS i64,
       pick(i, 104, [NULL, '-170141183460469231731687303715884105728', '170141183460469231731687303715884105727', '0', '-1', '18446744073709551616']) AS i128_text,
       pick(i, 105, [NULL, 0, 255, 128, 7])::UTINYINT AS u8,
       pick(i, 106, [NULL, 0, 65535, 32768, 7])::USMALLINT AS u16,
       pick(i, 107, [NULL, 0, 4294967295, 2147483648, 7])::UINTEGER AS u32,
       pick(i, 108, [NULL, 0, 18446744073709551615, 9223372036854775808, 7])::UBIGINT AS u64,
       pick(i, 109, [NULL, '0', '340282366920938463463374607431768211455', '1']) AS u128_text,
       pick(i, 110, [NULL, '999.9', '-999.9', '0.0', '0.1'])::DECIMAL(4, 1) AS dec4,
       pick(i, 111, [NULL, '9999999.99', '-9999999.99', '0.01', '123.45'])::DECIMAL(9, 2) AS dec9,
       pick(i, 112, [NULL, '999999999999.999999', '-999999999999.999999', '0.000001', '1.5'])::DECIMAL(18, 6) AS dec18,
       pick(i, 113, [NULL, '9999999999999999999999999999.9999999999', '-9999999999999999999999999999.9999999999', '0.0000000001', '12345678901234567890.5'])::DECIMAL(38, 10) AS dec38,
       pick(i, 114, [NULL, 'nan', 'inf', '-inf', '-0.0', '0.0', '3.4028235e38', '1.4e-45', '1.5', '-2.25'])::FLOAT AS f32,
       pick(i, 115, [NULL, 'nan', 'inf', '-inf', '-0.0', '0.0', '1.7976931348623157e308', '5e-324', '0.1', '1.5', '-2.25'])::DOUBLE AS f64,
       CASE WHEN h(i, 116, 6) = 0 THEN NULL ELSE nasty(h(i, 117, 80)) END AS str,
       pick(i, 118, [NULL, '', '\x00', '\x00\xFF\x80', 'ascii', '\xDE\xAD\xBE\xEF\xDE\xAD\xBE\xEF\xDE\xAD\xBE\xEF\xDE\xAD'])::BLOB AS bin,
       pick(i, 119, [NULL, '2020-02-29', '1970-01-01', '0044-03-15 (BC)', '9999-12-31', 'infinity', '-infinity', '0001-01-01', '5881580-07-10'])::DATE AS dat,
       pick(i, 120, [NULL, '00:00:00', '23:59:59.999999', '12:34:56.789', '24:00:00'])::TIME AS tim,
       pick(i, 121, [NULL, '2020-02-29 12:34:56.123456', '1969-12-31 23:59:59.999999', '0044-03-15 (BC) 01:02:03', 'infinity', '-infinity', '294247-01-10 04:00:54'])::TIMESTAMP AS ts_us,
       pick(i, 122, [NULL, '2020-02-29 12:34:56', '1969-12-31 23:59:59', 'infinity']) AS ts_s_text,
       pick(i, 123, [NULL, '2020-02-29 12:34:56.123', '1969-12-31 23:59:59.999', '-infinity']) AS ts_ms_text,
       pick(i, 124, [NULL, '2020-02-29 12:34:56.123456789', '1969-12-31 23:59:59.999999999', '1677-09-22', '2262-04-11'])::TIMESTAMP_NS AS ts_ns,
       pick(i, 125, [NULL, '2020-03-29 01:30:00+00', '2020-10-25 00:30:00+00', '1999-12-31 23:59:59.999999-08', 'infinity', '-infinity'])::TIMESTAMPTZ AS ts_tz,
       pick(i, 126, [NULL, '12:00:00+05:30', '00:00:00+15:59:59', '23:59:59.999999-15:59:59', '06:30:00+00']) AS tim_tz_text,
       pick(i, 127, [NULL, '1 month', '30 days', '-5 days 3 microseconds', '1000000000 hours', '-178956970 years', '1 year 2 months 3 days 4 hours 5 minutes 6.789 seconds', '0 days']) AS iv_text,
       pick(i, 128, [NULL, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '80000000-0000-0000-0000-000000000001', '12345678-9abc-def0-1234-56789abcdef0'])::UUID AS uid,
       pick(i, 129, [NULL, true, false]) AS boo,
       pick(i, 130, [NULL, 'sad', 'ok', 'happy', 'it''s, "odd"', '😀']) AS mood_text,
       pick(i, 131, [NULL, '0', '1', '10101010', '000000000000000000000000000000001']) AS bit_text,
       pick(i, 132, [NULL, '{"a": [1, 2.5, null], "b": {"c": "x"}}', '[]', '"text"', '1', 'null', '{"a": "é😀"}'])::JSON AS js,
       pick(i, 133, [NULL, '00:00:00', '12:34:56.789012345', '23:59:59.999999999'])::TIME_NS AS tim_ns
FROM range(6500) t(i);
COPY (FROM rawtypes WHERE id < 4500 ORDER BY id) TO 'rawtypes/p0.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
COPY (FROM rawtypes WHERE false) TO 'rawtypes/p1.parquet' (FORMAT parquet);
COPY (FROM rawtypes WHERE id >= 4500 AND id < 4501) TO 'rawtypes/p2.parquet' (FORMAT parquet);
COPY (FROM rawtypes WHERE id > 4500 ORDER BY id) TO 'rawtypes/p3.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);

-- nested: lists of structs of lists, maps, lists of lists, NULLs at every level. 2 files. -------------------------
CREATE TABLE nested AS
SELECT i AS id, (i % 13)::INTEGER AS g,
       CASE h(i, 150, 7) WHEN 0 THEN NULL WHEN 1 THEN [] ELSE list_transform(range(h(i, 151, 4)), lambda x: CASE WHEN h(i + x, 152, 5) = 0 THEN NULL ELSE {'x': CASE WHEN h(i + x, 153, 3) = 0 THEN NULL ELSE x END, 'ys': CASE WHEN h(i + x, 154, 3) = 0 THEN NULL ELSE range(x) END, 'n': nasty(i + x)} END) END AS los,
       CASE h(i, 155, 6) WHEN 0 THEN NULL WHEN 1 THEN MAP {}::MAP(VARCHAR, INTEGER) ELSE map_from_entries(list_transform(range(h(i, 156, 4)), lambda x: {'k': 'k' || x, 'v': CASE WHEN h(i + x, 157, 4) = 0 THEN NULL ELSE (i % 100 + x)::INTEGER END})) END AS mp,
       CASE h(i, 158, 6) WHEN 0 THEN NULL ELSE list_transform(range(h(i, 159, 4)), lambda x: CASE WHEN h(i + x, 160, 4) = 0 THEN NULL ELSE list_transform(range(x), lambda y: CASE WHEN y = 1 THEN NULL ELSE (x * y)::INTEGER END) END) END AS lol,
       CASE h(i, 161, 6) WHEN 0 THEN NULL ELSE [h(i, 162, 10), h(i, 163, 10), CASE WHEN h(i, 164, 4) = 0 THEN NULL ELSE h(i, 165, 10) END]::INTEGER[] END AS three,
       CASE h(i, 166, 6) WHEN 0 THEN NULL ELSE {'dec': (h(i, 167, 1000) / 100)::DECIMAL(9, 2), 'dat': DATE '2020-01-01' + h(i, 168, 100)::INTEGER, 'm': MAP {'z': [1.5, NULL]}, 's': {'deep': {'deeper': h(i, 169, 5)}}} END AS st
FROM range(3000) t(i);
COPY (FROM nested WHERE id < 2600 ORDER BY id) TO 'nested/p0.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
COPY (FROM nested WHERE id >= 2600 ORDER BY id) TO 'nested/p1.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);

-- people: one per CSV and JSON line. ------------------------------------------------------------------------------
COPY (SELECT i AS id, nasty(i % 8) AS name, h(i, 180, 90) AS age FROM range(200) t(i)) TO 'people_csv.csv' (HEADER);
COPY (SELECT i AS id, 'name ' || i AS name, [i, i + 1] AS list FROM range(200) t(i)) TO 'people_json.json';

-- Beside the tables: files with differing schemas. ---------------------------------------------------------------
COPY (SELECT i AS id, i % 5 AS g, 'x' || i AS s FROM range(2500) t(i)) TO 'extra/evolve/v1.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
COPY (SELECT (i + 2500)::INTEGER AS id, 'y' || i AS s, i / 4 AS added FROM range(1500) t(i)) TO 'extra/evolve/v2.parquet' (FORMAT parquet);
COPY (SELECT 'z' || i AS s, (i + 4000)::BIGINT AS id FROM range(500) t(i)) TO 'extra/evolve/v3.parquet' (FORMAT parquet);

-- CSV and JSON files of several kinds, a folder each: `k` is the key of facts and dims. ---------------------------
CREATE MACRO line(i) AS {'id': i, 'k': i % 400, 'name': nasty(i % 8), 'v': i / 4, 'd': DATE '2024-01-01' + (i % 60)::INTEGER};
CREATE TABLE lines AS SELECT UNNEST(line(i)) FROM range(600) t(i);
COPY (FROM lines WHERE id < 250 ORDER BY id) TO 'extra/csv/a.csv' (HEADER);
COPY (FROM lines WHERE id >= 250 AND id < 260 ORDER BY id) TO 'extra/csv/b.csv' (HEADER);
COPY (FROM lines WHERE id >= 260 ORDER BY id) TO 'extra/csv/c.csv' (HEADER);
COPY (FROM lines WHERE false) TO 'extra/csv/d.csv' (HEADER);
COPY (FROM lines WHERE id < 300 ORDER BY id) TO 'extra/csv_gz/a.csv.gz' (HEADER, COMPRESSION gzip);
COPY (FROM lines WHERE id >= 300 ORDER BY id) TO 'extra/csv_gz/b.csv.gz' (HEADER, COMPRESSION gzip);
-- Files that look alike, so that tasks can share them; and one beside them that does not.
COPY (FROM lines WHERE id < 100 ORDER BY id) TO 'extra/csv_parts/a.csv' (HEADER);
COPY (FROM lines WHERE id >= 100 AND id < 400 ORDER BY id) TO 'extra/csv_parts/b.csv' (HEADER);
COPY (FROM lines WHERE id >= 400 AND id < 420 ORDER BY id) TO 'extra/csv_parts/c c''.csv' (HEADER);
COPY (FROM lines WHERE id >= 420 ORDER BY id) TO 'extra/csv_parts/d.csv' (HEADER);
COPY (FROM lines WHERE id < 50 ORDER BY id) TO 'extra/csv_parts_not/semicolons.csv' (HEADER, DELIMITER ';');
COPY (SELECT CASE WHEN id = 90 THEN 'bad' ELSE id::VARCHAR END AS id, k, name, v, d FROM lines WHERE id < 100 ORDER BY lines.id) TO 'extra/csv_parts_not/late.csv' (HEADER);
-- No header, other separators and quotes, a word for NULL.
COPY (SELECT id, k, CASE WHEN id % 7 = 0 THEN NULL ELSE name END, replace(v::VARCHAR, '.', ','), strftime(d, '%d/%m/%Y') FROM lines ORDER BY id)
TO 'extra/csv_odd/a.txt' (HEADER false, DELIMITER '|', QUOTE '''', ESCAPE '''', NULLSTR 'nix');
-- Only the later files have what is no integer, and their columns are in another order.
COPY (SELECT id, k, id::VARCHAR AS code FROM lines WHERE id < 30 ORDER BY id) TO 'extra/csv_types/a.csv' (HEADER);
COPY (SELECT 'c' || id AS code, k, id FROM lines WHERE id >= 30 AND id < 60 ORDER BY id) TO 'extra/csv_types/b.csv' (HEADER);
COPY (SELECT id, k, v AS extra FROM lines WHERE id < 30 ORDER BY id) TO 'extra/csv_union/a.csv' (HEADER);
COPY (SELECT k, name, id FROM lines WHERE id >= 30 AND id < 60 ORDER BY id) TO 'extra/csv_union/b.csv' (HEADER);
COPY (SELECT id, k, 2020 + id % 3 AS y, ['north', 'south'][1 + id % 2] AS part FROM lines) TO 'extra/csv_hive' (FORMAT csv, HEADER, PARTITION_BY (y, part), OVERWRITE_OR_IGNORE);
-- Partitions whose names are strings that differ in little, with escapes, and NULL twice.
COPY (SELECT id, qty, CASE id % 7 WHEN 0 THEN NULL WHEN 1 THEN 'a b' WHEN 2 THEN 'A b' WHEN 3 THEN '01' WHEN 4 THEN '1' WHEN 5 THEN 'ü%2' ELSE 'null' END AS part
      FROM facts) TO 'extra/hive_strings' (FORMAT parquet, PARTITION_BY (part), OVERWRITE_OR_IGNORE);
COPY (SELECT CASE WHEN id % 10 = 3 THEN id || ',' || k || ',more' WHEN id % 10 = 4 THEN id::VARCHAR ELSE id || ',' || k END AS "id,k" FROM lines ORDER BY id)
TO 'extra/csv_ragged/a.csv' (HEADER, DELIMITER '~');
COPY (FROM lines WHERE id < 300 ORDER BY id) TO 'extra/json/a.json' (FORMAT json);
COPY (SELECT *, {'x': id, 'ys': range(id % 3)} AS more FROM lines WHERE id >= 300 ORDER BY id) TO 'extra/json/b.json' (FORMAT json);
COPY (FROM lines ORDER BY id) TO 'extra/json_array/a.json' (FORMAT json, ARRAY true);
-- Several JSON files: alike; in other formats, and with keys that some objects have; with dates that are read in the order of the
-- first file; with keys that differ in case; and in folders.
CREATE MACRO objects(i) AS {'id': i, 'k': i % 400, 'name': nasty(i % 8), 'v': i / 4, 'seen': TIMESTAMP '2024-01-01 10:00:00' + to_minutes(i), 'more': {'x': i, 'ys': range(i % 3)}};
CREATE TABLE objects AS SELECT UNNEST(objects(i)) FROM range(600) t(i);
COPY (FROM objects WHERE id < 100 ORDER BY id) TO 'extra/json_parts/a.json' (FORMAT json);
COPY (FROM objects WHERE id >= 100 AND id < 420 ORDER BY id) TO 'extra/json_parts/b.json' (FORMAT json);
COPY (FROM objects WHERE id >= 420 ORDER BY id) TO 'extra/json_parts/c c''.json' (FORMAT json);
COPY (SELECT id, k, v FROM objects WHERE id < 100 ORDER BY id) TO 'extra/json_mixed/a.json' (FORMAT json, ARRAY true);
COPY (SELECT k, name, id::VARCHAR AS id FROM objects WHERE id >= 100 AND id < 300 ORDER BY id) TO 'extra/json_mixed/b.json' (FORMAT json);
COPY (SELECT id, k, v + 0.5 AS v, more FROM objects WHERE id >= 300 ORDER BY id) TO 'extra/json_mixed/c.json.gz' (FORMAT json, COMPRESSION gzip);
COPY (SELECT id, k, strftime(DATE '2024-01-13' + (id % 19)::INTEGER, '%d-%m-%Y') AS d FROM objects WHERE id < 100 ORDER BY id) TO 'extra/json_dates/a.json' (FORMAT json);
COPY (SELECT id, k, strftime(DATE '2024-02-01' + (id % 11)::INTEGER, '%d-%m-%Y') AS d FROM objects WHERE id >= 100 ORDER BY id) TO 'extra/json_dates/b.json' (FORMAT json);
COPY (SELECT '{"id": ' || id || ', "ID": ' || id + 1 || ', "k": ' || k || '}' FROM objects WHERE id < 100 ORDER BY id) TO 'extra/json_case/a.json' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '~');
COPY (SELECT '{"k": ' || k || ', "ID": ' || id + 1 || ', "id": ' || id || '}' FROM objects WHERE id >= 100 ORDER BY id) TO 'extra/json_case/b.json' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '~');
COPY (SELECT '{"id": ' || id || ', "k": ' || k || '}', 2020 + id % 3 AS y, ['north', 'south'][1 + id % 2] AS part FROM objects)
TO 'extra/json_hive' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '~', PARTITION_BY (y, part), FILE_EXTENSION 'json', OVERWRITE_OR_IGNORE);

-- visits and accounts: in the order of a key, so that tasks can share the files by ranges of it. Files end within an account; ---
-- accounts without visits on both sides, visits without an account; several rows of an account in one file of accounts. --------
CREATE TABLE visits AS
SELECT (i // 5 - 500)::BIGINT AS account, i AS vid, (DATE '2021-01-01' + (i // 40)::INTEGER) AS day,
       TIMESTAMP '1969-12-31 12:00:00' + to_seconds(i * 11) AS seen, CASE WHEN h(i, 90, 11) = 0 THEN NULL ELSE h(i, 91, 300) END::INTEGER AS k,
       pick(i, 92, ['web', 'app', NULL, 'shop']) AS kind, ((h(i, 93, 20001) - 10000) / 100)::DECIMAL(12, 2) AS paid
FROM range(11000) t(i);
COPY (FROM visits WHERE vid < 2003) TO 'visits/v0.parquet' (FORMAT parquet);
COPY (FROM visits WHERE vid BETWEEN 2003 AND 4100) TO 'visits/v1.parquet' (FORMAT parquet);
COPY (FROM visits WHERE vid BETWEEN 4101 AND 4103) TO 'visits/v2.parquet' (FORMAT parquet);
COPY (FROM visits WHERE vid BETWEEN 4104 AND 7500) TO 'visits/v3.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048);
COPY (FROM visits WHERE vid > 7500) TO 'visits/v4.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048, PARQUET_VERSION v2);
COPY (FROM visits WHERE false) TO 'visits/v5.parquet' (FORMAT parquet);
CREATE TABLE accounts AS
SELECT (i - 700 + i // 9 % 2)::BIGINT AS account, 'acc-' || h(i, 94, 700) AS owner, pick(i, 95, ['north', 'south', NULL]) AS region,
       (DATE '2021-01-01' + h(i, 96, 300)::INTEGER) AS opened
FROM range(2600) t(i) WHERE h(i, 97, 6) <> 0;
COPY (FROM accounts WHERE account < -300) TO 'accounts/a0.parquet' (FORMAT parquet);
COPY (FROM accounts WHERE account BETWEEN -300 AND 99) TO 'accounts/a1.parquet' (FORMAT parquet);
COPY (FROM accounts WHERE account BETWEEN 100 AND 600) TO 'accounts/a2.parquet' (FORMAT parquet);
COPY (FROM accounts WHERE account BETWEEN 601 AND 1200) TO 'accounts/a3.parquet' (FORMAT parquet);
COPY (FROM accounts WHERE account > 1200) TO 'accounts/a4.parquet' (FORMAT parquet);
