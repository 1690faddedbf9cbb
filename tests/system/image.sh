#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The container image: small, made of the same files twice, of its own user, on a read-only root and
# without capabilities; and conf/compose.yml with it, as somebody who copies it would start it.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
root=$(cd "$(dirname "$0")/../.." && pwd)
command -v docker-compose >/dev/null || skip "docker-compose is missing"
grep -q __asan_init "$fairlead" && skip "a sanitizer's libraries are no image's"
docker_begin

state() { # CONTAINER: starting, healthy, unhealthy
    docker inspect -f '{{.State.Health.Status}}' "$1"
}

is_state() {
    [ "$(state "$1")" = "$2" ]
}

step "the image"
"$root/tools/image" --build "$builddir" fairlead 2>"$work/image.err" || fail "$(cat "$work/image.err")"
size=$(docker image inspect -f '{{.Size}}' fairlead)
[ "$size" -lt $((40 * 1000 * 1000)) ] || fail "it has $size bytes"
layers='{{index .RootFS.Layers 0}}'
first=$(docker image inspect -f "$layers" fairlead)
"$root/tools/image" --build "$builddir" fairlead:again >/dev/null 2>&1
[ "$(docker image inspect -f "$layers" fairlead:again)" = "$first" ] || fail "the second has other files"
docker run --rm fairlead --version | grep '^fairlead [0-9]' || fail "no version"
docker run --rm fairlead -c || fail "its own configuration is refused"

step "on a read-only root, without capabilities"
docker run -d --name alone --read-only --cap-drop ALL --security-opt no-new-privileges \
    --health-interval 1s --health-start-period 1s fairlead >/dev/null
wait_for 20 docker exec alone fairleadctl status
[ "$(docker top alone | grep -c '^999 .*fairlead: ')" -ge 3 ] || fail "$(docker top alone)"
docker logs alone 2>&1 | grep -E 'denied|Read-only|cannot' && fail "it could not do that"
# Its groups have no targets.
wait_for 60 is_state alone unhealthy
docker stop alone >/dev/null
[ "$(docker inspect -f '{{.State.ExitCode}}' alone)" = 0 ] || fail "it ended with $(docker inspect -f '{{.State.ExitCode}}' alone)"

step "compose.yml"
mkdir -p "$work/shop/fairlead"
cd "$work/shop"
cp "$root/conf/compose.yml" .
cp "$root/conf/compose.conf" fairlead/fairlead.conf
for app in web app1 app2; do
    docker import -c "ENTRYPOINT [\"/recording_app\", \"-n\", \"$app\"]" -c 'EXPOSE 80' - "$app" >/dev/null \
        < <(tar -C "$helpers" -c recording_app)
done
export WEB_IMAGE=web APP1_IMAGE=app1 APP2_IMAGE=app2
export DOCKER_SOCKET=$work/docker.sock
docker-compose up -d 2>"$work/refused" && fail "it did not ask for DOCKER_GID"
grep -q 'stat -c %g' "$work/refused" || fail "it says: $(cat "$work/refused")"
DOCKER_GID=$(stat -c %g "$DOCKER_SOCKET")
export DOCKER_GID
docker-compose up -d >"$work/up" 2>&1 || fail "$(cat "$work/up")"
answers() { # PATH APPLICATION
    curl -sf "http://127.0.0.1:8080$1" | grep "^app=$2 " >/dev/null
}
wait_for 30 answers / web
wait_for 30 answers /app1/ app1
wait_for 30 answers /app2 app2
lb=$(docker-compose ps -q fairlead)
system_at_end docker-compose down
docker-compose exec -T fairlead fairleadctl problems
[ -z "$(docker-compose ps -q | xargs docker port | grep -v '^80/tcp -> .*:8080$\|^9180')" ] ||
    fail "something else is published"
wait_for 60 is_state "$lb" healthy
docker-compose exec -T fairlead fairleadctl targets
docker logs "$lb" 2>/dev/null | grep '"request_line"\|"request"' >/dev/null || fail "no access log: $(docker logs "$lb" 2>&1 | tail)"
curl -sf http://127.0.0.1:9180/metrics | grep '^fairlead_requests_total' >/dev/null || fail "no metrics"

step "a change of the configuration"
sed -i 's/priority = 20/priority = 30/' fairlead/fairlead.conf
reloaded=$(docker-compose exec -T fairlead fairleadctl reload)
echo "$reloaded" | grep '1 rule' || fail "it says: $reloaded"

step "more of a service, and its end"
docker-compose up -d --scale web=3 >/dev/null 2>&1
three() {
    [ "$(docker-compose exec -T fairlead fairleadctl --json targets web | jq '[.TargetHealthDescriptions[] | select(.TargetHealth.State == "healthy")] | length')" = 3 ]
}
wait_for 30 three
docker-compose down >/dev/null 2>&1

step "ports that are published, to a fairlead that shares their network"
sed 's/target_type = "ip"; //' "$root/conf/compose.conf" >fairlead/fairlead.conf
sed 's/^  web:$/&\n    ports: ["80"]/' "$root/conf/compose.yml" >docker-compose.yml
rm -f compose.yml
docker-compose up -d >"$work/up" 2>&1 || fail "$(cat "$work/up")"
wait_for 30 answers / web
dialled=$(docker-compose exec -T fairlead fairleadctl --json targets web |
    jq -r '.TargetHealthDescriptions[0] | .Target.Id + " " + .DialledAt')
[[ $dialled = "127.0.0.1 172."*":80" ]] || fail "it is dialled at $dialled"
docker-compose down >/dev/null 2>&1
