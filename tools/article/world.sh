# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# What the walk-through stands on: programs, a Docker Engine, a registry, fairlead. Sourced by
# demo-article; ends with it.

cluster=erp
zones="us-east-1a us-east-1b"

give_up() {
    printf 'demo-article: %s\n' "$*" >&2
    exit 1
}

pids=''
has_engine=''

# start NAME COMMAND...: ends with the demonstration.
start() {
    local name=$1
    shift
    "$@" >"$work/$name.log" 2>&1 &
    pids="$! $pids"
}

world_begin() {
    # shellcheck source=tools/packages.sh
    . "$root/tools/packages.sh"
    if command -v apt-get >/dev/null; then
        local packages=$article_packages
        [ "$kind" != busybox ] || packages=$small_article_packages
        # shellcheck disable=SC2086,SC2154
        install_missing $packages || give_up "cannot install what is missing"
    fi
    [ -x "$build/fairlead" ] && [ -x "$build/fairleadctl" ] ||
        give_up "$build has no fairlead: build it (tools/quickstart does), or name another folder by --build"
    work=$(mktemp -d "${TMPDIR:-/tmp}/fairlead-article.XXXXXX")
    chmod 755 "$work"
    trap world_end EXIT
    trap 'exit 130' INT TERM
    start_engine
    export DOCKER_CONFIG=$work/docker-config DOCKER_BUILDKIT=0
    registry=127.0.0.1:$(free_port 5000)
    start_registry
    start_fairlead
    use_key
    say "fairlead $("$build/fairlead" --version | head -n 1 | sed 's/^fairlead //'), $(docker version --format 'Docker {{.Server.Version}}'), images with $kind"
    say "The article has misprints, which are not repeated: srvapp2 goes to targetapp2, and the paths are /app1* and /app2*."
    say "Its subnets pub1 and pub2 are subnet-us-east-1a and subnet-us-east-1b here."
}

world_end() {
    local status=$? pid
    trap - EXIT
    set +e
    [ -z "${load_pids:-}" ] || touch "$work/load.end"
    if [ -n "$keeps" ]; then
        printf 'left: %s (processes %s); engine %s\n' "$work" "$pids" "${DOCKER_HOST:-the local one}"
        exit $status
    fi
    docker ps -aq --filter label=fairlead.managed=1 --filter "label=com.amazonaws.ecs.cluster=$cluster" 2>/dev/null |
        xargs -r docker rm -f >/dev/null 2>&1
    # shellcheck disable=SC2154
    docker rmi -f ${built_images:-} >/dev/null 2>&1
    for pid in $pids; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    [ -z "$has_engine" ] || umount -R "$work/docker" "$work/docker-run" 2>/dev/null
    rm -rf "$work"
    exit $status
}

engine_answers() {
    timeout 5 docker info >/dev/null 2>&1
}

start_engine() {
    engine_answers && return 0
    [ "$(id -u)" = 0 ] && command -v dockerd >/dev/null ||
        give_up "no Docker Engine answers: start one (systemctl start docker), become a member of its group, or be root"
    has_engine=yes
    export DOCKER_HOST=unix://$work/docker.sock
    start dockerd dockerd --data-root "$work/docker" --exec-root "$work/docker-run" \
        --pidfile "$work/dockerd.pid" -H "$DOCKER_HOST"
    within 30 engine_answers || give_up "the engine does not start: $(tail -n 5 "$work/dockerd.log")"
}

free_port() {
    local port=$1
    while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        port=$((port + 1))
    done
    echo "$port"
}

start_registry() {
    cat >"$work/registry.yml" <<END
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: $work/registry }, delete: { enabled: true } }
http: { addr: "$registry" }
END
    start registry docker-registry serve "$work/registry.yml"
    within 10 curl -sf -o /dev/null "http://$registry/v2/" ||
        give_up "the registry does not start: $(tail -n 5 "$work/registry.log")"
}

# The machines of the article: two in each zone, which here share one engine.
instances() {
    local number=0 zone
    for zone in $zones $zones; do
        number=$((number + 1))
        printf '%s  { name = "i-0000000000000000%s"; cluster = "%s"; zone = "%s"; endpoint = "%s"; cpu = 1024; memory = 2048; }' \
            "$([ $number = 1 ] || echo ,)
" "$number" "$cluster" "$zone" "${DOCKER_HOST:-unix:///var/run/docker.sock}"
    done
}

start_fairlead() {
    local port
    port=$(free_port 9181)
    endpoint=http://127.0.0.1:$port
    cat >"$work/fairlead.conf" <<END
state_dir = "$work/state"; user = "nobody";
admin = { socket = "$work/admin.sock"; };
zones = [ "us-east-1a", "us-east-1b" ];
api = { address = "127.0.0.1"; port = $port; listener_address = "127.0.0.1"; registry = "$registry"; };
container_instances = ($(instances) );
END
    mkdir -p "$work/state"
    start fairlead "$build/fairlead" -f "$work/fairlead.conf"
    within 20 "$build/fairleadctl" -s "$work/admin.sock" status ||
        give_up "fairlead does not start: $(tail -n 5 "$work/fairlead.log")"
}

# A key of its own, and no settings of whoever runs this.
use_key() {
    eval "$("$build/fairleadctl" -s "$work/admin.sock" key create article)"
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION=us-east-1 AWS_PAGER='' \
        AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=$work/aws-config AWS_SHARED_CREDENTIALS_FILE=$work/aws-credentials
}
