# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For tests of who may connect: connections from one address of this machine to another.

# What becomes of a request FROM ADDRESS PORT: "served", or "reset" before any byte.
source_outcome() {
    python3 - "$@" <<'END'
import socket, sys
source, address, port = sys.argv[1:]
try:
    with socket.create_connection((address, int(port)), 10, (source, 0)) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        print("served" if peer.recv(9) == b"HTTP/1.1 " else "closed")
except (ConnectionResetError, BrokenPipeError):
    print("reset")
END
}

# lets_in FROM ADDRESS PORT, resets FROM ADDRESS PORT
lets_in() {
    [ "$(source_outcome "$@")" = served ]
}
resets() {
    [ "$(source_outcome "$@")" = reset ]
}

# keep_open FROM ADDRESS PORT: a connection on which one request was answered; is_still_open asks
# for another.
keep_open() {
    mkfifo "$work/ask" "$work/told"
    python3 -c '
import socket, sys
source, address, port, ask, told = sys.argv[1:]
peer = socket.create_connection((address, int(port)), 10, (source, 0))
while True:
    try:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        word = "open" if peer.recv(65536).startswith(b"HTTP/1.1 200") else "closed"
    except OSError as error:
        word = str(error)
    with open(told, "w") as out:
        out.write(word + "\n")
    open(ask).close()
' "$@" "$work/ask" "$work/told" &
    system_at_end kill -KILL $!
    [ "$(timeout 15 cat "$work/told")" = open ] || fail "no request on a connection from $1"
}

is_still_open() {
    timeout 15 sh -c ': >"$1"' sh "$work/ask" || return 1
    [ "$(timeout 15 cat "$work/told")" = open ]
}

# knock ADDRESS PORT FILE: connects as often as it can, and writes down what becomes of each that
# has met a listener, until it is ended.
knock() {
    exec python3 - "$@" <<'END'
import socket, sys
address, port, path = sys.argv[1:]
with open(path, "w", buffering=1) as out:
    while True:
        try:
            peer = socket.create_connection((address, int(port)), 10)
        except OSError:
            continue
        with peer:
            try:
                peer.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                print("served" if peer.recv(9) == b"HTTP/1.1 " else "closed", file=out)
            except OSError:
                print("reset", file=out)
END
}
