#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What --enable-hardening (the default) promises is in the program that was built.
# usage: tests/tools/hardening.sh, with builddir and HARDENING as `make check` sets them.
[ "${HARDENING:-yes}" = yes ] || exit 77
command -v readelf >/dev/null || exit 77
program=${builddir:-.}/fairlead
status=0

must_have() { # WHAT PATTERN READELF-OPTION...
    what=$1 pattern=$2
    shift 2
    LC_ALL=C readelf -W "$@" "$program" | grep -qE "$pattern" && return
    echo "$program: no $what (configure's log says why its flags were not taken)"
    status=1
}

must_have "position independent code (PIE)" 'Flags:.* PIE' -d
must_have "read-only relocations (RELRO)" 'GNU_RELRO' -l
must_have "binding at the start (NOW)" 'BIND_NOW' -d
must_have "stack protector" '__stack_chk_fail' --dyn-syms
must_have "FORTIFY" '__[a-z]+_chk(@|$)' --dyn-syms
LC_ALL=C readelf -W -l "$program" | grep -qE 'GNU_STACK.* RWE' && {
    echo "$program: its stack is executable"
    status=1
}
exit $status
