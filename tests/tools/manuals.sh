#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages are in order, name each other only, and fit a terminal of 80 columns.
command -v mandoc >/dev/null || exit 77
cd "${srcdir:-.}/docs/man" || exit 99
folder=$(mktemp -d "${TMPDIR:-/tmp}/manuals.XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
status=0

complain() {
    echo "$*"
    status=1
}

# mandoc looks for other manuals where they are installed, which ours need not be.
mandoc -T lint ./* | grep -v 'referenced manual not found: Xr fairlead' && status=1
for page in *; do
    case $page in
    fairlead.8 | fairlead.conf.5 | fairleadctl.1 | fairlead-labels.7) ;;
    *) complain "$page: nobody installs it" ;;
    esac
    sed -n 's/^\.Xr \([^ ]*\) \([0-9]\).*/\1.\2/p' "$page" | while read -r other; do
        [ -f "$other" ] || echo "$page: there is no $other"
    done >"$folder/missing"
    [ ! -s "$folder/missing" ] || complain "$(cat "$folder/missing")"
    mandoc -T ascii -O width=78 "$page" | sed 's/.\x08//g' >"$folder/text"
    # One long name is a line of its own, whatever the width.
    awk 'length > 80 && NF > 1' "$folder/text" >"$folder/long"
    [ ! -s "$folder/long" ] || complain "$page: wider than 80 columns: $(cat "$folder/long")"
    grep -nE '`|\]\(|\*\*|^ *\|' "$folder/text" >"$folder/markdown" &&
        complain "$page: not all of the document's form was understood: $(cat "$folder/markdown")"
done
[ "$(find . -type f | wc -l)" = 4 ] || complain "there should be four manuals"

has() { # PAGE TEXT
    mandoc -T ascii "$1" | sed 's/.\x08//g' | grep -qF -- "$2" || complain "$1: no $2"
}

# A row of each table has come through.
has fairlead.8 "--check-config"
has fairlead.8 SIGUSR1
has fairlead.8 /etc/fairlead/fairlead.conf
has fairlead.conf.5 health_check.interval_seconds
has fairlead.conf.5 http_header_name
has fairlead.conf.5 fixed-response
has fairleadctl.1 "fairleadctl explain URL [-H 'NAME: VALUE']... [-X METHOD]"
has fairleadctl.1 "no daemon"
has fairlead-labels.7 fairlead.enable
has fairlead-labels.7 com.docker.swarm.service.name
exit $status
