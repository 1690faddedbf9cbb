#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# explain tells what a worker does: each request is sent as it is explained, and both must agree,
# on the rule as on a refusal.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
command -v python3 >/dev/null || skip "python3 is missing"

port=$(free_port)
fixed() {
    echo "actions = ( { type = \"fixed-response\"; status_code = \"$1\"; } );"
}
DIR=$work "$support/config" -n "$port" \
    -d '{ type = "fixed-response"; status_code = "404"; }' \
    -r "{ priority = 10; conditions = ( { field = \"host-header\"; values = [ \"shop.example\" ]; } ); $(fixed 210) }" \
    -r "{ priority = 20; conditions = ( { field = \"path-pattern\"; values = [ \"/app1\", \"/app1/*\" ]; } ); $(fixed 211) }" \
    -r "{ priority = 30; conditions = ( { field = \"query-string\"; values = ( { key = \"v\"; value = \"2\"; } ); } ); $(fixed 212) }" \
    -r "{ priority = 40; conditions = ( { field = \"http-header\"; http_header_name = \"X-Kind\"; values = [ \"blue\" ]; } ); $(fixed 213) }" \
    -r "{ priority = 50; conditions = ( { field = \"http-request-method\"; values = [ \"PUT\" ]; } ); $(fixed 214) }" \
    -r "{ priority = 60; conditions = ( { field = \"source-ip\"; values = [ \"192.0.2.0/24\" ]; } ); $(fixed 215) }"
fairlead_start

cat >"$work/compare.py" <<'END'
import http.client, json, socket, sys, urllib.parse
admin, port = sys.argv[1], int(sys.argv[2])
class Admin(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(admin)
def explain(url, method, lines, source="127.0.0.1"):
    query = [("url", url), ("method", method), ("source", source)] + [("header", line) for line in lines]
    call = Admin("fairlead")
    call.request("GET", "/v1/explain?" + urllib.parse.urlencode(query, encoding="latin-1"))
    answer = json.load(call.getresponse())
    if "Refused" in answer:
        assert "would be refused: %d" % answer["Refused"]["StatusCode"] in answer["ActionText"]
        return answer["Refused"]["StatusCode"]
    return int("".join(c for c in answer["ActionText"] if c.isdigit())[:3]) if "ActionText" in answer else answer
def send(target, method, host, lines, source="127.0.0.1"):
    has_host = any(line.lower().startswith("host:") for line in lines)
    head = ["%s %s HTTP/1.1" % (method, target)] + ([] if has_host else ["Host: " + host]) + lines
    with socket.create_connection(("127.0.0.1", port), 5, (source, 0)) as connection:
        connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode("latin-1"))
        return int(connection.recv(65536).split()[1])
