#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What people may do to the api role: thousands of connections, streams that nobody reads, bodies and
# heads without end, calls without end. Its memory is bounded, it answers again at once, and requests
# are served meanwhile. Without control it ends.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"

port=$(free_port) app_port=$(free_port)
app_start "$app_port" web
DIR=$work "$support/config" -t "$app_port" -o "api = { address = \"127.0.0.1\"; port = $port; };"
ulimit -n "$(ulimit -Hn)"
fairlead_start
wait_for 10 curl -sf -m 1 "http://127.0.0.1:$port/v1/status"
before=$(fairlead_children 'fairlead:')

# Sanitizers keep what was freed.
grep -q 'without a system call filter: this build' "$work/fairlead.log" && most_mb=2000 || most_mb=200
answers() { curl -sf -m 5 "http://127.0.0.1:$port/v1/overview"; }
is_served() { [ "$(curl -s -m 10 --unix-socket "$work/http.sock" 'http://a/[1-20]' | grep -c '^app=web')" = 20 ]; }
memory_mb() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$(fairlead_children 'fairlead: api')/status"; }
# unhurt WHAT: served, answered within seconds, small, and nobody has died.
unhurt() {
    is_served || fail "$1: requests are not served"
    wait_for 10 answers
    [ "$(memory_mb)" -lt "$most_mb" ] || fail "$1: the api role takes $(memory_mb) MB"
    [ "$(fairlead_children 'fairlead:')" = "$before" ] || fail "$1: somebody has died"
    echo "$1: the api role takes $(memory_mb) MB"
}

# do_to NAME: runs that part of the client, until it says that it is there; it goes on until undo.
do_to() {
    mkfifo "$work/end"
    python3 "$work/client.py" "$port" "$1" <"$work/end" >"$work/said" 2>&1 &
    client=$!
    system_at_end kill -KILL $client
    exec 9>"$work/end"
    wait_for 60 grep -q ready "$work/said"
}
undo() {
    exec 9>&-
    wait "$client" || fail "the client: $(cat "$work/said")"
    rm "$work/end"
}

cat >"$work/client.py" <<'END'
import resource, socket, sys, threading
port, part = int(sys.argv[1]), sys.argv[2]
held = []

def connect(text=b"", receives=None):
    one = socket.socket()
    if receives is not None:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    one.setblocking(False)
    try:
        one.connect(("127.0.0.1", port))
    except BlockingIOError:
        pass
    held.append(one)
    one.setblocking(True)
    one.settimeout(20)
    if text:
        try:
            one.sendall(text)
        except OSError:
            pass
    return one

def get(path):
    return b"GET " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"

def connections():
    for _ in range(min(10000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 50)):
        one = socket.socket()
        one.setblocking(False)
        try:
            one.connect(("127.0.0.1", port))
        except BlockingIOError:
            pass
        held.append(one)

def streams():
    for _ in range(200):
        connect(get("/v1/stream?topics=overview,group:web,events"), 4096)

def readers():
    for _ in range(200):
        connect(get("/v1/history") * 20, 4096)

def heads():
    for _ in range(100):
        connect(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200000)

def bodies():
    for _ in range(50):
        connect(b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 999999)
    one = connect(b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n")
    assert b" 413 " in one.recv(100), "no 413"
    one = connect(b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" +
                  (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 17)
    assert b" 413 " in one.recv(100), "no 413 for chunks"

def calls():
    def ask():
        while not is_over.is_set():
            try:
                one = socket.create_connection(("127.0.0.1", port), 20)
                one.sendall(get("/v1/tasks") * 10)
                for _ in range(10):
                    one.recv(100000)
                one.close()
            except OSError:
                pass
    for _ in range(100):
        threading.Thread(target=ask, daemon=True).start()

is_over = threading.Event()
globals()[part]()
print("ready", flush=True)
sys.stdin.read()
is_over.set()
END

for what in connections streams readers heads bodies calls; do
    step "$what"
    do_to "$what"
    unhurt "$what"
    undo
    unhurt "after $what"
done
[ "$(wc -l <"$work/fairlead.log")" -lt 40 ] || fail "the log was flooded"

step "without control it ends, and requests are served on"
api=$(fairlead_children 'fairlead: api')
kill -KILL "$fairlead_pid"
is_gone() { ! kill -0 "$api" 2>/dev/null; }
wait_for 5 is_gone
is_served || fail "requests are not served"
