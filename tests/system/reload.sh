#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SIGHUP takes over rules, groups, listeners and services without a lost request and without
# forgetting what the health checks found; what is wrong is refused as a whole.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) second=$(free_port) web_port=$(free_port) app_port=$(free_port)
app_start "$web_port" web
app_start "$app_port" app1
checks='path = "/index.php"; interval_seconds = 300; timeout_seconds = 5;'

configure() {
    DIR=$work "$support/config" -n "$port" -t "$web_port" -c "$checks" "$@"
}
# Those that succeeded, of control itself: the metrics page is a second old at most.
reloads() {
    ctl --json status | jq .Reloads
}
reloads_are_more() {
    [ "$(reloads)" -gt "$1" ]
}
reload() {
    local before
    before=$(reloads)
    kill -HUP "$fairlead_pid"
    wait_for 10 reloads_are_more "$before"
}

configure
fairlead_start
wait_for 10 targets_are web 1
load_start -r 500 -c 16 -P 20 "127.0.0.1:$port" /=web

answers() {
    curl -sf "http://127.0.0.1:$1$2" | grep "^app=$3 " >/dev/null
}

step "a rule and a group are added"
configure -r '10 /app1* app1' -g app1 -t "$app_port" -c "$checks"
reload
wait_for 10 targets_are app1 1
wait_for 5 answers "$port" /app1 app1
targets_are web 1 || fail "the other group's health was forgotten"

step "the metrics listener is opened, moved, kept and closed"
has_metrics() {
    curl -sf "http://127.0.0.1:$1/healthz"
}
has_no_metrics() {
    ! curl -s "http://127.0.0.1:$1/healthz"
}
metrics_port=$(free_port) moved_port=$(free_port)
configure -o "metrics = { address = \"127.0.0.1\"; port = $metrics_port; };"
reload
wait_for 5 has_metrics "$metrics_port"
configure -o "metrics = { address = \"127.0.0.1\"; port = $moved_port; };"
reload
wait_for 5 has_metrics "$moved_port"
wait_for 5 has_no_metrics "$metrics_port"
exec {scraper}<>"/dev/tcp/127.0.0.1/$moved_port"
reload
printf 'GET /healthz HTTP/1.0\r\n\r\n' >&"$scraper"
grep -q ok <&"$scraper" || fail "a reload that kept the metrics listener cut a connection to it"
exec {scraper}>&-
configure
reload
wait_for 5 has_no_metrics "$moved_port"

step "a listener is moved to another port"
DIR=$work "$support/config" -n "$second" -t "$web_port" -c "$checks"
sed -i "s/\"tcp\"/\"second\"/; s/^listeners = (/&\n  { name = \"tcp\"; protocol = \"HTTP\"; address = \"127.0.0.1\"; port = $port; default_actions = ( { type = \"forward\"; target_group = \"web\"; } ); },/" "$work/fairlead.conf"
reload
wait_for 5 answers "$second" / web
wait_for 5 answers "$port" / web

step "a listener is removed"
configure
reload
refuses() {
    ! curl -s -o /dev/null "http://127.0.0.1:$1/"
}
wait_for 5 refuses "$second"

step "a bad file changes nothing"
sed -i 's/workers/wrokers/' "$work/fairlead.conf"
kill -HUP "$fairlead_pid"
wait_for 5 metric_is 'fairlead_reloads_total{result="refused"}' -eq 1
grep -q 'fairlead.conf:1: .*wrokers' "$work/fairlead.log" || fail "the log does not say why"
answers "$port" / web || fail "the old configuration does not serve any more"

step "an emptied or cut file closes nothing; the answer says how to mean it"
configure
reload
cp "$work/fairlead.conf" "$work/whole.conf"
refused_naming() {
    ctl reload >"$work/answer" 2>&1 && fail "it was accepted: $(cat "$work/answer")"
    grep -q "$1" "$work/answer" || fail "it says: $(cat "$work/answer")"
    answers "$port" / web || fail "the listener is closed"
}
whole_lines=$(wc -l <"$work/whole.conf")
for lines in 0 1 $((whole_lines - 1)); do
    head -n "$lines" "$work/whole.conf" >"$work/fairlead.conf"
    refused_naming "fairlead.conf:[0-9]*: "
