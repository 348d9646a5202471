#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py SOURCE_DIR BUILD_DIR LIBDIR [--write]: follows the pages of docs/examples.

Every ```sh block is run in SOURCE_DIR, with BUILD_DIR for build/release; the ```text block that follows it (if one does before
the next command) must be what it printed, word for word. --write puts what it printed there.
"""
import pathlib
import re
import subprocess
import sys

source, build, libdir = sys.argv[1:4]
write = "--write" in sys.argv[4:]
block = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
failures = commands = 0


def same(expected, printed):
    """Equal, but rows of a table may come in any order: no ORDER BY asks for one."""
    return sorted(expected.splitlines()) == sorted(printed.splitlines()) if "| " in expected else expected == printed


def run(command):
    command = command.replace("build/release", build).replace("/tmp/eider-installed/lib", f"/tmp/eider-installed/{libdir}")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=source, capture_output=True, text=True, timeout=300)
    return done.stdout if done.returncode == 0 else f"exit status {done.returncode}\n{done.stdout}{done.stderr}"


for page in sorted(pathlib.Path(source, "docs", "examples").glob("*.md")):
    if page.name == "README.md":
        continue
    text = page.read_text()
    new, end, printed = "", 0, None
    for found in block.finditer(text):
        kind, body = found.group(1), found.group(2)
        if kind == "sh":
            commands += 1
            printed = run(body)
            if printed.startswith("exit status"):
                print(f"{page.name}: {body}{printed}")
                failures += 1
        elif kind == "text" and printed is not None:
            if write:
                new += text[end : found.start(2)] + printed
                end = found.end(2)
            elif not same(body, printed):
                print(f"{page.name}: expected\n{body}but it printed\n{printed}")
                failures += 1
            printed = None
    if write:
        page.write_text(new + text[end:])
print(f"{commands} commands, {failures} failures")
sys.exit(failures > 0 or commands == 0)
