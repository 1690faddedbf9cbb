#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tools/quickstart as a new user runs it: local processes first, then containers; started twice,
# stopped once, and nothing is left.
. "$(dirname "$0")/../support/system.sh"
. "$(dirname "$0")/../support/docker.sh"
system_begin "$@"

quickstart=$(cd "$support/../.." && pwd)/tools/quickstart
state=$work/fairlead-quickstart-$(id -u)
export XDG_RUNTIME_DIR=$work
system_at_end "$quickstart" --stop

start() {
    "$quickstart" --build "$builddir" "$@" >"$work/out" 2>&1 || fail "$(cat "$work/out")"
}

# Each application answers under its path, by both of its tasks, and tells its host port.
check_applications() {
    local url place application
    url=$(cat "$state/url")
    for place in /:web /app1/x:app1 /app2/index.php:app2; do
        application=${place#*:}
        for _ in 1 2 3 4 5 6 7 8; do
            curl -fsS "$url${place%:*}" || fail "no answer from $url$place"
        done >"$work/answers"
        [ "$(grep -cE "^$application: task $application-[12], host port [1-9]" "$work/answers")" = 8 ] ||
            fail "wrong answers: $(cat "$work/answers")"
        [ "$(cut -d , -f 1 "$work/answers" | sort -u | wc -l)" = 2 ] ||
            fail "not both tasks answered: $(cat "$work/answers")"
    done
}

check_nothing_is_left() {
    "$quickstart" --stop
    [ ! -e "$state" ] || fail "$state is left"
    pgrep -f "$builddir/tools/sample_task" && fail "sample tasks are left"
    pgrep -f 'fairlead: ' && fail "fairlead is left"
    return 0
}

step "local processes"
start --local
check_applications
[ "$(grep -om1 'http://[^ ]*' "$work/out")" = "$(cat "$state/console")" ] || fail "the console is not named first: $(cat "$work/out")"
curl -fsS "$(cat "$state/console")" | grep '<title>' >/dev/null || fail "there is no console at $(cat "$state/console")"

step "a second start finds the first"
start --local
grep -q 'already running' "$work/out" || fail "$(cat "$work/out")"
check_applications

step "stop"
check_nothing_is_left

step "the port is taken: the next free one"
app_start 8080 other
start --local
[ "$(cat "$state/url")" = http://127.0.0.1:8081 ] || fail "it uses $(cat "$state/url")"
check_nothing_is_left

step "over HTTPS, by an authority of its own"
start --local --https
url=$(cat "$state/url")
[[ $url = https://localhost:* ]] || fail "it is at $url"
command=$(grep -om1 "curl --cacert .* $url/ " "$work/out") || fail "no command to copy: $(cat "$work/out")"
$command | grep '^web: task web-' >/dev/null || fail "the command does not work: $command"
curl -s "$url/" >/dev/null && fail "everybody trusts it"
curl -fsSL --cacert "$state/ca.pem" "http://localhost:8081/app1/" | grep '^app1: ' >/dev/null ||
    fail "HTTP does not lead there"
check_nothing_is_left

step "containers"
docker_begin
start
grep -q 'six containers' "$work/out" || fail "$(cat "$work/out")"
check_applications
check_nothing_is_left
[ -z "$(docker ps -aq)" ] || fail "containers are left"

step "for the aws command line: what it prints works"
start --aws
grep -F "$(cat "$state/environment")" "$work/out" >/dev/null || fail "the key is not printed: $(cat "$work/out")"
[ "$(stat -c %a "$state/environment")" = 600 ] || fail "others may read the key"
env -u AWS_ACCESS_KEY_ID AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none" AWS_EC2_METADATA_DISABLED=true \
    bash -euxc '. "$0/environment"; . "$0/next"' "$state" >"$work/next.out" 2>&1 || fail "$(tail -n 30 "$work/next.out")"
grep '^web: task from-ecs, ' "$work/next.out" >/dev/null || fail "the service does not answer: $(tail -n 30 "$work/next.out")"
start --aws
grep -q 'already running' "$work/out" || fail "$(cat "$work/out")"
check_nothing_is_left
pgrep -f 'docker-registry serve' && fail "the registry is left"
[ -z "$(docker ps -aq)" ] || fail "containers are left"
