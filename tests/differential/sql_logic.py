# SPDX-License-Identifier: Apache-2.0
"""SQL logic tests (.test files, as DuckDB and SQLite have them), run by DuckDB alone and by Eider: the rows are the same.

usage: sql_logic.py [--eider PROGRAM] [--root DIR] [--workers N] [--set NAME=VALUE ...] [--jobs N]
                    [--min-distributed N] [--temporary] FILE_OR_FOLDER ...

Each file is one script. Tables are those of the database in memory, shared among the tasks (eider_split_native_tables); TEMP
tables become tables, as they cannot be shared, unless --temporary. Paths in the tests are relative to --root. What a file expects
is not looked at: DuckDB alone is. Files with several connections, restarts, databases of their own or threads are skipped.

Not compared: EXPLAIN and PRAGMA, and queries of what differs from run to run (random(), uuid(), duckdb_logs() ...). Rows are
compared as multisets, numbers to 9 digits. Rows that come in another order where the text has an ORDER BY are named but are no
failure: the order may be that of a subquery. Exit status: 0; 1 if something differs, if fewer than --min-distributed queries were
distributed, or if there is no test.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

MARK = "sql_logic mark"
MOST_VALUES = 12  # of a loop that are run
MOST_BYTES = 1500000  # of a file's statements: they go onto a command line
MOST_STATEMENT = 120000
SECONDS = 120  # that a file may take
GROUPS = {
    "<integral>": "tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint uhugeint",
    "<signed>": "tinyint smallint integer bigint hugeint",
    "<unsigned>": "utinyint usmallint uinteger ubigint uhugeint",
    "<compression>": "uncompressed"}
GROUPS["<numeric>"] = GROUPS["<integral>"] + " float double"
GROUPS["<alltypes>"] = "bool interval varchar " + GROUPS["<numeric>"]
FORCED = ["--set", "eider_split_native_tables=true", "--set", "eider_bytes_per_task=1", "--set", "eider_verdict_cache=false"]
NOT_HERE = {"restart", "load", "reconnect", "require-env", "test-env", "unzip", "concurrentloop", "concurrentforeach"}
INCOMPARABLE = re.compile(
    r"(?is)\A\s*(--[^\n]*\n\s*)*(explain|pragma|analyze)\b|\brandom\(|uuid|nextval|currval|reservoir_quantile|"
    r"duckdb_(logs|settings|memory|temporary|dependencies|constraints)|current_(local)?time|localtime|\bnow\(")


class Skipped(Exception):
    pass


def loop_values(words):
    if words[0] == "loop":
        return [str(number) for number in range(int(words[2]), int(words[3]))]
    values = []
    for word in words[2:]:
        if word.startswith("!"):
            values = [value for value in values if value != word[1:]]
        elif word.startswith("<"):
            if word not in GROUPS:
                raise Skipped("a loop over " + word)
            values += GROUPS[word].split()
        else:
            values.append(word)
    return values


def unroll(words, body):
    """The statements of a loop, once for each value."""
    statements = []
    for value in loop_values(words)[:MOST_VALUES]:
        names, parts = words[1].split(","), value.split(",")
        lines = body
        for name, part in zip(names, parts if len(names) > 1 else [value]):
            lines = [line.replace("${" + name + "}", part) for line in lines]
        statements += statements_of(lines)
    return statements


def loop_body(lines, at):
    """The lines of the loop that begins at `at`, and where it ends."""
    depth, body = 1, []
    for number in range(at + 1, len(lines)):
        first = lines[number].split()[:1]
        depth += first in (["loop"], ["foreach"])
        depth -= first == ["endloop"]
        if depth == 0:
            return body, number
        body.append(lines[number])
    raise Skipped("a loop without end")


def skip_block(lines, at):
    while at < len(lines) and lines[at].strip():
        at += 1
    return at


def statements_of(lines):
    """The SQL of each statement and query, loops unrolled."""
    statements, at = [], 0
    while at < len(lines):
        words = lines[at].split()
        if words and words[0] in NOT_HERE:
            raise Skipped(words[0])
        if words[:1] in (["loop"], ["foreach"]):
            body, at = loop_body(lines, at)
            statements += unroll(words, body)
        elif words[:2] == ["set", "seed"]:
            statements.append(f"SELECT setseed({words[2]})")
        elif words[:2] == ["mode", "skip"]:
            while at < len(lines) and lines[at].split() != ["mode", "unskip"]:
                at += 1
        elif words[:1] in (["statement"], ["query"]):
            label = words[2:] if words[0] == "statement" else words[3:]
            if label and not (words[0] == "query" and label[0].startswith("label")):
                raise Skipped("several connections")
            end = skip_block(lines, at)
            sql = lines[at + 1:end]
            if "----" in sql:
                sql = sql[:sql.index("----")]
            statements.append("\n".join(sql))
            at = end
        at += 1
    return statements


def read_test(path, folder, options):
    with open(path, errors="surrogateescape") as file:
        text = file.read().replace("\r", "")
    for name in ("__TEST_DIR__", "{TEST_DIR}", "{TEMP_DIR}"):
        text = text.replace(name, folder)
    text = text.replace("{DATA_DIR}", "data").replace("__WORKING_DIRECTORY__", options.root)
    statements = []
    for sql in statements_of(text.split("\n")):
        if not options.temporary:
            sql = re.sub(r"(?i)\bcreate\s+(or\s+replace\s+)?temp(orary)?\s+table", r"CREATE \1TABLE", sql)
        if not re.match(r"(?i)\s*pragma\s+(enable_verification|disable_verification|verify)", sql):
            statements.append(sql)
    if sum(len(sql) for sql in statements) > MOST_BYTES or any(len(sql) > MOST_STATEMENT for sql in statements):
        raise Skipped("its size")
    return statements


def run(statements, folder, arguments, options):
    """What each statement prints, by its number; the errors; the statistics of the queries."""
    command = [options.eider, "--format", "json", "--threads", "2", *arguments]
    for number, sql in enumerate(statements):
        command += ["-c", f"SELECT '{MARK} {number}' AS m", "-c", sql]
    os.makedirs(folder, exist_ok=True)
    try:
        done = subprocess.run(command, cwd=options.root, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return {"all": f"more than {SECONDS} seconds"}, [], []
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    parts = re.split(r'\[\{"m":"' + MARK + r' (\d+)"\}\]\n?', done.stdout.decode(errors="surrogateescape"))
    lines = done.stderr.decode(errors="surrogateescape").split("\n")
    results = {int(number): text.strip() for number, text in zip(parts[1::2], parts[2::2])}
    if done.returncode not in (0, 1):
        results["all"] = f"exit status {done.returncode}"
    errors = [line for line in lines if line.startswith("eider: ")]
    return results, errors, [json.loads(line) for line in lines if line.startswith('{"planning_ms"')]


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


def rows_of(text):
    """A list of rows for each result in the text."""
    results, at, decoder = [], 0, json.JSONDecoder()
    while at < len(text):
        rows, at = decoder.raw_decode(text, at)
        results.append([json.dumps(rounded(row)) for row in rows])
        while at < len(text) and text[at].isspace():
            at += 1
    return results


def compare(sql, alone, eider):
    """"" if they are the same, else how they differ."""
    if alone == eider or INCOMPARABLE.search(sql):
        return ""
    try:
        left, right = rows_of(alone), rows_of(eider)
    except ValueError:
        return "DIFFERS"
    if left == right or (not re.search(r"(?i)order\s+by", sql) and list(map(sorted, left)) == list(map(sorted, right))):
        return ""
    return "other order" if list(map(sorted, left)) == list(map(sorted, right)) else "DIFFERS"


def run_file(path, options):
    """How the file ended, what is to be said of it, and the statistics of its queries."""
    folder = os.path.join(options.folder, re.sub(r"\W", "_", os.path.relpath(path, options.root)))
    try:
        statements = read_test(path, folder, options)
    except Skipped as reason:
        return "skipped", f"{path}: {reason}", []
    settings = [item for setting in options.settings for item in ("--set", setting)]
    alone = run(statements, folder, ["--local-cluster", "0"], options)
    if "all" in alone[0]:
        return "skipped", f"{path}: DuckDB alone: {alone[0]['all']}", []
    eider = run(statements, folder, ["--local-cluster", str(options.workers), "--stats", *FORCED, *settings], options)
    said, ending = [], "same"
    for number in sorted(set(alone[0]) | set(eider[0]), key=str):
        sql = statements[number] if isinstance(number, int) else "the whole file"
        left, right = alone[0].get(number, "nothing"), eider[0].get(number, "nothing")
        how = compare(sql, left, right)
        if how:
            said.append(f"{path}: {how}\n  {sql}\n  DuckDB: {left[:400]}\n  Eider:  {right[:400]}")
            ending = "DIFFERENT" if how == "DIFFERS" else ending
    if len(alone[1]) != len(eider[1]):
        said.append(f"{path}: other errors\n  DuckDB: {[error for error in alone[1] if error not in eider[1]][:3]}\n"
                    f"  Eider:  {[error for error in eider[1] if error not in alone[1]][:3]}")
        ending = "DIFFERENT"
    for query in eider[2]:
        if query["verdict_kind"] in ("net", "plan_unreadable"):
            said.append(f"{path}: {query['verdict_kind']}: {query['verdict']}")
            ending = "DIFFERENT"
    return ending, "\n".join(said), eider[2]


def parse_options():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--eider", default="build/release/eider", type=os.path.abspath)
    parser.add_argument("--root", default=".", type=os.path.abspath)
    parser.add_argument("--workers", default=3, type=int)
    parser.add_argument("--set", dest="settings", action="append", default=[])
    parser.add_argument("--jobs", default=2, type=int)
    parser.add_argument("--min-distributed", default=1, type=int)
    parser.add_argument("--temporary", action="store_true")
    parser.add_argument("paths", nargs="+")
    return parser.parse_args()


def main():
    options = parse_options()
    files = []
    for path in options.paths:
        files += [path] if os.path.isfile(path) else [os.path.join(folder, name) for folder, _, names in os.walk(path)
                                                      for name in names if name.endswith(".test")]
    endings, verdicts = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as options.folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for ending, said, queries in pool.map(lambda path: run_file(os.path.abspath(path), options), sorted(files)):
            endings[ending] += 1
            verdicts.update(query["verdict_kind"] for query in queries)
            if said and ending != "skipped":
                print(said, flush=True)
    print("files:", dict(endings))
    print("queries:", dict(verdicts))
    enough = verdicts["distributable"] >= options.min_distributed
    if not enough:
        print(f"fewer than {options.min_distributed} queries were distributed")
    sys.exit(0 if enough and endings["same"] > 0 and endings["DIFFERENT"] == 0 else 1)


if __name__ == "__main__":
    main()
