#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fairleadctl events --follow tells of each event as it happens, to every follower; a follower that
# goes away disturbs nobody.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/config" -t "$app_port"
fairlead_start
DIR=$work "$support/ready" 1

# follow NAME [OPTION]: its lines in $work/NAME, its pid in $follower.
follow() {
    local name=$1
    shift
    "$fairleadctl" -s "$work/admin.sock" "$@" events --follow >"$work/$name" 2>"$work/$name.err" &
    follower=$!
    system_at_end kill -KILL $follower
}
tells() {
    grep -q "$2" "$work/$1"
}

step "what was is told first"
follow people
people=$follower
follow scripts --json
scripts=$follower
wait_for 5 tells people "127.0.0.1:$app_port.*registered by the configuration"
wait_for 5 tells scripts "127.0.0.1:$app_port.*registered by the configuration"

step "then each event, when it happens"
ctl register web 127.0.0.9:9 >/dev/null
wait_for 5 tells people '127.0.0.9:9.*registered by hand'
ctl deregister web 127.0.0.9:9 --wait >/dev/null
wait_for 5 tells people '127.0.0.9:9.*deregistered by hand'
ctl reload >/dev/null
wait_for 5 tells people 'configuration.*reloaded'
wait_for 5 tells scripts reloaded

step "in order, each once, as one JSON object a line"
are_in_order() {
    jq -es 'length > 0 and ([.[].Sequence] | . == unique)' "$work/scripts" || { cat "$work/scripts"; return 1; }
}
wait_for 5 are_in_order
are_told_the_same() {
    wc -l "$work/people" "$work/scripts"
    [ "$(wc -l <"$work/people")" = "$(wc -l <"$work/scripts")" ]
}
wait_for 5 are_told_the_same

step "one follower goes, the other is told on"
kill -KILL $scripts
wait $scripts 2>/dev/null || true
ctl register web 127.0.0.9:10 >/dev/null
wait_for 5 tells people '127.0.0.9:10.*registered by hand'

step "the daemon stops: it says so"
fairlead_stop
wait $people && fail "the end looks like success" || true
grep -q 'fairlead is stopping' "$work/people" ||
    fail "it ends with: $(tail -n 2 "$work/people" "$work/people.err")"
