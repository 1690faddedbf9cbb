# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A provider of tasks by itself (discovery_probe) and a scripted engine (fake_engine) for it.
# Source system.sh first.

# Ids of three containers, and what the probe prints of them.
A=$(printf 'a%.0s' {1..64})
B=$(printf 'b%.0s' {1..64})
C=$(printf 'c%.0s' {1..64})
short() { printf '%.12s' "$1"; }

# engine_start OPTIONS OF fake_engine ...
engine_start() {
    command -v python3 >/dev/null || skip "python3 is missing"
    mkfifo "$work/engine.in"
    : >"$work/engine.out"
    "$support/fake_engine" "$work/engine.sock" "$@" <"$work/engine.in" >>"$work/engine.out" 2>&1 &
    engine_pid=$!
    system_at_end kill -KILL $engine_pid
    exec 7>"$work/engine.in"
    engine_answers=1
    wait_for 30 engine_answered
}

engine_answered() {
    [ "$(grep -c '^ok' "$work/engine.out")" -ge "$engine_answers" ]
}

# engine COMMAND ...: does it and waits until it is done.
engine() {
    engine_answers=$((engine_answers + 1))
    echo "$*" >&7
    wait_for 30 engine_answered
}

engine_stop() {
    exec 7>&-
    kill "$engine_pid"
    wait "$engine_pid" || true
    rm -f "$work/engine.in"
}

# engine_count NAME: how often something was asked for.
engine_count() {
    engine counts
    grep "^ping=" "$work/engine.out" | tail -n 1 | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# probe_start KIND PLACE [RESYNC_SECONDS [HOST]]
probe_start() {
    mkfifo "$work/probe.in"
    : >"$work/probe.out"
    "$helpers/discovery_probe" "$@" <"$work/probe.in" >>"$work/probe.out" 2>>"$work/fairlead.log" &
    probe_pid=$!
    system_at_end kill -KILL $probe_pid
    exec 8>"$work/probe.in"
    seen=0
}

probe() {
    echo "$*" >&8
}

probe_stop() {
    probe quit
    exec 8>&-
    wait "$probe_pid" || fail "the probe ended with $?"
    rm -f "$work/probe.in"
}

has_line() {
    tail -n "+$((seen + 1))" "$work/probe.out" | grep -E -- "$1" >/dev/null
}

# expect PATTERN [SECONDS]: a line that was not looked at yet matches; looks on behind it.
expect() {
    local at
    wait_for "${2:-30}" has_line "$1" || exit 1
    # All of it is read: who stops early ends the one before it with SIGPIPE.
    at=$(tail -n "+$((seen + 1))" "$work/probe.out" | grep -Ean -- "$1" | sed -n '1s/:.*//p')
    seen=$((seen + at))
}

# expect_no PATTERN: none of the lines since the last expected one matches.
expect_no() {
    if has_line "$1"; then
        tail -n "+$((seen + 1))" "$work/probe.out"
        fail "the probe printed a line with \"$1\""
    fi
}

# Whether the probe has answered once more than so many times.
status_was_told() {
    [ "$(grep -c '^status ' "$work/probe.out")" -gt "$1" ]
}

# status_has PATTERN: whether the provider's status matches.
status_has() {
    local answers
    answers=$(grep -c '^status ' "$work/probe.out" || true)
    probe status
    wait_for 30 status_was_told "$answers"
    grep '^status ' "$work/probe.out" | tail -n 1 | grep -E -- "$1" >/dev/null
}

# wait_for_status PATTERN [SECONDS]
wait_for_status() {
    wait_for "${2:-30}" status_has "$1"
}

# Everything up to now has been looked at.
look_ahead() {
    seen=$(wc -l <"$work/probe.out")
}
