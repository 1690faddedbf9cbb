#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A port that is taken: one clear line and exit 1 at the start; a refused reload later on.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

taken=$(free_port) app_port=$(free_port)
app_start "$taken" somebody
app_start "$app_port" web

step "at the start"
DIR=$work "$support/config" -n "$taken" -t "$app_port"
"$fairlead" -f "$work/fairlead.conf" >"$work/errors" 2>&1 && fail "it started"
grep -q "127.0.0.1:$taken.*in use" "$work/errors" || fail "the log says: $(cat "$work/errors")"

step "in a file that is included"
cat >"$work/listeners.conf" <<END

listeners = ( { name = "http"; address = "127.0.0.1"; port = $taken;
  default_actions = ( { type = "fixed-response"; status_code = "200"; } ); } );
END
sed -n '/^workers/,/^load_balancer/p' "$work/fairlead.conf" >"$work/main.conf"
echo '@include "listeners.conf"' >>"$work/main.conf"
"$fairlead" -f "$work/main.conf" >"$work/errors" 2>&1 && fail "it started"
grep -q "^$work/listeners.conf:2: listener http: .*in use" "$work/errors" ||
    fail "the log says: $(cat "$work/errors")"

step "at a reload"
DIR=$work "$support/config" -t "$app_port"
fairlead_start
DIR=$work "$support/ready" 1
DIR=$work "$support/config" -n "$taken" -t "$app_port"
ctl reload >"$work/errors" 2>&1 && fail "the reload was accepted"
grep -q "127.0.0.1:$taken.*in use" "$work/errors" || fail "reload says: $(cat "$work/errors")"
curl -sf --unix-socket "$work/http.sock" http://a/ | grep '^app=web' >/dev/null || fail "it serves no more"
fairlead_stop
