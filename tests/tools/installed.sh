#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `make install` puts where, below DESTDIR and in this build's directories; a second one
# leaves a configuration that was changed alone; `make uninstall` takes all but that away.
# usage: tests/tools/installed.sh, with builddir as `make check` sets it.
unset MAKEFLAGS MFLAGS MAKELEVEL
cd "${builddir:-.}" || exit 99
folder=$(mktemp -d "${TMPDIR:-/tmp}/installed.XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
status=0

complain() {
    echo "$*"
    status=1
}

make_it() {
    make -s "$@" DESTDIR="$folder" >"$folder.log" 2>&1 || {
        cat "$folder.log"
        exit 1
    }
}

variable() { # NAME: what the Makefile has
    printf 'include Makefile\nprint:\n\t@echo $(%s)\n' "$1" | make -s -f - print
}

files() {
    (cd "$folder" && find . -type f -o -type l) | sed 's,^\.,,' | sort
}

bindir=$(variable bindir) sysconfdir=$(variable sysconfdir) mandir=$(variable mandir)
docdir=$(variable docdir) datadir=$(variable datadir) prefix=$(variable prefix)
unitdir=$(variable systemdunitdir)
{
    cat <<END
$bindir/fairlead
$bindir/fairleadctl
$sysconfdir/fairlead/fairlead.conf
$sysconfdir/logrotate.d/fairlead
$mandir/man1/fairleadctl.1
$mandir/man5/fairlead.conf.5
$mandir/man7/fairlead-labels.7
$mandir/man8/fairlead.8
$unitdir/fairlead.service
$prefix/lib/sysusers.d/fairlead.conf
$prefix/lib/tmpfiles.d/fairlead.conf
$datadir/bash-completion/completions/fairleadctl.bash
$datadir/zsh/site-functions/_fairleadctl
$datadir/fairlead/acme-hook
$datadir/fairlead/grafana-dashboard.json
$datadir/fairlead/prometheus-alerts.yml
$docdir/examples/compose.conf
$docdir/examples/compose.yml
$docdir/examples/fairlead.conf
$docdir/CHANGELOG.md
$docdir/README.md
$docdir/SECURITY.md
END
    for document in $(variable nobase_dist_doc_DATA); do
        case $document in docs/*) echo "$docdir/$document" ;; esac
    done
} | sort >"$folder.expected"

make_it install
files | diff "$folder.expected" - >"$folder.differs" ||
    complain "installed (>) are not the expected (<) files: $(cat "$folder.differs")"
find "$folder" -type f -perm /022 | grep . && complain "others may write these"
grep -rlE '@[a-z]+@' "$folder$sysconfdir" "$folder$unitdir" "$folder$prefix/lib" |
    grep . && complain "something in these was not replaced"
grep -qF "$bindir/fairlead -f $sysconfdir/fairlead/fairlead.conf" "$folder$unitdir/fairlead.service" ||
    complain "the unit does not start $bindir/fairlead"
"$folder$bindir/fairlead" -c -f "$folder$sysconfdir/fairlead/fairlead.conf" >"$folder.check" 2>&1 ||
    complain "the installed configuration is refused: $(cat "$folder.check")"

echo '# mine' >>"$folder$sysconfdir/fairlead/fairlead.conf"
make_it install
grep -q '^# mine$' "$folder$sysconfdir/fairlead/fairlead.conf" || complain "my configuration is gone"
make_it uninstall
[ "$(files)" = "$sysconfdir/fairlead/fairlead.conf" ] || complain "left behind: $(files)"
rm -f "$folder".*
exit $status
