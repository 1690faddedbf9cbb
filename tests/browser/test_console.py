# SPDX-License-Identifier: Apache-2.0
"""What the console does: it shows what changes, and changes what somebody with a key asks for."""

import contextlib
import json
import os
import signal
import subprocess
import urllib.request

from stage import ConsoleTest, base, browser, ctl, enter_key, fill, js, press, show, text, wait, work

ONE = "127.0.0.1:" + os.environ["PORT_ONE"]
TWO = "127.0.0.1:" + os.environ["PORT_TWO"]


def row(place):
    """What stands in a target's row, cell by cell."""
    return js("""return [...document.querySelectorAll('tbody tr:not(.detail)')].map(row => [...row.cells].map(cell => cell.innerText))
        .find(cells => cells[0] === arguments[0])""", place)


def state(place):
    return (row(place) or ["", ""])[1]


def order():
    return js("return [...document.querySelectorAll('tbody tr:not(.detail)')].map(row => row.cells[0].innerText)")


@contextlib.contextmanager
def configured(change):
    """With another configuration file, for a while."""
    with open(work("fairlead.conf"), encoding="utf-8") as file:
        good = file.read()
    try:
        with open(work("fairlead.conf"), "w", encoding="utf-8") as file:
            file.write(change(good))
        yield
    finally:
        with open(work("fairlead.conf"), "w", encoding="utf-8") as file:
            file.write(good)


def held(place):
    targets = ctl("targets", "web")["TargetHealthDescriptions"]
    return [target["IsHeld"] for target in targets if f"{target['Target']['Id']}:{target['Target']['Port']}" == place][0]


def is_refused():
    """Whether nothing is read without a key."""
    try:
        urllib.request.urlopen(base() + "/v1/status").close()
    except urllib.error.HTTPError as error:
        return error.code == 403
    return False


