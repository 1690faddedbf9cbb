#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A browser that uses two sticky groups on one host keeps its target in each, also when another
# fairlead, with a key of its own, stands behind the first and is sticky as well.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

sticky='stickiness = { enabled = true; type = "lb_cookie"; };'
declare -A ports
for group in web shop; do
    for i in 1 2 3 4 5; do
        port=$(free_port)
        app_start "$port" "$group-$i"
        ports[$group]+="$port "
    done
done

# The cookie jar of one browser.
ask() {
    curl -s -b "$work/jar" -c "$work/jar" "http://127.0.0.1:$1$2" | sed -n 's/^app=\([^ ]*\) .*/\1/p'
}
# stays PORT: both paths in turn, over new connections, always meet the same targets.
stays() {
    local web shop i
    rm -f "$work/jar"
    web=$(ask "$1" /) shop=$(ask "$1" /shop)
    for i in 1 2 3 4 5 6 7 8; do
        [ "$(ask "$1" /)" = "$web" ] || fail "the browser lost $web at turn $i: $(cat "$work/jar")"
        [ "$(ask "$1" /shop)" = "$shop" ] || fail "the browser lost $shop at turn $i: $(cat "$work/jar")"
    done
    [[ $web == web-* && $shop == shop-* ]] || fail "served by '$web' and '$shop'"
}

step "two groups"
port=$(free_port)
DIR=$work "$support/config" -n "$port" -t "${ports[web]}" -a "$sticky" -g shop -t "${ports[shop]}" \
    -a "$sticky" -r "10 /shop* shop"
fairlead_start
wait_for 10 targets_are web 5 unavailable
wait_for 10 targets_are shop 5 unavailable
stays "$port"

step "the cookies' attributes"
curl -s -D "$work/head" -o /dev/null "http://127.0.0.1:$port/"
grep -i '^Set-Cookie: AWSALB=' "$work/head" | grep -iv 'secure\|samesite' >/dev/null || fail "$(cat "$work/head")"
grep -i '^Set-Cookie: AWSALBCORS=' "$work/head" | grep '; SameSite=None; Secure' >/dev/null ||
    fail "$(cat "$work/head")"

step "two fairleads in a row, each with two ways to go and a key of its own"
# Two instances of the first stand behind the front, which keeps a browser on one of them.
front=$(free_port)
other=$(free_port)
mkdir -p "$work/other" "$work/front"
start_more() {
    "$fairlead" -f "$work/$1/fairlead.conf" >>"$work/fairlead.log" 2>&1 &
    system_at_end kill -KILL $!
    wait_for 10 curl -sf -o /dev/null "http://127.0.0.1:$2/"
}
DIR=$work/other "$support/config" -n "$other" -t "${ports[web]}" -a "$sticky" -g shop \
    -t "${ports[shop]}" -a "$sticky" -r "10 /shop* shop"
DIR=$work/front "$support/config" -n "$front" -t "$port $other" -a "$sticky" -g shop \
    -t "$port $other" -a "$sticky" -r "10 /shop* shop"
start_more other "$other"
start_more front "$front"
stays "$front"
[ "$(curl -s -D - -o /dev/null -b "$work/jar" "http://127.0.0.1:$front/" | grep -ci '^set-cookie: awsalb=')" = 1 ] ||
    fail "AWSALB is set twice"
[ "$(grep -cw AWSALB "$work/jar")" = 1 ] || fail "$(cat "$work/jar")"
fairlead_stop
