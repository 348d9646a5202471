# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts: where the tree is, and how they speak.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
deps=$root/.deps

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

# die MESSAGE [HINT …]: one clear message, then the hints, one a line.
die() {
    say "$1"
    shift
    local hint
    for hint in "$@"; do printf '  %s\n' "$hint" >&2; done
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }
