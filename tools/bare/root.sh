# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Roots of a bare Debian: debootstrap's smallest system, the archives that the machine's own apt
# uses, and packages that are fetched once for all runs. Sourced by check-bare and check-package,
# which set source (the tree) and suite before they call bare_begin.

cache=${XDG_CACHE_HOME:-/var/cache}/fairlead/bare
namespaces=(--mount --pid --fork --kill-child --uts --ipc)
root='' # the newest; make_root sets it
roots=()

say() {
    printf '== bare %s, %d s: %s\n' "$suite" "$SECONDS" "$*"
}

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    printf '\n0 passed, 1 failed\n'
    exit 1
}

# Takes what it needs of the machine, and sees to it that nothing stays behind.
bare_begin() {
    [ "$(id -u)" = 0 ] || fail "must run as root: it makes a file system and namespaces"
    command -v apt-get >/dev/null || fail "there is no apt-get: this runs on Debian only"
    # shellcheck source=tools/packages.sh
    . "$source/tools/packages.sh"
    # shellcheck disable=SC2086,SC2154
    install_missing $bare_packages || fail "cannot install $bare_packages: no package archive?"
    unshare "${namespaces[@]}" --net true || fail "this machine lets nobody make namespaces"
    mkdir -p "$cache"
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    remove_stale_roots
    export_proxies
    [ -n "$(archives)" ] || fail "the apt sources of this machine name no archive of its Debian"
}

# What earlier runs have left.
forget_all() {
    rm -rf "$cache"/*.tar "$cache"/*-packages
}

# --- what the machine knows

# The machine's own archives of Debian as "URI SUITE COMPONENT", for the suite that is wanted.
# They have the same addresses for all suites.
archives() {
    local uri release component own
    own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        while read -r uri release component; do
            case $release in
            "$own" | "$own"-updates | "$own"-security)
                echo "$uri $suite${release#"$own"} $component"
                ;;
            esac
        done | sort -u
}

# What the machine's apt is told about reaching an archive: proxies, certificates, dates.
transport_settings() {
    apt-config dump | grep -E '^Acquire::(https?|ftp|Check-|Max-|Min-|Retries|Allow)' || true
}

# For debootstrap, which does not ask apt.
export_proxies() {
    local scheme http_proxy_of
    for scheme in http https; do
        eval "$(apt-config shell http_proxy_of "Acquire::$scheme::Proxy")"
        [ -z "${http_proxy_of:-}" ] || [ "$http_proxy_of" = DIRECT ] ||
            export "${scheme}_proxy=$http_proxy_of"
        unset http_proxy_of
    done
}

# --- running in a root

# in_root [--sealed] ROOT COMMAND...: sealed has no network.
in_root() {
    local sealed='' more=()
    [ "$1" != --sealed ] || { sealed=yes more=(--net) && shift; }
    BARE_SEALED=$sealed BARE_KEEP="CI TERM http_proxy https_proxy no_proxy" \
        guarded unshare "${namespaces[@]}" ${more[@]+"${more[@]}"} \
        "$BASH" "$source/tools/bare/enter" "$@"
}

# Runs a command so that a signal to this script ends it at once, with all that it started.
guarded() {
    local status=0
    "$@" </dev/null &
    guarded_pid=$!
    wait $guarded_pid || status=$?
    guarded_pid=''
    return $status
}

clean_up() {
    trap - EXIT
    set +e
    [ -z "${guarded_pid:-}" ] || { kill -KILL "$guarded_pid" && wait "$guarded_pid"; } 2>/dev/null
    ! declare -F end_machine >/dev/null || end_machine
    for root in ${roots[@]+"${roots[@]}"}; do
        remove_root "$root"
    done
}

# --- making a root

# Everything in the namespaces has been killed, but may not have gone yet.
remove_root() {
    local tries=0
    until rm -rf --one-file-system "$1" 2>/dev/null || [ $tries = 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    rm -f "$1.lock"
}

# Roots of runs that were killed: nobody holds their lock.
remove_stale_roots() {
    local lock
    for lock in "$cache"/root.*.lock; do
        [ -e "$lock" ] && flock -n "$lock" true || continue
        remove_root "${lock%.lock}"
    done
}

# make_base TAR: debootstrap's smallest system, once for all runs.
make_base() {
    local mirror log=$root.log
    mirror=$(archives | awk -v suite="$suite" '$2 == suite { print $1; exit }')
    say "debootstrap"
    guarded env HOME="$root.home" unshare "${namespaces[@]}" --mount-proc \
        debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "debootstrap cannot make a base system of $suite"
    }
    rm -f "$log"
    rm -rf "$root"/var/cache/apt/archives/*.deb
    tar -C "$root" -cf "$1.$$" . && mv "$1.$$" "$1"
}

# A new one, in $root, with the machine's archives.
make_root() {
    local base lock_fd
    base=$cache/$suite-$(dpkg --print-architecture).tar
    root=$(mktemp -d "$cache/root.XXXXXX")
    roots+=("$root")
    # Held until the script ends.
    exec {lock_fd}>"$root.lock"
    flock "$lock_fd"
    chmod 755 "$root"
    if [ -f "$base" ]; then
        say "the base system of an earlier run"
        tar -C "$root" -xf "$base"
    else
        make_base "$base"
    fi
    write_settings
}

write_settings() {
    local uri release component
    rm -f "$root/etc/apt/sources.list"
    while read -r uri release component; do
        echo "deb $uri $release $component"
    done < <(archives) >"$root/etc/apt/sources.list.d/machine.list"
    transport_settings >"$root/etc/apt/apt.conf.d/50machine"
    echo 'Acquire::Languages "none";' >>"$root/etc/apt/apt.conf.d/50machine"
    cp -a /etc/apt/auth.conf* /etc/apt/trusted.gpg.d "$root/etc/apt/" 2>/dev/null || true
    cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
    printf '127.0.0.1 localhost bare\n::1 localhost\n' >"$root/etc/hosts"
    # No service is started by its package, as on a machine that is being installed.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
}

# The tree as git sees it, with what is not committed yet; no build folder.
copy_tree() {
    local tree=$root/srv/fairlead
    mkdir -p "$tree"
    (cd "$source" && git -c safe.directory="$source" ls-files -co --exclude-standard | while read -r file; do
        [ ! -e "$file" ] || printf '%s\n' "$file"
    done | tar -c -T -) | tar -C "$tree" -x --no-same-owner
    git -C "$tree" init -q
    git -C "$tree" add -A
}

# fetch WHAT COMMANDS: packages into the root's own archive, by download of packages.sh; the cache
# keeps them under that name.
fetch() {
    local kept=$cache/$suite-$1 tools=$root/srv/packages.sh
    mkdir -p "$kept"
    cp "$source/tools/packages.sh" "$tools"
    cp -al "$kept/." "$root/var/cache/apt/archives/" 2>/dev/null ||
        cp -a "$kept/." "$root/var/cache/apt/archives/"
    say "fetching packages"
    in_root "$root" bash -euc ". /srv/packages.sh
        apt-get update -q
        $2" >"$root.log" 2>&1 || {
        tail -n 20 "$root.log" >&2
        rm -f "$root.log"
        fail "cannot fetch the packages that tools/packages.sh lists"
    }
    rm -f "$root.log" "$tools"
    find "$kept" -name '*.deb' -delete
    cp -al "$root"/var/cache/apt/archives/*.deb "$kept/" 2>/dev/null ||
        cp -a "$root"/var/cache/apt/archives/*.deb "$kept/"
}
