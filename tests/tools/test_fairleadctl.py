#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fairleadctl against canned answers on a unix socket: what it asks, prints and exits with."""

import datetime
import fcntl
import http.server
import json
import os
import pty
import re
import socketserver
import struct
import subprocess
import tempfile
import termios
import threading
import unittest

PROGRAM = os.path.join(os.environ.get("builddir", "."), "fairleadctl")

NOW = "2020-01-01T00:00:00.000000Z"
TARGETS = {"TargetHealthDescriptions": [
    {"Target": {"Id": "127.0.0.1", "Port": 32768, "AvailabilityZone": "pub1"},
     "TargetHealth": {"State": "healthy", "LastCheck": {"Result": "answered 200",
                                                        "LatencyMicroseconds": 2100}},
     "Task": "1234567890ab" + 52 * "c", "InFlight": 3, "Since": NOW},
    {"Target": {"Id": "::1", "Port": 9}, "InFlight": 0,
     "TargetHealth": {"State": "unhealthy", "Reason": "Target.Timeout",
                      "Description": "Request timed out",
                      "LastCheck": {"Result": "connection refused"}}}]}


def group(name, targets=2, healthy=1, **more):
    return {"TargetGroupName": name, "Algorithm": "round_robin", "HealthCheckEnabled": True,
            "HealthCheckPath": "/", "HealthCheckIntervalSeconds": 30.0, "IsUsed": True,
            "TargetCount": targets, "HealthyTargetCount": healthy, "RequestsPerSecond": 12.4,
            "Target5xxPerSecond": 0.0, **more}


class Responder(http.server.BaseHTTPRequestHandler):
    """Answers from the server's table {(method, path): (status, body)}; keeps what was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        self.server.asked.append((self.command, self.path, body))
        missing = (404, {"error": {"code": "NotFound", "message": "nothing there"}})
        status, content = self.server.answers.get((self.command, self.path), missing)
        text = content if isinstance(content, str) else json.dumps(content)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.send_header("Content-Type", "application/json" if text[:1] + text[-1:] == "{}"
                         else "application/x-ndjson")
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass

    def address_string(self):
        return "unix"


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class FairleadctlTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.socket = os.path.join(folder.name, "admin.sock")
        self.server = Server(self.socket, Responder)
        self.server.answers, self.server.asked = {}, []
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def run_it(self, *arguments, stdin=""):
        return subprocess.run([PROGRAM, "-s", self.socket, *arguments], input=stdin,
                              capture_output=True, text=True, timeout=20,
                              env={**os.environ, "COLUMNS": "80"})

    def reply(self, method, path, content, status=200):
        self.server.answers[(method, path)] = (status, content)

    def groups(self, *groups):
        self.reply("GET", "/v1/target-groups", {"TargetGroups": list(groups)})
        for one in groups:
            self.reply("GET", "/v1/target-groups/%s/targets" % one["TargetGroupName"], TARGETS)

    def test_targets_are_told_by_group_in_eighty_columns(self):
        self.groups(group("web"))
        run = self.run_it("targets", "web")
        self.assertEqual(run.returncode, 0)
        self.assertEqual(re.sub(r"\b[0-9]{4}d\b", "9999d", run.stdout), """\
web  round_robin, GET / every 30 s           1 of 2 healthy   12 req/s   0 5xx/s
  TARGET           STATE      FOR    CONTAINER     FLIGHT  LAST CHECK
  [::1]:9          unhealthy                            0  connection refused
  127.0.0.1:32768  healthy    9999d  1234567890ab       3  200 in 2.1 ms
