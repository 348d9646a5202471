#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program, end to end: run.py EIDER DUCKDB_SHELL [unittest arguments].

CSV and JSON must be, byte for byte, what DuckDB's own shell prints; Arrow is read by pyarrow; the box format, tables,
scripts, options, the prompt and signals have cases of their own. How the program deals with bad input is tested in
tests/cli_bad_input.
"""

import gzip
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from decimal import Decimal

import pyarrow
import pyarrow.ipc

sys.dont_write_bytecode = True  # nothing is left in the tree
from shell_cases import SAME_AS_SHELL  # noqa: E402
from terminal import TIMEOUT_S, Terminal  # noqa: E402

PROGRAM = ""
SHELL = ""
ENVIRONMENT = dict(os.environ, LC_ALL="C", HOME="/nonexistent", TZ="UTC")
# A query that runs for hours.
ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3"


class Result:
    def __init__(self, process, out, err):
        self.status, self.out, self.err = process.returncode, out, err.decode(errors="replace")

    @property
    def text(self):
        return self.out.decode(errors="replace")

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.text[:2000]}\n--- stderr\n{self.err[:2000]}"


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="eider-cli-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *names):
        path = os.path.join(self.folder, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def run_program(self, command, stdin=b""):
        process = subprocess.Popen(command, cwd=self.folder, env=ENVIRONMENT, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        try:
            out, err = process.communicate(stdin, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.fail(f"still running after {TIMEOUT_S} s: {command}")
        return Result(process, out, err)

    def eider(self, *arguments, stdin=b""):
        return self.run_program([PROGRAM, *arguments], stdin)

    def good(self, *arguments, stdin=b""):
        result = self.eider(*arguments, stdin=stdin)
        self.assertEqual((result.status, result.err), (0, ""), result)
        return result

    def lines(self, *arguments, stdin=b""):
        return self.good("--format", "csv", *arguments, stdin=stdin).text.splitlines()

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)


# ---- Rows as DuckDB's shell prints them -------------------------------------------------------------------------------


class SameAsShell(Case):
    """CSV and JSON, byte for byte."""


def add_shell_case(name, sql):
    def test(self):
        for form in ["csv", "json"]:
            shell = self.run_program([SHELL, "-no-init", f"-{form}", "-c", sql])
            self.assertEqual(shell.status, 0, shell)
            for extra in [[], ["--local-cluster", "2"]]:
                own = self.eider("--format", form, *extra, "-c", sql)
                self.assertEqual((own.status, own.err), (0, ""), own)
                if extra and "EXPLAIN" in sql:
                    continue  # shows the distributed plan
                self.assertEqual(own.out, shell.out, (form, extra))

    setattr(SameAsShell, f"test_{name}", test)


for case_name, case_sql in SAME_AS_SHELL.items():
    add_shell_case(case_name, case_sql)


# ---- The box format ---------------------------------------------------------------------------------------------------


class Box(Case):
    def box(self, sql, *arguments):
        return self.good(*arguments, "-c", sql).text

    def test_alignment(self):
        sql = "SELECT * FROM (VALUES (1, 'x', 1.50, true), (-20, NULL, 300.00, NULL)) t(\"a\", \"long name\", d, b)"
        self.assertEqual(
            self.box(sql),
            "┌───────┬───────────┬──────────────┬─────────┐\n"
            "│   a   │ long name │      d       │    b    │\n"
            "│ int32 │  varchar  │ decimal(5,2) │ boolean │\n"
            "├───────┼───────────┼──────────────┼─────────┤\n"
            "│     1 │ x         │         1.50 │ true    │\n"
            "│   -20 │ NULL      │       300.00 │ NULL    │\n"
            "└───────┴───────────┴──────────────┴─────────┘\n"
            "2 rows\n",
        )

    def test_type_names(self):
        sql = ("SELECT [[1::HUGEINT]] a, {'A': 1, 'b': [1::BIGINT]} b, 'x'::ENUM('x', 'Y') c, '[]'::JSON d, "
               "NULL::TIMESTAMPTZ e, MAP {1::TINYINT: 'x'} f, 1::UBIGINT g")  # fmt: skip
        types = [part.strip() for part in self.box(sql).splitlines()[2].strip("│").split("│")]
        self.assertEqual(types, ["int128[][]", "struct(a integer, b bigint[])", "enum('x', 'y')", "json",
                                 "timestamp with time zone", "map(tinyint, varchar)", "uint64"])  # fmt: skip

    def test_same_table_as_shell(self):
        for value in ["[1::TINYINT]", "{'x y': 1}", "1.5", "ARRAY[1, 2]::INT[2]", "union_value(k := 1)", "['1'::JSON]", "1e300",
                      "DATE '2020-01-01'", "NULL", "'a\tb'", "(1, 'x')", "INTERVAL 1 DAY", "['x'::ENUM('x', 'Y')]"]:  # fmt: skip
            sql = f"SELECT {value} AS x, 1 AS \"another name\""
            shell = self.run_program([SHELL, "-no-init", "-c", sql])
            self.assertEqual(self.box(sql), shell.text + "1 row\n")

    def test_wide_characters(self):
        lines = self.box("SELECT unnest(['日本', 'é', 'e\u0301', '😀', 'abcd']) x").splitlines()
        self.assertEqual(lines[4:9], ["│ 日本    │", "│ é       │", "│ e\u0301       │", "│ 😀      │", "│ abcd    │"])

    def test_control_characters(self):
        out = self.box("SELECT 'a' || chr(10) || chr(9) || chr(27) || chr(0) || chr(1) || 'b' AS \"n\nm\"")
        self.assertIn("│     n\\nm     │", out)
        self.assertIn("│ a\\n\\t\\e\\0\\1b │", out)

    def test_no_rows(self):
        self.assertEqual(self.box("SELECT 1 a LIMIT 0").splitlines()[-2:], ["└───────┘", "0 rows"])

    def test_complete_when_no_terminal(self):
        lines = self.box("SELECT range a, repeat('x', 300) b FROM range(3000)").splitlines()
        self.assertEqual(len(lines), 3006)
        self.assertEqual(lines[-1], "3000 rows")
        self.assertTrue(all(len(line) == len(lines[0]) for line in lines[:-1]))

    def test_rows_behind_those_that_set_the_widths(self):
        """Widths are settled when the rows that are held back take 64 MiB; wider values come out whole."""
        lines = self.box("SELECT range a, repeat('x', CASE WHEN range = 1400000 THEN 90 ELSE 60 END) b "
                         "FROM range(1500000)").splitlines()  # fmt: skip
        self.assertEqual(len(lines), 1500006)
        self.assertEqual(lines[-1], "1500000 rows")
        self.assertIn("x" * 90, lines[4 + 1400000])
        self.assertEqual(lines[4 + 1499999], "│ 1499999 │ " + "x" * 60 + " │")

    def test_explain(self):
        out = self.box("EXPLAIN SELECT 1")
        self.assertIn("Physical Plan", out)
        self.assertNotIn("explain_value", out)
        self.assertTrue(json.loads(self.box("EXPLAIN (FORMAT json) SELECT 1")))
        # what only looks like one is printed as rows
        self.assertIn("explain_key", self.box("SELECT 'a' AS explain_key, 'b' AS explain_value"))


# ---- Arrow ------------------------------------------------------------------------------------------------------------


class Arrow(Case):
    def arrow(self, sql, *arguments):
        """The tables of all results."""
        out = self.good("--format", "arrow", *arguments, "-c", sql).out
        source, tables = io.BytesIO(out), []
        while source.tell() < len(out):
            tables.append(pyarrow.ipc.open_stream(source).read_all())
        return tables

    def one(self, sql, *arguments):
        tables = self.arrow(sql, *arguments)
        self.assertEqual(len(tables), 1)
        tables[0].validate(full=True)
        return tables[0]

    def test_plain_types(self):
        table = self.one("SELECT 1 a, 'x' b, 2.5 c, DATE '2020-01-02' d, NULL::DOUBLE e, '\\xff'::BLOB f, "
                         "1.25::DECIMAL(38, 2) g, TIMESTAMP '2020-01-01 01:02:03' h")  # fmt: skip
        types = [str(field.type) for field in table.schema]
        self.assertEqual(types, ["int32", "string", "decimal128(2, 1)", "date32[day]", "double", "binary",
                                 "decimal128(38, 2)", "timestamp[us]"])  # fmt: skip
        row = table.to_pylist()[0]
        self.assertEqual((row["a"], row["b"], row["c"], row["e"], row["f"], row["g"]),
                         (1, "x", Decimal("2.5"), None, b"\xff", Decimal("1.25")))  # fmt: skip

    def test_nothing_is_lost(self):
        table = self.one("SELECT -1::HUGEINT a, UUID '00000000-0000-0000-0000-00000000ffff' b, "
                         "TIMETZ '12:00:00+01' c, '101'::BIT d, true e")  # fmt: skip
        row = table.to_pylist()[0]
        self.assertEqual(row["a"], b"\xff" * 16)
        self.assertEqual(str(row["b"]), "00000000-0000-0000-0000-00000000ffff")
        self.assertEqual(row["e"], True)
        self.assertIn("hugeint", str(table.schema.field("a").type))
        self.assertIn("time_tz", str(table.schema.field("c").type))

    def test_enums_are_text(self):
        table = self.one("SELECT 'b''c'::ENUM('a', 'b''c') e, ['a'::ENUM('a')] l, {'ENUM(': 'a)'::ENUM('a)', 'x')} s, "
                         "MAP {'a'::ENUM('a'): 1} m, 1 i")  # fmt: skip
        self.assertEqual(table.schema.field("e").type, pyarrow.string())
        self.assertEqual(table.to_pylist(), [{"e": "b'c", "l": ["a"], "s": {"ENUM(": "a)"}, "m": [("a", 1)], "i": 1}])

    def test_nested_types(self):
        table = self.one("SELECT [1, NULL] a, {'x': [{'y': 'z'}]} b, MAP {1: 'q'} c, ARRAY[1, 2]::INT[2] d")
        self.assertEqual(table.to_pylist(), [{"a": [1, None], "b": {"x": [{"y": "z"}]}, "c": [(1, "q")], "d": [1, 2]}])

    def test_time_zone(self):
        table = self.one("SET TimeZone = 'Europe/Berlin'; SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' t")
        self.assertEqual(str(table.schema.field("t").type), "timestamp[us, tz=Europe/Berlin]")

    def test_many_rows(self):
        for arguments in [[], ["--local-cluster", "3"]]:
            table = self.one("SELECT range a, range::VARCHAR b FROM range(100000)", *arguments)
            self.assertEqual(table.num_rows, 100000)
            self.assertEqual(table.column("b")[99999].as_py(), "99999")

    def test_streams_in_a_row(self):
        tables = self.arrow("CREATE TABLE t (a INT); FROM t; SELECT 1 x; SHOW TABLES; EXPLAIN SELECT 1")
        self.assertEqual([table.num_rows for table in tables], [0, 1, 1, 1])
        self.assertEqual(tables[2].to_pylist(), [{"name": "t"}])
        self.assertEqual(tables[3].column_names, ["explain_key", "explain_value"])

    def test_interval(self):
        table = self.one("SELECT INTERVAL '1 year 2 days 3 seconds' i")
        self.assertEqual(table.to_pylist()[0]["i"], pyarrow.MonthDayNano([12, 2, 3000000000]))
        for sql in ["SELECT INTERVAL 1000000000 HOURS", "SELECT [NULL, -(INTERVAL 1000000000 HOURS)]",
                    "SELECT {'a': [MAP {1: INTERVAL 1000000000 HOURS}]}",
                    "SELECT union_value(a := INTERVAL 1000000000 HOURS)"]:  # fmt: skip
            result = self.eider("--format", "arrow", "-c", sql)
            self.assertEqual(result.status, 1, result)
            self.assertIn("INTERVAL is too large", result.err)

    def test_type_without_arrow(self):
        result = self.eider("--format", "arrow", "-c", "SELECT 1::VARIANT")
        self.assertEqual(result.status, 1, result)
        self.assertIn("VARIANT", result.err)
        self.assertNotIn("exception_type", result.err)


# ---- Tables -----------------------------------------------------------------------------------------------------------


class Tables(Case):
    def setUp(self):
        super().setUp()
        self.data = os.path.dirname(self.path("data", "x"))

    def make(self, name, sql="SELECT i AS id FROM range(10) t(i)", options=""):
        path = self.path("data", name).replace("'", "''")
        self.good("-c", f"COPY ({sql}) TO '{path}' ({options or 'FORMAT parquet'})")

    def table(self, name, *arguments):
        quoted = name.replace('"', '""')
        return self.lines("--tables", self.data, *arguments, "-c", f'SELECT count(*) FROM "{quoted}"')[1]

    def test_kinds(self):
        self.make("a.parquet")
        self.make("b.csv", options="FORMAT csv")
        self.make("c.tsv", options="FORMAT csv, DELIMITER '\t'")
        self.make("d.csv.gz", options="FORMAT csv, COMPRESSION gzip")
        self.make("e.json", options="FORMAT json")
        self.make("f.ndjson", options="FORMAT json")
        self.make("G.PARQUET")
        self.write("data/h.jsonl.gz", gzip.compress(b'{"id": 1}\n' * 10))
        for name in ["a", "b", "c", "d", "e", "f", "G", "g", "h"]:
            self.assertEqual(self.table(name), "10", name)

    def test_what_is_passed_over(self):
        self.make("a.parquet")
        for name in [".hidden.parquet", "_SUCCESS", "readme.txt", "a.parquet.crc", "_b.parquet", "b.parquet.gz"]:
            self.write(f"data/{name}", "nonsense")
        os.mkfifo(self.path("data", "f.csv"))
        self.assertEqual(self.lines("--tables", self.data, "-c", "SHOW TABLES"), ["name", "a"])

    def test_folders(self):
        for name in ["t/b.parquet", "t/a.parquet", "spark.parquet/part-0.parquet", "deep/x/y/z.parquet",
                     "h/year=2023/a.parquet", "h/year=2024/b.parquet", "v1.2/a.parquet"]:  # fmt: skip
            self.make(name)
        self.write("data/spark.parquet/_SUCCESS", "")
        self.path("data", "empty", "x")
        self.assertEqual([self.table(name) for name in ["t", "spark", "deep", "h", "v1.2"]], ["20", "10", "10", "20", "10"])
        self.assertEqual(self.lines("--tables", self.data, "-c", "SELECT sum(year) AS s FROM h WHERE year > 2023"),
                         ["s", "20240"])  # fmt: skip

    def test_first_rows_are_of_the_first_file(self):
        for i in range(5, 0, -1):
            self.make(f"t/{i}.parquet", f"SELECT {i} AS i")
        self.assertEqual(self.lines("--tables", self.data, "-c", "FROM t"), ["i", "1", "2", "3", "4", "5"])

    def test_links(self):
        self.make("real/a.parquet")
        os.symlink("real", self.path("data", "link"))
        os.symlink("..", self.path("data", "real", "loop"))
        os.symlink("nowhere", self.path("data", "dangling.parquet"))
        self.assertEqual([self.table("real"), self.table("link")], ["10", "10"])

    def test_glob_characters(self):
        names = ["a[1]", "a*", "a?", "[ab]", "a1", "[!x]", "**"]
        for i, name in enumerate(names):
            self.make(f"{name}.parquet", f"SELECT {i} AS i")
        for i, name in enumerate(names):
            self.assertEqual(self.lines("--tables", self.data, "-c", f'FROM "{name}"'), ["i", str(i)], name)

    def test_odd_folder(self):
        self.data = os.path.dirname(self.path("it's [a] *fold\ner*", "x"))
        path = os.path.join(self.data, "t.parquet").replace("'", "''")
        self.good("-c", f"COPY (SELECT 1 AS id) TO '{path}'")
        self.assertEqual(self.table("t"), "1")

    def assert_unusable(self, name, *words, warnings=0):
        """A query that names the table fails once, with the reason; others work."""
        result = self.eider("--tables", self.data, "--format", "csv", "-c", f'SELECT 1 AS x; FROM "{name}"; FROM good')
        self.assertEqual((result.status, result.text.splitlines()), (1, ["x", "1", "i", "7"]), result)
        self.assertEqual(result.err.count("eider:"), 1 + warnings, result)
        for word in words:
            self.assertIn(word, result.err)

    def test_two_of_one_name(self):
        self.make("good.parquet", "SELECT 7 AS i")
        self.make("same.parquet")
        self.make("SAME.csv", options="FORMAT csv")
        self.assert_unusable("same", "same.parquet", "SAME.csv", warnings=1)

    def test_names_that_several_have_are_said_at_once(self):
        self.make("good.parquet", "SELECT 7 AS i")
        for name in ["same.parquet", "other.parquet", "Other/a.parquet"]:
            self.make(name)
        for name in ["SAME.csv", "same.csv"]:
            self.make(name, options="FORMAT csv")
        result = self.eider("--tables", self.data, "--format", "csv", "-c", "SHOW TABLES")
        self.assertEqual((result.status, result.text.splitlines()), (0, ["name", "good"]), result)
        warning = f"eider: warning: there is no view \"%s\": both '{self.data}/%s' and '{self.data}/%s' have this name"
        self.assertEqual(result.err.splitlines(), [warning % ("Other", "Other", "other.parquet"),
                                                   warning % ("SAME", "SAME.csv", "same.csv")])  # fmt: skip

    def test_two_folders_of_one_name(self):
        self.make("good.parquet", "SELECT 7 AS i")
        self.make("t.parquet")
        other = self.path("other", "t.parquet")
        self.good("-c", f"COPY (SELECT 1 AS id) TO '{other}'")
        result = self.eider("--tables", self.data, "--tables", os.path.dirname(other), "-c", "FROM t")
        self.assertEqual(result.status, 1, result)
        self.assertIn("data/t.parquet", result.err)
        self.assertIn("other/t.parquet", result.err)

    def test_mixed_folder(self):
        self.make("good.parquet", "SELECT 7 AS i")
        self.make("mixed/a.parquet")
        self.make("mixed/b.csv", options="FORMAT csv")
        self.assert_unusable("mixed", "several kinds")

    def test_broken_file(self):
        self.make("good.parquet", "SELECT 7 AS i")
        self.write("data/bad.parquet", "nothing of the kind")
        self.assert_unusable("bad", "bad.parquet", "magic bytes")
        self.assert_unusable("BAD", "bad.parquet")

    def test_database_is_left_alone(self):
        self.make("t.parquet")
        database = self.path("my.db")
        self.assertEqual(self.lines(database, "--tables", self.data, "-c", "SELECT count(*) FROM t"), ["count_star()", "10"])
        self.assertEqual(self.lines(database, "-c", "SHOW TABLES"), ["name"])

    def test_name_that_the_database_has(self):
        self.make("t.parquet")
        database = self.path("my.db")
        self.good(database, "-c", "CREATE TABLE T (a INT)")
        result = self.eider(database, "--tables", self.data, "-c", "FROM t")
        self.assertEqual((result.status, result.text), (1, ""), result)
        self.assertIn("t.parquet", result.err)

    def test_empty_folder(self):
        result = self.eider("--tables", self.data, "-c", "SELECT 1; FROM t", "--format", "csv")
        self.assertEqual((result.status, result.text), (1, "1\n1\n"), result)
        self.assertIn("holds no Parquet, CSV or JSON file", result.err)


# ---- Scripts and options ----------------------------------------------------------------------------------------------


class Scripts(Case):
    def test_sources_in_order(self):
        path = self.write("a.sql", "SELECT 2 AS b")
        out = self.lines("-c", "SELECT 1 AS a;", "-f", path, "-c", "SELECT 3 AS c", "-f", "-", stdin=b"SELECT 4 AS d")
        self.assertEqual(out, ["a", "1", "b", "2", "c", "3", "d", "4"])

    def test_standard_input(self):
        self.assertEqual(self.lines(stdin=b"SELECT 1 AS a;\nSELECT 'x;\n' AS b\n"), ["a", "1", "b", '"x;', '"'])

    def test_one_session(self):
        self.assertEqual(self.lines("-c", "CREATE TEMP TABLE t AS SELECT 5 a", "-c", "BEGIN", "-c", "FROM t"), ["a", "5"])

    def test_place_of_an_error(self):
        path = self.write("a.sql", "SELECT 1 AS a;\n\n-- x\nSELECT\n  nope;\n SELECT 2 AS b; SELEC;\n")
        result = self.eider("--format", "csv", "-f", path)
        self.assertEqual((result.status, result.text.split()), (1, ["a", "1", "b", "2"]), result)
        self.assertEqual(re.findall(r"^eider: (.*?): \w+ Error", result.err, re.M), [f"{path}:4", f"{path}:6"])
        result = self.eider(stdin=b"SELECT 1;\nSELECT nope")
        self.assertIn("eider: <stdin>:2: Binder Error", result.err)
        result = self.eider("-c", "SELECT nope")
        self.assertTrue(result.err.startswith("eider: Binder Error"), result)

    def test_rows_come_before_the_error(self):
        process = subprocess.run([PROGRAM, "--format", "csv", "-c", "SELECT 1 AS a; SELECT nope; SELECT 2 AS b"],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S)  # fmt: skip
        lines = process.stdout.decode().splitlines()
        self.assertEqual(lines[:2], ["a", "1"])
        self.assertIn("Binder Error", lines[2])
        self.assertEqual(lines[-2:], ["b", "2"])

    def test_statement_is_answered_before_more_is_read(self):
        process = subprocess.Popen([PROGRAM, "--format", "csv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for i in range(3):
            process.stdin.write(b"SELECT %d AS a;\n" % i)
            process.stdin.flush()
            self.assertEqual([process.stdout.readline() for _ in range(2)], [b"a\n", b"%d\n" % i])
        process.stdin.close()
        self.assertEqual(process.wait(timeout=TIMEOUT_S), 0)
        process.stdout.close()

    def test_long_literal(self):
        sql = b"CREATE TABLE t (a VARCHAR); INSERT INTO t VALUES ('" + b"x;y''" * 10000000 + b"'); SELECT length(a) FROM t"
        start = time.monotonic()
        self.assertEqual(self.lines(stdin=sql), ["length(a)", "40000000"])
        self.assertLess(time.monotonic() - start, 60)


class Options(Case):
    def test_version(self):
        self.assertRegex(self.good("--version").text, r"^eider \d+\.\d+\.\d+\nDuckDB v1\.\d+\.\d+\n$")

    def test_help(self):
        out = self.good("--help").text
        self.assertIn("--require-distributed", out)
        self.assertEqual(self.good("-h", "--tables", "/nowhere").text, out)

    def test_help_says_how_csv_has_null(self):
        self.assertIn("where NULL looks like the\n", self.good("--help").text)
        sql = "SELECT 'NULL' AS a, NULL AS b, '' AS c"
        self.assertEqual(self.good("--format", "csv", "-c", sql).text, "a,b,c\nNULL,NULL,\n")
        self.assertEqual(self.good("--format", "json", "-c", sql).text, '[{"a":"NULL","b":null,"c":""}]\n')
        out = self.good("-c", f"COPY ({sql}) TO '/dev/stdout' (FORMAT csv)").text
        self.assertEqual(out, 'a,b,c\nNULL,,""\n')

    def test_wrong_usage_names_help(self):
        result = self.eider("--nope")
        self.assertEqual((result.status, result.text), (2, ""), result)
        self.assertIn("--help", result.err)

    def test_settings(self):
        sql = "SELECT current_setting('threads') a, current_setting('TimeZone') b, current_setting('memory_limit') c"
        for zone in ["Asia/Tokyo", "'Asia/Tokyo'"]:
            out = self.lines("--threads", "3", "--set", f"TimeZone={zone}", "--memory-limit", "1GiB", "-c", sql)
            self.assertEqual(out[1], "3,Asia/Tokyo,1.0 GiB")
        out = self.lines("--set", "eider_max_tasks_per_stage=3", "-c", "SELECT current_setting('eider_max_tasks_per_stage')")
        self.assertEqual(out[1], "3")

    def test_settings_of_eider_are_checked_at_once(self):
        for setting in ["eider_bytes_per_task=rubbish", "eider_bytes_per_task=0", "EIDER_MAX_TASKS_PER_STAGE=1025",
                        "eider_exchange_memory=101%", "eider_exchange_memory=1e30", "eider_bloom_filters=perhaps"]:  # fmt: skip
            for workers in ["0", "2"]:
                result = self.eider("--local-cluster", workers, "--set", setting, "-c", "SELECT 1")
                self.assertEqual((result.status, result.text), (2, ""), result)
                self.assertIn(setting.split("=")[0].lower(), result.err)
        self.assertEqual(self.lines("--set", "eider_exchange_memory=100%", "-c", "SELECT 1 AS a"), ["a", "1"])

    def test_setting_is_no_sql(self):
        for value in ["x'; CREATE TABLE t (a INT); --", "'x'; CREATE TABLE t (a INT); --'", "'x' || 'y'"]:
            result = self.eider("--set", f"TimeZone={value}", "-c", "SHOW TABLES")
            self.assertEqual((result.status, result.text), (2, ""), result)

    def test_database(self):
        path = self.path("my.db")
        self.good(path, "-c", "CREATE TABLE t AS SELECT 42 a")
        self.assertEqual(self.lines(path, "-c", "FROM t"), ["a", "42"])

    def test_output_file(self):
        path = self.write("out.csv", "something longer that was there before")
        self.assertEqual(self.good("-o", path, "--format", "csv", "-c", "SELECT 1 AS a; SELECT 2 AS b").out, b"")
        with open(path) as file:
            self.assertEqual(file.read(), "a\n1\nb\n2\n")


class Distributed(Case):
    def setUp(self):
        super().setUp()
        path = self.path("data", "numbers.parquet")
        self.good("-c", f"COPY (SELECT i AS id, i % 7 AS g FROM range(100000) t(i)) TO '{path}' (ROW_GROUP_SIZE 10000)")
        self.cluster = ["--tables", os.path.dirname(path), "--local-cluster", "4", "--set", "eider_bytes_per_task=1"]
        self.sql = "SELECT g, count(*) AS c, sum(id) AS s FROM numbers GROUP BY g ORDER BY g"

    def stats(self, result):
        return [json.loads(line) for line in result.err.splitlines() if line.startswith("{")]

    def test_same_rows(self):
        for form in ["csv", "json", "box"]:
            alone = self.good("--tables", self.path("data"), "--format", form, "-c", self.sql)
            spread = self.good(*self.cluster, "--require-distributed", "--format", form, "-c", self.sql)
            self.assertEqual(alone.out, spread.out)

    def test_stats(self):
        result = self.eider(*self.cluster, "--stats", "-c", f"{self.sql}; SELECT random(); SET threads = 2; SHOW TABLES")
        self.assertEqual(result.status, 0, result)
        spread, local = self.stats(result)
        names = "bytes_exchanged distributed execution_ms head_bytes head_rows planning_ms"
        self.assertEqual(sorted(spread), (names + " rows_exchanged rows_filtered stages tasks verdict verdict_kind").split())
        self.assertTrue(spread["distributed"])
        self.assertEqual((spread["verdict"], spread["verdict_kind"]), ("", "distributable"))
        self.assertGreater(min(spread["stages"], spread["tasks"] - 1, spread["rows_exchanged"], spread["bytes_exchanged"]), 0)
        self.assertGreater(min(spread["planning_ms"], spread["execution_ms"]), 0)
        self.assertFalse(local["distributed"])
        self.assertEqual((local["stages"], local["verdict_kind"]), (0, "volatile_function"))
        self.assertIn("random", local["verdict"])

    def test_stats_of_streams(self):
        result = self.eider(*self.cluster, "--stats", "--format", "csv", "-c", "SELECT id FROM numbers WHERE g = 3")
        self.assertEqual(result.status, 0, result)
        self.assertEqual(len(result.text.splitlines()), 14287)
        self.assertEqual([s["distributed"] for s in self.stats(result)], [True])
        self.assertEqual([s["rows_exchanged"] for s in self.stats(result)], [14286])

    def test_plan(self):
        out = self.good(*self.cluster, "--show-distributed-plan", "-c", f"CREATE VIEW v AS {self.sql}; FROM v").text
        self.assertIn("DistributedExec", out)
        self.assertIn("[Stage 1] => Network", out)
        self.assertNotIn("rows", out)
        explained = self.good(*self.cluster, "-c", f"EXPLAIN {self.sql}").text
        self.assertRegex(explained, r"DataSourceExec: .* \(~\d+ rows, files of [\d.]+ MB\)\n")
        self.assertRegex(explained, r"AggregateExec: mode=Final, .* \(~\d+ rows\)\n")
        self.assertEqual(re.sub(r" \(~.* rows.*\)\n", "\n", explained),
                         self.good(*self.cluster, "--show-distributed-plan", "-c", self.sql).text)  # fmt: skip

    def test_plan_of_what_is_not_distributed(self):
        out = self.good(*self.cluster, "--show-distributed-plan", "-c", "SELECT random()").text
        self.assertIn("volatile_function", out)

    def test_refusals_are_duckdbs_own(self):
        """A wrong name is no reason why a query "is not distributed"."""
        for option in ["--show-distributed-plan", "--require-distributed"]:
            for sql in ["SELECT nope FROM numbers", "SELECT 1 FROM nowhere", "SELECT (1"]:
                result = self.eider(*self.cluster, option, "-c", sql)
                self.assertEqual((result.status, result.text), (1, ""), result)
                self.assertRegex(result.err, "Binder Error|Catalog Error|Parser Error")
                self.assertNotIn("distributed", result.err)

    def test_require(self):
        result = self.eider(*self.cluster, "--require-distributed", "-c", "CREATE TABLE t (a INT); SELECT random(); SHOW TABLES")
        self.assertEqual(result.status, 1, result)
        self.assertIn("not distributed (volatile_function)", result.err)
        self.assertEqual(result.text.count("rows"), 1)

    def test_require_once_it_runs(self):
        """A NULL of a type that SQL cannot say: known only when the tasks are written."""
        nothing = "SELECT id, array_value((id, 1)) AS x FROM numbers WHERE false"
        sql = f"SELECT n.id, e.x FROM numbers n LEFT JOIN ({nothing}) e USING (id)"
        for form in ["csv", "box"]:
            result = self.eider(*self.cluster, "--require-distributed", "--format", form, "-c", sql)
            self.assertEqual((result.status, result.text), (1, ""), result)
            self.assertIn("not distributed (net)", result.err)

    def test_error_in_a_task(self):
        result = self.eider(*self.cluster, "-c", "SELECT g, sum(CASE WHEN id = 77777 THEN error('no luck') ELSE id END) "
                            "FROM numbers GROUP BY g")  # fmt: skip
        self.assertEqual(result.status, 1, result)
        self.assertIn("no luck", result.err)
        self.assertRegex(result.err, r"\n  stage \d+, task \d+, worker \d+")


# ---- The terminal and signals -----------------------------------------------------------------------------------------


def open_terminal(*arguments, **options):
    return Terminal(PROGRAM, ENVIRONMENT, *arguments, **options)


class Prompt(Case):
    def test_dialogue(self):
        terminal = open_terminal()
        terminal.expect("eider> ")
        terminal.send("SELECT 1\n")
        terminal.expect("  ...> ")
        terminal.send("AS one;\n")
        self.assertIn("│  one  │", terminal.expect("eider> "))
        terminal.send("SELECT nope;\n")
        self.assertIn("eider: Binder Error", terminal.expect("eider> "))
        terminal.send("SELECT 2 AS two; SELECT 3 AS three;\n")
        out = terminal.expect("eider> ")
        self.assertTrue("two" in out and "three" in out, out)
        terminal.send("\x04")
        self.assertEqual(terminal.wait(), 1)

    def test_end_without_errors(self):
        terminal = open_terminal()
        terminal.expect("eider> ")
        terminal.send("SELECT 1;\n")
        terminal.expect("eider> ")
        terminal.send("\x04")
        self.assertEqual(terminal.wait(), 0)

    def test_rows_in_the_middle_are_left_out(self):
        terminal = open_terminal("-c", "FROM range(100)")
        lines = terminal.expect("shown)\n").splitlines()
        self.assertEqual(lines[-1], "100 rows (40 shown)")
        values = [line.strip("│ ") for line in lines[4:-2]]
        self.assertEqual(values, [*map(str, range(20)), "·", "·", "·", *map(str, range(80, 100))])
        self.assertEqual(terminal.wait(), 0)

    def test_few_rows_are_all_shown(self):
        terminal = open_terminal("-c", "FROM range(43)")
        self.assertEqual(len(terminal.expect("43 rows\n").splitlines()), 43 + 6)
        self.assertEqual(terminal.wait(), 0)

    def test_many_rows_and_chunks(self):
        terminal = open_terminal("-c", "FROM range(1000000)")
        lines = terminal.expect("shown)\n").splitlines()
        self.assertEqual([lines[4], lines[-3]], ["│      0 │", "│ 999999 │"])
        self.assertEqual(len(lines), 43 + 6)
        terminal.wait()

    def test_width(self):
        terminal = open_terminal("-c", "SELECT repeat('abc ', 50) x, 1 AS n, repeat('日', 50) y", width=60)
        lines = terminal.expect("1 row\n").splitlines()
        self.assertTrue(55 <= len(lines[0]) <= 60, lines[0])
        self.assertIn("…", lines[4])
        terminal.wait()

    def test_columns_in_the_middle_are_left_out(self):
        sql = "SELECT " + ", ".join(f"{i} AS a_rather_long_name_{i}" for i in range(30))
        terminal = open_terminal("-c", sql, width=100)
        lines = terminal.expect("shown)\n").splitlines()
        self.assertLessEqual(len(lines[0]), 100)
        self.assertIn(" 0 │", lines[4])
        self.assertIn(" 29 │", lines[4])
        self.assertRegex(lines[-1], r"^1 row, 30 columns \(\d+ shown\)$")
        terminal.wait()

    def test_interrupt_at_the_prompt(self):
        terminal = open_terminal()
        terminal.expect("eider> ")
        terminal.send("SELECT 1\n")
        terminal.expect("...> ")
        terminal.send("\x03")
        self.assertEqual(terminal.wait(), 130)

    def test_interrupt_of_a_query(self):
        for arguments in [[], ["--local-cluster", "2"]]:
            terminal = open_terminal(*arguments)
            terminal.expect("eider> ")
            for _ in range(2):
                terminal.send(ENDLESS + ";\n")
                time.sleep(1)
                terminal.send("\x03")
                self.assertIn("eider: ", terminal.expect("eider> "))
            terminal.send("SELECT 7 AS seven;\n")
            self.assertIn("seven", terminal.expect("1 row\n"))
            terminal.send("\x03")
            self.assertEqual(terminal.wait(), 130)


class Signals(Case):
    def start(self, *arguments, **options):
        return subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder, **options)

    def finish(self, process):
        out, err = process.communicate(timeout=TIMEOUT_S)
        return Result(process, out, err)

    def test_the_next_statement_runs(self):
        process = self.start("--format", "csv", "-c", f"{ENDLESS}; SELECT 5 AS a")
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual((result.status, result.text), (1, "a\n5\n"), result)
        self.assertEqual(len(result.err.splitlines()), 1, result)

    def test_the_second_one_ends(self):
        process = self.start("--format", "csv", "-c", f"{ENDLESS}; {ENDLESS}; SELECT 5 AS a")
        for _ in range(2):
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual((result.status, result.text), (130, ""), result)
        self.assertTrue(result.err.endswith("eider: interrupted\n"), result)

    def test_while_rows_are_printed(self):
        process = self.start("--format", "csv", "-c", "FROM range(100000000000)")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.status, 1, result.err)

    def test_terminate(self):
        process = self.start("-c", f"{ENDLESS}; SELECT 5 AS a")
        time.sleep(1.5)
        process.send_signal(signal.SIGTERM)
        result = self.finish(process)
        self.assertEqual((result.status, result.text), (143, ""), result)

    def test_ignored_stays_ignored(self):
        process = self.start("--format", "csv", "-c", "SELECT count(*) AS c FROM range(30000000) WHERE range % 7 = 3",
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))  # fmt: skip
        for _ in range(5):
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual((result.status, result.text), (0, "c\n4285714\n"), result)

    def test_reader_goes_away(self):
        for form in ["csv", "json", "box", "arrow"]:
            process = self.start("--format", form, "-c", "FROM range(20000000); SELECT 1")
            process.stdout.read(10)
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            self.assertEqual(process.wait(timeout=TIMEOUT_S), -signal.SIGPIPE)
            process.stderr.close()


def main():
    global PROGRAM, SHELL
    if len(sys.argv) < 3:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    PROGRAM, SHELL = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
    for path in [PROGRAM, SHELL]:
        if not os.access(path, os.X_OK):
            print(f"run.py: {path} is no program", file=sys.stderr)
            return 2
    return unittest.main()


if __name__ == "__main__":
    sys.exit(main())
