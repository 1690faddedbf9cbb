# SPDX-License-Identifier: Apache-2.0
"""Whether everybody can use the console: names, contrast, the keyboard, narrow screens; and how large it is."""

import glob
import os
import re

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from stage import PAGES, ConsoleTest, browser, ctl, enter_key, js, press, show, text, wait

MOST_BYTES = 160_000
NAMED_ROLES = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "table", "columnheader", "dialog", "img", "navigation", "heading"}

# Of each text, and of each shape and edge that means something: how it contrasts with what is behind it.
CONTRASTS = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
const known = new Map();
function colour(text) {
  if (!known.has(text)) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    known.set(text, [r, g, b, a / 255]);
  }
  return known.get(text);
}
function over(front, back) {
  return front.slice(0, 3).map((value, index) => value * front[3] + back[index] * (1 - front[3]));
}
function ground(node) {
  const layers = [];
  for (; node; node = node.parentElement)
    layers.push(colour(getComputedStyle(node).backgroundColor));
  return layers.reverse().reduce((back, layer) => over(layer, back), [255, 255, 255]);
}
function luminance(rgb) {
  const [r, g, b] = rgb.map(value => value / 255).map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ratio(front, back) {
  const [a, b] = [luminance(over(front, back)), luminance(back)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}
const bad = [];
let looked = 0;
function look(what, front, back, least) {
  looked++;
  const found = ratio(colour(front), back);
  if (found < least)
    bad.push(`${what}: ${found.toFixed(2)} of ${least}`);
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  const words = walker.currentNode.textContent.trim();
  if (!words || !node.checkVisibility({visibilityProperty: true}) || node.closest("noscript, .unseen, .skip, .gone"))
    continue;
  const style = getComputedStyle(node);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  look(`"${words.slice(0, 40)}"`, style.color, ground(node), isLarge ? 3 : 4.5);
}
for (const node of document.querySelectorAll("input, textarea")) {
  look("placeholder " + node.placeholder, getComputedStyle(node, "::placeholder").color, ground(node), 4.5);
  look("edge of " + (node.placeholder || node.type), getComputedStyle(node).borderTopColor, ground(node.parentElement), 3);
}
for (const node of document.querySelectorAll("svg.shape"))
  if (node.checkVisibility())
    look("shape in " + node.parentElement.className, getComputedStyle(node).fill, ground(node), 3);
return {bad, looked};
"""


def focused():
    return js("""const node = document.activeElement;
        return node === document.body ? 'body' : (node.getAttribute('aria-label') ?? node.innerText ?? node.placeholder).trim()""")


def keys(*pressed):
    ActionChains(browser()).send_keys(*pressed).perform()


def media(**features):
    browser().execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": name.replace("_", "-"), "value": value} for name, value in features.items()]})


class Access(ConsoleTest):
    def setUp(self):
        super().setUp()
        press("Enter a key")
        enter_key("anna")
        wait("the key", lambda: "Key anna" in text("#key"))

    def tearDown(self):
        media()
        browser().execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def check_contrast(self, where):
        found = js(CONTRASTS)
        self.assertEqual(found["bad"], [], where)
        self.assertGreater(found["looked"], 8, where)

    def check_named(self, where):
        """The roles of what is there, each of which has a name where it needs one."""
        nodes = browser().execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        found = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored")]
        self.assertEqual([role for role, name in found if role in NAMED_ROLES and not name.strip()], [], where)
        return [role for role, name in found]

    def check_names(self, page):
        roles = self.check_named(page)
        self.assertIn("main", roles, page)
        self.assertIn("navigation", roles, page)
        self.assertEqual(js("return document.querySelectorAll('h1').length"), 1, page)
        repeated = js("""const ids = [...document.querySelectorAll('[id]')].map(node => node.id);
            return ids.filter((id, index) => ids.indexOf(id) !== index)""")
        self.assertEqual(repeated, [], page)

    def check_width(self, page):
        wide = js("""return [...document.querySelectorAll('body *')].filter(node => node.checkVisibility()
            && node.getBoundingClientRect().right > innerWidth + 1 && !node.closest('.unseen, .skip, svg'))
            .map(node => node.tagName + '.' + node.className + ' ' + node.innerText?.slice(0, 30))""")
        self.assertEqual(wide, [], page)
        self.assertLessEqual(js("return document.documentElement.scrollWidth"), 320, page)

    def check_dialog(self):
        show("groups/web")
        js("document.querySelector('tbody .open').click()")
        press("Deregister", "main")
        wait("the question", lambda: text("dialog"))
        self.check_contrast("dialog")
        keys(Keys.ESCAPE)
        for page, name in (("groups", "Create a target group"), ("map", "Create a listener"), ("map", "Create a rule")):
            show(page)
            press(name)
            wait("the form", lambda: text("dialog"))
            self.check_contrast(name)
            self.check_named(name)
            self.assertLessEqual(js("const form = document.querySelector('dialog'); return form.scrollWidth - form.clientWidth"), 0, name)
            keys(Keys.ESCAPE)

    def test_names_and_contrasts_on_light_ground(self):
        media(prefers_color_scheme="light")
        for page in PAGES:
            show(page)
            self.check_contrast(page)
            self.check_names(page)
        self.check_dialog()
        self.assertEqual(js("return document.documentElement.lang"), "en")

    def test_contrasts_on_dark_ground_and_widths_on_a_narrow_screen(self):
        ground = "return getComputedStyle(document.documentElement).backgroundColor"
        media(prefers_color_scheme="light")
        light = js(ground)
        media(prefers_color_scheme="dark")
        self.assertNotEqual(js(ground), light)
        browser().execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": False})
        for page in PAGES:
            show(page)
            self.check_contrast(page)
            self.check_width(page)
        self.check_dialog()
        press("Menu")
        self.assertTrue(js("return document.querySelector('#nav a').checkVisibility()"))

    def test_the_keyboard_reaches_everything(self):
        show("groups/web")
        wait("the rows", lambda: js("return document.querySelectorAll('tbody tr').length") >= 4)
        js("document.activeElement.blur(); scrollTo(0, 0); getSelection().removeAllRanges()")
        show("overview")
        show("groups/web")
        wait("the rows", lambda: js("return document.querySelectorAll('tbody tr').length") >= 4)
        expected = js("""return [...document.querySelectorAll('main a[href], main button, main input, main select')]
            .filter(node => node.checkVisibility() && !node.disabled).map(node => (node.getAttribute('aria-label') ?? node.innerText ?? '').trim())""")
        seen = []
        for _ in range(len(expected)):
            keys(Keys.TAB)
            seen.append(focused())
            self.assertNotEqual(js("return getComputedStyle(document.activeElement).outlineStyle"), "none", f"focus on {seen[-1]} shows")
        self.assertEqual(seen, expected, "in the order of the page, each once")
        js("document.querySelector('.action button').focus()")
        name = focused()
        keys(Keys.ENTER)
        wait("the question", lambda: text("dialog"))
        self.assertEqual(focused(), "Cancel", "what changes nothing comes first")
        keys(Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB)
        self.assertTrue(js("return document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)"))
        keys(Keys.ESCAPE)
        wait("no question", lambda: not text("dialog"))
        self.assertEqual(focused(), name, "back where it came from")

    def test_graphs_are_read_by_the_keyboard(self):
        show("groups/web/monitoring")
        wait("a graph", lambda: "now, at most" in (js("return document.querySelector('.plot').getAttribute('aria-label')") or ""))
        js("document.querySelector('.plot').focus()")
        keys(Keys.ARROW_LEFT)
        wait("a time", lambda: ":" in text(".axis"))
        ctl("reload")
        show("overview")
        wait("when that was", lambda: re.search(r"^\s*\d\d:\d\d:\d\d ", text(".marklist"), re.M))

    def test_motion_is_reduced_where_asked(self):
        show("groups")
        moves = "return getComputedStyle(document.querySelector('.bar i')).transitionDuration"
        media(prefers_reduced_motion="reduce")
        self.assertEqual(js(moves), "0s")


class Size(ConsoleTest):
    def test_all_files_are_small(self):
        folder = os.path.join(os.path.dirname(__file__), "..", "..", "src", "api", "console")
        names = [name for name in glob.glob(os.path.join(folder, "*")) if not name.endswith(".mk")]
        total = sum(os.path.getsize(name) for name in names)
        self.assertGreater(len(names), 10)
        self.assertLess(total, MOST_BYTES)