""")

    def test_what_does_not_fit_is_cut_and_wide_shows_all(self):
        long = "a-container-with-a-very-long-name-" * 4
        rows = json.loads(json.dumps(TARGETS))
        rows["TargetHealthDescriptions"][0]["TaskName"] = long
        self.groups(group("g" * 32, HeldTargetCount=3, FailsOpen=True))
        self.reply("GET", "/v1/target-groups/%s/targets" % ("g" * 32), rows)
        narrow = self.run_it("targets").stdout
        self.assertLessEqual(max(map(len, narrow.splitlines())), 80)
        self.assertIn("…", narrow)
        self.assertIn("FAILS OPEN, 3 held", narrow)
        self.assertIn(long, self.run_it("targets", "-o", "wide").stdout)

    def test_a_thousand_targets_are_narrowed_by_state_and_group(self):
        rows = {"TargetHealthDescriptions": [
            {"Target": {"Id": "10.0.%d.%d" % (i // 250, i % 250), "Port": 80},
             "TargetHealth": {"State": "unhealthy" if i % 100 == 7 else "healthy"}}
            for i in range(1000)]}
        self.groups(group("web", 1000, 990), group("other"))
        self.reply("GET", "/v1/target-groups/web/targets", rows)
        run = self.run_it("targets", "--state", "unhealthy", "--group", "web")
        self.assertEqual(len(run.stdout.splitlines()), 2 + 10)
        lines = self.run_it("targets", "web").stdout.splitlines()
        self.assertEqual(len(lines), 2 + 1000)
        self.assertTrue(all("unhealthy" in line for line in lines[2:12]))

    def test_an_empty_group_says_so(self):
        self.groups(group("web", 0, 0))
        self.reply("GET", "/v1/target-groups/web/targets", {"TargetHealthDescriptions": []})
        run = self.run_it("targets")
        self.assertEqual(len(run.stdout.splitlines()), 1)
        self.assertIn("   EMPTY   ", run.stdout)

    def test_a_group_that_waits_for_a_target_says_so_everywhere(self):
        waiting = {"HeldRequestCount": 3, "IsWaiting": True}
        self.status([group("web", 0, 0, **waiting), group("app", 1, 0, **waiting),
                     group("idle", 0, 0, IsWaiting=True)])
        rows = self.run_it("groups").stdout.splitlines()
        self.assertRegex(rows[1], r"^web .* waiting for a target, 3 held$")
        self.assertRegex(rows[3], r"^idle .* waiting for a target$")
        self.assertIn("0 of 1 healthy, waiting for a target, 3 held",
                      self.run_it("targets", "app").stdout)
        self.assertEqual(self.run_it("status", "--check").returncode, 0)

    def test_targets_of_all_groups_stand_in_one_json_list(self):
        self.groups(group("a"), group("b"))
        run = self.run_it("targets", "--json")
        rows = json.loads(run.stdout)["TargetHealthDescriptions"]
        self.assertEqual([row["TargetGroupName"] for row in rows], ["a", "a", "b", "b"])

    def status(self, groups=(), problems=(), **more):
        self.groups(*groups)
        self.reply("GET", "/v1/problems", {"Problems": list(problems)})
        self.reply("GET", "/v1/status", {
            "Version": "1", "ConfigurationFile": "/etc/fairlead/fairlead.conf",
            "TargetCount": 4, "HealthyTargetCount": 3, "ListenerCount": 1, "WorkerCount": 2,
            "LivingWorkerCount": 2, "UptimeSeconds": 3700, **more})

    def test_status_is_one_sentence_first(self):
        self.status([group("web", 4, 3)])
        run = self.run_it("status", "--check")
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stdout.splitlines()[:2], [
            "serving; 3 of 4 targets healthy; no problems; configuration from",
            "/etc/fairlead/fairlead.conf"])

    def test_status_check_tells_by_its_end_what_needs_somebody(self):
        problem = {"Source": "docker", "Object": "web-1", "Reason": "no published port"}
        for wrong in ({"groups": [group("web", 0, 0)]}, {"problems": [problem]},
                      {"groups": [group("web", FailsOpen=True)]}, {"LivingWorkerCount": 1},
                      {"EndingCertificateCount": 1}):
            self.status(**wrong)
            run = self.run_it("status", "--check")
            self.assertEqual(run.returncode, 1, wrong)
            self.assertIn("  ! ", run.stdout)
            self.assertEqual(self.run_it("status").returncode, 0)
        self.status([group("unused", 0, 0, IsUsed=False)])
        self.assertEqual(self.run_it("status", "--check").returncode, 0)

    def test_explain_reads_as_an_answer(self):
        self.reply("GET", "/v1/explain?url=http%3A%2F%2Fa%2Fx", {
            "ListenerName": "http", "Priority": "20", "ConditionsText": "path-pattern is /x*",
            "ActionText": "forward to web",
            "PassedOver": [{"Priority": 10, "ConditionsText": "host-header is b",
                            "DoesNotMatch": "host-header",
                            "Why": "host %s does not match b" % ("h" * 60)}],
            "TargetGroups": [{"TargetGroupName": "web", "Weight": 1,
                              "Targets": ["10.0.0.%d:80" % i for i in range(8)]}]})
        run = self.run_it("explain", "http://a/x")
        self.assertEqual(run.stdout, """\
GET http://a/x
listener http
  rule 10  no: host hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh
               does not match b
  rule 20  yes: path-pattern is /x*
  forward to web
  group web
    to 10.0.0.0:80, 10.0.0.1:80, 10.0.0.2:80, 10.0.0.3:80, 10.0.0.4:80,
       10.0.0.5:80, and 2 more
