#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --watch and top on a terminal: drawn in place, at whatever size it has now; ended by q, ^C and
# signals with everything put back; a daemon that is away is told of, and found again.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
command -v python3 >/dev/null || skip "python3 is missing"
export PYTHONDONTWRITEBYTECODE=1

ports=$(seq 1001 1030 | paste -sd ,)
DIR=$work "$support/config" -t "$ports" -g "$(printf 'long%.0s' {1..8})" -t 9,10
fairlead_start

cat >"$work/session.py" <<'END'
import os, re, signal, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
from terminal import Terminal
program, work, pid = sys.argv[2], sys.argv[3], int(sys.argv[4])
ctl = [program, "-s", work + "/admin.sock"]

def step(text):
    print("-- " + text, flush=True)

def plain(*words, width=80):
    text = subprocess.run(ctl + list(words), capture_output=True, text=True, check=True,
                          env={**os.environ, "COLUMNS": str(width), "LC_ALL": "C.UTF-8"}).stdout
    return [line.rstrip() for line in text.splitlines()]

def steady(lines):
    """Without ages, and with what follows them moved up to one place."""
    return [re.sub(r" +", " ", re.sub(r"\b[0-9]+[smhd]\b", "", line)) for line in lines]

def matches(terminal, *words):
    """Whether the screen shows what the command prints, as far as there is room, and nothing
    else."""
    screen = terminal.screen
    wanted = [line[:screen.width].rstrip() for line in plain(*words, width=screen.width)]
    wanted = wanted[:screen.height]
    while wanted and not wanted[-1]:
        wanted.pop()
    return steady(screen.lines()) == steady(wanted)

step("drawn in place, again and again")
with Terminal(ctl + ["targets", "--watch", "0.1"], 24, 80) as terminal:
    terminal.wait_for(lambda: matches(terminal, "targets"))
    assert terminal.screen.is_alternate and not terminal.screen.has_cursor
    subprocess.run(ctl + ["drain", "web", "127.0.0.1:1001"], check=True)
    terminal.wait_for(lambda: terminal.shows("held") and matches(terminal, "targets"))
    subprocess.run(ctl + ["ready", "web", "127.0.0.1:1001"], check=True)
    terminal.wait_for(lambda: not terminal.shows("held") and matches(terminal, "targets"))

    step("at whatever size")
    for height, width in ((10, 50), (40, 120), (24, 80), (1, 80), (3, 12), (60, 200)):
        terminal.resize(height, width)
        terminal.wait_for(lambda: matches(terminal, "targets"))
        assert terminal.stays_in_place(), "it scrolls"
    terminal.press(b"q")
    assert terminal.end() == 0 and terminal.is_as_before()

step("a new size is drawn at once")
with Terminal(ctl + ["targets", "--watch", "600"], 24, 80) as terminal:
    terminal.wait_for(lambda: matches(terminal, "targets"))
    terminal.resize(30, 100)
    terminal.wait_for(lambda: matches(terminal, "targets"))
    terminal.press(b"x")
    terminal.wait_for(lambda: matches(terminal, "targets"))
    terminal.press(b"\x03")
    assert terminal.end() == 0 and terminal.is_as_before()

step("signals end it")
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    with Terminal(ctl + ["status", "--watch"]) as terminal:
        terminal.wait_for(lambda: terminal.shows("serving"))
        os.kill(terminal.pid, number)
        assert terminal.end() == 0 and terminal.is_as_before(), number

step("without keys, ^C is a signal")
with Terminal(ctl + ["groups", "--watch", "600"], has_stdin=False) as terminal:
    terminal.wait_for(lambda: matches(terminal, "groups"))
    terminal.press(b"\x03")
    assert terminal.end() == 0 and terminal.is_as_before()

step("every listing can be watched")
for words in ("status", "listeners", "rules", "groups", "services", "tasks", "providers", "problems",
              "workers", "config --changed", "key list"):
    with Terminal(ctl + words.split() + ["--watch", "0.2"], 30, 80) as terminal:
        terminal.wait_for(lambda: terminal.screen.lines())
        if words != "status":
            terminal.wait_for(lambda: matches(terminal, *words.split()))
        terminal.press(b"q")
        assert terminal.end() == 0 and terminal.is_as_before(), words

