# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Deploys that leave a moment in which no program answers, for tests that count what it costs: a
# fairlead with the service "web" and no other settings than a user would make, and a load of GETs
# and POSTs of up to 200 clients. Source system.sh and docker.sh first.

deploys_port=8080
deploys_url=http://127.0.0.1:$deploys_port

# Starts the engine (dockerd_options), the images app and app:next, and fairlead.
deploys_begin() {
    docker_begin
    docker_image app:next
    mkdir -p "$work/state"
    cat >"$work/fairlead.conf" <<END2
workers = 2;
user = "nobody";
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
access_log = { path = "$work/access.log"; format = "json"; };
listeners = (
  { name = "http"; protocol = "HTTP"; address = "127.0.0.1"; port = $deploys_port;
    default_actions = ( { type = "forward"; target_group = "targetweb"; } ); } );
target_groups = (
  { name = "targetweb"; protocol = "HTTP"; port = 80;
    health_check = { path = "/index.php"; wait_for_task = true; }; } );
services = ( { name = "web"; target_group = "targetweb"; container_port = 80; } );
providers = ( { type = "docker"; endpoint = "unix://$work/docker.sock"; } );
END2
    fairlead_start
}

# Each run of a container that there is now.
runs() {
    docker ps -q | xargs -r docker inspect -f '{{.Id}} {{.State.StartedAt}}' | sort
}

# through NAME COMMAND ...: nothing is lost while it replaces or restarts every container (FULL:
# again and again, for 5,000 requests).
through() {
    local name=$1 deploys=0 before
    shift
    load_start -r "$(count 200 400)" -c 200 -k 50 -P 40 -t 60000 -i "${name// /-}" \
        -n "$(count 100000 5000)" "127.0.0.1:$deploys_port" /=web
    until [ $deploys -gt 0 ] && { [ -z "$FULL" ] || ! kill -0 "$load_pid" 2>/dev/null; }; do
        before=$(runs)
        "$@"
        wait_for 30 targets_are targetweb "$(docker ps -q | wc -l)"
        [ -z "$(comm -12 <(echo "$before") <(runs))" ] || fail "$name: a container runs on"
        deploys=$((deploys + 1))
    done
    step "$name: $deploys times"
    if [ -n "$FULL" ]; then load_wait; else load_stop; fi
    [ "$(load_count failed)" = 0 ] || jq -c 'select(.elb_status_code >= 500)' "$work/access.log"
    check_posts 0
    [ "$(load_count failed)" = 0 ] || fail "requests were lost"
}
