# SPDX-License-Identifier: Apache-2.0
"""A browser in a folder of its own, and what all tests of the console ask of it."""

import atexit
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

PATIENCE_S = 40
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1280,900"]
# Each page, and what is there once it has been filled.
PAGES = {"overview": ".needs li", "groups": "tbody tr", "groups/web": "tbody tr", "groups/web/check": "dl", "groups/web/attributes": "tbody tr",
         "groups/web/monitoring": "path.line0", "groups/web/used": "tbody tr", "groups/spare": ".command", "map": "li.rule", "try": "form",
         "services": "tbody tr", "events": ".events li", "failed": ".table", "configuration": "dl", "processes": "tbody tr"}


def missing():
    """What keeps the tests from running, or nothing."""
    if webdriver is None:
        return "python3-selenium is missing"
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        return "chromium or chromium-driver is missing"
    return ""


def work(*names):
    return os.path.join(os.environ["WORK"], *names)


def base():
    return f"http://127.0.0.1:{os.environ['API_PORT']}"


def ctl(*words):
    run = subprocess.run([os.environ["FAIRLEADCTL"], "-s", work("admin.sock"), "--json", *words], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@functools.cache
def browser():
    """One for all tests; it ends with the process's namespace at the latest."""
    options = Options()
    options.binary_location = shutil.which("chromium")
    for flag in [*FLAGS, "--user-data-dir=" + work("profile")]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"), log_path=os.devnull))
    atexit.register(driver.quit)
    driver.set_script_timeout(PATIENCE_S)
    driver.set_page_load_timeout(PATIENCE_S)
    return driver


def wait(what, holds):
    """Until holds() gives something true, which is returned."""
    end = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(Exception):
            found = holds()
            if found:
                return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE_S} s: {what}; the page shows:\n{text('body')[:2000]}")
        time.sleep(0.05)


def js(script, *arguments):
    return browser().execute_script(script, *arguments)


def text(selector):
    return js("return document.querySelector(arguments[0])?.innerText ?? ''", selector)


def press(name, within="body"):
    """The button of that name."""
    def button():
        found = js("""return [...document.querySelectorAll(arguments[1] + ' button')]
            .find(one => (one.getAttribute('aria-label') ?? one.innerText) === arguments[0] && !one.disabled)""", name, within)
        found.click()
        return True
    wait(f"a button {name} to press", button)


def fill(label, value):
    """The field of that label."""
    found = wait(f"a field {label}", lambda: js("""return [...document.querySelectorAll('label')]
        .find(one => one.innerText === arguments[0])?.control""", label))
    found.clear()
    found.send_keys(value)


def choose(label, value):
    """In the list of that label."""
    wait(f"{value} to choose of {label}", lambda: js("""const list = [...document.querySelectorAll('label')].find(one => one.innerText === arguments[0]).control;
        list.value = arguments[1]; list.dispatchEvent(new Event('input', {bubbles: true})); return list.value === arguments[1]""", label, value))


def show(page, selector=""):
    """By its address, as a link does; the first time the page is loaded."""
    if not browser().current_url.startswith(base()):
        browser().get(base() + "/")
        wait("the stream", lambda: text("#mark") == "live")
    js("location.hash = arguments[0]", "#/" + page)
    wait(f"page {page}", lambda: js("""return document.querySelector('main ' + arguments[1]) && location.hash === arguments[0]
        && !document.querySelector('main').innerText.includes('Loading')""", "#/" + page, selector or PAGES[page]))


def enter_key(name):
    """Of the file that fairleadctl wrote, by hand, where a form asks for it."""
    with open(work(name + ".key"), encoding="utf-8") as file:
        key_id, secret = (line.split("=", 1)[1].strip() for line in file)
    fill("Access key id", key_id)
    fill("Secret access key", secret)
    press("Use this key", "dialog")


class ConsoleTest(unittest.TestCase):
    """Each begins on a page that has just been loaded: without a key."""

    def setUp(self):
        browser().get(f"{base()}/?{self.id()}#/overview")
        wait("the stream", lambda: text("#mark") == "live")
        browser().get_log("browser")


if __name__ == "__main__":
    print(missing())
    sys.exit(bool(missing()))
