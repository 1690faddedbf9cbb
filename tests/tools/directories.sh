#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The fixed paths come from configure's directories, and the documents do not change with them.
root=$(cd "${srcdir:-.}" && pwd)
[ -x "$root/configure" ] || exit 77
[ ! -e "$root/config.status" ] || exit 77 # built within the source, which allows no other build
folder=$(mktemp -d "${TMPDIR:-/tmp}/directories.XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL CONFIG_SITE
cd "$folder" || exit 99
"$root/configure" -q --no-create --config-cache >/dev/null || exit 99 # what it finds, once for all
status=0

directories() { # OPTION...: what the Makefile has in the end
    rm -f Makefile
    "$root/configure" -q --config-cache "$@" >/dev/null || exit 99
    # shellcheck disable=SC2016
    printf 'include Makefile\nprint:\n\t@echo $(sysconfdir) $(localstatedir) $(runstatedir)\n' |
        make -s -f - print
}

expect() { # EXPECTED OPTION...
    local expected=$1
    shift
    local found
    found=$(directories "$@")
    [ "$found" = "$expected" ] && return
    echo "configure $*: $found, not $expected"
    status=1
}

expect "/etc /var /run"
expect "/etc /var /run" --prefix=/usr
expect "/etc /var /run" --prefix=/usr/local
expect "/etc /var /run" --prefix=/usr --sysconfdir=/etc --localstatedir=/var
expect "/opt/f/etc /opt/f/var /opt/f/var/run" --prefix=/opt/f
expect "/c /var /run" --sysconfdir=/c
expect "/etc /data /data/run" --localstatedir=/data
expect "/etc /var /r" --runstatedir=/r
expect "/etc /d /r" --prefix=/usr --localstatedir=/d --runstatedir=/r

directories --sysconfdir=/own/c --localstatedir=/own/v --runstatedir=/own/r >/dev/null
objects="src/main.o src/model/settings.o tools/fairleadctl/main.o
    src/model/tools_docs_print_reference-settings.o"
# shellcheck disable=SC2086
make -s $objects installed/fairlead.conf installed/fairlead.8 >/dev/null || exit 99

holds() { # OBJECT TEXT
    grep -qaF "$2" "$1" && return
    echo "$1 does not hold $2"
    status=1
}

holds src/main.o /own/c/fairlead/fairlead.conf
holds src/model/settings.o /own/v/lib/fairlead
holds src/model/settings.o /own/r/fairlead/admin.sock
holds tools/fairleadctl/main.o /own/r/fairlead/admin.sock
holds installed/fairlead.conf '"/own/r/fairlead/admin.sock"'
holds installed/fairlead.conf '"/own/v/log/fairlead/access.log"'
holds installed/fairlead.conf '"unix:///var/run/docker.sock"'
holds installed/fairlead.8 /own/c/fairlead/fairlead.conf
holds installed/fairlead.8 /own/v/lib/fairlead
holds installed/fairlead.8 /own/r/fairlead/admin.sock
if grep -qa /own/ src/model/tools_docs_print_reference-settings.o; then
    echo "the documents would change with configure's directories"
    status=1
fi
exit $status
