#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tools/demo-article, with images of busybox, on an engine of the test's own: all of its checks hold,
# and it leaves nothing behind.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/docker.sh"
system_begin "$@"
docker_check
for program in aws docker-registry busybox jq; do
    command -v $program >/dev/null || skip "there is no $program"
done
system_at_end docker_end
dockerd_start

step "the walk-through"
mkdir "$work/tmp"
export TMPDIR=$work/tmp
"$support/../../tools/demo-article" --small --build "$builddir" 2>&1 | tee "$work/out" || fail "not all of its checks hold"
grep -E '^=== 1[0-9]{2} checks, 0 failed ' "$work/out" >/dev/null || fail "it ended early"

step "nothing is left"
[ -z "$(docker ps -aq)" ] || fail "containers are left: $(docker ps -a)"
pgrep -f 'fairlead: ' && fail "fairlead is left"
pgrep -f 'docker-registry serve' && fail "the registry is left"
[ -z "$(ls "$work/tmp")" ] || fail "left in the folder for temporary files: $(ls "$work/tmp")"
