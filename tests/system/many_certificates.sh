#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hundreds of certificates: each host gets its own, files that have not changed are not read again,
# workers keep one copy for all of them, and a folder of broken ones is told of in few words.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

count=$(count 500 10000) port=$(free_port)
mkdir "$work/folder" "$work/other"
"$builddir/tools/bench/certificate_maker" "$work/folder" "$count"
"$builddir/tools/bench/certificate_maker" "$work/other" 1 "$count" # the default one
bytes=$(cat "$work/folder"/*.pem | wc -c)
cat >"$work/fairlead.conf" <<END
workers = 2;
state_dir = "$work/state";
admin = { socket = "$work/admin.sock"; };
certificates_dir = "$work/folder";
listeners = ( { name = "https"; protocol = "HTTPS"; address = "127.0.0.1"; port = $port;
    certificates = ( { certificate = "$work/other/host$count.pem"; } );
    default_actions = ( { type = "fixed-response"; status_code = "204"; } ); } );
END
is_old() { # whether the files are: younger ones are read again each time
    [ $(($(date +%s) - $(stat -c %Z "$work/folder/host$((count - 1)).pem"))) -gt 3 ]
}
wait_for 10 is_old
fairlead_start

shown() {
    openssl s_client -connect "127.0.0.1:$port" -servername "$1" </dev/null 2>/dev/null |
        openssl x509 -noout -fingerprint
}
serves() { # HOST FILE
    [ "$(shown "$1")" = "$(openssl x509 -noout -fingerprint -in "$2")" ]
}
no_reader() {
    [ -z "$(fairlead_children "fairlead: reader")" ]
}
# Bytes that control and the readers that have ended have read.
read_bytes() {
    wait_for 60 no_reader
    awk '$1 == "rchar:" { print $2 }' "/proc/$fairlead_pid/io"
}
# The memory file that every worker has mapped; nothing while they differ.
book() {
    local pid
    for pid in $(fairlead_children worker); do
        awk '/memfd:fairlead-certificates/ { print $5 }' "/proc/$pid/maps"
    done | sort | uniq -c | awk '{ book = $2; count = $1 } END { if (NR == 1 && count >= 2) print book }'
}
reload() {
    ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"
}

step "each host gets its own"
wait_for 10 serves host0.test "$work/folder/host0.pem"
for i in 1 $((count / 3)) $((count - 1)); do
    serves "host$i.test" "$work/folder/host$i.pem" || fail "host$i.test"
    serves "www.host$i.test" "$work/folder/host$i.pem" || fail "www.host$i.test"
done
serves nobody.test "$work/other/host$count.pem" || fail "the default one"
ctl --json certificates >"$work/listed"
[ "$(jq .Count "$work/listed")" = $((count + 1)) ] || fail "$(jq .Count "$work/listed") of them"
[ "$(jq -c '[.Certificates[].Listeners] | unique' "$work/listed")" = '[["https"]]' ] ||
    fail "$(jq -c '[.Certificates[].Listeners] | unique' "$work/listed")"

step "a reload that changes nothing reads no certificate, and workers keep what they have"
before=$(book)
[ -n "$before" ] || fail "workers have no book: $(grep -h memfd /proc/*/maps)"
reload
began=$(read_bytes)
for i in 1 2 3; do
    reload
done
ended=$(read_bytes)
echo "$((ended - began)) bytes read by three reloads, of $bytes in files"
[ $((ended - began)) -lt $((bytes / 4)) ] || fail "files are read again"
[ "$(book)" = "$before" ] || fail "workers got another book"

step "one that has changed is the only one that is read"
began=$(read_bytes)
"$builddir/tools/bench/certificate_maker" "$work/other" 1 7
mv "$work/other/host7.pem" "$work/folder/host7.pem"
wait_for 20 serves host7.test "$work/folder/host7.pem"
reload
ended=$(read_bytes)
echo "$((ended - began)) bytes read"
[ $((ended - began)) -lt $((bytes / 4)) ] || fail "all are read again"
[ "$(book)" != "$before" ] || fail "workers have the old book"

step "all that were touched are read"
began=$(read_bytes)
touch "$work/folder"/*.pem
wait_for 10 is_old
reload
reload # which sees the end of the first one's reader
ended=$(read_bytes)
echo "$((ended - began)) bytes read"
[ $((ended - began)) -ge "$bytes" ] || fail "something was not read"

step "one copy for all workers, of less than 6 KB each"
pss=$(for pid in $(fairlead_children worker) "$fairlead_pid"; do
    awk '/memfd:fairlead-(certificates|keys)/ { is_ours = 1; next } /^[0-9a-f]+-[0-9a-f]+ / { is_ours = 0 }
        is_ours && $1 == "Pss:" { print $2 }' "/proc/$pid/smaps"
done | awk '{ sum += $1 } END { print sum * 1024 }')
echo "$((pss / count)) bytes each"
[ "$pss" -gt 0 ] || fail "there is no book"
[ "$pss" -lt $((6000 * count)) ] || fail "$pss bytes for $count certificates"

step "an upgrade goes on with the same copy"
before=$(book)
ctl upgrade --binary "$fairlead" >"$work/upgrade" 2>&1 || fail "$(cat "$work/upgrade")"
is_upgraded() {
    [ "$(ctl --json status | jq .Upgrades)" = 1 ] && [ "$(fairlead_children worker | wc -l)" = 2 ]
}
wait_for 60 is_upgraded
wait_for 10 serves host9.test "$work/folder/host9.pem"
[ -n "$before" ] || fail "there was no book"
is_the_same() {
    [ "$(book)" = "$before" ]
}
wait_for 10 is_the_same

step "many broken ones: the old ones stay, and a hundred are named"
mkdir "$work/saved"
for i in $(seq 1 150); do
    mv "$work/folder/host$i.pem" "$work/saved"
    echo broken >"$work/folder/host$i.pem"
done
problems() {
    ctl --json problems | jq -r '.Problems[] | .Object + ": " + .Reason' >"$work/problems"
}
others_are_told() {
    problems && grep "certificate and others: 50 more" "$work/problems"
}
wait_for 20 others_are_told
[ "$(grep -c "holds no certificate.*the one before it stays" "$work/problems")" = 100 ] ||
    fail "$(cat "$work/problems")"
serves host150.test "$work/saved/host150.pem" || fail "the old one is gone"
mv "$work/saved"/*.pem "$work/folder"
all_is_well() {
    problems && [ ! -s "$work/problems" ]
}
wait_for 20 all_is_well
wait_for 10 serves host150.test "$work/folder/host150.pem"
fairlead_stop
