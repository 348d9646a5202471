#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""guides.py CC SOURCE_DIR EIDER INCLUDE_DIR …: what docs/guide and docs/examples say is so.

Their C blocks that start with an #include are whole files, and compile; the others stand in an example as they are. Links lead
somewhere, and the pages name each setting and status.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

cc, source, eider = sys.argv[1:4]
system = [part for folder in sys.argv[4:] for part in ("-isystem", folder)]
root = pathlib.Path(source)
warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Wno-missing-prototypes", "-Werror"]
flags = ["-std=c11", *warnings, "-fsyntax-only", "-I", f"{source}/include"]
block = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
examples = "\n".join(path.read_text() for path in (root / "examples").glob("**/*.c"))
failures = blocks = 0


def fail(text):
    global failures
    failures += 1
    print(text)


for page in sorted([*(root / "docs/guide").glob("*.md"), *(root / "docs/examples").glob("*.md")]):
    text = page.read_text()
    for number, found in enumerate(block.finditer(text)):
        if found.group(1) != "c":
            continue
        blocks += 1
        where = f"{page.relative_to(root)}, block {number}"
        if not found.group(2).startswith("#include"):
            if found.group(2).strip() not in examples:
                fail(f"{where}: in no example")
            continue
        with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
            file.write(found.group(2))
            file.flush()
            done = subprocess.run([cc, *flags, *system, file.name], capture_output=True, text=True)
        if done.returncode != 0:
            fail(f"{where}: does not compile\n{done.stderr}")
    for link in re.findall(r"\]\(([^)#]+)", text):
        if not link.startswith("http") and not (page.parent / link).exists():
            fail(f"{page.relative_to(root)}: no such page: {link}")

listed = subprocess.run([eider, "--format", "csv", "-c", "SELECT name, value FROM duckdb_settings() WHERE name LIKE 'eider_%'"],
                        capture_output=True, text=True, check=True).stdout.splitlines()[1:]  # fmt: skip
settings = (root / "docs/guide/settings.md").read_text()
for line in listed:
    name, value = line.split(",", 1)
    if f"| `{name}` | `{value}` |" not in settings:
        fail(f"docs/guide/settings.md: nothing of {name}, whose default is {value}")
if len(re.findall(r"^\| `eider_", settings, re.M)) != len(listed):
    fail("docs/guide/settings.md: a setting that is none")
errors = (root / "docs/guide/errors.md").read_text()
for status in re.findall(r"\bEIDER_ERROR_[A-Z_]+\b(?= = )", (root / "include/eider/error.h").read_text()):
    if f"| `{status}` |" not in errors:
        fail(f"docs/guide/errors.md: nothing of {status}")
print(f"{blocks} blocks, {len(listed)} settings, {failures} failures")
sys.exit(failures > 0 or blocks == 0 or not listed)
