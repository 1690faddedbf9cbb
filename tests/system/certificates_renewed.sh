#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Certificates that change in their files are used without a reload: written over, renamed over,
# behind symbolic links that are swapped. A pair that cannot be used leaves the old one in its place
# and is a problem; requests never notice.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port)
python3 "$support/echo_app" "$app_port" &
system_at_end kill -KILL $!
wait_for 5 curl -sf -o /dev/null "http://127.0.0.1:$app_port/"

# fresh NAME HOSTS [DAYS]: a pair apart, not looked at by anybody.
mkdir -p "$work/made" "$work/folder" "$work/plain" "$work/renamed" "$work/archive" "$work/live"
fresh() {
    DIR=$work/made "$support/make_certificate" "$1" ec "$2" "${3:-30}"
}
serial() {
    openssl x509 -noout -serial -in "$1"
}
# serves HOST FILE: whether clients of that host get the certificate of the file.
serves() {
    [ "$(openssl s_client -connect "127.0.0.1:$port" -servername "$1" </dev/null 2>/dev/null |
        openssl x509 -noout -serial)" = "$(serial "$2")" ]
}
put() { # FOLDER NAME: writes over what stands there, certificate first
    cat "$work/made/$2.pem" >"$work/$1/shop.pem"
    cat "$work/made/$2.key" >"$work/$1/shop.key"
}
pair() {
    printf '{ certificate = "%s/shop.pem"; private_key = "%s/shop.key"; }' "$work/$1" "$work/$1"
}
for i in 1 2 3 4; do
    fresh "plain$i" plain.test
    fresh "renamed$i" renamed.test
    fresh "linked$i" linked.test
    fresh "mounted$i" mounted.test
done
fresh expired plain.test -1
for i in 1 2; do
    fresh "first$i" first.test
    fresh "second$i" second.test
