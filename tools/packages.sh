# shellcheck shell=bash disable=SC2034
# Debian's packages by purpose, and how to get the missing ones. Sourced by quickstart and check.

build_packages="gcc make autoconf automake pkg-config libc6-dev libevent-dev libssl-dev
    libjansson-dev libconfig-dev libcurl4-openssl-dev uthash-dev"
quickstart_packages="curl"
test_packages="libcmocka-dev varnish curl jq python3 git clang clang-format clang-tidy
    docker.io iptables busybox-static procps valgrind"

# llhttp is a library from Debian 13 on; Debian 12 has its sources in a package of Node.js.
llhttp_package() {
    if apt-cache show libllhttp-dev >/dev/null 2>&1; then
        echo libllhttp-dev
    else
        echo node-llhttp
    fi
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

has_llhttp() {
    is_installed libllhttp-dev || is_installed node-llhttp
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

# install_missing PACKAGE...: asks for nothing when all are there. "llhttp" stands for either form.
install_missing() {
    local package missing=
    for package in "$@"; do
        case $package in
        llhttp) has_llhttp || missing="$missing llhttp" ;;
        *) is_installed "$package" || missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    echo "installing:$missing"
    as_root apt-get update -q >/dev/null || return 1
    case $missing in *" llhttp"*) missing="${missing/ llhttp/} $(llhttp_package)" ;; esac
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends $missing >/dev/null
}
