#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# target_type = "ip": containers are targets at their own addresses and publish nothing. Which
# network counts, what the host's network and another container's mean, and what is said of a
# container that has no address.
. "$(dirname "$0")/../support/system.sh"
. "$support/docker.sh"
system_begin "$@"
docker_begin
port=8080
# service NAME: a group that takes containers, and its service.
groups='' services=''
service() {
    groups="$groups${groups:+, }{ name = \"$1\"; protocol = \"HTTP\"; port = 80; target_type = \"$2\";
        health_check = { path = \"/index.php\"; ${3:-} }; }"
    services="$services${services:+, }{ name = \"$1\"; target_group = \"$1\"; container_port = ${4:-80}; }"
}
service web ip
service checked ip 'port = "8081";'
service hosted instance '' 8090
service published instance
mkdir -p "$work/state"
cat >"$work/fairlead.conf" <<END
workers = 1;
user = "nobody";
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
listeners = ( { name = "http"; protocol = "HTTP"; address = "127.0.0.1"; port = $port;
    default_actions = ( { type = "forward"; target_group = "web"; } );
    rules = ( { priority = 1; conditions = ( { field = "path-pattern"; values = [ "/hosted" ]; } );
                actions = ( { type = "forward"; target_group = "hosted"; } ); },
              { priority = 2; conditions = ( { field = "path-pattern"; values = [ "/checked" ]; } );
                actions = ( { type = "forward"; target_group = "checked"; } ); },
              { priority = 3; conditions = ( { field = "path-pattern"; values = [ "/published" ]; } );
                actions = ( { type = "forward"; target_group = "published"; } ); } ); } );
target_groups = ( $groups );
services = ( $services );
providers = ( { type = "docker"; endpoint = "unix://$work/docker.sock"; } );
END
fairlead_start

# run NAME SERVICE OPTIONS ... [-- OPTIONS OF THE APPLICATION]
run() {
    local name=$1 service=$2 options=()
    shift 2
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    [ $# = 0 ] || shift
    docker run -d --name "$name" --label "fairlead.service=$service" "${options[@]}" app -n "$name" "$@" \
        >/dev/null
}
address_in() { # CONTAINER NETWORK
    docker inspect -f "{{with index .NetworkSettings.Networks \"$2\"}}{{or .IPAddress .GlobalIPv6Address}}{{end}}" "$1"
}
target_of() { # CONTAINER: its target as the API tells it
    ctl --json targets --group "${2:-web}" | jq -r --arg name "$1" '.TargetHealthDescriptions[] |
        select(.TaskName == $name) | .Target.Id + ":" + (.Target.Port | tostring) + " " + .TargetHealth.State'
}
is() { # CONTAINER "ADDRESS:PORT STATE" [GROUP]
    [ "$(target_of "$1" "${3:-web}")" = "$2" ]
}
answers() { # PATH CONTAINER
    curl -s -m 5 "http://127.0.0.1:$port$1" | grep "^app=$2 " >/dev/null
}
problem() {
    ctl problems >"$work/problems"
    tr -s ' \n' '  ' <"$work/problems" | grep -F "$1" >/dev/null
}

step "nothing is published"
run plain web
wait_for 10 is plain "$(address_in plain bridge):80 healthy"
wait_for 5 answers / plain
ctl targets | grep "$(address_in plain bridge):80 " >/dev/null || fail "$(ctl targets)"
[ "$(ctl --json groups | jq -r '.TargetGroups[] | select(.TargetGroupName == "web") | .TargetType')" = ip ] ||
    fail "$(ctl --json groups)"

step "which network: the label's, the provider's, the bridge"
docker network create alpha >/dev/null
docker network create beta >/dev/null
run two web --network alpha
docker network connect beta two
wait_for 10 is two "$(address_in two alpha):80 healthy"
run labelled web --network alpha --label fairlead.network=beta
wait_for 10 problem "network beta gives it none: connect it to that network"
docker network connect beta labelled
wait_for 40 is labelled "$(address_in labelled beta):80 healthy"
sed -i "s|docker.sock\"; }|docker.sock\"; network = \"beta\"; }|" "$work/fairlead.conf"
ctl reload >/dev/null
wait_for 10 is two "$(address_in two beta):80 healthy"
wait_for 10 problem "network beta gives it none"
sed -i 's| network = "beta";||' "$work/fairlead.conf"
ctl reload >/dev/null
wait_for 10 is plain "$(address_in plain bridge):80 healthy"

step "an own port for checks is the container's"
run checked checked -- -p 80
is_refused() {
    ctl targets checked | grep "$(address_in checked bridge):80 .*connection refused" >/dev/null
}
wait_for 10 is_refused

step "on the host's network the container's port is the host's"
run hosted hosted --network host -- -p 8090
wait_for 10 is hosted "127.0.0.1:8090 healthy" hosted
wait_for 5 answers /hosted hosted

step "another container's network"
run beside web --network container:plain -- -p 81
wait_for 10 problem "it shares the network of container $(docker inspect -f '{{.Id}}' plain | cut -c1-12): make that one the target"
run lonely web --network none
wait_for 10 problem "it is in no network that gives it one: connect it to one"

step "IPv6 alone"
if docker network create --ipv6 --subnet fd00:77::/64 six >/dev/null 2>&1; then
    run six web --network six
    wait_for 10 test -n "$(address_in six six)"
    wait_for 10 is six "$(address_in six six):80 healthy"
fi

step "what is published stays as it is"
run published published -p 80
wait_for 10 is published "127.0.0.1:$(docker_port published) healthy" published
docker rm -f plain >/dev/null
gone() {
    [ -z "$(target_of plain)" ]
}
wait_for 10 gone
fairlead_stop
