#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input through the program: run.py EIDER [unittest arguments].

Each case runs the program in a folder of its own, with DuckDB alone and with a cluster where that makes a difference,
and asks for the right exit status (0; 1: a statement failed; 2: wrong usage), exactly one clear message on standard
error, and nothing left behind: no file, no process. Only the standard library is used; the program makes its own
Parquet files.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = ""
TIMEOUT_S = 120
CLUSTER = ["--local-cluster", "4", "--set", "eider_bytes_per_task=1"]
# What a message starts with: the program's own, or one of DuckDB's kinds of error.
MESSAGE = re.compile(r"^eider: |\b(?:Parser|Binder|Catalog|IO|Conversion|Invalid Input|Out of Range|Out of Memory|"
                     r"INTERRUPT|Interrupt|Invalid|Permission|Constraint|Not implemented) Error\b", re.M)
NEVER = ["Sanitizer", "Assertion", "INTERNAL Error", "terminate called", "Segmentation", "leaked", "(null)"]


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out[:2000]}\n--- stderr\n{self.err[:4000]}"


def group_is_gone(pid):
    """No process of the group is left, but for a moment that the kernel may need."""
    for _ in range(50):
        try:
            os.killpg(pid, 0)
        except (ProcessLookupError, PermissionError):
            return True
        time.sleep(0.02)
    return False


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="eider-bad-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.path("data")
        self.temporary = self.path("tmp")
        os.mkdir(self.data)
        os.mkdir(self.temporary)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    # -- Running ---------------------------------------------------------------------------------------------

    def start(self, *arguments, **options):
        environment = dict(os.environ, TMPDIR=self.temporary, LC_ALL="C.UTF-8")
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, env=environment, start_new_session=True,
                                **options)

    def finish(self, process, text=None):
        try:
            out, err = process.communicate(text, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            self.fail(f"still running after {TIMEOUT_S} s: {process.args}")
        texts = [(text or b"").decode(errors="replace") for text in (out, err)]
        result = Result(process.returncode, *texts)
        for word in NEVER:
            self.assertNotIn(word, result.err, result)
        self.assertTrue(group_is_gone(process.pid), "a process is left behind")
        return result

    def eider(self, *arguments, stdin=None):
        """Runs the program and checks that it leaves no file behind."""
        before = self.files()
        process = self.start(*arguments, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL)
        result = self.finish(process, stdin)
        self.assertEqual(self.files(), before, "files are left behind, or gone")
        return result

    def files(self):
        return sorted(os.path.join(folder, name) for folder, _, names in os.walk(self.folder) for name in names)

    def make(self, name, query, row_group_size=2048):
        """A Parquet file in the data folder."""
        path = os.path.join(self.data, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        quoted = path.replace("'", "''")
        options = f"FORMAT parquet, ROW_GROUP_SIZE {row_group_size}"
        result = self.finish(self.start("-c", f"COPY ({query}) TO '{quoted}' ({options})"))
        self.assertEqual(result.status, 0, result)
        return path

    def make_numbers(self, name="numbers.parquet", rows=20000):
        return self.make(name, f"SELECT i AS id, i % 7 AS g, 'x' || i AS s FROM range({rows}) t(i)")

    # -- Asking ----------------------------------------------------------------------------------------------

    def assert_one_message(self, result, *words):
        messages = MESSAGE.findall(result.err)
        self.assertTrue(result.err.strip(), f"no message\n{result}")
        # The program's prefix and DuckDB's kind of error may stand in one message, each once.
        own = sum(1 for m in messages if m.startswith("eider: "))
        self.assertLessEqual(own, 1, result)
        self.assertLessEqual(len(messages) - own, 1, result)
        self.assertLessEqual(len(result.err), 3000, result)
        for word in words:
            self.assertIn(word.lower(), result.err.lower(), result)

    def assert_failure(self, result, status, *words):
        wanted = status if isinstance(status, tuple) else (status,)
        self.assertIn(result.status, wanted, result)
        self.assert_one_message(result, *words)

    def both(self, *arguments):
        """The same with DuckDB alone and with a cluster."""
        yield self.eider("--tables", self.data, *arguments)
        yield self.eider("--tables", self.data, *CLUSTER, *arguments)

    def assert_both_fail(self, sql, *words):
        for result in self.both("--format", "csv", "-c", sql):
            self.assert_failure(result, 1, *words)

    def assert_both_give(self, sql, lines):
        for result in self.both("--format", "csv", "-c", sql):
            self.assertEqual(result.status, 0, result)
            self.assertEqual(result.err, "", result)
            self.assertEqual(sorted(result.out.splitlines()[1:]), sorted(lines), result)


class Folders(BadInput):
    def test_missing_folder(self):
        self.assert_failure(self.eider("--tables", self.path("nowhere"), "-c", "SELECT 1"), (1, 2), "nowhere")

    def test_folder_that_is_a_file(self):
        path = self.path("file")
        open(path, "w").close()
        self.assert_failure(self.eider("--tables", path, "-c", "SELECT 1"), (1, 2), "file")

    def test_unreadable_folder(self):
        self.make_numbers()
        os.chmod(self.data, 0)
        self.addCleanup(os.chmod, self.data, 0o700)
        options = {}
        if os.geteuid() == 0:
            # root may read everything: become somebody else, if that one may start the program
            os.chmod(self.folder, 0o711)
            options = {"user": 65534}
        try:
            process = self.start("--tables", self.data, "-c", "SELECT 1", **options)
        except PermissionError:
            self.skipTest("the program cannot be started as another user")
        self.assert_failure(self.finish(process), (1, 2), "data")

    def test_empty_folder(self):
        self.assert_both_give("SELECT 42 AS x", ["42"])
        self.assert_both_fail("SELECT * FROM numbers", "numbers")

    def test_empty_folder_in_folder(self):
        os.mkdir(os.path.join(self.data, "hollow"))
        self.make_numbers()
        self.assert_both_give("SELECT count(*) FROM numbers", ["20000"])
        self.assert_both_fail("SELECT count(*) FROM hollow", "hollow")

    def test_missing_script(self):
        self.assert_failure(self.eider("-f", self.path("no.sql")), (1, 2), "no.sql")

    def test_no_database(self):
        path = self.path("bad.db")
        with open(path, "w") as file:
            file.write("this is no database" * 1000)
        self.assert_failure(self.eider(path, "-c", "SELECT 1"), (1, 2), "bad.db")

    def test_database_in_missing_folder(self):
        self.assert_failure(self.eider(self.path("no", "such.db"), "-c", "SELECT 1"), (1, 2), "such.db")


class Files(BadInput):
    def spoil(self, name, change):
        path = self.make_numbers(name)
        with open(path, "rb") as file:
            content = file.read()
        with open(path, "wb") as file:
            file.write(change(content))

    def test_not_parquet(self):
        self.make_numbers()
        self.spoil("bad.parquet", lambda content: b"id,name\n1,x\n" * 100)
        self.assert_both_fail("SELECT * FROM bad", "bad")
        self.assert_both_give("SELECT count(*) FROM numbers", ["20000"])

    def test_not_parquet_among_others(self):
        self.make_numbers("t/a.parquet")
        self.spoil("t/b.parquet", lambda content: b"id,name\n1,x\n" * 100)
        self.assert_both_fail("SELECT count(*), sum(id) FROM t", "b.parquet")

    def test_truncated(self):
        self.spoil("bad.parquet", lambda content: content[: len(content) // 2])
        self.assert_both_fail("SELECT sum(id) FROM bad", "bad")

    def test_truncated_by_a_byte(self):
        self.spoil("bad.parquet", lambda content: content[:-1])
        self.assert_both_fail("SELECT sum(id) FROM bad", "bad")

    def test_truncated_among_others(self):
        self.make_numbers("t/a.parquet")
        self.spoil("t/b.parquet", lambda content: content[:-100])
        self.make_numbers("t/c.parquet")
        self.assert_both_fail("SELECT g, sum(id) FROM t GROUP BY g", "b.parquet")

    def test_pages_missing_in_the_middle(self):
        """The footer is there, the pages it names are not where it says: an error while a task runs."""
        self.spoil("bad.parquet", lambda content: content[:4] + content[len(content) // 2:])
        for result in self.both("--format", "csv", "-c", "SELECT sum(id), max(s) FROM bad"):
            self.assert_failure(result, 1)

    def test_empty_file(self):
        self.spoil("bad.parquet", lambda content: b"")
        self.assert_both_fail("SELECT * FROM bad", "bad")

    def test_empty_file_among_others(self):
        self.make_numbers("t/a.parquet")
        self.spoil("t/b.parquet", lambda content: b"")
        self.assert_both_fail("SELECT count(*), sum(id) FROM t", "b.parquet")

    def test_zero_rows_in_one_of_several(self):
        self.make_numbers("t/a.parquet")
        self.make("t/b.parquet", "SELECT i AS id, i % 7 AS g, 'x' || i AS s FROM range(0) t(i)")
        self.make_numbers("t/c.parquet", 3)
        self.assert_both_give("SELECT count(*), sum(id) FROM t", ["20003,199990003"])
        self.assert_both_give("SELECT count(*) FROM t WHERE id < 0", ["0"])

    def test_differing_schemas(self):
        self.make("t/a.parquet", "SELECT i AS id, 'x' AS s FROM range(5000) t(i)")
        self.make("t/b.parquet", "SELECT i::INTEGER AS id, 1.5 AS other FROM range(5000) t(i)")
        for sql in ["SELECT count(*), sum(id) FROM t", "SELECT s, count(*) FROM t GROUP BY s",
                    "SELECT other FROM t"]:
            alone, clustered = self.both("--format", "csv", "-c", sql)
            self.assertEqual(clustered.status, alone.status, (alone, clustered))
            self.assertEqual(sorted(clustered.out.splitlines()), sorted(alone.out.splitlines()), (alone, clustered))
            if alone.status != 0:
                self.assert_failure(alone, 1)
                self.assert_failure(clustered, 1)

    def test_differing_types(self):
        self.make("t/a.parquet", "SELECT i AS id FROM range(5000) t(i)")
        self.make("t/b.parquet", "SELECT 'x' || i AS id FROM range(5000) t(i)")
        self.assert_both_fail("SELECT max(id) FROM t")

    def test_names(self):
        names = ['we"ird', "it's", "dot.ted.name", "new\nline", "ünï😀", "-dash", "sp ace", "semi;colon", "$$", "%s%n",
                 "select"]
        for name in names:
            self.make(name + ".parquet", "SELECT i AS id FROM range(5000) t(i)")
        for name in names:
            with self.subTest(name=name):
                quoted = name.replace('"', '""')
                self.assert_both_give(f'SELECT count(*), sum(id) FROM "{quoted}"', ["5000,12497500"])

    def test_name_that_is_no_utf8(self):
        path = os.path.join(os.fsencode(self.data), b"\xff\xfe.parquet")
        self.make_numbers()
        shutil.copy(os.path.join(os.fsencode(self.data), b"numbers.parquet"), path)
        for result in self.both("--format", "csv", "-c", "SELECT count(*) FROM numbers"):
            # either the file is passed over, or it is refused clearly
            if result.status == 0:
                self.assertEqual(result.out.splitlines()[1:], ["20000"], result)
            else:
                self.assert_failure(result, (1, 2))


class Changes(BadInput):
    """Files that change or vanish while the program runs."""

    def talk(self, arguments, first, between, second):
        """Two statements on standard input; `between` happens when the first one has been answered."""
        process = self.start("--tables", self.data, "--format", "csv", *arguments, stdin=subprocess.PIPE)
        process.stdin.write(first.encode() + b";\n")
        process.stdin.flush()
        line = process.stdout.readline() + process.stdout.readline()
        between()
        process.stdin.write(second.encode() + b";\n")
        process.stdin.close()
        process.stdin = None
        result = self.finish(process)
        result.out = line.decode() + result.out
        return result

    def test_vanishes(self):
        for arguments in [[], CLUSTER]:
            path = self.make_numbers()
            result = self.talk(arguments, "SELECT count(*) FROM numbers", lambda: os.remove(path),
                               "SELECT sum(id) FROM numbers")
            self.assert_failure(result, 1, "numbers.parquet")

    def test_is_replaced(self):
        for arguments in [[], CLUSTER]:
            path = self.make_numbers()
            other = self.make_numbers("other.new", 5000)
            result = self.talk(arguments, "SELECT count(*) FROM numbers", lambda: os.replace(other, path),
                               "SELECT count(*), sum(id) FROM numbers")
            self.assertEqual(result.status, 0, result)
            self.assertEqual(result.out.splitlines()[-1], "5000,12497500", result)

    def test_schema_changes(self):
        for arguments in [[], CLUSTER]:
            path = self.make_numbers()
            other = self.make("other.new", "SELECT 'text' AS id FROM range(5000)")
            result = self.talk(arguments, "SELECT count(*) FROM numbers", lambda: os.replace(other, path),
                               "SELECT sum(id) FROM numbers")
            self.assert_failure(result, 1)

    def test_changes_all_the_time(self):
        """A file is replaced again and again under running queries: each answer is that of one of its two states, or
        an error that names it; tasks that read different states never make one answer."""
        path = self.make("t.parquet", "SELECT 1 AS v, i AS id FROM range(20000) t(i)")
        states = [self.make("one.new", "SELECT 1 AS v, i AS id FROM range(20000) t(i)"),
                  self.make("two.new", "SELECT 2 AS v, i AS id FROM range(31000) t(i)")]
        stop = threading.Event()

        def replace():
            turn = 0
            while not stop.is_set():
                shutil.copy(states[turn % 2], path + ".tmp")
                os.replace(path + ".tmp", path)
                turn += 1
                time.sleep(0.05)

        thread = threading.Thread(target=replace)
        thread.start()
        try:
            script = b"SELECT min(v), max(v), count(*), sum(id) FROM t;\n" * 150
            process = self.start("--tables", self.data, "--format", "csv", *CLUSTER, stdin=subprocess.PIPE)
            result = self.finish(process, script)
        finally:
            stop.set()
            thread.join()
        answers = [line for line in result.out.splitlines() if re.match(r"^[\d,]+$", line)]
        self.assertTrue(answers, result)
        self.assertEqual(set(answers) - {"1,1,20000,199990000", "2,2,31000,480484500"}, set(), result)
        self.assertIn(result.status, (0, 1), result)
        if result.status == 1:
            self.assertIn("t.parquet", result.err, result)


class Statements(BadInput):
    def test_syntax_error(self):
        self.assert_both_fail("SELEC 1", "Parser Error", "SELEC")

    def test_unknown_table(self):
        self.assert_both_fail("SELECT * FROM nowhere", "Catalog Error", "nowhere")

    def test_unknown_column(self):
        self.make_numbers()
        self.assert_both_fail("SELECT nope FROM numbers", "Binder Error", "nope")

    def test_cast_error_in_a_task(self):
        self.make_numbers()
        self.assert_both_fail("SELECT g, sum(s::INTEGER) FROM numbers GROUP BY g", "Conversion Error", "x")

    def test_error_in_the_last_rows_of_a_task(self):
        self.make_numbers()
        self.assert_both_fail("SELECT sum(CASE WHEN id = 19999 THEN error('on purpose') ELSE id END) FROM numbers",
                              "on purpose")

    def test_overflow_in_a_task(self):
        self.make_numbers()
        self.assert_both_fail("SELECT max(id * 9000000000000000) FROM numbers", "Out of Range Error")

    def test_error_in_the_head(self):
        self.make_numbers()
        self.assert_both_fail("SELECT ('x' || sum(id))::INTEGER FROM numbers", "Conversion Error")

    def test_scalar_subquery_of_many_rows(self):
        self.make_numbers()
        self.assert_both_fail("SELECT id, (SELECT b.id FROM numbers b WHERE b.g = a.g) FROM numbers a",
                              "more than one row")

    def test_view_over_nothing(self):
        sql = "CREATE TABLE t AS SELECT 1 AS x; CREATE VIEW v AS SELECT * FROM t; DROP TABLE t; SELECT * FROM v"
        self.assert_both_fail(sql, "Catalog Error", "t")

    def test_several_statements(self):
        self.make_numbers()
        for result in self.both("--format", "csv", "-c", "SELECT 1 AS a; SELECT count(*) AS b FROM numbers;; -- end\n"):
            self.assertEqual(result.status, 0, result)
            self.assertEqual(result.out.split(), ["a", "1", "b", "20000"], result)
            self.assertEqual(result.err, "", result)

    def test_goes_on_after_a_failure(self):
        self.make_numbers()
        sql = "SELECT 1 AS a; SELECT nope; SELECT count(*) AS b FROM numbers"
        for result in self.both("--format", "csv", "-c", sql):
            self.assert_failure(result, 1, "nope")
            self.assertEqual(result.out.split(), ["a", "1", "b", "20000"], result)

    def test_bail(self):
        for result in self.both("--bail", "--format", "csv", "-c", "SELECT 1 AS a; SELECT nope; SELECT 2 AS b", "-c",
                                "SELECT 3"):
            self.assert_failure(result, 1, "nope")
            self.assertEqual(result.out.split(), ["a", "1"], result)

    def test_unterminated_string(self):
        self.assert_both_fail("SELECT 'abc", "Error")

    def test_unterminated_comment(self):
        result = self.eider("--format", "csv", "-c", "SELECT 1 AS a; /* no end")
        self.assertIn(result.status, (0, 1), result)
        self.assertEqual(result.out.split(), ["a", "1"], result)

    def test_odd_bytes_on_standard_input(self):
        for text in [b"SELECT \xff\xfe;", b"SELECT 'a\x00b';\n", b"\x00\x01\x02\n;", b"\xef\xbb\xbfSELECT nope;"]:
            with self.subTest(text=text):
                result = self.eider("--format", "csv", *CLUSTER, stdin=text)
                self.assertIn(result.status, (0, 1), result)
                if result.status == 1:
                    self.assert_one_message(result)

    def test_nothing_on_standard_input(self):
        for text in [b"", b"\n\n", b";;;", b"-- only a comment"]:
            result = self.eider("--format", "csv", stdin=text)
            self.assertEqual((result.status, result.out, result.err), (0, "", ""), result)

    def test_deep_nesting(self):
        sql = "SELECT " + "(" * 3000 + "1" + ")" * 3000
        for result in self.both("--format", "csv", "-c", sql):
            if result.status != 0:
                self.assert_failure(result, 1)

    def test_require_distributed(self):
        result = self.eider(*CLUSTER, "--require-distributed", "-c", "SELECT random()")
        self.assert_failure(result, 1, "distributed")
        result = self.eider("--require-distributed", "-c", "SELECT 1")
        self.assert_failure(result, (1, 2), "distributed")


class Options(BadInput):
    def test_workers(self):
        for value in ["-1", "-4", "x", "", "1.5", "4x", "1025", "99999999999999999999", " 4"]:
            with self.subTest(value=value):
                self.assert_failure(self.eider("--local-cluster", value, "-c", "SELECT 1"), 2, "local-cluster")

    def test_unknown_option(self):
        self.assert_failure(self.eider("--no-such-option"), 2, "no-such-option")

    def test_missing_argument(self):
        for option in ["-c", "-f", "-o", "--tables", "--format", "--local-cluster", "--set", "--threads"]:
            with self.subTest(option=option):
                self.assert_failure(self.eider(option), 2, option.lstrip("-"))

    def test_wrong_values(self):
        for arguments in [["--format", "xml"], ["--threads", "0"], ["--threads", "many"], ["--memory-limit", "lots"],
                          ["--set", "novalue"], ["--set", "=1"]]:
            with self.subTest(arguments=arguments):
                self.assert_failure(self.eider(*arguments, "-c", "SELECT 1"), (1, 2))

    def test_unknown_setting(self):
        self.assert_failure(self.eider("--set", "no_such_setting=1", "-c", "SELECT 1"), (1, 2), "no_such_setting")

    def test_wrong_value_of_a_setting(self):
        for setting in ["eider_bytes_per_task=-5", "eider_bytes_per_task=x", "eider_max_tasks_per_stage=-1",
                        "eider_broadcast_joins=perhaps"]:
            with self.subTest(setting=setting):
                self.make_numbers()
                result = self.eider("--tables", self.data, "--local-cluster", "2", "--set", setting, "-c",
                                    "SELECT sum(id) FROM numbers")
                self.assert_failure(result, (1, 2), setting.split("=")[0])

    def test_two_databases(self):
        self.assert_failure(self.eider("a.db", "b.db", "-c", "SELECT 1"), 2)


class Output(BadInput):
    def test_output_in_missing_folder(self):
        result = self.eider("-o", self.path("no", "out.csv"), "-c", "SELECT 1")
        self.assert_failure(result, (1, 2), "out.csv")

    def test_output_is_a_folder(self):
        self.assert_failure(self.eider("-o", self.data, "-c", "SELECT 1"), (1, 2), "data")

    def test_output_on_a_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        self.make_numbers()
        for form in ["csv", "json", "box", "arrow"]:
            with self.subTest(format=form):
                for result in self.both("--format", form, "-o", "/dev/full", "-c", "SELECT * FROM numbers"):
                    self.assert_failure(result, 1, "space")

    def test_standard_output_on_a_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        self.make_numbers()
        with open("/dev/full", "wb") as full:
            process = self.start("--tables", self.data, "--format", "csv", "-c", "SELECT * FROM numbers", stdout=full)
            self.assert_failure(self.finish(process), 1, "space")

    def test_standard_output_is_closed_early(self):
        self.make_numbers(rows=300000)
        for arguments in [[], CLUSTER]:
            process = self.start("--tables", self.data, *arguments, "--format", "csv", "-c",
                                 "SELECT * FROM numbers, range(20)")
            process.stdout.readline()
            process.stdout.close()
            start = time.monotonic()
            err = process.stderr.read().decode()
            process.wait(timeout=TIMEOUT_S)
            self.assertLess(time.monotonic() - start, 60)
            # the reader has what it wanted: nothing to complain about
            self.assertIn(process.returncode, (0, 1, 141, -signal.SIGPIPE), err)
            self.assertLessEqual(len(err.splitlines()), 1, err)
            process.stderr.close()
            self.assertTrue(group_is_gone(process.pid))

    def test_no_standard_output_at_all(self):
        self.make_numbers()
        process = self.start("--tables", self.data, "-c", "SELECT * FROM numbers", stdout=None,
                             preexec_fn=lambda: os.close(1))
        result = self.finish(process)
        self.assert_failure(result, 1)


class Resources(BadInput):
    big = ("SELECT count(*), max(x) FROM (SELECT DISTINCT a.s || b.id AS x FROM numbers a, "
           "(SELECT id FROM numbers LIMIT 300) b)")

    def test_no_room_for_temporary_files(self):
        self.make_numbers(rows=20000)
        for arguments in [[], CLUSTER]:
            result = self.eider("--tables", self.data, *arguments, "--memory-limit", "60MB", "--set",
                                f"temp_directory='{self.path('spill')}'", "--set", "max_temp_directory_size='2MB'",
                                "-c", self.big)
            self.assert_failure(result, 1, "memory")
            shutil.rmtree(self.path("spill"), ignore_errors=True)

    def test_full_disk_for_temporary_files(self):
        disk = self.path("disk")
        os.mkdir(disk)
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True)
        if mount.returncode != 0:
            self.skipTest("cannot mount a small disk here")
        self.addCleanup(subprocess.run, ["umount", disk], capture_output=True)
        self.make_numbers(rows=20000)
        for arguments in [[], CLUSTER]:
            result = self.eider("--tables", self.data, *arguments, "--memory-limit", "60MB", "--set",
                                f"temp_directory='{disk}'", "-c", self.big)
            self.assert_failure(result, 1)

    def test_memory_limit(self):
        self.make_numbers(rows=20000)
        for arguments in [[], CLUSTER]:
            result = self.eider("--tables", self.data, *arguments, "--memory-limit", "60MB", "--set",
                                "temp_directory=''", "-c", self.big)
            self.assert_failure(result, 1, "memory")

    def test_interrupt(self):
        self.make_numbers(rows=20000)
        endless = ("SELECT count(*) FROM numbers a, numbers b, numbers c "
                   "WHERE a.id * b.id % 1000003 = c.id * 7 % 1000003")
        for arguments in [[], CLUSTER]:
            process = self.start("--tables", self.data, *arguments, "-c", endless)
            time.sleep(1.5)
            self.assertIsNone(process.poll(), "the query ended too early")
            process.send_signal(signal.SIGINT)
            start = time.monotonic()
            result = self.finish(process)
            self.assertLess(time.monotonic() - start, 10, result)
            self.assert_failure(result, (1, 130))


def main():
    global PROGRAM
    if len(sys.argv) < 2:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    if not os.access(PROGRAM, os.X_OK):
        print(f"run.py: {PROGRAM} is no program", file=sys.stderr)
        return 2
    return unittest.main()


if __name__ == "__main__":
    sys.exit(main())
