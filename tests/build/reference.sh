#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# reference.sh SOURCE_DIR OUTPUT_DIR: the API reference is made of the headers without a warning, and has what it should.
set -euo pipefail
cd "$1"
rm -rf "$2"
mkdir -p "$2"
(cat docs/Doxyfile && echo "OUTPUT_DIRECTORY=$2") | doxygen - || { echo "doxygen warns"; exit 1; }
for page in eider_8h.html nodes_8h.html rules_8h.html structeider__handlers.html; do
    [ -e "$2/html/$page" ] || { echo "no page $page"; exit 1; }
done
# Comments became documentation: of functions, of structs and of members.
grep -q "Runs one statement" "$2/html/eider_8h.html" || { echo "functions have no comments"; exit 1; }
grep -q "for messages; not empty" "$2/html/structeider__handlers.html" || { echo "members have no comments"; exit 1; }
