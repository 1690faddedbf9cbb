# SPDX-License-Identifier: Apache-2.0
"""Target groups, listeners, rules and load balancers beside the file: where each comes from, and what makes, changes and deletes it."""

import contextlib
import os
import subprocess
import urllib.request

from stage import ConsoleTest, choose, ctl, enter_key, fill, js, press, show, text, wait


def rule_of(listener, priority):
    return [rule for rule in ctl("rules", listener)["Rules"] if rule["Priority"] == priority]


def signed_in(name="anna"):
    press("Enter a key")
    enter_key(name)
    wait("the key", lambda: name in text("#key"))


def is_asked():
    return text("dialog")


class Objects(ConsoleTest):
    """What is made beside the file."""

    def tearDown(self):
        for kind, names in (("rule", ["http/20", "http/30"]), ("target-group", ["shop"]), ("load-balancer", ["inner"])):
            for name in names:
                with contextlib.suppress(subprocess.CalledProcessError):
                    ctl("delete", kind, name)

    def test_a_group_is_created_changed_and_deleted(self):
        show("groups")
        wait("where a group is defined", lambda: "fairlead.conf:" in text("main table"))
        press("Create a target group")
        fill("Name", "shop")
        fill("Path of its health check", "/index.php")
        fill("Other settings", "health_check.pth=/x")
        wait("the line", lambda: "fairleadctl create target-group shop" in is_asked() and "--set health_check.path=/index.php" in is_asked())
        press("Create", "dialog")
        enter_key("anna")
        wait("why not, in control's words", lambda: "health_check.pth: unknown setting" in text("dialog .said"))
        fill("Other settings", "attributes.stickiness.enabled=true")
        press("Create", "dialog")
        wait("its row", lambda: "API, by anna" in text("main table"))
        show("groups/shop", "h1")
        press("Change target group shop")
        wait("what it is", lambda: js("return [...document.querySelectorAll('dialog textarea')].map(one => one.value).join()")
             == "attributes.stickiness.enabled=true")
        self.assertIn("Nothing is changed yet.", is_asked())
        fill("Path of its health check", "/other.php")
        js("document.querySelector('dialog textarea').value = ''; document.querySelector('dialog form').dispatchEvent(new Event('input'))")
        wait("the line", lambda: "fairleadctl change target-group shop --set health_check.path=/other.php --set attributes.stickiness.enabled=" in is_asked())
        press("Change", "dialog")
        wait("another check", lambda: "GET /other.php" in text(".under"))
        group = [one for one in ctl("groups")["TargetGroups"] if one["TargetGroupName"] == "shop"][0]
        self.assertEqual((group["Origin"], group["Attributes"]["stickiness.enabled"]), ("API: anna", False))
        press("Delete target group shop")
        wait("what follows", lambda: "Its targets get no requests" in is_asked())
        press("Delete", "dialog")
        wait("that it is gone", lambda: "There is no target group of this name" in text("main"))

    def test_rules_are_created_changed_and_deleted(self):
        ctl("create", "target-group", "shop")
        show("map")
        press("Create a rule")
        fill("Priority", "20")
        fill("Paths", "/shop /shop/*")
        choose("They go to", "shop")
        press("Create", "dialog")
        enter_key("anna")
        wait("the rule", lambda: "path-pattern is /shop, /shop/*" in text("main"))
        press("Change rule http/20")
        wait("its paths", lambda: js("return [...document.querySelectorAll('dialog input')].map(one => one.value)")[:2] == ["20", "/shop /shop/*"])
        fill("Priority", "30")
        fill("Hosts", "shop.example.com")
        fill("Other conditions", '[{"field":"http-request-method","values":["GET"]}]')
        choose("They go to", "")
        fill("Another action", '{"type":"fixed-response","fixed_response_config":{"status_code":"418"}}')
        press("Change", "dialog")
        wait("the other rule", lambda: "host-header is shop.example.com" in text("main") and "answer 418" in text("main"))
        rule = rule_of("http", "30")[0]
        self.assertEqual([one["Field"] for one in rule["Conditions"]], ["path-pattern", "host-header", "http-request-method"])
        press("Change rule http/30")
        wait("its conditions", lambda: "http-request-method" in js("return document.querySelectorAll('dialog textarea')[1].value"))
        self.assertIn("Nothing is changed yet.", is_asked())
        press("Cancel", "dialog")
        press("Delete rule http/30")
        press("Delete", "dialog")
        wait("that it is gone", lambda: "host-header" not in text("main"))
        self.assertEqual(rule_of("http", "30"), [])

    def test_a_listener_is_created_and_goes_with_its_load_balancer(self):
        signed_in()
        show("map")
        press("Create a load balancer")
        fill("Name", "inner")
        press("Create", "dialog")
        wait("its row", lambda: "inner" in text("main table"))
        press("Create a listener")
        fill("Name", "inner-http")
        choose("Load balancer", "inner")
        fill("Port", os.environ["API_PORT"])
        press("Create", "dialog")
        wait("that the port is taken", lambda: "in use" in text("dialog .said"))
        fill("Port", os.environ["PORT_SPARE"])
        press("Create", "dialog")
        wait("the listener", lambda: "Listener inner-http" in text("main"))
        urllib.request.urlopen(f"http://127.0.0.1:{os.environ['PORT_SPARE']}/index.php").close()
        press("Change listener inner-http")
        wait("that it stays with its load balancer", lambda: "Change listener inner-http" in is_asked() and "Load balancer" not in is_asked())
        press("Cancel", "dialog")
        press("Delete load balancer inner")
        wait("what follows", lambda: "Its listeners and their rules go with it" in is_asked())
        press("Delete", "dialog")
        wait("that both are gone", lambda: "inner" not in text("main"))

    def test_what_others_change_is_shown(self):
        ctl("create", "target-group", "shop")
        signed_in()
        show("groups/shop", "h1")
        wait("who made it", lambda: "API, by fairleadctl" in text("main"))
        press("Change target group shop")
        wait("the form", is_asked)
        ctl("delete", "target-group", "shop")
        fill("Path of its health check", "/x")
        press("Change", "dialog")
        wait("why not", lambda: "There is no target group shop" in text("dialog .said"))

    def test_what_the_file_defines_is_changed_there(self):
        signed_in()
        show("groups/web")
        wait("where", lambda: "defined in " in text(".origins") and "fairlead.conf:" in text(".origins"))
        show("map")
        wait("where each is", lambda: text("main").count("defined in ") >= 3)
        self.assertEqual(js("return [...document.querySelectorAll('main button')].map(one => one.innerText).filter(one => /^(Change|Delete)$/.test(one))"), [])

    def test_a_read_only_key_makes_nothing(self):
        signed_in("viewer")
        show("groups")
        press("Create a target group")
        fill("Name", "shop")
        press("Create", "dialog")
        wait("the refusal", lambda: "without --read-only" in is_asked())
        self.assertNotIn("shop", [one["TargetGroupName"] for one in ctl("groups")["TargetGroups"]])

    def test_a_key_names_no_file(self):
        signed_in()
        show("groups")
        press("Create a target group")
        fill("Name", "shop")
        fill("Other settings", "attributes.target_tls.ca=/etc/passwd")
        press("Create", "dialog")
        wait("the refusal", lambda: "attributes.target_tls.ca: names a file of the machine" in is_asked())
