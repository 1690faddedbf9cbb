#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every error of a configuration is told at once, with file and line, and nothing is started. A
# user that does not exist is no error.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

cat >"$work/bad.conf" <<'END'
workers = "many";
colour = "green";
admin = { socket = "/tmp/x.sock"; };
listeners = (
  { name = "http"; protocol = "HTTP"; address = "127.0.0.1"; port = 99999;
    default_actions = ( { type = "forward"; target_group = "nowhere"; } ); } );
target_groups = (
  { name = "web"; health_check = { intervall_seconds = 30; }; },
  { name = "web"; } );
END

expect() {
    grep -q "$1" "$work/errors" || fail "no '$1' in: $(cat "$work/errors")"
}

for arguments in "-c -f" "-t -f" "-f"; do
    step "fairlead $arguments"
    # shellcheck disable=SC2086
    "$fairlead" $arguments "$work/bad.conf" >"$work/errors" 2>&1 && fail "it was accepted"
    expect 'bad.conf:1: .*workers'
    expect 'bad.conf:2: .*colour'
    expect 'bad.conf:5: .*port'
    expect 'bad.conf:6: .*nowhere'
    expect 'bad.conf:8: .*intervall_seconds.*interval_seconds'
    expect 'bad.conf:9: .*web'
done

step "what is not libconfig at all"
echo 'listeners = ( {' >"$work/bad.conf"
"$fairlead" -c -f "$work/bad.conf" >"$work/errors" 2>&1 && fail "it was accepted"
expect 'bad.conf:[12]: '

step "a file that is not there"
"$fairlead" -c -f "$work/none.conf" >"$work/errors" 2>&1 && fail "it was accepted"
expect 'none.conf.*No such file'
[ "$(wc -l <"$work/errors")" -eq 1 ] || fail "more than one line: $(cat "$work/errors")"

step "what is no file"
mkfifo "$work/pipe"
for file in /dev/zero /proc/self/mem "$work/pipe" "$work"; do
    timeout 20 "$fairlead" -c -f "$file" >"$work/errors" 2>&1 && fail "$file was accepted"
    expect 'cannot be read: '
    [ "$(wc -l <"$work/errors")" -eq 1 ] || fail "more than one line: $(cat "$work/errors")"
done

step "a log that is a link to something else is not written to"
DIR=$work "$support/config"
echo precious >"$work/precious"
ln -s precious "$work/access.log"
"$fairlead" -f "$work/fairlead.conf" >"$work/errors" 2>&1 && fail "it was started"
expect 'access.log: it is a symbolic link'
rm "$work/access.log"
ln "$work/precious" "$work/access.log"
"$fairlead" -f "$work/fairlead.conf" >"$work/errors" 2>&1 && fail "it was started"
expect 'access.log: it has another name, too'
[ "$(cat "$work/precious")" = precious ] || fail "it was written to"
rm "$work/access.log" "$work/precious"

step "folders that are missing are made"
DIR=$work "$support/config"
sed -i "s,$work/access.log,$work/deep/log/access.log,; s,$work/state,$work/deep/state/lib,;
    s,$work/admin.sock,$work/deep/run/fairlead/admin.sock," "$work/fairlead.conf"
"$fairlead" -c -f "$work/fairlead.conf" >"$work/output" 2>"$work/errors" || fail "refused: $(cat "$work/errors")"
expect 'warning: access_log.path: there is no folder .*/deep/log'
grep -q ': ok, 1 warning$' "$work/output" || fail "it says: $(cat "$work/output")"
ln -s deep/run/fairlead/admin.sock "$work/admin.sock"
fairlead_start
[ -f "$work/deep/log/access.log" ] || fail "no access log"
[ -d "$work/deep/state/lib" ] || fail "no state"
[ -S "$work/deep/run/fairlead/admin.sock" ] || fail "no admin socket"
fairlead_stop
rm "$work/admin.sock"

[ "$(id -u)" = 0 ] || exit 0
step "a user that does not exist: it serves as nobody, and says what to do"
DIR=$work "$support/config"
sed -i 's/^user = .*/user = "no-such-user";/' "$work/fairlead.conf"
fairlead_start
grep -q 'warning: user no-such-user does not exist.* as nobody.*useradd.* no-such-user' "$work/fairlead.log" ||
    fail "the log does not say so"
worker_is_nobody() {
    [ "$(ps -o user= -p "$(fairlead_children worker)")" = nobody ]
}
wait_for 5 worker_is_nobody
fairlead_stop