class Console(ConsoleTest):
    def test_state_changes_arrive_without_reload(self):
        show("groups/web")
        wait("a healthy target", lambda: state(ONE) == "healthy")
        places = order()
        js("window.isTheSame = true")
        with open(work("one.sick"), "w", encoding="utf-8"):
            pass
        wait("an unhealthy target", lambda: state(ONE) == "unhealthy")
        wait("the group's state", lambda: "degraded" in text(".title"))
        self.assertEqual(order(), places, "rows keep their places")
        show("overview")
        wait("what needs somebody", lambda: ONE in text(".needs"))
        wait("the event", lambda: f"web {ONE} unhealthy" in text(".events"))
        os.unlink(work("one.sick"))
        wait("nothing about it any more", lambda: ONE not in text(".needs"))
        show("groups/web")
        wait("a healthy target again", lambda: state(ONE) == "healthy")
        self.assertTrue(js("return window.isTheSame"), "nothing was loaded again")

    def test_a_target_that_goes_is_told_and_then_left_out(self):
        show("groups/web")
        wait("four targets", lambda: len(order()) == 4)
        ctl("register", "web", "127.0.0.2:9")
        wait("a fifth", lambda: state("127.0.0.2:9") in ("initial", "unhealthy"))
        ctl("deregister", "web", "127.0.0.2:9")
        wait("it is gone", lambda: state("127.0.0.2:9") == "gone")
        js("const now = Date.now; Date.now = () => now() + 10000")
        wait("it is left out", lambda: len(order()) == 4)

    def test_drain_and_ready_work_signed(self):
        show("groups/web")
        press(f"Drain {ONE}")
        question = wait("the question", lambda: text("dialog"))
        self.assertIn("3 of 4 targets in web remain for new requests.", question)
        self.assertIn("No request is in flight.", question)
        self.assertIn(f"fairleadctl drain web {ONE}", question)
        press("Drain", "dialog")
        enter_key("anna")
        wait("a held target", lambda: state(ONE) == "held")
        self.assertTrue(held(ONE))
        self.assertIn("Key anna", text("#key"))
        show("overview")
        wait("the key's name in the event", lambda: "anna" in text(".events"))
        show("groups/web")
        press(f"Ready {ONE}")
        press("Make ready", "dialog")
        wait("a healthy target", lambda: state(ONE) == "healthy")
        self.assertFalse(held(ONE))

    def test_register_and_deregister_tell_what_follows(self):
        show("groups/spare")
        wait("what to do", lambda: "fairleadctl register spare" in text("main"))
        press("Register a target")
        fill("IP address", "127.0.0.1")
        fill("Port", os.environ["PORT_TWO"])
        wait("the line", lambda: f"fairleadctl register spare {TWO}" in text("dialog"))
        press("Register", "dialog")
        enter_key("anna")
        wait("the target", lambda: state(TWO) == "no checks")
        js("document.querySelector('tbody .open').click()")
        press("Deregister", "main")
        wait("the warning", lambda: "No healthy target remains in spare" in text("dialog"))
        press("Deregister", "dialog")
        wait("an empty group", lambda: "empty" in text(".title"))

    def test_a_service_is_created_scaled_and_deleted(self):
        show("services")
        press("Create a service")
        for label, value in (("Name", "made"), ("Task definition", "nothing"), ("Target group, if its tasks take requests", "web"),
                             ("Container that takes them", "app")):
            fill(label, value)
        wait("the line", lambda: "--service-name made" in text("dialog"))
        press("Create", "dialog")
        enter_key("anna")
        wait("why not", lambda: "TaskDefinition not found" in text("dialog"))
        fill("Task definition", "taskweb")
        press("Create", "dialog")
        wait("its row", lambda: "no place" in text("main table"))
        show("services/default/made", "h1")
        wait("what is missing", lambda: "No Container Instances were found in your cluster." in text(".under"))
        press("Scale")
        fill("How many tasks", "3")
        press("Scale", "dialog")
        wait("another count", lambda: "0 of 3" in text(".title"))
        press("Delete")
        wait("the question", lambda: "Nobody answers for it then" in text("dialog"))
        press("Delete", "dialog")
        wait("that it is gone", lambda: "runs no service of this name any more" in text("main"))

    def test_a_wrong_key_is_refused(self):
        press("Enter a key")
        fill("Access key id", "FAIRNOSUCHKEYATALL00")
        fill("Secret access key", "wrong")
        press("Use this key", "dialog")
        wait("the next step", lambda: "fairleadctl key list shows it" in text("dialog"))
        with open(work("anna.key"), encoding="utf-8") as file:
            fill("Access key id", file.readline().split("=")[1].strip())
        fill("Secret access key", "wrong")
        press("Use this key", "dialog")
        wait("another next step", lambda: "Enter the secret again" in text("dialog"))
        self.assertIn("Enter a key", text("#key"))

    def test_a_read_only_key_looks_and_does_not_change(self):
        press("Enter a key")
        enter_key("viewer")
        wait("the key", lambda: "viewer (read-only)" in text("#key"))
        show("configuration")
        wait("the settings", lambda: "fairlead.conf:" in text("main"))
        show("groups/web")
        press(f"Drain {TWO}")
        press("Drain", "dialog")
        wait("the refusal", lambda: "without --read-only" in text("dialog"))
        self.assertFalse(held(TWO))

    def test_a_hostile_name_is_shown_and_not_run(self):
        for page in ("groups/web", "services"):
            show(page)
            wait("its name", lambda: "<img src=x onerror=" in text("main"))
            self.assertIn("\\u202e", text("main"), "what turns texts is made visible")
        self.assertIn("<script>", text("main"))
        self.assertNotEqual(js("return document.title"), "run")
        self.assertEqual(js("return document.querySelectorAll('main img, main script').length"), 0)

    def test_a_request_is_tried(self):
        show("try")
        fill("URL", "http://example.com/spare/x")
        press("See where it goes")
        wait("the rule", lambda: "Rule 10 of http takes it, and no target can: it is answered 503." in text("main"))
        self.assertIn("fairleadctl explain http://example.com/spare/x", text("main"))

    def test_the_map_finds_rules(self):
        show("map")
        wait("both rules", lambda: js("return document.querySelectorAll('li.rule').length") == 2)
        js("const field = document.querySelector('input[type=search]'); field.value = 'spare'; field.dispatchEvent(new Event('input'))")
        wait("one rule", lambda: js("return document.querySelectorAll('li.rule').length") == 1)
        self.assertIn("1 of 2 rules", text("main"))

    def test_private_pages_ask_for_a_key(self):
        show("failed", "h1")
        wait("why", lambda: "reading them needs an access key" in text("main"))
        press("Enter a key", "main")
        enter_key("anna")
        wait("the table or none", lambda: "None yet" in text("main") or "Failed requests" in text("main .table"))

    def test_a_file_with_mistakes_is_told(self):
        with configured(lambda good: "wokers = 1;\n" + good):
            show("configuration")
            press("Check the file")
            enter_key("anna")
            wait("the mistake and its line", lambda: "fairlead.conf:1: wokers" in text("main"))

    def test_nothing_is_read_without_a_key_where_that_is_turned_off(self):
        self.addCleanup(ctl, "reload")
        with configured(lambda good: good.replace("api = {", "api = { anonymous_read = false;")):
            ctl("reload")
            wait("a refusal", is_refused)
            browser().get(base() + "/?private#/groups/web")
            wait("what it needs", lambda: text("#mark") == "needs a key" and "Reading without a key is turned off" in text("main"))
            press("Enter a key", "main")
            enter_key("viewer")
            wait("a target", lambda: state(ONE) == "healthy")
            wait("the mark", lambda: text("#mark") == "live")

    def test_it_is_paused_while_nobody_looks(self):
        js("Object.defineProperty(document, 'hidden', {get: () => window.isAway, configurable: true})")
        js("window.isAway = true; document.dispatchEvent(new Event('visibilitychange'))")
        wait("a pause", lambda: text("#mark") == "paused")
        js("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")
        wait("the stream again", lambda: text("#mark") == "live")
        js("document.querySelector('#mark').click()")
        wait("a pause by hand", lambda: text("#mark") == "paused")

    def test_nothing_is_loaded_from_elsewhere(self):
        for page in ("overview", "groups/web", "map"):
            show(page)
        places = js("return performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)")
        self.assertEqual(set(places), {base()})
        with urllib.request.urlopen(base() + "/") as answer:
            policy = answer.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        bad = [entry["message"] for entry in browser().get_log("browser") if entry["level"] == "SEVERE" and " 403 " not in entry["message"]]
        self.assertEqual(bad, [])


class LostConnection(ConsoleTest):
    def test_a_lost_connection_is_told_and_made_again(self):
        os.kill(int(os.environ["FAIRLEAD_PID"]), signal.SIGTERM)
        wait("the mark", lambda: text("#mark").startswith("connection lost since"))
        wait("what it means", lambda: "what you see is from then" in text("main"))
        again = subprocess.Popen([os.environ["FAIRLEAD"], "-f", work("fairlead.conf")], stderr=subprocess.DEVNULL)
        try:
            wait("the stream", lambda: text("#mark") == "live")
            self.assertNotIn("what you see is from then", text("main"))
            self.assertTrue(json.loads(urllib.request.urlopen(base() + "/v1/overview").read())["Groups"])
        finally:
            again.terminate()
            again.wait()
