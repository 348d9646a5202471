# SPDX-License-Identifier: Apache-2.0
"""check_source.py FILE …: the rules of the house style that no compiler checks. Prints each breach as FILE:LINE: WHAT.

* lines at most 130 columns (clang-format holds code, but not comments, to 110), files at most 800 lines, functions at
  most 80 (from `{` to `}`), 6 parameters at most;
* functions that cannot be used safely, and in the library those that print or exit;
* no notes to self instead of work; the licence line first;
* a folder below src/ includes only what its CMakeLists.txt names under DEPENDS, and what that names;
* duckdb.h only in engine/ and above, and in the public headers.

A breach that makes the code clearer is allowed by a comment that says why, in the six lines above it (for a file: in
its first thirty lines): `long function: …`, `long file: …`, `many parameters: …`.

The tree is formatted by clang-format, so a function's braces stand alone in the first column: that is all the parsing
there is.
"""

import re
import sys
from pathlib import Path

MAX_LINE, MAX_FILE, MAX_FUNCTION, MAX_PARAMETERS = 130, 800, 80, 6
NOTE_TO_SELF = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
BANNED = {
    "strcpy": "snprintf or memcpy", "strcat": "a struct buf", "strncpy": "memcpy", "strncat": "a struct buf",
    "sprintf": "snprintf", "vsprintf": "vsnprintf", "gets": "getline", "strtok": "strtok_r",
    "atoi": "strtol", "atol": "strtol", "atoll": "strtoll", "atof": "strtod", "alloca": "an arena", "tmpnam": "mkstemp",
    "tempnam": "mkstemp", "mktemp": "mkstemp", "localtime": "localtime_r", "gmtime": "gmtime_r", "asctime": "strftime",
    "ctime": "strftime", "rand": "a seeded generator",
}  # fmt: skip
NOT_IN_LIBRARY = {"printf", "puts", "putchar", "perror", "exit", "_exit", "abort", "err", "errx", "warn", "warnx"}
NO_DUCKDB = {"base", "plan", "planner", "sqlgen", "exchange", "rpc"}

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
CALL = re.compile(r"(?<![\w.>])(\w+)\s*\(")


def code_only(text: str) -> str:
    """The text with comments and literals blanked, lines kept."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def excused(lines: list[str], line: int, word: str) -> bool:
    return any(word + ":" in text for text in lines[max(0, line - 6) : line])


def module_of(path: Path) -> str:
    parts = path.parts
    return parts[1] if len(parts) > 2 and parts[0] == "src" else ""


def allowed_modules() -> dict[str, set[str]]:
    """Per folder below src/, the folders that it may include: DEPENDS, followed to the end."""
    direct: dict[str, set[str]] = {}
    for cmake in Path("src").glob("*/CMakeLists.txt"):
        words = re.sub(r"#.*", "", cmake.read_text())
        names = re.search(r"eider_module\(.*?DEPENDS(.*?)\)", words, re.DOTALL)
        direct[cmake.parent.name] = set(re.findall(r"\beider_(\w+)", names.group(1))) if names else set()
    closed = {}
    for folder in direct:
        seen, todo = {folder}, [folder]
        while todo:
            for name in direct.get(todo.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    todo.append(name)
        closed[folder] = seen
    return closed


class Checker:
    def __init__(self) -> None:
        self.allowed = allowed_modules()
        self.breaches = 0

    def breach(self, path: Path, line: int, what: str) -> None:
        print(f"{path}:{line}: {what}")
        self.breaches += 1

    def file(self, path: Path) -> None:
        text = path.read_text()
        lines = text.split("\n")
        code = code_only(text).split("\n")
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines[:3]):
            self.breach(path, 1, "the SPDX licence line is missing")
        if len(lines) - 1 > MAX_FILE and not excused(lines, 30, "long file"):
            self.breach(path, MAX_FILE, f"{len(lines) - 1} lines, more than {MAX_FILE}")
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_LINE and path.suffix in (".c", ".h", ".py"):
                self.breach(path, number, f"{len(line)} columns, more than {MAX_LINE}")
            if NOTE_TO_SELF.search(line):
                self.breach(path, number, "a note to self: do it, or file it")
        if path.suffix in (".c", ".h", ".def"):
            self.calls(path, code)
            self.includes(path, lines)
            self.functions(path, lines, code)

    def calls(self, path: Path, code: list[str]) -> None:
        library = path.parts[0] == "src" and module_of(path) != "cli"
        for number, line in enumerate(code, 1):
            for name in CALL.findall(line):
                if name in BANNED:
                    self.breach(path, number, f"{name} is banned: use {BANNED[name]}")
                elif library and name in NOT_IN_LIBRARY:
                    self.breach(path, number, f"{name}: the library never prints or exits")

    def includes(self, path: Path, lines: list[str]) -> None:
        module = module_of(path)
        if not module:
            return
        for number, line in enumerate(lines, 1):
            match = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
            if not match:
                continue
            folder = match.group(1).split("/")[0]
            if folder in self.allowed and folder not in self.allowed.get(module, set()):
                self.breach(path, number, f"{module}/ may not include {match.group(1)}: not among its DEPENDS")
            if match.group(1) == "duckdb.h" and module in NO_DUCKDB:
                self.breach(path, number, f"duckdb.h does not belong in {module}/")

    def functions(self, path: Path, lines: list[str], code: list[str]) -> None:
        start = None
        for index, line in enumerate(code):
            if line.rstrip() == "{":
                start = index
                self.parameters(path, lines, code, index)
            elif line.rstrip() == "}" and start is not None:
                length = index - start + 1
                if length > MAX_FUNCTION and not excused(lines, self.head(code, start), "long function"):
                    self.breach(path, start + 1, f"a function of {length} lines, more than {MAX_FUNCTION}")
                start = None

    @staticmethod
    def head(code: list[str], brace: int) -> int:
        """The first line of the signature above a function's brace."""
        first = brace
        while first > 0 and code[first - 1].strip() and not re.search(r"[;}]\s*$|^#", code[first - 1]):
            first -= 1
        return first

    def parameters(self, path: Path, lines: list[str], code: list[str], brace: int) -> None:
        first = self.head(code, brace)
        signature = " ".join(code[first:brace])
        depth = commas = 0
        for char in signature:
            depth += (char == "(") - (char == ")")
            commas += char == "," and depth == 1
        if commas + 1 > MAX_PARAMETERS and not excused(lines, first, "many parameters"):
            self.breach(path, first + 1, f"{commas + 1} parameters, more than {MAX_PARAMETERS}")


def main() -> int:
    checker = Checker()
    for name in sys.argv[1:]:
        checker.file(Path(name))
    return 1 if checker.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
