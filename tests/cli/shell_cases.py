# SPDX-License-Identifier: Apache-2.0
"""Scripts whose output, as CSV and as JSON, is that of DuckDB's own shell, byte for byte."""

TABLE = "CREATE TABLE t (a INT, b VARCHAR); INSERT INTO t VALUES (1, 'x'), (2, NULL); "

SAME_AS_SHELL = {
    "names": """SELECT 1 a, 1 a, 2 "a b", 3 "x,y", 4 "q""q", 5 "é", 6 "it's", 7 " " """,
    "name_with_line_end": "SELECT 1 AS \"a\nb\"",
    "no_rows": "FROM range(0)",
    "booleans": "SELECT unnest([true, false, NULL])",
    "integers": "SELECT unnest([-128, 127, NULL]::TINYINT[]), 255::UTINYINT, (-32768)::SMALLINT, 65535::USMALLINT, "
    "-2147483648, 4294967295::UINTEGER, -9223372036854775808, 18446744073709551615::UBIGINT, "
    "(-170141183460469231731687303715884105728)::HUGEINT, 340282366920938463463374607431768211455::UHUGEINT",
    "bignums": "SELECT 1::BIGNUM, (-123456789012345678901234567890123456789012345678901234567890)::BIGNUM",
    "doubles": "SELECT unnest([1.5, 'nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE, -0.0, 1e300, 1e-300, 0.1, "
    "123456789.123456789, 1e15, 1e16, NULL])",
    "floats": "SELECT unnest([1.5, 'nan', 'inf', '-inf', -0.0, 1e30, 1e-30, 0.1, 3.4028235e38, 16777217]::FLOAT[])",
    "decimals": "SELECT 1.2::DECIMAL(4,2), -0.01::DECIMAL(18,4), 0::DECIMAL(3,3), "
    "123456789012345678901234567890.12345678::DECIMAL(38,8)",
    "dates": "SELECT DATE '2020-01-01', DATE '0044-03-15 (BC)', 'infinity'::DATE, '-infinity'::DATE, DATE '290000-01-01'",
    "times": "SELECT TIME '12:34:56.789', '12:34:56.123456789'::TIME_NS, TIMETZ '12:34:56+05:30', TIMETZ '00:00:00-15:59'",
    "timestamps": "SELECT TIMESTAMP '2020-01-01 12:34:56.789', TIMESTAMP_S '2020-01-01 12:34:56', "
    "TIMESTAMP_MS '2020-01-01 12:34:56.789', TIMESTAMP_NS '2020-01-01 12:34:56.123456789', 'infinity'::TIMESTAMP",
    "time_zone": "SET TimeZone = 'Asia/Kathmandu'; SELECT TIMESTAMPTZ '2020-01-01 12:34:56.789+00', "
    "[TIMESTAMPTZ '1900-01-01 00:00:00+00'], {'a': TIMESTAMPTZ '2020-07-01 00:00:00+02'}",
    "time_zone_changes": "SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' x; SET TimeZone = 'America/New_York'; "
    "SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' x; RESET TimeZone; SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' x",
    "calendar": "SET Calendar = 'japanese'; SELECT TIMESTAMPTZ '2020-01-01 12:34:56.789+00'",
    "locked_configuration": "SET TimeZone = 'Asia/Tokyo'; SET lock_configuration = true; "
    "SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' x",
    "intervals": "SELECT INTERVAL 1 DAY, INTERVAL '1 year 2 months 3 days 04:05:06.789', INTERVAL '-1 month', "
    "INTERVAL 0 DAY, INTERVAL 1000000000 HOURS",
    "blobs": r"""SELECT '\x00\xff\x41'::BLOB, ''::BLOB, 'abc'::BLOB, 'a\x5Cb''c"'::BLOB""",
    "bits_and_uuids": "SELECT '101'::BIT, '0'::BIT, UUID '00000000-0000-0000-0000-00000000ffff'",
    "strings": """SELECT unnest(['', 'NULL', 'null', ' ', 'a,b', 'a"b', 'a''b', 'a;b', 'é', '日本', '😀', 'a\\b', '#x',
        '''', '"', ',', 'x y', '~', '[1]', 'nan'])""",
    "control_characters": "SELECT unnest(list_transform(range(0, 130), lambda c: 'a' || chr(c::INT) || 'b'))",
    "odd_unicode": "SELECT 'a\u0301', '\u00a0x', '\ufeff', '\u202e', '\U0010ffff', '\u2028'",
    "lists": "SELECT [1, 2, NULL], []::INT[], NULL::INT[], [['a', 'b,c'], NULL, []], "
    """['it''s', 'q"q', '', 'NULL', NULL, 'a b', '[x]', '{y}', ' lead', 'back\\slash']""",
    "structs": """SELECT {'a': 1, 'b': 'x,y', 'c': NULL}, row(1, 'x'), {'a b': 1, 'É': {'n': [{'z': 'q"q'}]}},
        NULL::STRUCT(a INT), [row(1, 'a')]""",
    "maps": "SELECT MAP {'k': 1, 'k2': NULL}, map([1, 2], ['a', 'b,''c']), MAP {}, MAP {[1]: {'a': 2}}",
    "unions": "SELECT union_value(a := 1), union_value(s := 'x,y'), union_value(n := NULL::INT)",
    "arrays": "SELECT ARRAY[1, 2, 3]::INT[3], ARRAY[ARRAY['a', 'b'], ARRAY[NULL, 'c,d']]::VARCHAR[2][2]",
    "enums": "SELECT 'a'::ENUM('a', 'b,c'), 'b,c'::ENUM('a', 'b,c'), ['a']::ENUM('a', 'b')[]",
    "json_values": """SELECT '{"a": [1, 2, "x\\"y"]}'::JSON, 'null'::JSON, '"s"'::JSON, ['1'::JSON],
        {'j': '{"q":1}'::JSON}, NULL::JSON""",
    "variants": "SELECT 1::VARIANT, 'x'::VARIANT, [1, 2]::VARIANT, {'a': 'b'}::VARIANT, NULL::VARIANT, true::VARIANT",
    "nested_values": r"""SELECT {'a': 'é', 'b': chr(10), 'c': ''}, ['a' || chr(9)], {'a': INTERVAL 1 DAY,
        't': TIMESTAMP '2020-01-01', 'n': 'nan'::DOUBLE, 'h': 1::HUGEINT, 'd': 1.5::DECIMAL(3,1), 'bl': '\xff'::BLOB},
        [DATE '2020-01-01', NULL], [true, NULL], [UUID '00000000-0000-0000-0000-00000000ffff']""",
    "untyped_nulls": "SELECT NULL, [NULL], {'a': NULL}",
    "geometry": "SELECT 'POINT(1 2)'::GEOMETRY",
    "numbers_that_a_double_lacks": "SELECT 9007199254740993, 9007199254740993::UBIGINT",
    "many_rows": "SELECT range a, repeat('x', (range % 40)::INT) b, CASE WHEN range % 7 = 0 THEN NULL ELSE range * 1.5 END c "
    "FROM range(50000)",
    "many_columns": "SELECT " + ", ".join(f"{i} AS c{i}" for i in range(500)),
    "long_value": "SELECT repeat('ab,', 3000000)",
    "create": "CREATE TABLE t AS SELECT 42 a",
    "insert": TABLE,
    "select": TABLE + "FROM t",
    "returning": TABLE + "INSERT INTO t VALUES (3, 'y') RETURNING a * 2 AS b; UPDATE t SET a = 9 RETURNING *; "
    "DELETE FROM t WHERE b = 'x' RETURNING b",
    "merge": TABLE + "MERGE INTO t USING (SELECT 1 a) s ON t.a = s.a WHEN MATCHED THEN DELETE; FROM t",
    "with_insert": TABLE + "WITH x AS (SELECT 5 a, 'z' b) INSERT INTO t SELECT * FROM x; FROM t",
    "show": TABLE + "SHOW TABLES; DESCRIBE t; PRAGMA table_info('t'); SUMMARIZE t",
    "call": "CALL pragma_version(); CHECKPOINT; PRAGMA version",
    "transactions": "BEGIN; SELECT 1 a; COMMIT; BEGIN; ROLLBACK",
    "settings": "SET threads = 2; RESET threads; PRAGMA threads = 2; SELECT current_setting('threads') AS t",
    "variables": "SET VARIABLE x = 5; SELECT getvariable('x')",
    "attach": "ATTACH ':memory:' AS x; CREATE TABLE x.t (a INT); USE x; SHOW TABLES; USE memory; DETACH x",
    "copy": "COPY (SELECT 1 a) TO 'o.csv'; FROM 'o.csv'",
    "prepare": "PREPARE p AS SELECT $1 x; EXECUTE p(5); DEALLOCATE p",
    "explain": "EXPLAIN SELECT 1; SET explain_output = 'all'; EXPLAIN SELECT 42 + range FROM range(3)",
    "views_and_macros": "CREATE VIEW v AS SELECT 1 a; FROM v; CREATE MACRO m(a) AS a + 1; SELECT m(1); DROP VIEW v",
    "types": "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m mood); INSERT INTO t VALUES ('b'); FROM t",
    "types_of_a_transaction": "BEGIN; CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m mood, n STRUCT(x mood)); "
    "INSERT INTO t VALUES ('a', {'x': 'b'}); FROM t; ROLLBACK",
    "pivot": "PIVOT (SELECT 'a' k, 1 v UNION ALL SELECT 'b', 2) ON k USING sum(v)",
    "unpivot": "UNPIVOT (SELECT 1 a, 2 b) ON a, b",
    "forms_of_queries": "FROM (VALUES (1), (2)) t(x) SELECT x; (SELECT 1 a) UNION (SELECT 1); WITH x AS (SELECT 1 a) "
    "SELECT * FROM x; VALUES (1, 'a'); TABLE duckdb_columns LIMIT 0",
    "own_names_do_not_matter": "CREATE MACRO eider_shell_rows() AS TABLE SELECT 1; CREATE TABLE c0 (a INT); "
    "CREATE SCHEMA json; SELECT [1] a, 1.5::DOUBLE b",
}
