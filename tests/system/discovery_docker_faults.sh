#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker discovery with an engine that loses events, cuts streams, is slow, broken or away: the
# set is right again by the next sweep, what was missed is counted, nothing is removed meanwhile.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/probe.sh"
system_begin "$@"
export PROBE_DEBUG=1 # what a provider says while it is away is an event of the daemon, else debug

# The engine's containers and those that the probe knows, by the last line about each.
known() {
    awk '$1 == "task" || $1 == "listed" { at[$2] = $0 } $1 == "gone" || $1 == "missing" { delete at[$2] }
         END { for (id in at) { match(at[id], /:[0-9]+->80/); print id, substr(at[id], RSTART + 1, RLENGTH - 5) } }' \
        "$work/probe.out" | sort
}

engine_start
engine run $A web-1 32001 fairlead.service=srvweb
probe_start docker "unix://$work/engine.sock" 1
expect "^set count=1 "

step "an event that never comes: found by a sweep, and counted"
engine mute on
engine run $B web-2 32002 fairlead.service=srvweb
expect "^listed $(short $B) "
expect "^set count=2 changes=1"
engine restart $A 32011
expect "^listed $(short $A) .*:32011->"
engine remove $B
expect "^missing $(short $B)"
wait_for_status "missed=3"
engine mute off

step "an event that is only late is not counted"
engine late on
for port in 32021 32022 32023 32024; do
    engine restart $A $port
    expect "^(task|listed) $(short $A) .*:$port->"
    expect "^set count=1 "
done
engine late off
wait_for_status "missed=3"

step "a stream that is cut is opened again, and nothing is lost with it"
look_ahead
engine cut
engine run $B web-3 32003 fairlead.service=srvweb
expect "^(task|listed) $(short $B) .*:32003->"
expect_no "^(gone|missing)"

step "bytes that are no events: said, and the stream is opened again"
engine garbage
wait_for 30 grep -q "the event stream is no sequence of JSON values" "$work/fairlead.log"
wait_for_status "connected=1 .*error=-"
expect_no "^(gone|missing)"

step "one foreign container with 3 MB of labels: passed over and named, the stream goes on"
look_ahead
engine big $C huge 32050 3000000
wait_for 30 grep -q "^problem .*($(short $C)): it names no service" "$work/probe.out"
engine kill $A 1
expect "^task $(short $A) "
expect_no "^(gone|missing)"
wait_for_status "connected=1 .*error=-"
engine remove $C
engine big $C giant 32050 9000000
wait_for 30 grep -q "^problem .*($(short $C)): the engine's answer about it is longer than 8 MiB" \
    "$work/probe.out"
engine remove $C

step "events are refused with a proxy's page: the list is polled"
engine refuse on
engine cut
wait_for_status "connected=1 .*error=.*no events: the engine answered with status 403; reading the list" 30
engine run $C web-8 32051 fairlead.service=srvweb
expect "^listed $(short $C) .*:32051->" 8
engine remove $C
expect "^missing $(short $C)" 8
engine refuse off
wait_for_status "connected=1 .*error=-"

step "$(count 2000 5000) starts at once"
engine many 4096 "$(count 2000 5000)"
all_known() {
    [ "$(grep -cE "^(task|listed) .*service=many" "$work/probe.out")" -ge "$(count 2000 5000)" ]
}
wait_for 30 all_known
engine none
engine cut
# One whose inspect is still on its way is gone by that answer, the others are missing in the list.
none_left() {
    [ "$(grep -cE "^(missing|gone) " "$work/probe.out")" -ge "$(count 2000 5000)" ]
}
wait_for 30 none_left
wait_for_status "connected=1 .*error=-"

step "every tenth event is lost and streams are cut: the set is right at the next sweep"
engine drop 10
for round in $(seq 1 "$(count 60 400)"); do
    id=$(printf '%012x%052d' $((round % 17 + 1)) 0)
    engine run $id "web-$round" $((33000 + round)) fairlead.service=srvweb
    [ $((round % 3)) -ne 0 ] || engine remove $id
    [ $((round % 25)) -ne 0 ] || engine cut
done
engine drop 0
engine cut
converged() {
    engine names
    tail -n 2 "$work/engine.out" | head -n 1 | tr ' ' '\n' | sed 's/=/ /' | sort >"$work/want"
    known >"$work/have"
    diff "$work/want" "$work/have"
}
wait_for 30 converged

step "a slow engine delays, and does not block the stream"
look_ahead
engine slow 3000
engine kill $A 15
expect "^stop-sign $(short $A)" 2
engine slow 0

step "an engine that cannot answer about a container: what is known stays"
engine broken on
asked=$(engine_count inspect)
engine restart $A 32030
asked_again() { [ "$(engine_count inspect)" -ge $((asked + 2)) ]; }
wait_for 30 asked_again # the second time only when the first answer was looked at
expect_no "^(gone|missing) $(short $A)"
engine broken off
expect "^(task|listed) $(short $A) .*:32030->"

step "an engine that is away: everything stays, the reason is told, and it is found again"
look_ahead
engine down
wait_for_status "connected=0 .*error=unix://.*: no such socket: start the engine"
engine run $C web-9 32039 fairlead.service=srvweb
expect_no "^(gone|missing)"
engine remove $B
engine up
expect "^(task|listed) $(short $C) .*:32039->" 10
wait_for_status "connected=1 .*error=-"
wait_for 30 converged
probe_stop
