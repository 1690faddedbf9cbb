#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The configuration in force, setting by setting, with the file and line of each; what waits for a
# restart; and what a reload would change before it is done.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
command -v python3 >/dev/null || skip "python3 is missing"

mkdir -p "$work/conf.d" "$work/state"
cat >"$work/conf.d/web.conf" <<'END'
target_groups = (
  { name = "web"; port = 80;
    health_check = { enabled = false; path = "/up"; };
    targets = ( { id = "127.0.0.1"; port = 9; }, { id = "::1"; } ); } );
END
cat >"$work/fairlead.conf" <<END
user = "nobody";
workers = 1;
state_dir = "$work/state"; admin = { socket = "$work/admin.sock"; };
load_balancer = { attributes = { idle_timeout = { timeout_seconds = 7; }; }; };
listeners = ( { name = "http"; unix = "$work/http.sock";
  default_actions = ( { type = "forward"; target_group = "web"; } );
  rules = ( { priority = 10; conditions = ( { field = "path-pattern"; values = [ "/a", "/b/*" ]; } );
    actions = ( { type = "fixed-response"; status_code = "404"; message_body = "two\nlines"; } ); } ); } );
@include "conf.d/web.conf"
END
cp "$work/fairlead.conf" "$work/whole.conf"
fairlead_start

# setting PATH: "VALUE FILE:LINE" or "VALUE default" of one, as JSON has it.
setting() {
    ctl --json config "$1" | jq -r --arg path "$1" '.Settings[] | select(.Path == $path) |
        (.Value | tostring) + " " + (if .File then "\(.File):\(.Line)" else "default" end)'
}
setting_is() {
    [ "$(setting "$1")" = "$2" ] || fail "$1 is $(setting "$1"), not $2"
}

step "each value and where it comes from"
setting_is user "nobody $work/fairlead.conf:1"
setting_is load_balancer.attributes.idle_timeout.timeout_seconds "7 $work/fairlead.conf:4"
setting_is target_groups.web.health_check.path "/up $work/conf.d/web.conf:3"
setting_is target_groups.web.health_check.matcher "200 default"
setting_is listeners.http.rules.10.conditions.path-pattern.values "[\"/a\",\"/b/*\"] $work/fairlead.conf:7"
setting_is listeners.http.rules.10.actions.status_code "404 $work/fairlead.conf:8"
setting_is listeners.http.default_actions.target_group "[\"web\"] $work/fairlead.conf:6"
setting_is limits.fields "128 default"
setting_is listeners.http.port "null default"
setting_is timeouts.client_head_seconds "7 default"
[ "$(ctl --json config timeouts.client_head_seconds | jq -r '.Settings[0].Follows')" = \
    load_balancer.attributes.idle_timeout.timeout_seconds ] || fail "it follows nothing"

step "all of it, and parts"
ctl config >"$work/all"
awk 'length > 80 { print; found = 1 } END { exit !found }' "$work/all" && fail "more than 80 columns"
ctl config target_groups.web >"$work/out"
grep -qE '^ *matcher +200 +default$' "$work/out" || fail "$(cat "$work/out")"
grep -qE '^ *path +/up +conf.d/web.conf:3$' "$work/out" || fail "$(cat "$work/out")"
grep -qE '^ *targets\.\[::1\]:80 +conf.d/web.conf:4$' "$work/out" || fail "$(cat "$work/out")"
! grep -q listeners "$work/out" || fail "there is more than was asked for"
ctl config timeouts | grep -E '^ *client_idle_seconds +7 +as idle_timeout$' >/dev/null || fail "$(ctl config timeouts)"
for path in target_group target_groups.we target_groups.web. nothing lim; do
    ! ctl config "$path" >"$work/out" 2>&1 || fail "there is something at $path"
    grep -q "is at $path; fairleadctl config lists all" "$work/out" || fail "$(cat "$work/out")"
done
ctl config limits --changed | grep -x 'everything at limits is as it is without a file' >/dev/null ||
    fail "$(ctl config limits --changed)"
ctl --json config --changed | jq -r '.Settings[] | select(.IsElement | not) | .Path' >"$work/out"
grep -qx target_groups.web.health_check.path "$work/out" || fail "$(cat "$work/out")"
! grep -qx target_groups.web.port "$work/out" || fail "80 is the default: $(cat "$work/out")"
[ "$(ctl --json config | jq '[.Settings[] | select(.IsDefault == false)] | length')" -eq \
    "$(wc -l <"$work/out")" ] || fail "--changed is not what is no default"

