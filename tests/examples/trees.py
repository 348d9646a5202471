#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""trees.py EXAMPLE: partial-reduction trees of many widths, by examples/custom_distributed_partial_reduction_tree.

Each width gives the rows of DuckDB alone; the plan has the stages that the widths say, without boundaries from one task to
one; wrong arguments get exit status 2 and a message that names them; nothing stays in the folder for temporary files.
"""
import os
import re
import subprocess
import sys
import tempfile

example = sys.argv[1]
WIDTHS = (1, 2, 3, 5, 16)
QUERIES = (
    'SELECT "RainToday", month("Date") % 5 AS month, count(*), sum("MinTemp"), avg("MaxTemp"), round(stddev("MaxTemp"), 6), '
    'count(DISTINCT "Rainfall"), arg_max("MinTemp", "Date") FROM weather GROUP BY ALL ORDER BY ALL',
    'SELECT min("Date"), sum("MinTemp"), count("Rainfall") FILTER (WHERE "RainToday" = \'Yes\') FROM weather',
)
COUNT = "SELECT count(*) FROM weather"
failures = runs = 0


def fail(text):
    global failures
    failures += 1
    print(text)


def run(*arguments):
    global runs
    runs += 1
    with tempfile.TemporaryDirectory(prefix="eider-trees-") as folder:
        env = {**os.environ, "TMPDIR": folder}
        done = subprocess.run([example, *arguments], capture_output=True, text=True, timeout=120, env=env)
        if os.listdir(folder):
            fail(f"{arguments}: left {os.listdir(folder)}")
    return done


def answer(*arguments):
    done = run(*arguments)
    if done.returncode != 0 or done.stderr:
        fail(f"{arguments}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def stages(leaf, mid):
    """The number of tasks of each stage below the head: a stage ends where its boundary has more than one task on a side."""
    if mid == 0:
        return [leaf] if leaf > 1 else []
    return [tasks for tasks, above in ((leaf, mid), (mid, 1)) if (tasks, above) != (1, 1)]


def check_plan(leaf, mid):
    plan = answer(COUNT, "--leaf-tasks", str(leaf), "--mid-tasks", str(mid), "--show-distributed-plan")
    expected = stages(leaf, mid)
    heads = {int(stage): tasks.count(":[") for stage, tasks in re.findall(r"┌─+ Stage (\d+) ── Tasks: (.*)", plan)}
    boundaries = re.findall(r"\[Stage (\d+)\] => NetworkCoalesceExec: .*input_tasks=(\d+)", plan)
    inputs = {int(stage): int(tasks) for stage, tasks in boundaries}
    if heads != dict(enumerate(expected, 1)) or inputs != heads:
        fail(f"{leaf} over {mid}: stages {expected} expected, but the plan is\n{plan}")
    if (not expected) != plan.startswith("not distributed") or ("DistributedExec" in plan) != bool(expected):
        fail(f"{leaf} over {mid}: distributed or not?\n{plan}")


def check_widths():
    alone = {sql: answer(sql, "--leaf-tasks", "1", "--mid-tasks", "1") for sql in QUERIES}
    for leaf in WIDTHS:
        for mid in (0, *WIDTHS):
            check_plan(leaf, mid)
            for sql in QUERIES:
                rows = answer(sql, "--leaf-tasks", str(leaf), "--mid-tasks", str(mid))
                if rows != alone[sql]:
                    fail(f"{leaf} over {mid}: {sql}\ngives\n{rows}but DuckDB alone gives\n{alone[sql]}")


def check_refused(status, message, *arguments):
    done = run(*arguments)
    if done.returncode != status or message not in done.stderr or done.stdout:
        fail(f"{arguments}: exit status {done.returncode} for {status}, \"{message}\" in\n{done.stderr}{done.stdout}")


def check_arguments():
    for option, least in (("--leaf-tasks", 1), ("--mid-tasks", 0), ("--workers", 1)):
        wrong = ["-1", "1001", "1000000", "99999999999999999999999", "text", "3x", "0x3", "2.5", "+3", " 3", ""]
        for value in wrong + (["0"] if least > 0 else []):
            check_refused(2, f"{option}: a number from {least} to 1000, not '{value}'\n", COUNT, option, value)
        check_refused(2, f"{option}: a number from {least} to 1000, not ''\n", COUNT, option)
    check_refused(2, "unexpected argument '--leaves'", COUNT, "--leaves", "3")
    check_refused(2, f"unexpected argument '{COUNT}'", COUNT, COUNT)
    check_refused(2, "usage: ")
    check_refused(1, "Parser Error", "SELEC 1")
    check_refused(1, "Catalog Error", "SELECT count(*) FROM whether")
    for tasks in ("17", "1000"):  # more than workers, files and rows
        if answer(COUNT, "--leaf-tasks", tasks, "--mid-tasks", tasks) != answer(COUNT):
            fail(f"{tasks} tasks: other rows")
    if answer('SELECT "Date" FROM weather ORDER BY "Rainfall" DESC, 1 LIMIT 1').count("\n") != 5:
        fail("a query without an aggregate is answered as well")


check_widths()
check_arguments()
print(f"{runs} runs, {failures} failures")
sys.exit(failures > 0)
