#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker discovery: what each event leads to, against a scripted engine.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/probe.sh"
system_begin "$@"

engine_start
engine run $A web-1 32001 fairlead.service=srvweb fairlead.container=dockerweb fairlead.zone=z1
engine run $B web-2 32002 fairlead.service=srvweb fairlead.enable=maybe
engine run $C other 32003 fairlead.enable=false
D=$(printf 'd%.0s' {1..64})
engine run $D strange 32008 maintainer=somebody

step "what runs is found, what is broken or names no service is said, what is off passed over"
probe_start docker "unix://$work/engine.sock" 300
expect "^(task|listed) $(short $A) name=web-1 service=srvweb container=dockerweb zone=z1 host=127.0.0.1 ports=0.0.0.0:32001->80/tcp,:::32001->80/tcp status=RUNNING desired=RUNNING health=UNKNOWN"
expect "^set count=1 "
wait_for 5 grep "^problem web-2 ($(short $B)): label fairlead.enable is \"maybe\"" "$work/probe.out"
wait_for 5 grep "^problem strange ($(short $D)): it names no service" "$work/probe.out"
! grep -q "^problem other" "$work/probe.out" || fail "what is off is told of"
engine rename $D stranger
expect "^problem strange .*: solved"
expect "^problem stranger .*: it names no service"
engine remove $D
expect "^problem stranger .*: solved"
wait_for_status "connected=1 .* version=1.41 error=-"

step "a signal that stops nothing is only a reason to look again"
engine kill $A 1
expect "^task $(short $A) .*desired=RUNNING"
expect_no "^stop-sign"

step "the stop signal is a first sign of the end, and is kept in mind by later readings"
engine kill $A 15
expect "^stop-sign $(short $A) kill with signal 15"
expect "^task $(short $A) .*status=RUNNING desired=STOPPED"
engine cut
expect "^listed $(short $A) .*desired=STOPPED"
engine kill $A 9
engine die $A
expect "^gone $(short $A)"
expect_no "^stop-sign"

step "the same id on another port is another generation"
engine restart $A 32009
expect "^task $(short $A) .*:32009->80/tcp status=RUNNING desired=RUNNING"

step "pause, health, names, removal"
engine pause $A
expect "^task $(short $A) .*status=PAUSED"
engine unpause $A
expect "^task $(short $A) .*status=RUNNING"
engine health $A starting
engine health $A unhealthy
expect "^task $(short $A) .*health=UNHEALTHY"
engine health $A healthy
expect "^task $(short $A) .*health=HEALTHY"
engine rename $A shop
expect "^task $(short $A) name=shop"
engine remove $B
expect "^problem web-2 .*: solved"
engine remove $A
expect "^gone $(short $A)"

step "a program's own stop signal counts, and SIGTERM then does not"
engine run $B web-3 32004 fairlead.service=srvweb stop-signal=SIGQUIT
expect "^task $(short $B) "
engine kill $B 15
expect "^task $(short $B) .*desired=RUNNING"
engine kill $B 3
expect "^stop-sign $(short $B) kill with signal 3"

step "containers that are switched off cost nothing: neither their events nor their probes"
look_ahead
before=$(engine_count inspect)
engine noise 500
engine die $C
engine restart $C 32005
engine kill $C 15
engine rename $B web-4
expect "^task $(short $B) name=web-4"
after=$(engine_count inspect)
[ $((after - before)) -le 3 ] || fail "$((after - before)) inspects"

step "a stop through the engine"
probe stop $B 3
expect "^stopped $(short $B) ok"
wait_for 5 grep -q "^gone $(short $B)" "$work/probe.out" # which may come before the answer
probe stop $A 3
expect "^stopped $(short $A) .*: the engine answered with status 404: No such container"
wait_for_status "missed=0"
probe_stop
