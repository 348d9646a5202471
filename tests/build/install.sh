#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install.sh CMAKE BUILD_DIR CC LIBDIR: installs into a fresh prefix, moves it, and from there builds and runs a program through
# pkg-config and through find_package, shared and static, and runs the installed eider.
set -euo pipefail
cmake=$1 build=$2 cc=$3 libdir=$4
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix="$work/moved here"

fail() { echo "$*"; exit 1; }
# What a program finds must come from the prefix alone.
unset LD_LIBRARY_PATH

"$cmake" --install "$build" --prefix "$work/first" >"$work/log" || { cat "$work/log"; fail "cmake --install failed"; }
mv "$work/first" "$prefix"
lib=$prefix/$libdir
for file in "$lib/libeider.so" "$lib/libeider.a" "$lib/pkgconfig/eider.pc" "$prefix/bin/eider" "$prefix/include/eider/eider.h"; do
    [ -e "$file" ] || fail "not installed: ${file#"$prefix"/}"
done
if grep -rIl -e "$work/first" "$prefix"; then fail "the files above name the prefix, so the tree cannot be moved"; fi

expect() { # PROGRAM WHAT
    local out
    out=$("$1") || fail "$2: does not run"
    case $out in "eider "*", DuckDB v"*", 42") echo "$2: $out" ;; *) fail "$2: said $out" ;; esac
}

export PKG_CONFIG_PATH=$lib/pkgconfig
flags=$(pkg-config --cflags --libs eider)
duckdb_lib=$(pkg-config --variable=duckdb_libdir eider)
eval "'$cc' -std=c11 -Wall -Werror '$here/consumer/main.c' -o '$work/pc' $flags '-Wl,-rpath,$lib' -Wl,-rpath,$duckdb_lib"
expect "$work/pc" "pkg-config"
[[ $(readelf -d "$work/pc") == *"[libeider.so."* ]] || fail "the program does not ask for libeider by its SONAME"

"$cmake" -G Ninja -S "$here/consumer" -B "$work/consumer" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1 &&
    "$cmake" --build "$work/consumer" >>"$work/log" 2>&1 || { cat "$work/log"; fail "find_package(eider) does not build"; }
expect "$work/consumer/consumer_shared" "find_package, shared"
expect "$work/consumer/consumer_static" "find_package, static"
if [[ $(readelf -d "$work/consumer/consumer_static") == *libeider.so* ]]; then fail "the static program needs libeider.so"; fi

"$prefix/bin/eider" --version >"$work/out" || fail "the installed eider does not run"
grep -q . "$work/out" || fail "the installed eider --version says nothing"
libraries=$(ldd "$prefix/bin/eider")
if [[ $libraries == *"not found"* ]]; then fail "the installed eider does not find its libraries: $libraries"; fi
if [ -e "$lib/libduckdb.so" ]; then
    [[ $libraries == *"$prefix"*libduckdb.so* ]] || fail "the installed eider does not use the installed libduckdb"
fi