done
: >"$work/fairlead.conf"
refused_naming 'fairlead.conf:1: listeners: there is none, so nothing would be served'
ctl reload --force >/dev/null 2>&1 && fail "what a start refuses was accepted by force"
echo 'listeners = ( );' >"$work/fairlead.conf"
refused_naming 'every listener would be closed.*fairleadctl reload --force'
echo '/*' | cat - "$work/whole.conf" >"$work/fairlead.conf"
refused_naming 'fairlead.conf:1: the comment that begins here is not closed'

step "nor does one that is no regular file, and control does not wait for it"
rm "$work/fairlead.conf"
mkfifo "$work/fairlead.conf"
refused_naming 'it is no regular file'
ctl check "$work/fairlead.conf" >"$work/answer" 2>&1 && fail "a FIFO was accepted"
grep -q 'it is no regular file' "$work/answer" || fail "check says: $(cat "$work/answer")"
ctl check /dev/zero >"$work/answer" 2>&1 && fail "a device was accepted"
rm "$work/fairlead.conf"
cp "$work/whole.conf" "$work/fairlead.conf"

step "what changed is told, and what needs a restart"
configure -r '10 /app1* app1' -r '20 /app2* app1' -g app1 -t "$app_port" -c "$checks" -g idle
sed -i 's/^user = .*/user = "daemon";/; s/^workers = .*/workers = 2;/' "$work/fairlead.conf"
ctl reload >"$work/answer" 2>"$work/warnings" || fail "refused: $(cat "$work/warnings")"
grep -q 'reloaded: +4 rules, +2 groups$' "$work/answer" ||
    fail "it says: $(cat "$work/answer")"
grep -q 'warning: target_groups\[2\]: no rule uses idle' "$work/warnings" ||
    fail "it warns: $(cat "$work/warnings")"
grep -q 'warning: user stays as it was' "$work/warnings" || fail "it warns: $(cat "$work/warnings")"
grep -q 'warning: workers stays as it was' "$work/warnings" || fail "it warns: $(cat "$work/warnings")"
line=$(grep -n '^user' "$work/fairlead.conf" | cut -d: -f1)
grep -q "^$work/fairlead.conf:$line: warning: user" "$work/warnings" || fail "it has another line"
ctl reload 2>"$work/warnings" | grep 'nothing has changed' >/dev/null || fail "something has changed"
grep -q 'warning: workers stays as it was' "$work/warnings" || fail "it is forgotten"
"$fairlead" -c -f "$work/fairlead.conf" 2>/dev/null | grep ': ok, 1 warning$' >/dev/null || fail "-c says otherwise"
ctl check "$work/fairlead.conf" 2>/dev/null | grep ': ok, 1 warning$' >/dev/null || fail "check says otherwise"

step "providers are removed one by one, or all of them by force"
configure -o "providers = ( { type = \"push\"; } );"
ctl reload >"$work/answer" || fail "refused"
grep -q '+1 provider' "$work/answer" || fail "it says: $(cat "$work/answer")"
configure
refused_naming 'every provider would be removed.*fairleadctl reload --force'
ctl reload --force >"$work/answer" || fail "refused by force"
grep -q -- '-1 provider' "$work/answer" || fail "it says: $(cat "$work/answer")"
ctl reload | grep 'nothing has changed' >/dev/null || fail "something has changed"

step "many signals at once are a few reloads, the last of them with the newest file"
before=$(reloads)
configure -r '30 /last* web'
for _ in $(seq 40); do
    kill -HUP "$fairlead_pid"
done
has_last_rule() {
    ctl rules | grep '/last' >/dev/null
}
wait_for 5 has_last_rule
[ "$(reloads)" -le $((before + 20)) ] || fail "every signal was a reload"

load_stop
[ "$(load_count failed)" -eq 0 ] || fail "requests failed"

step "a listener is closed by force, and the file is one that a start takes"
echo 'listeners = ( );' >"$work/fairlead.conf"
ctl reload --force >"$work/answer" 2>/dev/null || fail "refused by force"
grep -q -- '-2 listeners' "$work/answer" || fail "it says: $(cat "$work/answer")"
wait_for 5 refuses "$port"
"$fairlead" -c -f "$work/fairlead.conf" >"$work/answer" 2>&1 || fail "-c refuses it"
grep -q 'there is none: nothing is served' "$work/answer" || fail "it says: $(cat "$work/answer")"
fairlead_stop
