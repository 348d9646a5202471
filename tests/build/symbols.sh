#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# symbols.sh NM LIBEIDER.SO LIBEIDER.A: only symbols that start with eider_ leave either library, all of them declared with
# EIDER_API in include/eider, and every function declared so is there.
set -euo pipefail
nm=$1 shared=$2 static=$3
include=$(cd "$(dirname "$0")/../../include/eider" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$nm" -D --defined-only --format=posix "$shared" | awk '$2 ~ /^[A-Z]$/ { print $1 }' | sort -u >"$work/shared"
"$nm" -g --defined-only --format=posix "$static" | awk '$2 ~ /^[A-Z]$/ { print $1 }' | sort -u >"$work/static"
# Without comments, each declaration on one line, its function's name before the first parenthesis.
cat "$include"/*.h | tr '\n' ' ' | sed -E 's#/\*[^*]*\*+([^/*][^*]*\*+)*/##g' | grep -o 'EIDER_API [^;{}]*;' | sed 's/EIDER_MUST_CHECK//; s/(.*//; s/.*[ *]//; s/;//' |
    sort -u >"$work/declared"

failed=0
[ -s "$work/declared" ] || { echo "no EIDER_API declaration found in $include"; failed=1; }
for library in shared static; do
    if ! diff "$work/declared" "$work/$library" >"$work/diff"; then
        failed=1
        sed -n "s/^> /$library library: leaks a symbol that no public header declares: /p; \
                s/^< /$library library: lacks a function that a public header declares: /p" "$work/diff"
    fi
done
if grep -v '^eider_' "$work/declared"; then echo "declared with EIDER_API without the prefix eider_"; failed=1; fi
exit $failed
