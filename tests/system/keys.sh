#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Access keys over the admin socket: made, shown, deleted, kept over a restart; and what becomes of
# them when their file or its disk has a fault.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/config" -t "$app_port"
file=$work/state/keys.json
fairlead_start

# keys PATH [JSON]: the answer's status; the answer is in $work/out.
keys() {
    curl -s -m 10 --unix-socket "$work/admin.sock" -o "$work/out" -w '%{http_code}' ${2:+-d "$2"} \
        "http://fairlead/v1/keys$1"
}
# expect STATUS CODE PATH JSON: it is refused like that.
expect() {
    local got
    got=$(keys "$3" "$4")
    [ "$got" = "$1" ] || fail "$3 $4 is answered with $got: $(cat "$work/out")"
    [ -z "$2" ] || jq -e --arg code "$2" '.error.code == $code' "$work/out" >/dev/null ||
        fail "$3 $4: $(cat "$work/out")"
}
names() {
    keys '' >/dev/null
    jq -r '[.Keys[].Name] | join(" ")' "$work/out"
}
names_are() {
    [ "$(names)" = "$1" ] || fail "the keys are $(names), not $1"
}
restart() {
    fairlead_stop
    : >"$work/fairlead.log"
    fairlead_start
}
# says_once TEXT: one line of the log since the start has it.
says_once() {
    [ "$(grep -cF "$1" "$work/fairlead.log")" = 1 ] || fail "the log does not say once: $1"
}

step "a key is made, told once, and shown without its secret"
expect 200 '' '' '{"Name":"anna"}'
secret=$(jq -r .SecretAccessKey "$work/out") id=$(jq -r .AccessKeyId "$work/out")
[[ $secret =~ ^[A-Za-z0-9]{40}$ && $id =~ ^FAIR[A-Z2-7]{16}$ ]] || fail "it is $(cat "$work/out")"
jq -e '.Name == "anna" and .ReadOnly == false and (.CreatedAt | length > 0)' "$work/out" >/dev/null ||
    fail "it is $(cat "$work/out")"
expect 200 '' '' '{"Name":"reader","ReadOnly":true}'
names_are 'anna reader'
jq -e --arg id "$id" '.Keys | .[0].AccessKeyId == $id and .[1].ReadOnly and
    all(has("SecretAccessKey") | not) and all(.LastUsedAt == null)' "$work/out" >/dev/null || fail "they are $(cat "$work/out")"
[ "$(stat -c %a "$file")" = 600 ] || fail "the file's mode is $(stat -c %a "$file")"

step "what is no key is refused"
expect 409 KeyExists '' '{"Name":"anna"}'
for name in '' 'an na' 'a/b' 'ä' 'a\nb' 'a\u0000b' "$(printf 'a%.0s' {1..65})"; do
    expect 400 ValidationError '' '{"Name":"'"$name"'"}'
done
expect 400 ValidationError '' '{}'
expect 400 ValidationError '' '{"Name":1}'
expect 400 ValidationError '' '{"Name":"b","ReadOnly":"yes"}'
expect 400 ValidationError '' 'x'
expect 404 KeyNotFound /delete '{"Name":"ann"}'
expect 400 ValidationError /delete '{}'
names_are 'anna reader'

step "they survive a restart, and one that is deleted is gone"
restart
names_are 'anna reader'
expect 200 '' /delete '{"Name":"reader"}'
jq -e '.Name == "reader" and .ReadOnly and (has("SecretAccessKey") | not)' "$work/out" >/dev/null ||
    fail "it says $(cat "$work/out")"
names_are anna
restart
names_are anna

step "who made and deleted what stands in the events, and no secret anywhere else"
ctl --json events >"$work/events"
for text in 'key anna: made' 'key reader: made; it may only read' 'key reader: deleted'; do
    grep -qF "$text" "$work/events" || fail "no event: $text"
done
grep -rlF "$secret" "$work" | grep -vx "$file" >"$work/leaks" && fail "the secret is in $(cat "$work/leaks")"

step "a file that cannot be used is left alone: one line, and no key is made"
# broken TEXT REASON: with that text as the file.
broken() {
    names_are ''
    says_once "keys $file: $1; no key is valid and none can be made"
    expect 503 KeysUnavailable '' '{"Name":"ben"}'
    jq -r .error.message "$work/out" | grep -F "$1" >/dev/null || fail "it says $(cat "$work/out")"
    says_once "keys $file: $1"
}
cp -p "$file" "$work/good"
for fault in garbage mode folder; do
    fairlead_stop
    : >"$work/fairlead.log"
    case $fault in
    garbage) echo garbage >"$file" ;;
    mode) cp -p "$work/good" "$file" && chmod 644 "$file" ;;
    folder) rm "$file" && mkdir "$file" ;;
    esac
    cp -rp "$file" "$work/before"
    fairlead_start
    case $fault in
    garbage) broken "it is no JSON" ;;
    mode) broken "other users may read it: chmod 600" ;;
    folder) broken "it is no regular file" ;;
    esac
    diff -r "$work/before" "$file" || fail "the file was changed"
    rm -r "$work/before"
done

step "once it is mended, the next change finds the keys of before"
rmdir "$file"
cp -p "$work/good" "$file"
expect 200 '' '' '{"Name":"ben"}'
names_are 'anna ben'

step "a full disk changes nothing and is told in a line"
if [ -n "${SYSTEM_ISOLATED:-}" ]; then
    fairlead_stop
    mkdir "$work/saved"
    cp -p "$work"/state/* "$work/saved"
    mount -t tmpfs -o size=128k,mode=700 none "$work/state"
    system_at_end umount "$work/state"
    cp -p "$work/saved/keys.json" "$work/state"
    : >"$work/fairlead.log"
    fairlead_start
    head -c 1000000 /dev/zero 2>/dev/null >"$work/state/full" && fail "the disk has room"
    expect 503 KeysUnavailable '' '{"Name":"more"}'
    jq -r .error.message "$work/out" | grep -F 'No space left on device; nothing has changed' >/dev/null ||
        fail "it says $(cat "$work/out")"
    names_are 'anna ben'
    expect 503 KeysUnavailable /delete '{"Name":"ben"}'
    [ ! -e "$file.new" ] || fail "half a file is left"
    rm "$work/state/full"
    expect 200 '' '' '{"Name":"more"}'
    names_are 'anna ben more'
fi
fairlead_stop
