#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Queries at the edges: of keys, of depth, of stages without rows, with errors: at_scale.py EIDER [unittest arguments].

Each query is run by DuckDB alone and on a cluster that distributes the smallest work, and has to have the same rows both
ways, distributed; an error in a task is said once, with its place. Only the standard library is used; the program makes its
own Parquet files.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
TIMEOUT_S = 120
CLUSTER = ["--local-cluster", "4", "--set", "eider_bytes_per_task=1", "--require-distributed"]
# What equal keys are written as differs between rows of one group: -0.0 and 0.0, NaNs of both signs.
KEY = "CASE WHEN f = 0 THEN 'zero' WHEN isnan(f) THEN 'nan' ELSE f::VARCHAR END"
TABLES = {
    "small": "SELECT range AS id, range % 10 AS g, 's' || range AS s FROM range({p} * 500, {p} * 500 + 500)",
    "special": "SELECT range AS g, ['nan', 'inf', '-inf', '0.0', '-0.0', NULL, '-nan'][1 + range % 7]::DOUBLE AS f "
               "FROM range({p} * 20, {p} * 20 + 20)",
    "none": "SELECT 1 AS id, 2 AS g WHERE false",
}  # fmt: skip


def nested(wrap, count, query):
    for _ in range(count):
        query = wrap(query)
    return query


class AtScale(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="eider-scale-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.data = os.path.join(cls.folder, "data")
        copies = []
        for name, query in TABLES.items():
            os.makedirs(os.path.join(cls.data, name))
            copies += [f"COPY ({query.format(p=p)}) TO 'data/{name}/{p}.parquet'" for p in range(4)]
        result = cls.run_program([], ";\n".join(copies))
        assert result.returncode == 0, result.stderr

    @classmethod
    def run_program(cls, options, text):
        path = os.path.join(cls.folder, "query.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + ";\n")
        command = [PROGRAM, "--tables", cls.data, "--format", "csv", "--stats", *options, "-f", path]
        return subprocess.run(command, cwd=cls.folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)

    def same(self, query):
        alone = self.run_program([], query)
        spread = self.run_program(CLUSTER, query)
        self.assertEqual((alone.returncode, spread.returncode), (0, 0), alone.stderr[-2000:] + spread.stderr[-2000:])
        self.assertTrue(json.loads(spread.stderr.splitlines()[-1])["distributed"])
        self.assertEqual(sorted(alone.stdout.splitlines()), sorted(spread.stdout.splitlines()))

    def test_keys_that_are_no_numbers(self):
        self.same(f"SELECT {KEY} AS k, n FROM (SELECT f, count(*) AS n FROM special GROUP BY f)")
        self.same(f"SELECT {KEY} AS k, n FROM "
                  "(SELECT a.f, count(*) AS n FROM special a JOIN special b ON a.f = b.f GROUP BY a.f)")
        self.same(f"SELECT {KEY} AS k, g, sum(g) OVER (PARTITION BY f ORDER BY g) AS s FROM special")
        self.same("SELECT a.g, b.g AS h FROM special a LEFT JOIN special b ON a.f IS NOT DISTINCT FROM b.f AND b.g < 9")

    def test_stages_without_rows(self):
        self.same("SELECT g, count(*) AS n FROM small WHERE id * 2 < 0 GROUP BY g")
        self.same("SELECT a.g, count(b.id) AS n FROM small a LEFT JOIN none b USING (id) GROUP BY a.g")
        self.same("SELECT count(*) AS n, sum(m) AS s FROM (SELECT g, count(*) AS m FROM small GROUP BY g HAVING count(*) < 0)")

    def test_deep_queries(self):
        self.same("SELECT sum(" + "(" * 200 + "id" + " + 1)" * 200 + ") AS s FROM small")
        self.same(nested(lambda query: f"SELECT id, g + 1 AS g FROM ({query})", 60, "SELECT id, g FROM small"))
        self.same(nested(lambda query: f"SELECT id FROM small WHERE id IN ({query})", 10, "SELECT id FROM small WHERE g = 1"))
        self.same(" UNION ALL ".join(f"SELECT id + {i} AS id FROM small WHERE g = {i % 10}" for i in range(60)))

    def test_correlated_levels(self):
        query = "SELECT max(g) FROM small t24 WHERE t24.id = t23.id"
        for i in range(23, 0, -1):
            query = f"SELECT max(g) + ({query}) FROM small t{i} WHERE t{i}.id = t{i - 1}.id GROUP BY t{i}.id"
        self.same(f"SELECT t0.id, ({query}) AS x FROM small t0")
        query = ("SELECT a.id, (SELECT b.id + (SELECT max(c.g) + (SELECT count(*) FROM small d WHERE d.id = c.id) FROM small c "
                 "WHERE c.id = b.id GROUP BY c.id) FROM small b WHERE b.g = a.g) AS s FROM small a")
        for options in [], CLUSTER:
            result = self.run_program(options, query)
            self.assertEqual((result.returncode, result.stderr.count("More than one row")), (1, 1), result.stderr)

    def test_an_error_in_one_task_is_said_once(self):
        for query, cause in (("CASE WHEN id = 777 THEN error('boom at 777') ELSE true END", "boom at 777"),
                             ("CAST(CASE WHEN id = 777 THEN 'x' ELSE '1' END AS INTEGER) = 1", "Could not convert"),
                             ("(id * g + 9223372036854775000) % 2 = 0", "Overflow")):  # fmt: skip
            with self.subTest(cause):
                result = self.run_program(CLUSTER, f"SELECT g, count(*) AS n FROM small WHERE {query} GROUP BY g")
                self.assertEqual((result.returncode, result.stdout), (1, ""))
                self.assertEqual(result.stderr.count(cause), 1, result.stderr)
                self.assertRegex(result.stderr, r"(?s)stage \d+.*task \d+")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
