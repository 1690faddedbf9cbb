# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What system tests share: a folder of their own, a running fairlead, a load, waiting, cleaning
# up. Source it first, then call system_begin. A test runs in a network and process namespace of
# its own where it may make one (root): ports are all free there, and when the test ends, however
# it ends, so does everything that it started.

set -euo pipefail

support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${builddir:=$PWD}"
helpers=$builddir/tests/support
fairlead=$builddir/fairlead
fairleadctl=$builddir/fairleadctl
# FULL=1: the counts that the documentation's figures are made with; else a quick run.
: "${FULL:=}"

step() {
    printf '== %s\n' "$*"
}

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

fail() {
    printf 'FAILED: %s\n' "$*"
    [ ! -s "$work/load.json" ] || head -n 12 "$work/load.json"
    [ ! -s "$work/fairlead.log" ] || tail -n 40 "$work/fairlead.log"
    exit 1
}

# count QUICK FULL: how often, in this run.
count() {
    [ -n "$FULL" ] && echo "$2" || echo "$1"
}

# Isolates the test and makes its folder; the arguments are the script's own.
system_begin() {
    if [ "$(id -u)" = 0 ] && [ -z "${SYSTEM_ISOLATED:-}" ] &&
        unshare --net --mount --pid --fork true 2>/dev/null; then
        SYSTEM_ISOLATED=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc \
            "$BASH" "$0" "$@"
    fi
    [ -z "${SYSTEM_ISOLATED:-}" ] || ip link set lo up
    work=$(mktemp -d /tmp/fl.XXXXXX)
    chmod 755 "$work"
    trap system_end EXIT
    trap 'exit 1' INT TERM
}

at_end=()

# Runs a command when the test ends, the last one first.
system_at_end() {
    at_end=("$*" "${at_end[@]}")
}

system_end() {
    local status=$? command
    trap - EXIT
    set +e
    exec 2>/dev/null
    for command in "${at_end[@]}"; do
        eval "$command" >/dev/null 2>&1
    done
    [ -n "${KEEP:-}" ] && echo "left behind: $work" || rm -rf "$work"
    exit $status
}

# wait_for SECONDS COMMAND ...: until it succeeds. From five on these are a quiet machine's: a busy
# one may take three times as long. Fewer say that it happens at once, and are taken at their word.
wait_for() {
    local limit=$(($1 < 5 ? $1 : $1 * 3)) end
    end=$((SECONDS + limit + 1))
    shift
    until "$@" >"$work/wait.out" 2>&1; do
        [ $SECONDS -lt $end ] || {
            cat "$work/wait.out"
            fail "not within $limit s: $*"
        }
        sleep 0.02
    done
}

# everywhere COMMAND ...: whether it succeeds six times in a row. Each worker takes what is new by
# itself, and another connection may be another worker's: wait_for 5 everywhere refuses somebody.
everywhere() {
    local round
    for round in 1 2 3 4 5 6; do
        "$@" || { echo "not in round $round"; return 1; }
    done
}

free_port() {
    "$helpers/free_port"
}

ctl() {
    "$fairleadctl" -s "$work/admin.sock" "$@"
}

# Starts fairlead on $work/fairlead.conf; it is there when its admin socket answers.
fairlead_start() {
    "$fairlead" -f "$work/fairlead.conf" >>"$work/fairlead.log" 2>&1 &
    fairlead_pid=$!
    system_at_end kill -KILL $fairlead_pid
    wait_for 10 ctl status
}

# Stops it gracefully; it must end with 0.
fairlead_stop() {
    kill -TERM "$fairlead_pid"
    wait "$fairlead_pid" || fail "fairlead ended with $?"
}

# The pids of control's children whose title has the word: worker, observer.
fairlead_children() {
    ps -o pid=,args= --ppid "$fairlead_pid" | awk -v word="$1" 'index($0, word) { print $1 }'
}

# targets_are GROUP COUNT [STATE]: whether the group has so many (healthy) targets.
targets_are() {
    ctl --json targets "$1" | jq -e --argjson want "$2" --arg state "${3:-healthy}" \
        '[.TargetHealthDescriptions[] | select(.TargetHealth.State == $state)] | length == $want'
}

# metric NAME-WITH-LABELS: its value, 0 where it does not exist.
metric() {
    ctl metrics | awk -v name="$1" 'index($0, name " ") == 1 { value = $NF } END { print value + 0 }'
}

# metric_is NAME-WITH-LABELS OPERATOR NUMBER: compares as test does. The page is a second old at
# most, so what has just been counted is waited for: wait_for 5 metric_is NAME -ge 3.
metric_is() {
    local value
    value=$(metric "$1")
    echo "$1 is $value"
    [ "$value" "$2" "$3" ]
}

# load_start ARGUMENTS OF load_client ...
load_start() {
    "$helpers/load_client" "$@" >"$work/load.json" 2>"$work/load.err" &
    load_pid=$!
    system_at_end kill -KILL $load_pid
}

# Ends the load and prints its totals; load_count reads them.
load_stop() {
    kill -TERM "$load_pid"
    load_wait
}

# The same for one that ends by itself, when it has sent all of its requests.
load_wait() {
    wait "$load_pid" || true
    [ -s "$work/load.json" ] || fail "the load died: $(cat "$work/load.err")"
    jq -c 'del(.failures)' "$work/load.json"
    jq -r '.failures | group_by(.kind, .detail)[] |
        "  \(length) x \(.[0].method) \(.[0].kind) \(.[0].detail), the first at \(.[0].at_ms) ms"' \
        "$work/load.json"
}

load_count() {
    jq ".$1" "$work/load.json"
}

# app_start PORT NAME [OPTIONS OF recording_app]: a sample application as a plain process.
app_start() {
    local port=$1 name=$2
    shift 2
    "$helpers/recording_app" -p "$port" -n "$name" "$@" >>"$work/$name.out" 2>&1 &
    app_pid=$!
    system_at_end kill -KILL $app_pid
    wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$port/index.php"
}

# answered_by NAME COUNT URL: how many of so many requests, one after the other, the application
# of that name answers.
answered_by() {
    curl -s "$3?[1-$2]" | grep -c "^app=$1 " || true
}

# served_by NAMES URL: whether the applications that answer are these, in the alphabet's order.
served_by() {
    local names
    names=$(curl -s "$2?[1-12]" | sed -n 's/^app=\([^ ]*\) .*/\1/p' | sort -u | paste -sd ' ')
    echo "served by $names"
    [ "$names" = "$1" ]
}
