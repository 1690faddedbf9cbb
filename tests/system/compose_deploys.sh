#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What people deploy with Compose: up -d stops every container before it starts the next, and yet
# of the GETs and POSTs of 200 clients not one is lost. PROXY=true: with Docker's userland proxy.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
. "$support/deploys.sh"
system_begin "$@"
command -v docker-compose >/dev/null || skip "docker-compose is missing"
dockerd_options="--userland-proxy=${PROXY:-false}"
deploys_begin

mkdir "$work/shop"
cat >"$work/shop/docker-compose.yml" <<END2
version: "2.4"
services:
  web:
    build: .
    image: \${IMAGE:-app}
    command: -n web -r /record/posts
    ports: [ "80" ]
    volumes: [ "$work/record:/record" ]
END2
# With a health check of its own, of a file that is there when it has started.
cat >"$work/shop/checked.yml" <<'END2'
version: "2.4"
services:
  web:
    healthcheck: { test: [ "CMD", "/recording_app", "-e", "/record/posts" ], interval: 500ms }
END2
cat >"$work/shop/Dockerfile" <<'END2'
FROM scratch
COPY recording_app version /
ENTRYPOINT [ "/recording_app" ]
END2
cp "$helpers/recording_app" "$work/shop/"
echo 0 >"$work/shop/version"
export COMPOSE_PROJECT_NAME=shop

files=(-f docker-compose.yml)
compose() {
    (cd "$work/shop" && docker-compose "${files[@]}" "$@") >"$work/compose.out" 2>&1 || {
        cat "$work/compose.out"
        fail "docker-compose $*"
    }
}

# up ...: with the other one of two images.
up() {
    [ "${IMAGE:-app}" = app ] && export IMAGE=app:next || export IMAGE=app
    compose up -d "$@"
}

compose up -d --scale web=2
wait_for 10 targets_are targetweb 2
through "up -d of two at once" up --scale web=2

# What it prints of the containers, without what is another each time: ports, and from version 2
# on ages.
compose_ps() {
    compose ps
    grep -v '^time=' "$work/compose.out" |
        sed -E 's/:[0-9]+->/:N->/g; s/(About|Less than) an? (second|minute)|[0-9]+ (second|minute)s?/N/g; s/  +/  /g'
}
roll() {
    ctl roll web >"$work/roll.out" 2>&1 || fail "$(cat "$work/roll.out")"
}
before=$(compose_ps)
through "fairleadctl roll" roll
[ "$(compose_ps)" = "$before" ] || fail "docker-compose ps: $(compose_ps), and before: $before"
rolled=$(runs)
compose up -d --scale web=2
[ "$(runs)" = "$rolled" ] || fail "up -d would have another container than roll made"

compose up -d --scale web=1
wait_for 10 targets_are targetweb 1
through "up -d with another image" up

build() {
    echo "$RANDOM$RANDOM" >"$work/shop/version"
    compose up -d --build
}
through "up -d --build" build

files+=(-f checked.yml)
through "up -d with a HEALTHCHECK" up

fairlead_stop