""")

    def test_explain_shows_the_last_rules_before_and_counts_the_others(self):
        passed = [{"Priority": n, "ConditionsText": "c", "Why": "no %d" % n} for n in range(951, 1001)]
        self.reply("GET", "/v1/explain?url=http%3A%2F%2Fa%2Fx", {
            "ListenerName": "http", "Priority": "default", "ConditionsText": "any request",
            "ActionText": "fixed response 404", "PassedOver": passed, "PassedOverCount": 1000})
        lines = self.run_it("explain", "http://a/x").stdout.splitlines()
        self.assertEqual(lines[2:4], ["  988 rules before these: no", "  rule     989  no: no 989"])
        self.assertEqual(lines[14:16], ["  rule    1000  no: no 1000",
                                        "  rule default  yes: any request"])

    def setting(self, path, value, line=None, element=None, **more):
        return {"Path": path, "Element": element, "IsElement": False, "Value": value,
                "File": "/etc/f/main.conf" if line else None, "Line": line,
                "IsDefault": not line, **more}

    def element(self, path, element=None, file="/etc/f/main.conf"):
        return {"Path": path, "Element": element, "IsElement": True, "File": file, "Line": 9}

    def configuration(self, rows, **more):
        self.reply("GET", "/v1/configuration?first=0", {
            "Settings": rows, "Count": len(rows), "Total": len(rows),
            "ConfigurationFile": "/etc/f/main.conf", **more})

    def test_the_configuration_is_told_by_group(self):
        web = "target_groups.web"
        self.configuration([
            self.setting("workers", 1, 3, AfterRestart=2),
            self.setting("timeouts.a", 60, Follows="load_balancer.attributes.idle_timeout.t"),
            self.setting("timeouts.b", True), self.setting("zone", None),
            self.element(web, file="/etc/f/conf.d/web.conf"),
            self.setting(web + ".health_check.path", "", 10, web),
            self.setting(web + ".health_check.host", ["a"] * 20, 11, web),
            self.element(web + ".targets.[::1]:9", web, file="/other/t.conf"),
            self.element(web + ".targets.127.0.0.1:9", web),
            self.setting(web + ".targets.127.0.0.1:9.zone", "z", 12, web + ".targets.127.0.0.1:9"),
            self.element("target_groups." + "g" * 32),
            self.setting("target_groups." + "g" * 32 + ".port", 80, None, "target_groups." + "g" * 32),
            self.setting("services", [])])
        run = self.run_it("config")
        self.assertEqual(run.stdout, """\
configuration from /etc/f/main.conf
workers                     1 (2 after a restart)              main.conf:3
timeouts
  a                         60                                 as idle_timeout
  b                         true                               default
zone                        none                               default
target_groups.web                                              conf.d/web.conf:9
  health_check
    path                    ""                                 main.conf:10
    host                    a, a, a, a, a, a, a, a, a, a, a,   main.conf:11
                            a, a, a, a, a, a, a, a, a
  targets.[::1]:9                                              /other/t.conf:9
  targets.127.0.0.1:9.zone  z                                  main.conf:12
target_groups.gggggggggggggggggggggggggggggggg                 main.conf:9
  port                      80                                 default