step("top is sorted by a key, and cut to the screen")
with Terminal(ctl + ["top"], 24, 80) as terminal:
    terminal.wait_for(lambda: terminal.shows("sorted by requests"))
    for key, word in ((b"e", "5xx"), (b"f", "in flight"), (b"n", "name"), (b"r", "requests")):
        terminal.press(key)
        terminal.wait_for(lambda: terminal.shows("sorted by %s;" % word))
    terminal.wait_for(lambda: terminal.shows("127.0.0.1:1001 "))
    assert len(terminal.screen.lines()) == 24
    terminal.resize(12, 60)
    terminal.wait_for(lambda: terminal.shows("sorted by") and len(terminal.screen.lines()) == 12)
    assert terminal.stays_in_place(), "it scrolls"
    terminal.press(b"q")
    assert terminal.end() == 0 and terminal.is_as_before()

step("a daemon that hangs is told of, and found again")
for words in (["targets", "--watch", "0.2"], ["top"]):
    with Terminal(ctl + words, 24, 80) as terminal:
        terminal.wait_for(lambda: terminal.shows("127.0.0.1:1001 "))
        os.kill(pid, signal.SIGSTOP)
        try:
            terminal.wait_for(lambda: terminal.shows("has not answered for 3 s") and
                              terminal.shows("what it said") and terminal.shows("127.0.0.1:1001 "))
        finally:
            os.kill(pid, signal.SIGCONT)
        terminal.wait_for(lambda: not terminal.shows("has not answered") and
                          terminal.shows("127.0.0.1:1001 "))
        terminal.press(b"q")
        assert terminal.end() == 0 and terminal.is_as_before()

step("one that is not there at the start ends it, with its message on the screen that stays")
for words in (["targets", "--watch"], ["top"]):
    with Terminal([program, "-s", work + "/nobody.sock"] + words) as terminal:
        assert terminal.end() == 3 and terminal.is_as_before()
        assert terminal.shows("no fairlead answers on"), terminal.screen.lines()
with Terminal(ctl + ["targets", "none", "--watch"]) as terminal:
    assert terminal.end() == 1 and terminal.is_as_before()
    assert terminal.shows("there is no target group none"), terminal.screen.lines()

step("a terminal that cannot be drawn on is not")
with Terminal(ctl + ["targets", "--watch"], TERM="dumb") as terminal:
    assert terminal.end() == 2 and terminal.is_as_before()
    assert terminal.shows("--watch needs a terminal")
with Terminal(ctl + ["top"], 60, 80, TERM="dumb") as terminal:
    assert terminal.end() == 0 and terminal.shows("127.0.0.1:1001 ") and not terminal.screen.tones

step("no colour where none is wanted")
with Terminal(ctl + ["targets", "--watch", "0.1"], NO_COLOR="1") as terminal:
    terminal.wait_for(lambda: matches(terminal, "targets"))
    terminal.press(b"q")
    assert terminal.end() == 0 and not terminal.screen.tones
END
step "with the daemon there"
python3 "$work/session.py" "$support" "$fairleadctl" "$work" "$fairlead_pid" || fail "see above"

step "a daemon that dies is told of, and the next one found"
cat >"$work/death.py" <<'END'
import os, sys
sys.path.insert(0, sys.argv[1])
from terminal import Terminal
with Terminal(sys.argv[3:], 24, 80) as terminal:
    terminal.wait_for(lambda: terminal.shows("127.0.0.1:1001 "))
    open(sys.argv[2] + "/drawn", "w").close()
    terminal.wait_for(lambda: terminal.shows("no fairlead answers on") and
                      terminal.shows("what it said") and terminal.shows("127.0.0.1:1001 "))
    open(sys.argv[2] + "/told", "w").close()
    terminal.wait_for(lambda: terminal.shows("127.0.0.1:1002 ") and not terminal.shows("127.0.0.1:1001 ")
                      and not terminal.shows("no fairlead answers"))
    terminal.press(b"q")
    assert terminal.end() == 0 and terminal.is_as_before()
END
for words in "targets --watch 0.2" top; do
    rm -f "$work/drawn" "$work/told"
    # shellcheck disable=SC2086
    python3 "$work/death.py" "$support" "$work" "$fairleadctl" -s "$work/admin.sock" $words &
    viewer=$!
    wait_for 20 test -e "$work/drawn"
    fairlead_stop
    wait_for 20 test -e "$work/told"
    DIR=$work "$support/config" -t 1002,1003
    fairlead_start
    wait "$viewer" || fail "$words: see above"
    DIR=$work "$support/config" -t 1001
    ctl reload >/dev/null || fail "refused"
done
fairlead_stop
