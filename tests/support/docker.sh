# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A Docker Engine for one test: own data, own socket, in the test's own namespaces, so that the
# machine's engine (if there is one) is neither used nor disturbed. Images are built from
# programs of this tree; no registry is needed. Source system.sh first.

# Skips the test where no engine can be started.
docker_check() {
    command -v dockerd >/dev/null && command -v docker >/dev/null || skip "docker.io is missing"
    [ "$(id -u)" = 0 ] || skip "dockerd must be started by root"
    [ -n "${SYSTEM_ISOLATED:-}" ] || skip "this machine lets nobody make namespaces"
}

# Without the userland proxy and with live restore, containers stay reachable while dockerd is
# away. Tests of other engines set their own options before.
dockerd_options="--live-restore --userland-proxy=false"
dockerd_start() {
    # shellcheck disable=SC2086
    dockerd $dockerd_options --exec-opt native.cgroupdriver=cgroupfs \
        --data-root "$work/docker" --exec-root "$work/docker-run" --pidfile "$work/dockerd.pid" \
        -H "unix://$work/docker.sock" >>"$work/dockerd.log" 2>&1 &
    dockerd_pid=$!
    export DOCKER_HOST=unix://$work/docker.sock
    wait_for 30 docker version || { tail -n 20 "$work/dockerd.log"; exit 1; }
}

dockerd_stop() {
    kill "$dockerd_pid"
    wait "$dockerd_pid" || true
}

docker_end() {
    docker ps -aq | xargs -r docker rm -f
    dockerd_stop
    umount -R "$work/docker" "$work/docker-run"
}

# Starts the engine and builds the image "app": the recording application, nothing else.
docker_begin() {
    docker_check
    system_at_end docker_end
    dockerd_start
    mkdir -p "$work/record"
    docker_image app
}

docker_image() {
    tar -C "$helpers" -c recording_app |
        docker import -c 'ENTRYPOINT ["/recording_app"]' -c 'EXPOSE 80' - "$1" >/dev/null
}

# run_app NAME SERVICE [DOCKER OPTIONS] [-- APPLICATION OPTIONS]: a container of the service on
# some host port. What it is posted is recorded in $work/record/posts; while
# $work/record/NAME.sick exists its health check fails.
run_app() {
    create_app "$@" && docker start "$1" >/dev/null
}

create_app() {
    local name=$1 service=$2 options=()
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    [ ${#options[@]} -gt 0 ] || options=(-p 80)
    docker create --name "$name" --label "fairlead.service=$service" \
        --label fairlead.container=dockerweb -v "$work/record:/record" "${options[@]}" app \
        -n "$name" -r /record/posts -u "/record/$name.sick" "$@" >/dev/null
}

# The host port of a container.
docker_port() {
    docker port "$1" 80 | sed -n '1s/.*://p'
}

# docker_config PORT: the scenario web, app1, app2 on 127.0.0.1:PORT; checks are quick.
docker_config() {
    local group groups="" service=""
    for group in web app1 app2; do
        groups="$groups${groups:+,}
  { name = \"target$group\"; protocol = \"HTTP\"; port = 80;
    health_check = { path = \"/index.php\"; interval_milliseconds = 500;
                     timeout_milliseconds = 400; unhealthy_threshold_count = 2;
                     healthy_threshold_count = 2; };
    attributes = { deregistration_delay = { timeout_seconds = 10; }; }; }"
        service="$service${service:+,}
  { name = \"srv$group\"; target_group = \"target$group\";
    container_name = \"dockerweb\"; container_port = 80; }"
    done
    cat >"$work/fairlead.conf" <<END
workers = 2;
user = "nobody";
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
access_log = { path = "$work/access.log"; format = "json"; };
load_balancer = { name = "albdocker"; };
listeners = (
  { name = "http"; protocol = "HTTP"; address = "127.0.0.1"; port = $1;
    default_actions = ( { type = "forward"; target_group = "targetweb"; } );
    rules = (
      { priority = 10;
        conditions = ( { field = "path-pattern"; values = [ "/app1", "/app1/*" ]; } );
        actions = ( { type = "forward"; target_group = "targetapp1"; } ); },
      { priority = 20;
        conditions = ( { field = "path-pattern"; values = [ "/app2", "/app2/*" ]; } );
        actions = ( { type = "forward"; target_group = "targetapp2"; } ); } ); } );
target_groups = ($groups );
services = ($service );
providers = ( { type = "docker"; endpoint = "unix://$work/docker.sock"; } );
END
    mkdir -p "$work/state"
}

# Names of the containers that answered under a path, each once.
apps_under() {
    local url=$1 tries=${2:-30}
    seq "$tries" | while read -r _; do curl -s "$url"; done | sed -n 's/^app=\([^ ]*\) .*/\1/p' |
        sort -u | paste -sd ' '
}

# check_posts DEATHS: every POST was handled at most once, and those that failed died with a
# program. Most of these it had begun, as its record shows; one that was still in the dead
# program's socket nobody had begun, but only its kernel knew: at most one for each death.
check_posts() {
    local record=$work/record/posts twice lost deaths=$1
    touch "$record"
    twice=$(sed -n 's/^begin \([^ ]*\) .*/\1/p' "$record" | sort | uniq -d | wc -l)
    jq -r '.failures[] | select(.method == "POST") | .id' "$work/load.json" | sort >"$work/failed"
    sed -n 's/^begin \([^ ]*\) .*/\1/p' "$record" | sort -u >"$work/begun"
    lost=$(comm -23 "$work/failed" "$work/begun" | wc -l)
    echo "POSTs: $(wc -l <"$work/begun") begun, $twice handled twice," \
        "$(wc -l <"$work/failed") failed, $lost of those never begun"
    [ "$twice" -eq 0 ] || fail "$twice POSTs were handled twice"
    [ "$lost" -le "$deaths" ] || fail "$lost POSTs failed although no program had begun them"
}
