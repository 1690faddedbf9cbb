# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A root as a machine: systemd as its first process, in namespaces and control groups of its own,
# with a loopback device only. Sourced beside root.sh; one machine at a time.

machine='' machine_group=''

# Where the second version of control groups is mounted; nothing where it is not.
group_root() {
    awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}

# Boots $root. False where this machine lets systemd not run so.
start_machine() {
    local groups tries=0
    groups=$(group_root)
    [ -n "$groups" ] || return 1
    machine_group=$groups/fairlead-bare.$$
    mkdir "$machine_group" || return 1
    # shellcheck disable=SC2016
    BARE_SEALED=yes BARE_OWN_GROUPS=yes BARE_KEEP=container container=bare \
        "$BASH" -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' own "$machine_group" \
        unshare "${namespaces[@]}" --net --cgroup "$BASH" "$source/tools/bare/enter" "$root" \
        /lib/systemd/systemd --log-target=journal </dev/null >"$root.boot" 2>&1 &
    machine=$!
    until on_machine systemctl is-system-running >"$root.boot" 2>&1 ||
        grep -qx degraded "$root.boot"; do
        tries=$((tries + 1))
        if [ $tries = 300 ] || ! kill -0 "$machine" 2>/dev/null; then
            end_machine
            return 1
        fi
        sleep 0.1
    done
    rm -f "$root.boot"
}

# on_machine COMMAND...: as a user who has logged in as root.
on_machine() {
    local first
    first=$(pgrep -P "$machine") || return 1
    nsenter --target "$first" --mount --pid --net --uts --ipc --cgroup \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        LANG=C.UTF-8 TERM=dumb "$@" </dev/null
}

end_machine() {
    local tries=0
    [ -n "$machine" ] || return 0
    # What it returns is that it was killed.
    kill -KILL "$machine" 2>/dev/null || true
    wait "$machine" 2>/dev/null || true
    machine=''
    # Its processes are killed with the namespace; the groups are free a moment later.
    until find "$machine_group" -depth -type d -exec rmdir {} + 2>/dev/null || [ $tries = 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}