step "a reload before it is done"
ctl config --diff | tail -n 1 | grep ': nothing has changed$' >/dev/null || fail "$(ctl config --diff)"
sed -i 's/timeout_seconds = 7/timeout_milliseconds = 7500/; s/^workers = 1/workers = 2/
    s/priority = 10/priority = 20/' "$work/fairlead.conf"
sed -i 's/"\/up"/"\/down"/' "$work/conf.d/web.conf"
ctl --json config --diff >"$work/out"
change() {
    jq -c --arg path "$1" '.Changes[] | select(.Path == $path) |
        [.Change, .Running, .InFile, .NeedsRestart]' "$work/out"
}
[ "$(change workers)" = '["changed",1,2,true]' ] || fail "$(cat "$work/out")"
[ "$(change target_groups.web.health_check.path)" = '["changed","/up","/down",false]' ] ||
    fail "$(cat "$work/out")"
[ "$(change load_balancer.attributes.idle_timeout.timeout_seconds)" = '["changed",7,7.5,false]' ] ||
    fail "$(cat "$work/out")"
[ "$(change timeouts.client_head_seconds)" = '["changed",7,7.5,false]' ] || fail "$(cat "$work/out")"
[ "$(change listeners.http.rules.20)" = '["added",null,null,false]' ] || fail "$(cat "$work/out")"
[ "$(change listeners.http.rules.10)" = '["removed",null,null,false]' ] || fail "$(cat "$work/out")"
jq -e '[.Changes[].Path | select(startswith("listeners.http.rules."))] | length == 2' "$work/out" \
    >/dev/null || fail "a rule's settings are told one by one"
told=$(jq -r .Text "$work/out")
setting_is workers "1 $work/fairlead.conf:2"
ctl config --diff target_groups | grep workers >/dev/null && fail "there is more than was asked for"
ctl config --diff >"$work/out"
grep -qF 'changed  target_groups.web.health_check.path (conf.d/web.conf:3)' "$work/out" || fail "$(cat "$work/out")"
grep -qF '1 -> 2, only with a restart' "$work/out" || fail "$(cat "$work/out")"
[ "$(ctl reload 2>/dev/null)" = "reloaded: $told" ] || fail "the reload was not what was told: $told"

step "what waits for a restart"
setting_is workers "1 $work/fairlead.conf:2"
[ "$(ctl --json config workers | jq .Settings[0].AfterRestart)" = 2 ] || fail "nothing waits"
ctl config workers | grep '1 (2 after a restart)' >/dev/null || fail "$(ctl config workers)"
ctl config --diff | grep '1 -> 2, only with a restart' >/dev/null || fail "it is forgotten"
setting_is load_balancer.attributes.idle_timeout.timeout_milliseconds "7500 $work/fairlead.conf:4"

step "files that would be refused"
echo 'wokers = 1;' >>"$work/fairlead.conf"
! ctl config --diff >"$work/out" 2>&1 || fail "it is no file"
grep -q "^$work/fairlead.conf:10: wokers: unknown setting" "$work/out" || fail "$(cat "$work/out")"
setting_is user "nobody $work/fairlead.conf:1"
rm "$work/fairlead.conf"
! ctl config --diff >"$work/out" 2>&1 || fail "there is no file"
ctl config user >/dev/null || fail "what runs is not known without its file"
printf 'listeners = (); state_dir = "%s"; admin = { socket = "%s"; };\n' "$work/state" "$work/admin.sock" >"$work/fairlead.conf"
ctl config --diff | tr -s ' \n' ' ' | grep 'every listener would be closed; .*reload --force' >/dev/null ||
    fail "$(ctl config --diff)"

step "a large one comes in parts, all of it"
python3 - >"$work/conf.d/web.conf" <<'END'
print("target_groups = (", ",\n".join('{ name = "%s"; health_check = { enabled = false; }; }' %
      ("web" if i == 0 else "g%d" % i) for i in range(150)), ");")
END
cp "$work/whole.conf" "$work/fairlead.conf"
ctl reload >/dev/null 2>&1 || fail "refused"
ctl --json config >"$work/out"
jq -e '(.Settings | length) == .Count and .Count > 4000 and
    ([.Settings[].Path] | unique | length) == .Count' "$work/out" >/dev/null || fail "not all are there"
curl -s --unix-socket "$work/admin.sock" 'http://f/v1/configuration' |
    jq -e '(.Settings | length) == 2000 and .Count > 4000' >/dev/null || fail "no bound"
[ "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$work/admin.sock" \
    'http://f/v1/configuration?first=x')" = 400 ] || fail "first=x is taken"
curl -s --unix-socket "$work/admin.sock" 'http://f/v1/configuration?first=100000' |
    jq -e '.Settings == []' >/dev/null || fail "there is something behind the end"
fairlead_stop
