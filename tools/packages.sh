# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Debian's packages by purpose, and how to get the missing ones. Sourced by quickstart and check.

build_packages="gcc make autoconf automake pkg-config libc6-dev libevent-dev libssl-dev
    libjansson-dev libconfig-dev libsqlite3-dev libcurl4-openssl-dev libnghttp2-dev uthash-dev libsystemd-dev"
quickstart_packages="curl"
# What quickstart --aws runs besides.
aws_packages="awscli docker docker-registry"
test_packages="libcmocka-dev varnish curl jq python3 git clang clang-format clang-tidy
    binutils busybox docker docker-registry docker-compose iptables iproute2 util-linux procps mandoc systemd openssl
    chromium chromium-driver python3-selenium nghttp2-client nghttp2-server
    python3-hpack python3-grpcio python3-boto3 awscli tmux bash-completion zsh prometheus pebble uacme lego certbot"
check_packages="$build_packages llhttp $quickstart_packages $test_packages"
# What tools/demo-article runs, with and without --small.
small_article_packages="$aws_packages curl jq busybox"
article_packages="$small_article_packages debootstrap"
# What tools/bench runs besides.
bench_packages="haproxy nginx valgrind nghttp2-client nghttp2-server"
# What tools/package makes the Debian package with, besides.
package_packages="build-essential debhelper systemd-dev"
# What check-package lets look at it, and what a plain server has that it is tried on.
lint_packages="lintian"
server_packages="systemd-sysv dbus curl procps logrotate busybox"
# What the machine needs to make a bare root for check-bare.
bare_packages="debootstrap git iproute2 util-linux"

# Three names stand for what differs between Debian 12 and 13: llhttp is a library or the sources
# that a package of Node.js brings; the docker command and where systemd's units lie are packages
# of their own or are not.
resolve_package() {
    case $1 in
    llhttp) first_known libllhttp-dev node-llhttp ;;
    docker) echo docker.io && first_known docker-cli "" ;;
    systemd-dev) first_known systemd-dev systemd ;;
    *) echo "$1" ;;
    esac
}

# The first of two packages that the archive has, or the second.
first_known() {
    if apt-cache show "$1" >/dev/null 2>&1; then echo "$1"; else echo "$2"; fi
}

is_there() {
    case $1 in
    llhttp) is_installed libllhttp-dev || is_installed node-llhttp ;;
    systemd-dev) is_installed systemd-dev || [ -f /usr/share/pkgconfig/systemd.pc ] ;;
    docker) command -v docker >/dev/null && command -v dockerd >/dev/null ;;
    *) is_installed "$1" ;;
    esac
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Runs a command as root: at once, or by sudo, or says what to run.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "this needs root, and there is no sudo; run as root: $*" >&2
        return 1
    fi
}

# download PACKAGE...: with what they depend on, into apt's own archive; installs nothing.
download() {
    # shellcheck disable=SC2046
    apt-get install -q -y --no-install-recommends --download-only \
        $(for package in "$@"; do resolve_package "$package"; done)
}

# install_missing PACKAGE...: does nothing when all are there.
install_missing() {
    local package
    local -a missing=()
    for package in "$@"; do
        is_there "$package" || missing+=("$package")
    done
    [ ${#missing[@]} != 0 ] || return 0
    echo "installing: ${missing[*]}"
    as_root apt-get update -q >/dev/null || return 1
    # shellcheck disable=SC2046
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends \
        $(for package in "${missing[@]}"; do resolve_package "$package"; done) >/dev/null
}
