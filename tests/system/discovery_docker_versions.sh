#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker discovery speaks the version that the engine takes, from 1.24 to ones yet to come, and
# Podman's dialect.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/probe.sh"
system_begin "$@"

# try VERSION OPTIONS OF fake_engine ...: finds a container that runs and one that starts.
try() {
    local version=$1
    shift
    step "$version: fake_engine $*"
    engine_start "$@"
    engine run $A web-1 32001 fairlead.service=srvweb
    probe_start docker "unix://$work/engine.sock" 30
    expect "^set count=1 "
    engine run $B web-2 32002 fairlead.service=srvweb
    expect "^(task|listed) $(short $B) " 7
    engine health $B unhealthy
    expect "^(task|listed) $(short $B) .*health=UNHEALTHY" 7
    engine remove $B
    expect "^(gone|missing) $(short $B)" 7
    wait_for_status "version=$version "
    [ $# -gt 4 ] || wait_for_status "missed=0"
    probe_stop
    engine_stop
}

try 1.24 --api 1.24 --min-api 1.12
try 1.41 --api 1.41
try 1.44 --api 1.44 --min-api 1.24
try 1.52 --api 1.56 --min-api 1.40
# An engine whose oldest version is newer than our newest.
try 1.60 --api 1.70 --min-api 1.60
try "1.41 \(Podman 4.3.1\)" --podman --api 1.41

step "Podman's probes: a health that is known already is no reason to read anything"
engine_start --podman
engine run $A web-1 32001 fairlead.service=srvweb health=healthy
probe_start docker "unix://$work/engine.sock" 300
expect "^set count=1 "
# The stream's overlap tells of the first container's start once more: past that when this one shows.
engine run $B web-2 32002 fairlead.service=srvweb health=healthy
expect "^(task|listed) $(short $B) " 7
before=$(engine_count inspect)
for _ in 1 2 3 4 5 6 7 8 9 10; do engine health $A healthy; done
engine health $A unhealthy
expect "^task $(short $A) .*health=UNHEALTHY"
after=$(engine_count inspect)
[ $((after - before)) -le 1 ] || fail "$((after - before)) inspects"
probe_stop
engine_stop

step "an engine without events: the list is read instead, and the status says so"
engine_start --podman --no-events
engine run $A web-1 32001 fairlead.service=srvweb
probe_start docker "unix://$work/engine.sock" 300
expect "^set count=1 "
wait_for_status "connected=1 .*error=unix://.*: no events: the engine answered with status 500: .*; reading the list every 5 s"
engine remove $A
expect "^missing $(short $A)" 8
probe_stop
engine_stop
