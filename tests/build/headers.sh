#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers.sh CC CXX SOURCE_DIR INCLUDE_DIR …: every header compiles alone: the public ones as C11 and C++17, with strict warnings,
# the internal ones as C11.
set -euo pipefail
cc=$1 cxx=$2 source=$3
shift 3
system=()
for dir in "$@"; do system+=(-isystem "$dir"); done
warnings=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only)
failed=0 count=0

alone() {
    local header=$1
    shift
    count=$((count + 1))
    printf '#include "%s"\nextern int nothing_else;\n' "$header" | "$@" - || { echo "does not compile alone: $header ($1)"; failed=1; }
}

while IFS= read -r header; do
    alone "$header" "$cc" -xc -std=c11 "${warnings[@]}" -I "$source/include" "${system[@]}"
    alone "$header" "$cxx" -xc++ -std=c++17 "${warnings[@]}" -I "$source/include" "${system[@]}"
done < <(cd "$source/include" && find eider -name '*.h' | sort)

while IFS= read -r header; do
    alone "$header" "$cc" -xc -std=c11 -D_GNU_SOURCE -DNANOARROW_DLL= "${warnings[@]}" -I "$source/include" -I "$source/src" \
        "${system[@]}"
done < <(cd "$source/src" && find . -name '*.h' -printf '%P\n' | sort)

echo "$count compilations"
[ "$count" -gt 0 ] && exit $failed
