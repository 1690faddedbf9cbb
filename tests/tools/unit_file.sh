#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd finds nothing wrong with fairlead.service, and its sandbox is as tight as SECURITY.md says.
command -v systemd-analyze >/dev/null || exit 77
root=$(cd "${srcdir:-.}" && pwd)
build=$(cd "${builddir:-.}" && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/unit.XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
unit=$folder/fairlead.service

# With the programs where they are now: systemd looks for them.
sed -e "s,/usr/bin/fairlead,$build/fairlead,g" "$root/conf/systemd/fairlead.service" >"$unit"
systemd-analyze verify --man=no "$unit" >"$folder/words" 2>&1 || exit 1
# What it says of the machine's other units is not about ours.
grep fairlead "$folder/words" && exit 1
# Newer ones count a little otherwise: never worse than is told.
told=$(sed -n 's/.*exposure level of \([0-9.]*\).*/\1/p' "$root/SECURITY.md")
found=$(systemd-analyze security --offline=true "$unit" | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
awk -v told="$told" -v found="$found" 'BEGIN { exit !(found > 0 && found <= told) }' && exit 0
echo "SECURITY.md says $told, systemd-analyze security $found"
exit 1
