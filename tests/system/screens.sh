#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What fairleadctl shows of a running fairlead, in 80 columns: of three targets exactly what stands
# in tests/fixtures/screens (UPDATE=1 writes it anew), of 200 with long names and of 1,000 what
# makes it readable: no line is longer, columns are aligned, and counts agree with rows.
. "$(dirname "$0")/../support/system.sh"
system_begin "$@"
command -v python3 >/dev/null || skip "python3 is missing"
[ -n "${SYSTEM_ISOLATED:-}" ] || skip "this machine lets nobody make namespaces"
export PYTHONDONTWRITEBYTECODE=1

mkdir -p "$work/tasks.d" "$work/state"
cat >"$work/configure.py" <<'END'
"""configure.py FOLDER few|long|many: writes the configuration and tasks of one set. Targets stand
on the loopback; of "few", two answer."""
import json, os, sys
folder, kind = sys.argv[1], sys.argv[2]

def text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + " ".join("%s = %s;" % (k, text(v)) for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "( " + ",\n  ".join(text(v) for v in value) + " )"
    return json.dumps(value)

def rule(priority, conditions, action):
    return {"priority": priority, "conditions": conditions, "actions": [action]}

def forward(group):
    return {"type": "forward", "target_group": group}

def path(*values):
    return [{"field": "path-pattern", "values": values}]

def group(name, targets, check, **more):
    return {"name": name, "port": 80, "health_check": check, "targets": targets, **more}

def check(path="/"):
    return {"path": path, "interval_milliseconds": 2000, "timeout_milliseconds": 1000}

def place(i, port=8081):
    return {"id": "127.66.%d.%d" % (i // 250, i % 250 + 1), "port": port}

services, tasks = [], []
if kind == "few":
    groups = [group("web", [place(0), place(1), place(2)], check()),
              group("app1", [], check(), attributes={"slow_start": {"duration_seconds": 30}}),
              group("idle", [], {"enabled": False})]
    listeners = [{"name": "http", "address": "127.0.0.1", "port": 8080,
                  "default_actions": [forward("web")],
                  "rules": [rule(10, path("/app1", "/app1/*"), forward("app1")),
                            rule(20, [{"field": "host-header", "values": ["old.example"]}],
                                 {"type": "redirect", "status_code": "HTTP_301", "host": "new.example"}),
                            rule(300, path("/gone"), {"type": "fixed-response", "status_code": "410"})]},
                 {"name": "internal", "unix": folder + "/http.sock", "default_actions": [forward("web")]}]
    services = [{"name": "srvapp1", "target_group": "app1", "container_port": 80}]
    tasks = [{"id": "app1-1", "name": "shop_app1_1", "service": "srvapp1", "host": "127.0.0.1",
              "bindings": [{"container_port": 80, "host_port": 8099}]},
             {"id": "batch", "name": "report", "host": "127.0.0.1", "bindings": []}]
    open(folder + "/tasks.d/broken.json", "w").write("{")
elif kind == "long":
    names = ["%s%02d" % (c * 30, i) for i, c in enumerate("abcd")]
    groups = [group(name, [dict(place(50 * i + k), zone="zone-" + "z" * 50 + str(k)) for k in range(49)],
                    check("/" + "deep/" * 100) if i % 2 else {"enabled": False},
                    attributes={"load_balancing": {"algorithm": {"type": "least_outstanding_requests"}}})
              for i, name in enumerate(names)]
    rules = [rule(1 + i, path("/" + "p" * 100 + str(i), "/" + "q" * 100 + str(i) + "/*"),
                  {"type": "forward", "target_groups": [{"target_group": n, "weight": 10 + w}
                                                        for w, n in enumerate(names)]}) for i in range(50)]
    listeners = [{"name": "l" * 64, "address": "127.0.0.1", "port": 8080,
                  "default_actions": [forward(names[0])], "rules": rules},
                 {"name": "m" * 64, "unix": folder + "/" + "s" * 70, "default_actions": [forward(names[3])]}]
    services = [{"name": "service-" + "s" * 240 + str(i), "target_group": n, "container_name": "c" * 255,
                 "container_port": 80} for i, n in enumerate(names)]
    tasks = [{"id": "%08x" % (i * 7919 + 77) * 8, "name": "container-" + "n" * 200 + str(i), "host": "127.0.0.1",
              "service": services[i]["name"], "container_name": "c" * 255, "zone": "z" * 64,
              "bindings": [{"container_port": 80, "host_port": 9000 + i}]} for i in range(4)]
    for i in range(7):
        open(folder + "/tasks.d/" + "broken-" + "b" * 200 + "%d.json" % i, "w").write('{"id": 5}')
else:
    groups = [group("big", [place(i) for i in range(600)], check()),
              group("other", [place(600 + i) for i in range(400)], {"enabled": False})]
    listeners = [{"name": "http", "address": "127.0.0.1", "port": 8080, "default_actions": [forward("big")],
                  "rules": [rule(1 + i, path("/%d/*" % i), forward("other")) for i in range(300)]}]
whole = {"workers": 1, "user": "nobody", "state_dir": folder + "/state",
         "admin": {"socket": folder + "/admin.sock"}, "listeners": listeners, "target_groups": groups,
         "services": services,
         "providers": [{"type": "file", "directory": folder + "/tasks.d", "host": "127.0.0.1"}]}
with open(folder + "/fairlead.conf", "w") as file:
    for name, value in whole.items():
        file.write("%s = %s;\n" % (name, text(value)))
for task in tasks:
    with open("%s/tasks.d/%.20s.json" % (folder, task["id"]), "w") as file:
        json.dump(task, file)
END
cat >"$work/answer.py" <<'END'
import http.server, sys, threading
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
for host in sys.argv[1:]:
    threading.Thread(target=http.server.ThreadingHTTPServer((host, 8081), Answer).serve_forever).start()
END

# begin KIND TARGETS UNHEALTHY: starts a set and waits until its checks have been made.
begin() {
    rm -rf "$work/tasks.d" "$work/state"
    mkdir -p "$work/tasks.d" "$work/state"
    python3 "$work/configure.py" "$work" "$1"
    fairlead_start
    wait_for 60 has_settled "$2" "$3"
}
has_settled() {
    ctl --json targets | jq -e --argjson all "$1" --argjson unhealthy "$2" \
        '[.TargetHealthDescriptions[] | .TargetHealth.State] |
        length == $all and (map(select(. == "unhealthy")) | length) == $unhealthy and
        all(. != "initial")'
}

step "three targets"
python3 "$work/answer.py" 127.66.0.1 127.66.0.2 &
system_at_end kill -KILL $!
begin few 4 2
cat >"$work/few.py" <<'END'
import re, sys
sys.path.insert(0, sys.argv[1])
from screens import Control, Golden, check_all
work = sys.argv[3]
control, golden = Control(sys.argv[2], work + "/admin.sock"), Golden(sys.argv[4], work)
check_all(control, "http://a.example:8080/")
shown = [[name] for name in ("status", "targets", "groups", "tasks", "rules", "listeners", "services",
                             "problems")]
shown += [["explain", "http://a.example:8080/app1/x"], ["explain", "http://old.example:8080/x?y=1"],
          ["explain", "http://a.example:8080/", "-X", "TRACE"], ["explain-task", "report"],
          ["config", "--changed"], ["config", "target_groups.web.health_check"],
          ["events", "--kind", "problem"], ["events", "--kind", "provider"]]
for words in shown:
    name = re.sub("[^a-z0-9]+", "-", " ".join(words).replace("http://", "").lower()).strip("-")
    lines = control.show(*words) if words[0] != "explain" else control.run(*words).splitlines()
    golden.check(name, "\n".join(lines) + "\n")
control.run("status", "--check", status=1)
END
python3 "$work/few.py" "$support" "$fairleadctl" "$work" "$support/../fixtures/screens" || fail "see above"
fairlead_stop

cat >"$work/check.py" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from screens import Control, check_all
check_all(Control(sys.argv[2], sys.argv[3] + "/admin.sock"), "http://a.example:8080/")
END
step "200 targets with long names"
begin long 200 100
python3 "$work/check.py" "$support" "$fairleadctl" "$work" || fail "see above"
fairlead_stop

step "1,000 targets"
begin many 1000 598
python3 "$work/check.py" "$support" "$fairleadctl" "$work" || fail "see above"
fairlead_stop
