#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# guides.sh CC SOURCE_DIR INCLUDE_DIR …: the C blocks of docs/guide that start with an #include are whole files, and compile.
set -euo pipefail
cc=$1 source=$2
shift 2
system=()
for dir in "$@"; do system+=(-isystem "$dir"); done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 count=0

for guide in "$source"/docs/guide/*.md; do
    name=$(basename "$guide" .md)
    awk -v prefix="$work/$name" '/^```c$/ { block++; first = 1; next } /^```/ { first = 0; whole = 0; next }
        first { whole = /^#include/; first = 0 } whole { print > (prefix "_" block ".c") }' "$guide"
done
for file in "$work"/*.c; do
    [ -e "$file" ] || break
    count=$((count + 1))
    "$cc" -std=c11 -Wall -Wextra -Wpedantic -Wno-missing-prototypes -Werror -fsyntax-only -I "$source/include" "${system[@]}" "$file" ||
        { echo "does not compile: block $(basename "$file" .c)"; failed=1; }
done
echo "$count blocks"
[ "$count" -gt 0 ] && exit $failed
