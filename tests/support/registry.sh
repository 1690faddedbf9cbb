# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A registry of container images for one test, Debian's docker-registry. Source system.sh first.

# registry_start PORT: with images in $work/registry.
registry_start() {
    cat >"$work/registry.yml" <<END
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: $work/registry }, delete: { enabled: true } }
http: { addr: "127.0.0.1:$1" }
END
    docker-registry serve "$work/registry.yml" >>"$work/registry.log" 2>&1 &
    registry_pid=$!
    system_at_end kill -KILL $registry_pid
    wait_for 10 curl -sf -o /dev/null "http://127.0.0.1:$1/v2/"
}

registry_stop() {
    kill "$registry_pid"
    wait "$registry_pid" || true
}