rows = [
    # (URL behind http://, target, Host, method, lines)
    ("a.example/app1", "/app1", "a.example", "GET", []),
    ("a.example/app10", "/app10", "a.example", "GET", []),
    ("a.example", "/", "a.example", "GET", []),
    ("a.example?v=2", "/?v=2", "a.example", "GET", []),
    ("a.example/x?v=2#v=3", "/x?v=2", "a.example", "GET", []),
    ("a.example/?x?v=2&v=2", "/?x?v=2&v=2", "a.example", "GET", []),
    ("SHOP.example:%d/x" % port, "/x", "SHOP.example:%d" % port, "GET", []),
    ("shop.example:/x", "/x", "shop.example:", "GET", []),
    ("[::1]:%d/x" % port, "/x", "[::1]:%d" % port, "GET", []),
    ("[::1/x", "/x", "[::1", "GET", []),
    ("user@shop.example/x", "/x", "user@shop.example", "GET", []),
    ("a.example:99999/x", "/x", "a.example:99999", "GET", []),
    ("a.example//app1", "//app1", "a.example", "GET", []),
    ("a.example/x/../app1", "/x/../app1", "a.example", "GET", []),
    ("a.example/%61pp1", "/%61pp1", "a.example", "GET", []),
    ("a.example/a b", "/a b", "a.example", "GET", []),
    ("a.example/\x01", "/\x01", "a.example", "GET", []),
    ("a.example/\x7f", "/\x7f", "a.example", "GET", []),
    ("a.example/{x}", "/{x}", "a.example", "GET", []),
    ("a.example/\xe4", "/\xe4", "a.example", "GET", []),
    ("a.example/u?r=http://b/app1", "/u?r=http://b/app1", "a.example", "GET", []),
    ("a.example/x", "/x", "a.example", "GET", ["Host: shop.example"]),
    ("a.example/x", "/x", "a.example", "GET", ["host:shop.example:81"]),
    ("a.example/x", "/x", "a.example", "GET", ["Host: shop.example", "Host: shop.example"]),
    ("a.example/x", "/x", "a.example", "GET", ["Host: a b"]),
    ("a.example/x", "/x", "a.example", "GET", ["Host:"]),
    ("a.example/x", "/x", "a.example", "TRACE", []),
    ("a.example/x", "/x", "a.example", "CONNECT", []),
    ("a.example/x", "/x", "a.example", "PUT", []),
    ("a.example/x", "/x", "a.example", "put", []),
    ("a.example/x", "/x", "a.example", "G[T", []),
    ("a.example/x", "/x", "a.example", "G T", []),
    ("a.example/x", "/x", "a.example", "GET", ["X-Kind: blue"]),
    ("a.example/x", "/x", "a.example", "GET", ["X-Kind: red", "x-kind:  blue "]),
    ("a.example/x", "/x", "a.example", "GET", ["X-Kind : blue"]),
    ("a.example/x", "/x", "a.example", "GET", ["no colon"]),
    ("a.example/x", "/x", "a.example", "GET", [": nameless"]),
    ("a.example/x", "/x", "a.example", "GET", ["X-Kind: b\x01"]),
    ("a.example/x", "/x", "a.example", "GET", ["X: " + "x" * 17000]),
    ("a.example/" + "x" * 17000, "/" + "x" * 17000, "a.example", "GET", []),
    ("a.example/x", "/x", "a.example", "POST", ["Content-Length: 1, 1"]),
    ("a.example/x", "/x", "a.example", "POST", ["Transfer-Encoding: gzip"]),
    ("a.example/x", "/x", "a.example", "GET", ["Expect: tea"]),
    ("a.example/x", "/x", "a.example", "GET", ["X-Forwarded-For: " + ", ".join(["10.0.0.1"] * 31)]),
    ("a.example/x", "/x", "a.example", "OPTIONS", []),
]
bad = 0
for url, target, host, method, lines in rows:
    told, done = explain("http://" + url, method, lines), send(target, method, host, lines)
    if told != done:
        bad += 1
        print("explain tells %s, the worker does %s: %s %.60r %.60r" % (told, done, method, url, lines))
# What stands in the request line as it is.
for target, method in [("/app1#x", "GET"), ("*", "OPTIONS"), ("*", "GET"), ("/", "GET")]:
    told, done = explain(target, method, []), send(target, method, "localhost", [])
    if told != done:
        bad += 1
        print("explain tells %s, the worker does %s: %s %s" % (told, done, method, target))
# From a hop that may be trusted and from a client.
hops = [[], ["X-Forwarded-For: 10.0.0.1"], ["X-Forwarded-For: 10.0.0.1, 127.0.0.1"],
        ["X-Forwarded-For: 10.0.0.1, 192.0.2.7"], ["X-Forwarded-For: 192.0.2.7"],
        ["X-Forwarded-For: nonsense"], ["X-Forwarded-Proto: https"], ["X-Forwarded-Port: 8443"],
        ["X-Forwarded-Proto: https", "X-Forwarded-Port: 8443"],
        ["X-Forwarded-Proto: https", "X-Forwarded-Proto: http"], ["X-Forwarded-For: 10.0.0.1:5"]]
for source in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
    for lines in hops:
        told = explain("http://hop.example:%d/x" % port, "GET", lines, source)
        done = send("/x", "GET", "hop.example:%d" % port, lines, source)
        if told != done:
            bad += 1
            print("explain tells %s, the worker does %s: from %s %s" % (told, done, source, lines))
print("%d requests, %d differ" % (len(rows) + 4 + 3 * len(hops), bad))
sys.exit(bad != 0)
END
step "explained and sent"
python3 "$work/compare.py" "$work/admin.sock" "$port" || fail "explain and the worker differ"

