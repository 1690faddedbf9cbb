#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What people deploy with Compose, and what restarts containers: each of these leaves a moment in
# which no program answers. Requests wait for it, and of the GETs and POSTs of 200 clients not one
# is lost. The program exits the instant that it gets SIGTERM, or takes no notice of it at all.
#
# PROXY=true: with Docker's userland proxy, as engines are by default.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
command -v docker-compose >/dev/null || skip "docker-compose is missing"
# Its containers end with this engine.
dockerd_options="--userland-proxy=${PROXY:-false}"
docker_begin

port=8080 url=http://127.0.0.1:8080
mkdir -p "$work/state" "$work/shop"
cat >"$work/fairlead.conf" <<END2
workers = 2;
user = "nobody";
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
listeners = (
  { name = "http"; protocol = "HTTP"; address = "127.0.0.1"; port = $port;
    default_actions = ( { type = "forward"; target_group = "targetweb"; } ); } );
target_groups = (
  { name = "targetweb"; protocol = "HTTP"; port = 80;
    health_check = { path = "/index.php"; wait_for_task = true; }; } );
services = ( { name = "web"; target_group = "targetweb"; container_port = 80; } );
providers = ( { type = "docker"; endpoint = "unix://$work/docker.sock"; } );
END2

# The shop: one service, whose image and command the environment says.
cat >"$work/shop/docker-compose.yml" <<END2
version: "2.4"
services:
  web:
    build: .
    image: \${IMAGE:-app}
    command: \${COMMAND:--n web -r /record/posts}
    restart: always
    stop_grace_period: $(count 3s 10s)
    ports: [ "80" ]
    volumes: [ "$work/record:/record" ]
END2
cat >"$work/shop/Dockerfile" <<'END2'
FROM scratch
COPY recording_app version /
ENTRYPOINT [ "/recording_app" ]
END2
cp "$helpers/recording_app" "$work/shop/"
echo 0 >"$work/shop/version"
export COMPOSE_PROJECT_NAME=shop

# The same with a health check of its own, of the file that is there when it has started.
cat >"$work/shop/checked.yml" <<END2
version: "2.4"
services:
  web:
    healthcheck: { test: [ "CMD", "/recording_app", "-e", "/record/posts" ], interval: 500ms }
END2

files=(-f docker-compose.yml)
compose() {
    (cd "$work/shop" && docker-compose "${files[@]}" "$@") >"$work/compose.out" 2>&1 || {
        cat "$work/compose.out"
        fail "docker-compose $*"
    }
}

# The containers of the service, and when each was started.
containers() {
    docker ps -q --no-trunc --filter label=com.docker.compose.service=web
}
runs() {
    # shellcheck disable=SC2046
    docker inspect -f '{{.Id}} {{.State.StartedAt}}' $(containers)
}

# Takes the other one of two images.
turn_image() {
    [ "${IMAGE:-app}" = app ] && export IMAGE=app:next || export IMAGE=app
}

# through NAME COMMAND ...: nothing is lost while it replaces all containers (FULL: again and
# again, for 5,000 requests).
through() {
    local name=$1 deploys=0 before
    shift
    load_start -r "$(count 200 400)" -c 200 -k 50 -P 40 -t 60000 -i "${name// /-}" \
        -n "$(count 100000 5000)" "127.0.0.1:$port" /=web
    until [ $deploys -gt 0 ] && { [ -z "$FULL" ] || ! kill -0 "$load_pid" 2>/dev/null; }; do
        before=$(runs)
        "$@"
        wait_for 30 targets_are targetweb "$(containers | wc -l)"
        [ -z "$(comm -12 <(sort <<<"$before") <(runs | sort))" ] || fail "$name replaced nothing"
        deploys=$((deploys + 1))
    done
    step "$name: $deploys times"
    if [ -n "$FULL" ]; then load_wait; else load_stop; fi
    [ "$(load_count failed)" = 0 ] || fail "requests were lost"
    check_posts 0
}

docker_image app:next
fairlead_start
compose up -d
wait_for 10 targets_are targetweb 1

with_another_image() {
    turn_image
    compose up -d "$@"
}
through "up -d with another image" with_another_image

restart_container() {
    docker restart "$(containers)" >/dev/null
}
through "docker restart" restart_container

with_another_build() {
    echo "$RANDOM$RANDOM" >"$work/shop/version"
    compose up -d --build
}
through "up -d --build" with_another_build

compose up -d --scale web=2
wait_for 10 targets_are targetweb 2
through "up -d of two at once" with_another_image --scale web=2
compose up -d --scale web=1

restart_engine() {
    dockerd_stop
    dockerd_start
}
through "an engine that is stopped and started" restart_engine

files+=(-f checked.yml)
compose up -d
wait_for 10 targets_are targetweb 1
through "up -d with a HEALTHCHECK" with_another_image

# It goes on as if nothing were until it is killed.
export COMMAND="-n web -r /record/posts -i"
files=(-f docker-compose.yml)
compose up -d
wait_for 10 targets_are targetweb 1
through "up -d of a program that ignores SIGTERM" with_another_image

fairlead_stop
