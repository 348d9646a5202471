# SPDX-License-Identifier: Apache-2.0
"""pypi_fetch.py PROJECT FILENAME DIR: downloads one file of a project from the package index into DIR.

Why not `pip download`: for a source distribution it runs the project's build backend to learn its metadata, and that
needs a tool chain and more downloads for nothing. This asks pip's own finder for the file's place, so pip's
configuration (index, mirrors, proxies, certificates) holds, and fetches the file with pip's own session. The caller
checks the SHA-256.

Uses internals of pip that have been the same from 22.0 to 25.3 at least; scripts/setup runs it with the pip that it
pins.
"""

import os
import sys

from pip._internal.cli.cmdoptions import make_target_python
from pip._internal.commands import create_command


def main() -> int:
    project, filename, folder = sys.argv[1:]
    args = ["--no-deps", "--ignore-requires-python", project]
    if filename.endswith(".whl"):
        platform = filename[: -len(".whl")].split("-")[-1].split(".")[-1]
        args += ["--only-binary", ":all:", "--platform", platform]
    command = create_command("download")
    options, _ = command.parse_args(args)
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(
            options=options, session=session, target_python=make_target_python(options)
        )
        links = {candidate.link.filename: candidate.link for candidate in finder.find_all_candidates(project)}
        if filename not in links:
            print(f"the package index lists no {filename} for {project}, or cannot be reached", file=sys.stderr)
            return 1
        url = links[filename].url_without_fragment
        target = os.path.join(folder, filename)
        with session.get(url, headers={"Accept-Encoding": "identity"}, stream=True) as reply:
            reply.raise_for_status()
            with open(target + ".part", "wb") as out:
                for block in reply.iter_content(1 << 20):
                    out.write(block)
        os.rename(target + ".part", target)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as error:  # one line instead of a traceback through pip
        sys.exit(f"{type(error).__name__}: {error}")
