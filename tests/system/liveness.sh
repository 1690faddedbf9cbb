#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A child that hangs is told of, is not waited for, and is replaced, one at a time; a machine that
# was suspended, control with it, costs no child.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port) other_port=$(free_port)
app_start "$app_port" web-1
app_start "$other_port" web-2
DIR=$work "$support/config" -n "$port" -w 2 -t "$app_port" -o 'liveness_seconds = 2;'
fairlead_start
url=http://127.0.0.1:$port/
wait_for 10 served_by web-1 "$url"

hung_and_ended() {
    grep -q "process $1 has shown no sign of life" "$work/fairlead.log" &&
        grep -q "process $1 was ended: it showed no sign of life" "$work/fairlead.log"
}

step "a stopped worker holds up a new target and a drain only until it is found"
mapfile -t workers < <(fairlead_children worker)
kill -STOP "${workers[0]}"
ctl register web "127.0.0.1:$other_port" >/dev/null
wait_for 10 targets_are web 2 unavailable
timeout 15 "$fairleadctl" -s "$work/admin.sock" deregister web "127.0.0.1:$app_port" --wait \
    >/dev/null || fail "a drain does not end beside a stopped worker"
wait_for 10 hung_and_ended "${workers[0]}"
! fairlead_children worker | grep -x "${workers[0]}" >/dev/null || fail "the worker is still there"
fairlead_children worker | grep -x "${workers[1]}" >/dev/null || fail "the other worker is gone"
ctl events | grep 'shows no sign of life' >/dev/null || fail "no event tells of it"
wait_for 10 served_by web-2 "$url"

step "snapshots for a stopped worker do not pile up"
mapfile -t workers < <(fairlead_children worker)
kill -STOP "${workers[1]}"
fds() {
    find "/proc/$fairlead_pid/fd" -mindepth 1 | wc -l
}
before=$(fds)
for ((i = 0; i < 30; i++)); do
    ctl register web "127.0.0.1:$((20000 + i))" >/dev/null
done
# Calls on the admin socket are closed within a tenth of a second; a worker is found after two.
few_fds() {
    echo "control holds $(fds) descriptors, $before before"
    [ "$(fds)" -le $((before + 12)) ]
}
wait_for 1 few_fds
wait_for 10 hung_and_ended "${workers[1]}"

step "two that hang at once are replaced one after the other, a stopped observer too"
are_running() {
    [ "$(ctl --json workers | jq '[.Workers[], .Observer] | map(select(.State == "running")) | length')" -eq 3 ]
}
wait_for 10 are_running
mapfile -t workers < <(fairlead_children worker)
observer=$(fairlead_children observer)
kill -STOP "${workers[@]}" "$observer"
for child in "${workers[@]}" "$observer"; do
    wait_for 30 hung_and_ended "$child"
done
wait_for 10 are_running
# Between two of these ends the successor of the first has said that it is running, or had 2 s.
ended=$(grep -c 'was ended: it showed no sign of life; starting' "$work/fairlead.log")
[ "$ended" -eq 5 ] || fail "$ended children were ended, not 5"

step "all of it suspended for longer than that: nobody is blamed"
mapfile -t all < <(fairlead_children worker && fairlead_children observer)
kill -STOP "$fairlead_pid" "${all[@]}"
sleep 5 # the length of the suspension
kill -CONT "${all[@]}" "$fairlead_pid"
wait_for 10 served_by web-2 "$url"
sleep 1 # long enough to blame somebody
for child in "${all[@]}"; do
    kill -0 "$child" || fail "$child was ended after a suspension"
done

fairlead_stop