done
# place NAME FILE: a pair in one file of the folder, renamed into it.
place() {
    cat "$work/made/$1.pem" "$work/made/$1.key" >"$work/folder/.new"
    mv "$work/folder/.new" "$work/folder/$2.pem"
}
place first1 first
echo "no certificate" >"$work/folder/broken.pem"
echo "nobody looks at this" >"$work/folder/readme.txt"
put plain plain1
put renamed renamed1
link() { # NUMBER: as certbot does
    cp "$work/made/linked$1.pem" "$work/archive/shop$1.pem"
    cp "$work/made/linked$1.key" "$work/archive/shop$1.key"
    for end in pem key; do
        ln -s "../archive/shop$1.$end" "$work/live/shop.$end.new"
        mv -T "$work/live/shop.$end.new" "$work/live/shop.$end"
    done
}
link 1
mkdir -p "$work/secret/..1"
cp "$work/made/mounted1.pem" "$work/secret/..1/shop.pem"
cp "$work/made/mounted1.key" "$work/secret/..1/shop.key"
ln -s ..1 "$work/secret/..data"
ln -s ..data/shop.pem "$work/secret/shop.pem"
ln -s ..data/shop.key "$work/secret/shop.key"
chmod 600 "$work"/*/shop*.key
DIR=$work "$support/config" -w 2 -t "$app_port" -s "address = \"127.0.0.1\"; port = $port;
    certificates = ( $(pair plain) ); certificate_list = ( $(pair renamed), $(pair live), $(pair secret) );" \
    -o "certificates_dir = \"$work/folder\";"
fairlead_start
wait_for 5 serves plain.test "$work/made/plain1.pem"
serves renamed.test "$work/made/renamed1.pem" || fail "renamed.test"
serves linked.test "$work/made/linked1.pem" || fail "linked.test"
is_problem() {
    ctl --json problems | jq -r '.Problems[] | .Object + ": " + .Reason' >"$work/problems"
    grep -qE "$1" "$work/problems"
}
no_problem() {
    ! is_problem "$work/plain/shop.pem"
}
generation() {
    ctl --json status | jq .Generation
}
began=$(generation)

# Requests one after another, each over a connection of its own, while things change.
requests() {
    while [ ! -e "$work/enough" ]; do
        curl -sk -m 5 -o /dev/null -w '%{http_code}\n' "https://127.0.0.1:$port/" || echo failed
    done >"$work/codes"
}
requests &
requests_pid=$!
system_at_end kill -KILL $requests_pid

step "written over, certificate and key one after the other"
put plain plain2
wait_for 10 serves plain.test "$work/made/plain2.pem"
is_told() {
    ctl events | grep "certificate $work/plain/shop.pem: its file has another one"
}
wait_for 5 is_told
wait_for 5 no_problem

step "renamed over"
for end in pem key; do
    cp "$work/made/renamed2.$end" "$work/renamed/shop.$end.new"
    mv "$work/renamed/shop.$end.new" "$work/renamed/shop.$end"
done
wait_for 10 serves renamed.test "$work/made/renamed2.pem"

step "behind symbolic links that are swapped"
link 2
wait_for 10 serves linked.test "$work/made/linked2.pem"

step "in a folder that is swapped whole, as mounted secrets are"
mkdir "$work/secret/..2"
cp "$work/made/mounted2.pem" "$work/secret/..2/shop.pem"
cp "$work/made/mounted2.key" "$work/secret/..2/shop.key"
ln -s ..2 "$work/secret/..data.new"
mv -T "$work/secret/..data.new" "$work/secret/..data"
wait_for 10 serves mounted.test "$work/made/mounted2.pem"

step "a pair that does not fit together: the old one stays, and others are renewed all the same"
cat "$work/made/plain3.pem" >"$work/plain/shop.pem"
link 3
wait_for 10 serves linked.test "$work/made/linked3.pem"
wait_for 10 is_problem "$work/plain/shop.pem.*the one before it stays in use"
serves plain.test "$work/made/plain2.pem" || fail "the old one is gone"
ctl status --check >/dev/null && fail "nobody is needed"
cat "$work/made/plain3.key" >"$work/plain/shop.key"
wait_for 10 serves plain.test "$work/made/plain3.pem"
wait_for 10 no_problem

step "nothing, half of one, and one that has expired"
: >"$work/plain/shop.pem"
wait_for 10 is_problem "$work/plain/shop.pem"
head -c 300 "$work/made/plain4.pem" >"$work/plain/shop.pem"
rm "$work/renamed/shop.key"
wait_for 10 is_problem "$work/renamed/shop.pem.*cannot be read: No such file"
put plain expired
wait_for 10 is_problem "$work/plain/shop.pem.*has expired already"
serves plain.test "$work/made/plain3.pem" || fail "the old one is gone"
serves renamed.test "$work/made/renamed2.pem" || fail "renamed.test is gone"
ctl reload >"$work/reload" 2>&1 && fail "a reload takes what cannot be used"
cp "$work/made/renamed2.key" "$work/renamed/shop.key"
put plain plain4
wait_for 10 serves plain.test "$work/made/plain4.pem"
wait_for 10 no_problem
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"

step "no snapshot was needed for all this"
[ "$(generation)" -le $((began + 1)) ] || fail "generation $(generation) after $began"

step "a folder of certificates: who comes, changes and goes, and who is broken"
wait_for 10 is_problem "$work/folder/broken.pem.*holds no certificate"
serves first.test "$work/made/first1.pem" || fail "first.test"
serves second.test "$work/made/plain4.pem" || fail "nobody has that name yet"
place second1 second
wait_for 10 serves second.test "$work/made/second1.pem"
place second2 second
wait_for 10 serves second.test "$work/made/second2.pem"
place first2 broken
wait_for 10 serves first.test "$work/made/first2.pem"
no_broken() {
    ! is_problem "$work/folder/broken.pem"
}
wait_for 10 no_broken
echo "broken now" >"$work/folder/second.pem"
wait_for 10 is_problem "$work/folder/second.pem.*the one before it stays in use"
serves second.test "$work/made/second2.pem" || fail "the old one is gone"
rm "$work/folder/second.pem"
wait_for 10 serves second.test "$work/made/plain4.pem"
ctl reload >"$work/reload" 2>&1 || fail "$(cat "$work/reload")"

step "no request noticed"
touch "$work/enough"
wait $requests_pid || true
[ "$(sort -u "$work/codes")" = 200 ] || fail "$(sort "$work/codes" | uniq -c)"
[ "$(wc -l <"$work/codes")" -gt 50 ] || fail "only $(wc -l <"$work/codes") requests"
fairlead_stop
