#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What tests/support/vtc prints of a failing test ends with what failed.
: "${srcdir:=.}"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cat >"$work/fails.vtc" <<'END'
vtest "wants another status"
server s1 {
	rxreq
	txresp -status 503
} -start
client c1 -connect ${s1_sock} {
	txreq
	rxresp
	expect resp.status == 200
} -run
END
"$srcdir/tests/support/vtc" "$work/fails.vtc" >"$work/output" 2>&1
status=$?
[ $status != 77 ] || exit 77
tail -n 1 "$work/output" | grep '^---- c1 .*503' && [ $status != 0 ] && exit 0
cat "$work/output"
exit 1
