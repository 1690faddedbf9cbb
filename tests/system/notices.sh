#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who reads only the log learns what happened: targets that fall sick and recover with what is left
# of their group, drains with their time, groups that fail open or are empty, providers that are
# away, things that are left out. No line tells of a request, and a burst is a few lines.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) ports=()
for name in one two; do
    app_port=$(free_port)
    app_start "$app_port" "$name" -u "$work/$name.sick"
    ports+=("$app_port")
done
mkdir "$work/tasks"
configure() {
    DIR=$work "$support/config" -n "$port" -t "${ports[*]}" -c "$1
        path = \"/index.php\"; interval_milliseconds = 400; timeout_milliseconds = 350;
        healthy_threshold_count = 2; unhealthy_threshold_count = 2;" \
        -o "providers = ( { type = \"file\"; directory = \"$work/tasks\"; } ); ${2:-}"
}
says() {
    grep -qE "control\[[0-9]+\] $1" "$work/fairlead.log"
}

step "targets become healthy and fall sick, with what is left"
configure ''
fairlead_start
wait_for 10 targets_are web 2
wait_for 5 says "notice: target web 127.0.0.1:${ports[0]}: healthy: .*of 2 healthy"
touch "$work/one.sick"
wait_for 10 says "notice: target web 127.0.0.1:${ports[0]}: unhealthy: Health checks failed.*; 1 of 2 left"

step "the group fails open, and recovers"
touch "$work/two.sick"
wait_for 10 says "warning: group web: fails open: 0 of 2 healthy"
rm "$work/one.sick" "$work/two.sick"
wait_for 10 says "notice: group web: no longer fails open"

step "drains, with their time; an empty group"
ctl register web 127.0.0.9:9 >/dev/null
ctl deregister web 127.0.0.9:9 --wait >/dev/null
wait_for 5 says "notice: target web 127.0.0.9:9: draining: deregistered by hand; "
wait_for 5 says "notice: target web 127.0.0.9:9: gone after draining for [0-9.]+ s: "

step "what is refused, and a provider that is away and back"
echo 'no JSON' >"$work/tasks/broken.json"
wait_for 10 says "warning: problem .*broken.json"
mv "$work/tasks" "$work/away"
wait_for 15 says "warning: provider file: directory .*keeping what is known; trying again"
mv "$work/away" "$work/tasks"
wait_for 15 says "notice: provider file: back after [0-9]+ s"

step "nothing a request"
before=$(wc -l <"$work/fairlead.log")
for _ in $(seq 20); do curl -s -o /dev/null "http://127.0.0.1:$port/"; done
[ "$(tail -n +$((before + 1)) "$work/fairlead.log" | grep -vc 'provider file')" = 0 ] ||
    fail "requests are logged: $(tail -n +$((before + 1)) "$work/fairlead.log")"

step "the metrics page tells of processes, checks and groups"
for process in 'control",worker="' 'worker",worker="1' 'observer",worker="'; do
    wait_for 10 metric_is "fairlead_process_up{role=\"$process\"}" -eq 1
done
now=$(date +%s)
last_check=$(metric "fairlead_target_last_check_timestamp_seconds{target_group=\"web\",target=\"127.0.0.1:${ports[0]}\"}")
[ "$last_check" -gt $((now - 60)) ] && [ "$last_check" -le $((now + 1)) ] || fail "last check: $last_check, now $now"
[ "$(metric fairlead_start_time_seconds)" -gt $((now - 3600)) ] || fail "the start time is wrong"
[ "$(ctl metrics | awk '/^fairlead_process_memory_bytes.*control/ { print ($2 > 100000) }')" = 1 ] || fail "control has no memory"
wait_for 5 metric_is 'fairlead_target_group_fails_open{target_group="web"}' -eq 0

ctl --json events | jq -e '[.Events[] | select(.Kind == "group")] | length > 0 and all(.IsVerbose | not)' \
    >/dev/null || fail "groups are not told of"

step "two hundred at once are a few lines"
for i in $(seq 200); do printf '%s\n' "{\"Id\": \"127.0.1.$i\", \"Port\": 9}"; done |
    jq -s '{TargetGroupName: "web", Targets: .}' >"$work/many.json"
post() {
    curl -s --unix-socket "$work/admin.sock" -d @"$work/many.json" -H 'Content-Type: application/json' \
        "http://fairlead/v1/$1" >/dev/null
}
post register
step "steps that only fairlead takes are marked"
has_marked_steps() {
    ctl --json events | jq -e '[.Events[] | select(.Message | test("every worker has applied"))] |
        length > 0 and all(.IsVerbose)'
}
wait_for 10 has_marked_steps
post deregister
wait_for 10 says "notice: and [0-9]+ more targets began to drain"
drains=$(grep -c '127.0.1.[0-9]*:9: draining' "$work/fairlead.log")
[ "$drains" -le 40 ] || fail "$drains lines for one burst"
fairlead_stop

step "events outlive a restart, and their numbers go on"
last=$(jq -s '.[-1].Sequence' "$work/state/events.jsonl")
[ "$last" -gt 400 ] || fail "the file ends with $last"
step "as JSON: one object a line, of every process"
mv "$work/fairlead.log" "$work/text.log"
configure '' 'log = { format = "json"; };'
fairlead_start
wait_for 10 targets_are web 2
ctl --json events | jq -e --argjson last "$last" '.Events | map(.Sequence) | . == unique and
    index($last) != null and .[-1] > $last' >/dev/null || fail "it does not go on after $last"
ctl events | grep 'process fairlead: stops: signal 15' >/dev/null || fail "the stop is not told"
children=$(fairlead_children fairlead)
# shellcheck disable=SC2086
system_at_end kill -KILL $children
kill -KILL "$fairlead_pid"
is_said_by_worker() {
    grep -q '"role":"worker".*"level":"warning","message":"control is gone' "$work/fairlead.log"
}
wait_for 5 is_said_by_worker
jq -es 'all(has("time") and has("pid") and has("level") and has("message"))' "$work/fairlead.log" >/dev/null ||
    fail "no JSON lines"
