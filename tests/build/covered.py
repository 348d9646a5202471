#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""covered.py SOURCE_DIR: every part of the public headers is used by a test.

Of include/eider: a .c file below tests or examples calls each function (through macros that paste its name too, if the
file hands them the rest of the name); a test asserts each error status; a test sets each callback of a struct, and asserts
the message of one that fails. What is missing is named.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
headers = sorted((root / "include/eider").glob("*.h"))
noise = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
# What tells a callback that fails, in messages: by struct, or for the type of a callback that is a parameter.
SAYS = {
    "eider_call": " cannot be called: ",
    "eider_custom_kind": "{} of the custom node kind ",
    "eider_feed": "feed 'work', {}: ",
    "eider_handlers": "handlers 'mine', {}: ",
    "eider_resolve": "the resolver of the cluster: ",
    "eider_rule": "the rule ",
    "eider_worker_setup": "the set-up of ",
}
failures = []


def code(text):
    """Without comments, and with empty strings."""
    return noise.sub(lambda found: '""' if found.group().startswith('"') else " ", text)


def strings(text):
    """The strings, in a line each; those that stand behind each other are one."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return "\n".join(re.findall(r'"((?:\\.|[^"\\\n])*)"', re.sub(r'"\s+"', "", text)))


def is_called(name, text):
    """As name(…), or as a prefix##x(…) in a file with MACRO(rest of the name)."""
    if name in text and re.search(rf"\b{name}\s*\(", text):
        return True
    for prefix in re.findall(r"\b(eider_\w+_)##\w+\s*\(", text):
        if name.startswith(prefix) and re.search(rf"\(\s*{name[len(prefix):]}\b", text):
            return True
    return False


def is_asserted(status, text):
    """In a statement that asserts something, compares, or is a table of cases."""
    asserts = re.compile(rf"\b\w*(?:assert|fails|refused)\w*\s*\(|[!=]= {status}\b|\[\]\s*=\s*\{{")
    return status in text and any(status in statement and asserts.search(statement) for statement in text.split(";"))


tests = {path: path.read_text() for path in sorted((root / "tests").glob("**/*.c"))}
sources = [code(text) for text in [*tests.values(), *(path.read_text() for path in (root / "examples").glob("**/*.c"))]]
test_code = [code(text) for text in tests.values()]
said = "\n".join(strings(text) for text in tests.values())
functions = statuses = callbacks = 0


def check_callback(owner, name, can_fail):
    global callbacks
    callbacks += 1
    field = f"{owner}.{name}" if name else owner
    sets = re.compile(rf"(?:\.|->){name} = ")
    if name and not any(sets.search(text) and owner in text for text in test_code):
        failures.append(f"no test sets the callback {field}")
    if can_fail and owner not in SAYS:
        failures.append(f"{field} is new: say in {pathlib.Path(__file__).name} how its errors begin")
    elif can_fail and SAYS[owner].format(name) not in said:
        failures.append(f'no test has seen {field} fail: "{SAYS[owner].format(name)}…"')


for header in headers:
    text = code(header.read_text())
    for name in re.findall(r"EIDER_API\b[^;{]*?\b(eider_\w+)\s*\(", text):
        functions += 1
        if not any(is_called(name, source) for source in sources):
            failures.append(f"no test or example calls {name} ({header.name})")
    for status in re.findall(r"\b(EIDER_ERROR_\w+) = \d", text):
        statuses += 1
        if not any(is_asserted(status, source) for source in test_code):
            failures.append(f"no test asserts {status}")
    for owner, body in re.findall(r"^struct (\w+) \{(.*?)^\};", text, re.M | re.S):
        for result, name in re.findall(r"(\w+)\s*\(\*(\w+)\)\(", body):
            check_callback(owner, name, result == "eider_status")
    for name in re.findall(r"typedef enum eider_status \(\*(\w+)\)\(", text):
        check_callback(name, "", True)

for failure in failures:
    print(failure)
print(f"{functions} functions, {statuses} statuses, {callbacks} callbacks; {len(failures)} failures")
sys.exit(1 if failures or min(functions, statuses, callbacks) == 0 else 0)
