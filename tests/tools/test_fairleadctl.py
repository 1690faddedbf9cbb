#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fairleadctl against canned answers on a unix socket: what it asks, prints and exits with."""

import http.server
import json
import os
import socketserver
import subprocess
import tempfile
import threading
import unittest

PROGRAM = os.path.join(os.environ.get("builddir", "."), "fairleadctl")

TARGETS = {"TargetHealthDescriptions": [
    {"Target": {"Id": "127.0.0.1", "Port": 32768, "AvailabilityZone": "pub1"},
     "TargetHealth": {"State": "healthy"}, "InFlight": 3},
    {"Target": {"Id": "127.0.0.1", "Port": 9},
     "TargetHealth": {"State": "unhealthy", "Reason": "Target.Timeout",
                      "Description": "Request timed out"}}]}


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
                              capture_output=True, text=True, timeout=20)

    def reply(self, method, path, content, status=200):
        self.server.answers[(method, path)] = (status, content)

    def test_prints_an_aligned_table_of_targets(self):
        self.reply("GET", "/v1/target-groups/targetweb/targets", TARGETS)
        run = self.run_it("targets", "targetweb")
        lines = run.stdout.splitlines()
        self.assertEqual(run.returncode, 0)
        self.assertEqual(len(lines), 3)
        self.assertEqual(lines[0].index("STATE"), lines[1].index("healthy"))
        self.assertEqual(lines[0].index("STATE"), lines[2].index("unhealthy"))
        self.assertIn("Target.Timeout", lines[2])

    def test_targets_of_all_groups_stand_in_one_table(self):
        self.reply("GET", "/v1/target-groups",
                   {"TargetGroups": [{"TargetGroupName": "a"}, {"TargetGroupName": "b"}]})
        self.reply("GET", "/v1/target-groups/a/targets", TARGETS)
        self.reply("GET", "/v1/target-groups/b/targets", TARGETS)
        run = self.run_it("--json", "targets")
        rows = json.loads(run.stdout)["TargetHealthDescriptions"]
        self.assertEqual([row["TargetGroupName"] for row in rows], ["a", "a", "b", "b"])

    def test_json_is_printed_as_it_came(self):
        self.reply("GET", "/v1/status", {"Version": "1", "Counts": {"Targets": 2}})
        run = self.run_it("--json", "status")
        self.assertEqual(json.loads(run.stdout), {"Version": "1", "Counts": {"Targets": 2}})

    def test_an_object_is_printed_one_member_a_line(self):
        self.reply("GET", "/v1/status", {"Version": "1", "Counts": {"Targets": 2}})
        run = self.run_it("status")
        self.assertEqual([line.split() for line in run.stdout.splitlines()],
                         [["Version", "1"], ["Counts.Targets", "2"]])

    def test_control_characters_do_not_reach_the_terminal(self):
        self.reply("GET", "/v1/status", {"Name": "a\x1b[31mb"})
        self.assertIn("a?[31mb", self.run_it("status").stdout)

    def test_explain_escapes_what_it_asks(self):
        self.run_it("explain", "http://a/b?c=d&e", "-H", "X: 1", "-H", "Y: 2", "-X", "POST")
        self.assertEqual(self.server.asked[0][1],
                         "/v1/explain?url=http%3A%2F%2Fa%2Fb%3Fc%3Dd%26e"
                         "&header=X%3A%201&header=Y%3A%202&method=POST")

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
        self.assertEqual((run.returncode, run.stdout), (0, "Text  gone\n"))

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
                      ["explain", "u", "-X"], ["roll", "service"]):
            self.assertEqual(self.run_it(*wrong).returncode, 2, wrong)

    def test_roll_prints_a_line_a_step(self):
        steps = [{"Time": "t1", "Text": "started one"}, {"Time": "t2", "Text": "done",
                                                         "Result": "done"}]
        self.reply("POST", "/v1/roll", "\n".join(json.dumps(s) for s in steps) + "\n")
        run = self.run_it("roll", "srvweb", "--image", "web:2", "--batch", "2")
        self.assertEqual((run.returncode, run.stdout), (0, "t1  started one\nt2  done\n"))
        self.assertEqual(json.loads(self.server.asked[0][2]),
                         {"Service": "srvweb", "Image": "web:2", "Batch": "2"})

    def test_stop_without_steps_shows_the_answer(self):
        self.reply("POST", "/v1/stop", {"Text": "draining"})
        run = self.run_it("stop", "one")
        self.assertEqual((run.returncode, run.stdout), (0, "Text  draining\n"))

    def test_a_failed_roll_is_exit_1(self):
        self.reply("POST", "/v1/roll", '{"Text": "rolled back", "Result": "failed"}\n')
        self.assertEqual(self.run_it("roll", "s", "--image", "i").returncode, 1)


if __name__ == "__main__":
    unittest.main()
