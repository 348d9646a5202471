# SPDX-License-Identifier: Apache-2.0
"""Random folders of CSV and JSON files, read by DuckDB alone and by three workers: the rows are the same, or both fail.

usage: text_files.py EIDER FIRST COUNT

Each number of FIRST, FIRST + 1, … makes one folder: files of different sizes, keys that some objects have or that differ in case,
values of other types, dates in one of three orders, arrays and lines, compressed files, folders key=value, arguments.
"""
import csv
import datetime
import gzip
import io
import json
import os
import random
import subprocess
import sys
import tempfile

eider, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
KEYS = ["id", "k", "Name", "name", "d", "ts", "v", "s", "l", "m", "b", "x_1", "x", "fn"]
NESTED = {"s", "l", "m"}


def value(rng, key, dates, odd):
    number = rng.randint(0, 50)
    if rng.random() < 0.1:
        return None
    if odd and rng.random() < 0.3:
        return rng.choice([1.5, "text", 10**12, True, [1], {"z": 1}, "2020-01-01"])
    day = datetime.date(2020, 1, 1) + datetime.timedelta(number * 7)
    hour = datetime.datetime(2020, 1, 1) + datetime.timedelta(hours=number)
    return {"id": number, "k": number % 5, "Name": f"n{number}", "name": f"m{number}", "d": day.strftime(dates),
            "ts": hour.strftime("%Y-%m-%d %H:%M:%S"), "v": number / 4, "s": {"a": number, "b": str(number)},
            "l": [number] * (number % 3), "m": {f"k{number % 7}": number}, "b": number % 2 == 0, "x_1": -number,
            "x": number, "filename": f"f{number}", "fn": f"g{number}"}[key]


def write_csv(rng, path, keys, rows):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=rng.choice(",,,;"))
    columns = [key for key in keys if key not in NESTED] or ["id"]
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row.get(key, "") for key in columns])
    with open(path + ".csv", "w") as file:
        file.write(text.getvalue())


def write_json(rng, path, rows):
    form = rng.random()
    if form < 0.7:
        text = "".join(json.dumps(row) + "\n" for row in rows)
    else:
        text = json.dumps(rows) if form < 0.85 else "\n".join(json.dumps(row, indent=1) for row in rows)
    if rng.random() < 0.1:
        with gzip.open(path + ".json.gz", "wt") as file:
            file.write(text)
    else:
        with open(path + ".json", "w") as file:
            file.write(text)


def write_files(rng, folder, is_csv, keys, hive):
    dates = rng.choice(["%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y"])
    for number in range(rng.randint(2, 6)):
        below = f"{folder}/y={rng.choice('12x')}" if hive else folder
        os.makedirs(below, exist_ok=True)
        odd = rng.random() < 0.15
        own = [key for key in keys if rng.random() < 0.9] if rng.random() < 0.3 else list(keys)
        if rng.random() < 0.3:
            rng.shuffle(own)
        rows = [{key: value(rng, key, dates, odd) for key in own if rng.random() > 0.05}
                for _ in range(rng.choice([0, 1, 3, 20, 60]))]
        if is_csv:
            write_csv(rng, f"{below}/f{number}", own, rows)
        else:
            write_json(rng, f"{below}/f{number}", rows)


def source(rng, folder, is_csv, hive):
    either = [", filename = true", ", ignore_errors = true", ", union_by_name = true"]
    options = either + ([", all_varchar = true"] if is_csv else
                        [", sample_size = 5", ", maximum_sample_files = 1", ", records = 'true'", ", maximum_depth = 2",
                         ", timestampformat = '%Y-%m-%d %H:%M:%S'"])
    chosen = "".join(option for option in options if rng.random() < 0.1)
    functions = ["read_csv", "read_csv_auto"] if is_csv else ["read_json", "read_json", "read_json_auto", "read_json_objects"]
    function = rng.choice(functions)
    pattern = f"{folder}/{'*/' if hive else ''}*.{'csv' if is_csv else 'json*'}"
    return f"{function}('{pattern}'{'' if function == 'read_json_objects' else chosen})"


def queries(rng, keys, scan, hive):
    one, two = rng.choice(keys), rng.choice(keys)
    made = [f"SELECT * FROM {scan}", f"SELECT count(*) FROM {scan}", f'SELECT "{one}", count(*) FROM {scan} GROUP BY ALL',
            f'SELECT "{one}", min("{two}"), max("{two}"), count("{two}") FROM {scan} GROUP BY ALL',
            f'SELECT "{one}", "{two}" FROM {scan} WHERE "{one}" IS NOT NULL']
    if hive:
        made += [f'SELECT y, count(*), count("{one}") FROM {scan} GROUP BY ALL', f"SELECT \"{one}\" FROM {scan} WHERE y = '1'"]
    return made


def answers(statements, options):
    """The sorted lines of each statement, none if it failed; how many were distributed; how many failed."""
    arguments = [eider, ":memory:", "--format", "json", "--threads", "2", *options]
    for number, statement in enumerate(statements):
        arguments += ["-c", statement, "-c", f"SELECT 'end of {number}' AS mark"]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    if done.returncode not in (0, 1):
        sys.exit(f"exit status {done.returncode}: {done.stderr[-2000:]}")
    found, lines = [], []
    for line in done.stdout.splitlines():
        line = line.strip("[], ")
        if f'"end of {len(found)}"' in line:
            found.append(sorted(lines))
            lines = []
        elif line:
            lines.append(line)
    told = done.stderr.splitlines()
    errors = sum("Error:" in line and not line.startswith("{") for line in told)  # and not what --stats prints
    return found, done.stderr.count('"distributed":true'), errors


failed = distributed = asked = 0
for seed in range(first, first + count):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="eider-text-") as folder:
        is_csv, hive = rng.random() < 0.3, rng.random() < 0.25
        keys = rng.sample(KEYS + (["filename"] if rng.random() < 0.1 else []), rng.randint(2, 7))
        write_files(rng, folder, is_csv, keys, hive)
        statements = queries(rng, keys, source(rng, folder, is_csv, hive), hive)
        expected, _, errors = answers(statements, [])
        given, spread, other_errors = answers(statements, ["--local-cluster", "3", "--set", "eider_bytes_per_task=1", "--stats"])
    asked += len(statements)
    distributed += spread
    for number, statement in enumerate(statements):
        if expected[number] != given[number]:
            failed += 1
            print(f"{seed}: {statement}\n  expected {expected[number][:3]}\n  found    {given[number][:3]}")
    if errors != other_errors:
        failed += 1
        print(f"{seed}: {errors} statements fail in DuckDB alone, {other_errors} with workers")
print(f"{asked} queries, {distributed} of them distributed, {failed} failed")
sys.exit(failed > 0 or distributed * 4 < asked)
