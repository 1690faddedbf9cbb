#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a person gets for a configuration with something wrong: the exact text, file by file, from
# tests/fixtures/config/broken_files.txt ("== TITLE", the file, "-> STATUS", the output).
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

golden=$(dirname "${BASH_SOURCE[0]}")/../fixtures/config/broken_files.txt

# FILES/NN.title, .conf, .status and .expected of each piece.
mkdir "$work/files"
awk -v folder="$work/files" '
    /^== / { number++; start = sprintf("%s/%03d", folder, number); out = start ".conf"
             printf "" >out; print substr($0, 4) >(start ".title"); next }
    /^-> / { print substr($0, 4) >(start ".status"); out = start ".expected"; printf "" >out; next }
    { print >out }' "$golden"

cd "$work"
count=0
for title in files/*.title; do
    piece=${title%.title}
    step "$(cat "$title")"
    cp "$piece.conf" fairlead.conf
    status=0
    timeout 60 "$fairlead" -c -f fairlead.conf >output 2>&1 || status=$?
    [ "$status" -eq "$(cat "$piece.status")" ] || fail "exit status $status: $(cat output)"
    diff -u "$piece.expected" output || fail "another text"
    count=$((count + 1))
done
[ "$count" -ge 24 ] || fail "only $count files in $golden"