step "why a rule does not take a request"
# no TEXT WORDS ...: what is said of a rule when the words are explained.
no() {
    local text=$1
    shift
    ctl --json explain "$@" | jq -r '.PassedOver[].Why' | grep -xF "$text" >/dev/null ||
        fail "not said of $*: $text; but $(ctl explain "$@")"
}
no 'host a.example does not match shop.example' http://a.example/app10
no 'path /app10 does not match /app1, /app1/*' http://a.example/app10
no 'path /x/../app10, compared as /app10, does not match /app1, /app1/*' http://a.example/x/../app10
no 'no query; wanted is v=2' http://a.example/
no 'query v=3&w does not match v=2' 'http://a.example/?v=3&w'
no 'no field X-Kind; wanted is blue' http://a.example/
no 'X-Kind: red, (empty) does not match blue' http://a.example/ -H 'x-kind: red' -H 'X-Kind:'
no 'method GET does not match PUT' http://a.example/
no 'source 127.0.0.1 does not match 192.0.2.0/24' "http://a.example:$port/"
no 'source unix: does not match 192.0.2.0/24' http://a.example/
no 'source unix: does not match 192.0.2.0/24' "http://a.example:$port/" --source unix:
no 'source 2001:db8::1 does not match 192.0.2.0/24' http://a.example/ --source 2001:db8::1
long=$(printf 'x%.0s' {1..80})
no "path /${long:1}… does not match /app1, /app1/*" "http://a.example/$long"
ctl --json explain http://a.example/ -H $'X-Kind: \xe4\xc2\x80' | jq -r '.PassedOver[].Why' |
    grep -xF 'X-Kind: ?? does not match blue' >/dev/null || fail "bytes of the request are shown as they came"

step "from the command line"
ctl explain http://a.example/x -H 'Host: shop.example' | grep 210 >/dev/null || fail "Host is ignored"
ctl explain http://a.example/x -X TRACE | grep 'would be refused: 405' >/dev/null || fail "TRACE"
ctl explain http://a.example/x | grep 'no listener on port 80: this is what' >/dev/null || fail "nothing is said of port 80"
nobody=$(free_port)
! ctl explain "http://a.example:$nobody/x" >"$work/out" 2>&1 || fail "there is no listener on $nobody"
grep -q "no listener on port $nobody: there are .*($port)" "$work/out" || fail "$(cat "$work/out")"
! ctl explain "ftp://a.example/x" >"$work/out" 2>&1 || fail "ftp is explained"
step "with hops that are trusted"
hop() {
    echo "{ priority = $1; conditions = ( { field = \"host-header\"; values = [ \"hop.example\" ]; }, $2 ); $(fixed "$3") }"
}
field() {
    echo "{ field = \"http-header\"; http_header_name = \"$1\"; values = [ \"$2\" ]; }"
}
DIR=$work "$support/config" -n "$port" \
    -d '{ type = "fixed-response"; status_code = "404"; }' \
    -b 'routing = { http = { xff_trusted_sources = [ "127.0.0.1", "127.0.0.3" ]; }; };' \
    -r "$(hop 1 "$(field X-Forwarded-Port 443)" 221)" \
    -r "$(hop 2 "$(field X-Forwarded-Port 8443)" 222)" \
    -r "$(hop 3 "$(field X-Forwarded-Proto https)" 223)" \
    -r "$(hop 4 '{ field = "source-ip"; values = [ "10.0.0.0/8" ]; }' 224)" \
    -r "$(hop 5 "$(field X-Forwarded-For '*192*')" 225)" \
    -r "$(hop 6 '{ field = "source-ip"; values = [ "127.0.0.2/32" ]; }' 226)"
ctl reload >/dev/null 2>&1 || fail "refused"
python3 "$work/compare.py" "$work/admin.sock" "$port" || fail "explain and the worker differ"
ctl --json explain "http://hop.example:$port/" -H 'X-Forwarded-For: 10.0.0.1' --source 127.0.0.2 | jq -r '.PassedOver[].Why' |
    grep -x 'source 127.0.0.2 does not match 10.0.0.0/8' >/dev/null || fail "a stranger is believed"
! ctl explain http://a/ --source nobody >"$work/out" 2>&1 || fail "nobody is an address"
grep -q 'source nobody is neither an IP address nor unix:' "$work/out" || fail "$(cat "$work/out")"
step "of many rules the last are told, and how many there were"
for count in 0 1 50 51 120; do
    rules=()
    for ((priority = 1; priority <= count; priority++)); do
        rules+=(-r "{ priority = $priority; conditions = ( { field = \"host-header\"; values = [ \"no.example\" ]; } ); $(fixed 200) }")
    done
    DIR=$work "$support/config" -n "$port" -d '{ type = "fixed-response"; status_code = "404"; }' "${rules[@]}"
    ctl reload >/dev/null 2>&1 || fail "refused"
    ctl --json explain "http://a.example:$port/" |
        jq -e --argjson count $count '.PassedOverCount == $count and
            [.PassedOver[].Priority] == [range([$count - 49, 1] | max; $count + 1)]' >/dev/null ||
        fail "of $count rules: $(ctl --json explain "http://a.example:$port/" | jq -c '[.PassedOverCount, .PassedOver[].Priority]')"
done
ctl explain "http://a.example:$port/" | grep -x '  108 rules before these: no' >/dev/null || fail "not told how many there were"
fairlead_stop