services                    none                               default
""")
        self.assertNotIn("\n                            a", self.run_it("config", "-o", "wide").stdout)

    def test_the_configuration_comes_in_pages_of_one_reload(self):
        for first, at in ((0, NOW), (2, NOW), (4, NOW)):
            self.reply("GET", "/v1/configuration?first=%d" % first, {
                "Settings": [self.setting("a%d" % i, i) for i in range(first, min(first + 2, 5))],
                "ConfiguredAt": at, "Count": 5, "Total": 5, "ConfigurationFile": "/f"})
        rows = json.loads(self.run_it("config", "-o", "json").stdout)["Settings"]
        self.assertEqual([row["Path"] for row in rows], ["a0", "a1", "a2", "a3", "a4"])
        self.server.answers[("GET", "/v1/configuration?first=4")][1]["ConfiguredAt"] = "2020-01-02"
        run = self.run_it("config")
        self.assertEqual(run.returncode, 1)
        self.assertIn("reloaded meanwhile", run.stderr)
        self.reply("GET", "/v1/configuration?first=0", {"Settings": [], "Count": 9, "Total": 9})
        self.assertEqual(self.run_it("config").returncode, 0)

    def test_events_are_narrowed(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        at = [(now - datetime.timedelta(minutes=m)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
              for m in (120, 30, 1)]
        events = [{"Time": at[0], "Kind": "target", "Subject": "web 1", "Text": "one"},
                  {"Time": at[1], "Kind": "task", "Subject": "x", "Text": "two"},
                  {"Time": at[2], "Kind": "target", "Subject": "web2 1", "Text": "three"}]
        self.reply("GET", "/v1/events?since=0", {"Events": events})

        def shown(*options):
            return [line.split()[-1] for line in
                    self.run_it("events", *options).stdout.splitlines()]
        self.assertEqual(shown("--since", "1h"), ["two", "three"])
        self.assertEqual(shown("--last", "1"), ["three"])
        self.assertEqual(shown("--kind", "target"), ["one", "three"])
        self.assertEqual(shown("--group", "web"), ["one"])
        self.assertIn("  30m ago  two", self.run_it("events", "--since", "1h").stdout)
        for wrong in (["--since", "soon"], ["--last", "0"], ["--last", "x"]):
            self.assertEqual(self.run_it("events", *wrong).returncode, 2, wrong)

    def test_wait_ends_when_all_are_healthy_or_the_time_is_over(self):
        self.groups(group("web", 2, 2))
        self.assertEqual(self.run_it("wait", "web").returncode, 0)
        self.assertEqual(self.run_it("wait", "web", "--healthy", "2").returncode, 0)
        run = self.run_it("wait", "web", "--healthy", "3", "--timeout", "0.3")
        self.assertEqual(run.returncode, 1)
        self.assertIn("2 of 2 healthy", run.stderr)
        self.assertEqual(self.run_it("wait", "none").returncode, 1)

    def test_options_stand_anywhere_and_beginnings_will_do(self):
        self.reply("GET", "/v1/problems", {"Problems": []})
        for words in (["--json", "problems"], ["problems", "--json"], ["prob", "-o", "json"]):
            self.assertEqual(json.loads(self.run_it(*words).stdout), {"Problems": []}, words)
        self.assertEqual(self.run_it("problems").stdout, "no problems\n")

    def test_behind_two_dashes_nothing_is_an_option(self):
        self.run_it("explain", "-X", "PUT", "--", "--json")
        self.assertIn(self.server.asked[0][1], ("/v1/explain?method=PUT&url=--json", "/v1/explain?url=--json&method=PUT"))
        run = self.run_it("explain", "--", "-X", "--")
        self.assertEqual((run.returncode, len(self.server.asked)), (2, 1))
        self.assertIn("explain: does not take --", run.stderr)

    def test_a_wrong_command_is_told_the_right_one(self):
        self.assertIn("did you mean targets?", self.run_it("tragets").stderr)
        self.assertIn("may be status, stop", self.run_it("st").stderr)
        self.assertIn("-o takes wide, json or table", self.run_it("-o", "xml", "tasks").stderr)

    def test_help_is_told_of_each_command(self):
        whole = self.run_it("help")
        self.assertEqual(whole.returncode, 0)
        self.assertLessEqual(max(map(len, whole.stdout.splitlines())), 80)
        for words in (["help", "targets"], ["targets", "--help"]):
            run = self.run_it(*words)
            self.assertEqual(run.returncode, 0)
            self.assertIn("usage: fairleadctl targets [GROUP]", run.stdout)

    def on_a_terminal(self, keys, *arguments):
        """What a terminal of 80 x 24 has got, and the exit code; keys are pressed when it has
        been drawn at least once."""
        pid, fd = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(PROGRAM, [PROGRAM, "-s", self.socket, *arguments])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        drawn = b""
        while True:
            try:
                part = os.read(fd, 65536)
            except OSError:
                break
            if not part:
                break
            drawn += part
            if keys and drawn.count(b"\x1b[H") >= 2:
                os.write(fd, keys)
                keys = b""
        os.close(fd)
        return drawn.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_watch_redraws_in_place_and_ends_with_a_key(self):
        self.groups(group("web"))
        for keys in (b"q", b"\x03"):
            drawn, status = self.on_a_terminal(keys, "targets", "--watch", "0.1")
            self.assertEqual(status, 0)
            self.assertTrue(drawn.startswith("\x1b[?1049h"))
            self.assertTrue(drawn.endswith("\x1b[?1049l"), drawn[-40:])
            self.assertIn("connection refused", drawn)

    def test_top_sorts_by_a_key(self):
        self.groups(group("aaa", RequestsPerSecond=1.0), group("bbb", RequestsPerSecond=9.0))
        self.reply("GET", "/v1/metrics", "")
        drawn, status = self.on_a_terminal(b"nq", "top")
        self.assertEqual(status, 0)
        self.assertLess(drawn.index("bbb"), drawn.index("aaa"))
        self.assertIn("[::1]:9 ", drawn)

    def test_top_counts_groups_by_their_targets_and_tells_how_slow_they_are(self):
        self.groups(group("aaa", RequestsPerSecond=1.0), group("5"))
        page = "".join(
            'fairlead_target_response_time_seconds_bucket{target_group="%s",le="%s"} %d\n' % row
            for row in (("aaa", "0.005", 1), ("aaa", "0.25", 98), ("aaa", "5", 99),
                        ("aaa", "+Inf", 100), ("5", "0.005", 0), ("5", "+Inf", 0)))
        self.reply("GET", "/v1/metrics", page)
        run = self.run_it("top")
        self.assertEqual(run.returncode, 0)
        self.assertEqual(run.stdout.splitlines()[2:], [
            "GROUP  REQ/S  5XX/S  FLIGHT  CONNS  STATE",
            "5       12.4    0.0       3      0  1 of 2 healthy",
            "aaa      1.0    0.0       3      0  1 of 2 healthy", "",
            "TARGET           GROUP  REQ/S  5XX/S  FLIGHT  CONNS  STATE",
            "127.0.0.1:32768  5        0.0    0.0       3      0  healthy",
            "[::1]:9          5        0.0    0.0       0      0  unhealthy",
            "127.0.0.1:32768  aaa      0.0    0.0       3      0  healthy",
            "[::1]:9          aaa      0.0    0.0       0      0  unhealthy"])

    def test_an_address_is_one_however_it_is_written(self):
        self.groups(group("web"))
        self.reply("POST", "/v1/drain", {})
        for text in ("[::1]:9", "[0:0::1]:9", "[::0001]:09"):
            self.server.asked.clear()
            self.assertEqual(self.run_it("drain", text).returncode, 0, text)
            self.assertEqual(json.loads(self.server.asked[-1][2])["Targets"][0]["Id"], "::1")
        for text in ("[::1]:10", "[::2]:9", "::1"):
            self.assertEqual(self.run_it("drain", text).returncode, 1, text)

    def test_numbers_are_decimal_and_finite(self):
        self.groups(group("web", 2, 1))
        for wrong in ("nan", "inf", "0x10", "-1", "1e999", "", "5x", "1 "):
            run = self.run_it("wait", "web", "--timeout", wrong)
            self.assertEqual((run.returncode, wrong in run.stderr), (2, True), wrong)
        for wrong in ("0", "2m", "1.5", "99999999999"):
            self.assertEqual(self.run_it("wait", "web", "--healthy", wrong).returncode, 2, wrong)
        for good in ("0.1", ".1s", "0m"):
            self.assertEqual(self.run_it("wait", "web", "--timeout", good).returncode, 1, good)

    def test_colour_only_on_a_terminal_that_wants_it(self):
        self.groups(group("web"))
        self.assertIn("\x1b[33m", self.on_a_terminal(b"", "targets")[0])
        os.environ["NO_COLOR"] = "1"
        self.addCleanup(os.environ.pop, "NO_COLOR")
        self.assertNotIn("\x1b[", self.on_a_terminal(b"", "targets")[0])
        self.assertNotIn("\x1b[", self.run_it("targets").stdout)

    def test_completion_knows_commands_options_and_names(self):
        self.groups(group("web"))

        def words(*arguments):
            return self.run_it("complete", *arguments).stdout.split()
        self.assertIn("targets", words("commands"))
        self.assertEqual(words("targets", ":"), ["web"])
        self.assertIn("--state", words("targets", ":--"))
        self.assertEqual(words("drain", ":"), ["web", "127.0.0.1:32768", "[::1]:9"])

    def test_a_new_key_is_two_lines_for_a_shell(self):
        self.reply("POST", "/v1/keys", {"Name": "anna", "AccessKeyId": "FAIRA", "ReadOnly": True,
                                        "CreatedAt": NOW, "SecretAccessKey": "s/+="})
        run = self.run_it("key", "create", "anna", "--read-only")
        self.assertEqual((run.returncode, run.stdout, run.stderr),
                         (0, "AWS_ACCESS_KEY_ID=FAIRA\nAWS_SECRET_ACCESS_KEY=s/+=\n", ""))
        self.assertEqual(json.loads(self.server.asked[0][2]), {"Name": "anna", "ReadOnly": True})
        self.assertEqual(json.loads(self.run_it("key", "create", "b", "-o", "json").stdout)["Name"],
                         "anna")
        self.reply("POST", "/v1/keys", {"error": {"code": "KeyExists", "message": "Name is taken"}},
                   409)
        run = self.run_it("key", "create", "anna")
        self.assertEqual((run.returncode, run.stdout, run.stderr),
                         (1, "", "fairleadctl: NAME is taken (KeyExists)\n"))

    def test_names_of_commands_may_have_two_words(self):
        keys = [{"Name": "anna", "AccessKeyId": "FAIRA", "ReadOnly": False, "CreatedAt": NOW, "LastUsedAt": NOW},
                {"Name": "new", "AccessKeyId": "FAIRB", "ReadOnly": True, "CreatedAt": NOW, "LastUsedAt": None}]
        self.reply("GET", "/v1/keys", {"Keys": keys})
        self.reply("POST", "/v1/keys/delete", {})
        for words in (["key", "list"], ["key", "l"], ["k", "li"], ["--json", "key", "list"]):
            self.assertIn("FAIRA", self.run_it(*words).stdout, words)
        rows = self.run_it("key", "list").stdout.splitlines()
        self.assertRegex(rows[0], r"^NAME +ID +READ ONLY +AGE +LAST USED$")
        self.assertRegex(rows[1], r"^anna +FAIRA +[0-9]+[smhd] +[0-9]+[smhd]$")
        self.assertRegex(rows[2], r"^new +FAIRB +yes +[0-9]+[smhd] +never$")
        self.assertEqual(self.run_it("key", "delete", "anna").stdout, "key anna is deleted\n")
        for words, expected in (
                (["key"], '"key" may be key create, key list, key delete'),
                (["ke"], '"ke" may be key create, key list, key delete'),
                (["key", "lsit"], 'no command "key lsit"; did you mean key list?'),
                (["key", "frobnicate"], 'no command "key frobnicate"; fairleadctl help lists them'),
                (["key", "delete"], "key delete: missing NAME"),
                (["key", "list", "more"], "key list: does not take more")):
            run = self.run_it(*words)
            self.assertEqual(run.returncode, 2, words)
            self.assertEqual(run.stderr.splitlines()[0], "fairleadctl: " + expected)
        for words in (["help", "key", "create"], ["key", "create", "--help"], ["help", "k", "c"]):
            self.assertIn("usage: fairleadctl key create NAME [--read-only]", self.run_it(*words).stdout)

        def completed(*arguments):
            return self.run_it("complete", *arguments).stdout.split()
        self.assertEqual(completed("commands").count("key"), 1)
        self.assertEqual(completed("key"), ["create", "list", "delete"])
        self.assertEqual(completed("key delete", ":"), ["anna", "new"])
        self.assertEqual(completed("key create", ":"), [])
        self.assertEqual(completed("key create", ":-"), ["--read-only"])
        self.assertEqual(completed("key nothing"), [])

    def test_watch_needs_a_terminal_and_a_listing(self):
        self.assertEqual(self.run_it("targets", "--watch").returncode, 2)
        self.assertIn("no listing", self.run_it("reload", "--watch", "1").stderr)

    def test_json_is_printed_as_it_came(self):
        self.reply("GET", "/v1/status", {"Version": "1", "Counts": {"Targets": 2}})
        run = self.run_it("--json", "status")
        self.assertEqual(json.loads(run.stdout), {"Version": "1", "Counts": {"Targets": 2}})

    def test_an_object_is_printed_one_member_a_line(self):
        self.reply("POST", "/v1/register", {"Version": "1", "Counts": {"Targets": 2}})
        run = self.run_it("register", "g", "127.0.0.1:9")
        self.assertEqual([line.split() for line in run.stdout.splitlines()],
                         [["Version", "1"], ["Counts.Targets", "2"]])

    def test_control_characters_do_not_reach_the_terminal(self):
        self.reply("POST", "/v1/register", {"Name": "a\x1b[31mb"})
        self.assertIn("a?[31mb", self.run_it("register", "g", "127.0.0.1:9").stdout)

    def test_explain_escapes_what_it_asks(self):
        self.run_it("explain", "http://a/b?c=d&e", "-H", "X: 1", "-H", "Y: 2", "-X", "POST")
        self.assertEqual(self.server.asked[0][1],
                         "/v1/explain?url=http%3A%2F%2Fa%2Fb%3Fc%3Dd%26e"
                         "&header=X%3A%201&header=Y%3A%202&method=POST")

    def test_bytes_that_are_no_utf8_are_sent_as_they_are_or_not_at_all(self):
        self.run_it("explain", b"http://a/\xe4", "-H", b"X: \xe4")
        self.assertIn("%2F%E4&header=X%3A%20%E4", self.server.asked[0][1])
        run = self.run_it("stop", b"web-\xe4")
        self.assertEqual(run.returncode, 2)
        self.assertIn("what is no UTF-8 cannot be sent: web-?", run.stderr)

    def test_register_sends_elbv2_members(self):
        self.reply("POST", "/v1/register", {})
        run = self.run_it("register", "g", "[::1]:80", "--zone", "pub2")
        self.assertEqual(run.returncode, 0)
        self.assertEqual(json.loads(self.server.asked[0][2]),
                         {"TargetGroupName": "g",
                          "Targets": [{"Id": "::1", "Port": 80, "AvailabilityZone": "pub2"}]})

    def test_deregister_with_wait_asks_for_an_answer_at_the_end(self):
        self.reply("POST", "/v1/deregister?wait=true", {"Text": "gone"})
        run = self.run_it("deregister", "g", "127.0.0.1:9", "--wait")
        self.assertEqual((run.returncode, run.stdout), (0, "gone\n"))

    def test_a_task_event_goes_from_stdin_as_it_is(self):
        self.reply("POST", "/v1/task-events", {})
        run = self.run_it("task-event", "-", stdin='{"detail": 1}')
        self.assertEqual(run.returncode, 0)
        self.assertEqual(self.server.asked[0][2], '{"detail": 1}')

    def test_a_refusal_is_exit_1_with_reason_and_details(self):
        self.reply("POST", "/v1/reload", {"error": {"code": "InvalidConfiguration",
                   "message": "2 errors", "details": ["f:1: a", "f:2: b"]}}, status=400)
        run = self.run_it("reload")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stderr.splitlines(), [
            "fairleadctl: 2 errors (InvalidConfiguration)", "f:1: a", "f:2: b"])

    def test_what_is_not_found_is_exit_1(self):
        self.assertEqual(self.run_it("targets", "nope").returncode, 1)

    def test_no_daemon_is_exit_3_and_says_what_to_do(self):
        path = os.path.join(self.folder, "nobody.sock")
        run = subprocess.run([PROGRAM, "-s", path, "status"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 3)
        self.assertIn("start it", run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1)

    def test_what_others_named_cannot_steer_a_terminal(self):
        evil = "a\x1b[2J\nb\u009b31m\x7f\u202ec"
        shown = "a?[2J?b?31m??c"
        self.reply("GET", "/v1/tasks", {"error": {"code": "X", "message": evil,
                                                  "details": [evil]}}, 404)
        run = self.run_it("tasks")
        self.assertEqual(run.stderr, "fairleadctl: %s (X)\n%s\n" % (shown, shown))
        self.reply("GET", "/v1/tasks", "no JSON: " + evil, 500)
        self.assertEqual(self.run_it("tasks").stderr,
                         "fairleadctl: refused with status 500: no JSON: %s\n" % shown)
        self.reply("GET", "/v1/tasks", {"Tasks": [{"Id": evil}]})
        self.assertIn(shown, self.run_it("tasks").stdout)
        text = json.dumps({"Id": evil}, ensure_ascii=False)
        self.reply("GET", "/v1/tasks", text)
        run = self.run_it("--json", "tasks")
        self.assertEqual(json.loads(run.stdout), {"Id": evil})
        self.assertFalse(set(run.stdout) & set("\x1b\x7f\u009b"))
        self.reply("GET", "/v1/tasks", "one\ntwo" + evil)
        self.assertEqual(self.run_it("tasks").stdout.splitlines(),
                         ["one", "twoa?[2J", "b?31m??c"])
        self.assertIn("no command \"a?[2J", self.run_it("a\x1b[2J").stderr)

    def test_wrong_usage_is_exit_2(self):
        for wrong in ([], ["frobnicate"], ["explain"], ["status", "more"], ["-x"],
                      ["register", "g", "no-port"], ["register", "g", "1.2.3.4:0"],
                      ["explain", "u", "-X"], ["roll"]):
            self.assertEqual(self.run_it(*wrong).returncode, 2, wrong)

    def test_wrong_calls_are_told_what_is_wrong(self):
        self.groups(group("web"))
        for words, expected in (
                ("tragets", 'no command "tragets"; did you mean targets?'),
                ("blah", 'no command "blah"; fairleadctl help lists them'),
                ("st", '"st" may be status, stop'),
                ("re", '"re" may be register, ready, reload'),
                ("-o", "a value is missing after -o"),
                ("-s", "a value is missing after -s"),
                ("targets -o xml", "-o takes wide, json or table, not xml"),
                ("help nothing", 'no command "nothing"; fairleadctl help lists them'),
                ("explain", "explain: missing URL"),
                ("explain u -X", "explain: a value is missing after -X"),
                ("status more", "status: does not take more"),
                ("targets --colour", "targets: does not take --colour"),
                ("register web", "register: missing ADDRESS:PORT"),
                ("register web 10.0.0.5", "10.0.0.5 is not ADDRESS:PORT"),
                ("register web 10.0.0.5:0", "10.0.0.5:0 is not ADDRESS:PORT"),
                ("register web 10.0.0.5:65536", "10.0.0.5:65536 is not ADDRESS:PORT"),
                ("events --since soon", "--since takes a time span: 90s, 15m, 1h, 2d; not soon"),
                ("events --last none", "--last takes a number from 1 on, not none"),
                ("wait", "wait: missing GROUP"),
                ("wait web --healthy some", "--healthy takes a number from 1 on, not some"),
                ("reload --watch", "reload is no listing; --watch is for those"),
                ("targets --watch", "--watch needs a terminal"),
                ("stop", "stop: missing CONTAINER"),
                ("drain web 1.2.3.4", "1.2.3.4 is not ADDRESS:PORT")):
            run = self.run_it(*words.split())
            self.assertEqual(run.returncode, 2, words)
            self.assertEqual(run.stderr.splitlines()[0], "fairleadctl: " + expected)

    def test_roll_prints_a_line_a_step(self):
        steps = [{"Time": "t1", "Text": "started one"}, {"Time": "t2", "Text": "done",
                                                         "Result": "done"}]
        self.reply("POST", "/v1/roll", "\n".join(json.dumps(s) for s in steps) + "\n")
        run = self.run_it("roll", "srvweb", "--image", "web:2", "--batch", "2")
        self.assertEqual((run.returncode, run.stdout), (0, "t1  started one\nt2  done\n"))
        self.assertEqual(json.loads(self.server.asked[0][2]),
                         {"Service": "srvweb", "Image": "web:2", "Batch": "2"})

    def test_roll_without_an_image_leaves_that_to_the_daemon(self):
        self.reply("POST", "/v1/roll", '{"Text": "done", "Result": "done"}\n')
        self.assertEqual(self.run_it("roll", "srvweb").returncode, 0)
        self.assertEqual(json.loads(self.server.asked[0][2]), {"Service": "srvweb"})

    def test_refusals_come_in_the_words_of_who_asked(self):
        self.reply("POST", "/v1/roll", {"error": {
            "code": "ValidationError", "message": "Service is needed; Batch is 1 to 1000, "
            "TimeoutSeconds 1 to 3600"}}, 400)
        self.assertEqual(self.run_it("roll", "s", "--batch", "x").stderr,
                         "fairleadctl: SERVICE is needed; --batch is 1 to 1000, --timeout 1 "
                         "to 3600 (ValidationError)\n")

    def test_drain_takes_an_address_a_container_or_a_group(self):
        rows = json.loads(json.dumps(TARGETS))
        rows["TargetHealthDescriptions"][1]["TaskName"] = "shop_web_1"
        self.groups(group("web"))
        self.reply("GET", "/v1/target-groups/web/targets", rows)
        self.reply("POST", "/v1/drain", {"Text": "held"})
        for word, ids in (("[::1]:9", ["::1"]), ("shop_web_1", ["::1"]),
                          ("1234567890ab", ["127.0.0.1"]), ("web", ["127.0.0.1", "::1"])):
            self.server.asked.clear()
            self.assertEqual(self.run_it("drain", word).returncode, 0, word)
            body = json.loads(self.server.asked[-1][2])
            self.assertEqual([one["Id"] for one in body["Targets"]], ids, word)
        run = self.run_it("ready", "nobody")
        self.assertEqual(run.returncode, 1)
        self.assertIn("is called nobody", run.stderr)

    def test_stop_takes_an_address_or_a_group_too(self):
        rows = json.loads(json.dumps(TARGETS))
        rows["TargetHealthDescriptions"][1]["Task"] = "task2"
        self.groups(group("web"))
        self.reply("GET", "/v1/target-groups/web/targets", rows)
        self.reply("POST", "/v1/stop", {"Text": "draining"})
        for word, stopped in (("[::1]:9", ["task2"]), ("name", ["name"]),
                              ("web", ["1234567890ab" + 52 * "c", "task2"])):
            self.server.asked.clear()
            self.assertEqual(self.run_it("stop", word).returncode, 0, word)
            self.assertEqual([json.loads(body)["Container"]
                              for method, _, body in self.server.asked if method == "POST"],
                             stopped, word)

    def test_stop_without_steps_shows_the_answer(self):
        self.groups()
        self.reply("POST", "/v1/stop", {"Text": "draining"})
        run = self.run_it("stop", "one")
        self.assertEqual((run.returncode, run.stdout), (0, "draining\n"))

    def test_a_failed_roll_is_exit_1(self):
        self.reply("POST", "/v1/roll", '{"Text": "rolled back", "Result": "failed"}\n')
        self.assertEqual(self.run_it("roll", "s", "--image", "i").returncode, 1)


if __name__ == "__main__":
    unittest.main()
