#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Long pipelines: those of clients that have left are not answered, and those of clients that
# stay keep no new connection waiting. FULL=1: a thousand clients, and fifty with 400 requests.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

silent_port=$(free_port)
port=$(free_port)
"$support/pipeliner" silent "$silent_port" &
system_at_end kill $!
own='{ priority = 1; conditions = ( { field = "path-pattern"; values = [ "/own" ]; } );
    actions = ( { type = "fixed-response"; status_code = "200"; message_body = "hi"; } ); }'
DIR=$work "$support/config" -t "$silent_port" -n "$port" -w 2 -r "$own" \
    -o 'timeouts = { target_response_seconds = 2; target_connect_seconds = 2; };'
fairlead_start
DIR=$work "$support/ready" 1
clients=$(count 40 1000)

begun() {
    metric fairlead_requests_begun_total
}
nobody_is_left() {
    [ "$(metric 'fairlead_connections_active{side="client"}')" = 0 ] &&
        [ "$(begun)" -ge "$clients" ]
}

step "$clients clients send a POST that is not answered, 9000 requests behind it, and leave"
ulimit -n 4096
"$support/pipeliner" leave "$port" "$clients" 9000
wait_for 60 nobody_is_left
echo "requests begun: $(begun)"
# Each one's POST, and what was answered before the first reset came back.
[ "$(begun)" -le $((clients * 10)) ] || fail "requests of clients that had left were answered"

step "new connections are answered beside $(count 20 50) clients with $(count 200 400) requests each"
read -r asked p50 p99 worst < <("$support/pipeliner" flood "$port" "$(count 20 50)" \
    "$(count 200 400)" "$(count 2 10)")
echo "$asked new connections waited ms: p50 $p50, p99 $p99, at worst $worst"
# Of a busy machine; a quiet one needs less than 20 ms.
awk -v p50="$p50" 'BEGIN { exit p50 < 300 ? 0 : 1 }' || fail "new connections wait too long"
fairlead_stop
