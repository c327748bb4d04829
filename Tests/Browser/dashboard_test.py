#!/usr/bin/python3
"""Looks at the dashboard as a browser does. Run by provisioning/dev/browser-test; the tests go on from one another."""

import os
import re
import sys
import time
import unittest

from browser import Browser
from stage import TOKEN, Stage

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
PICTURES = os.environ.get("CMS_SCREENSHOTS")
AUDIT = open(os.path.join(HERE, "audit.js"), encoding="utf-8").read()
INK = """
const canvas = document.querySelector("#chart-cpu canvas");
const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
let sum = 0, ink = 0;
for (let i = 3; i < data.length; i += 4) if (data[i]) { ink += 1; sum = (sum * 31 + i) % 1000000007; }
return [ink, sum];
"""


class DashboardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(REPOSITORY)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.await_ready()
        cls.browser = Browser(cls.stage.url)
        cls.addClassCleanup(cls.browser.close)
        cls.browser.resize(1280)
        cls.browser.theme("light")
        cls.browser.open()
        cls.marker = "loaded once"
        cls.browser.script("window.marker = arguments[0]", cls.marker)
        cls.browser.wait("vm1 serves", lambda: "1 in service" in cls.browser.text("#size"))

    def no_complaints(self):
        self.assertEqual(self.browser.script(AUDIT), [])

    def no_errors(self, but=()):
        left = [error for error in self.browser.errors() if not any(word in error for word in but)]
        self.assertEqual(left, [], "the console complains")

    def stays_loaded(self):
        self.assertEqual(self.browser.script("return window.marker"), self.marker, "the page was loaded again")

    def use(self, token):
        self.browser.script("document.querySelector('#token').value = arguments[0]", token)
        self.browser.click("#token-use")

    def test_1_draws(self):
        browser = self.browser
        self.assertEqual(browser.text("#connection"), "Live")
        self.assertIn("Group default", browser.text("#group-name"))
        self.assertIn("Why", browser.text("#why"))
        browser.wait("the bounds in force are told", lambda: "bounds 1 to 3 by a schedule" in browser.text("#size"))
        browser.wait("so is the schedule", lambda: "policy.schedule[0] (* * * * *)" in browser.text("#alerts"))
        self.assertIn("own are at least 1", browser.text("#alerts"))
        browser.wait("lines are drawn", lambda: browser.script(INK)[0] > 300)
        browser.wait("vm1 is in the table", lambda: "vm1" in browser.text("#instances"))
        browser.wait("vm1 has a lane", lambda: "vm1" in browser.text("#lanes"))
        browser.wait("its start is an event", lambda: "instance.probed" in browser.text("#events"))
        browser.wait("its endpoint is listed", lambda: "https://127.0.0.1" in browser.text("#endpoints"))
        self.no_errors()

    def test_2_moves(self):
        browser = self.browser
        chart = "return document.querySelector('#chart-cpu').getAttribute('aria-label')"
        told = re.compile(r"vm1 host \d+ %.*vm1 guest \d+ %.*threshold 75 %")
        browser.wait("host, guest and threshold are told", lambda: told.search(browser.script(chart)))
        words, ink = browser.script(chart), browser.script(INK)
        browser.wait("the values in words change", lambda: browser.script(chart) != words)
        browser.wait("the lines change", lambda: browser.script(INK) != ink)
        drawn = int(browser.script("return document.body.dataset.drawn"))
        time.sleep(3)
        self.assertLessEqual(int(browser.script("return document.body.dataset.drawn")) - drawn, 7, "more than 2 a second")

    def test_3_scale_out(self):
        browser = self.browser
        self.stage.tell("load", "130")
        browser.wait("vm2 serves", lambda: "2 in service" in browser.text("#size"), 30)
        browser.wait("the decision is there", lambda: "scale out by 1" in browser.text("#decisions"))
        browser.wait("the event is there", lambda: "scale-out.decided" in browser.text("#events"))
        browser.wait("vm2 has a line", lambda: "vm2 host" in browser.text("#charts"))
        browser.script("[...document.querySelectorAll('#instances button.link')].find((b) => b.textContent === 'vm2').click()")
        browser.wait("the story says why", lambda: "Why it was started" in browser.text("#story") and "over 75 %" in browser.text("#story"))
        self.no_complaints()
        browser.click("#story form button")
        self.stays_loaded()
        self.no_errors()

    def test_4_accessible(self):
        browser = self.browser
        for theme in ("light", "dark"):
            browser.theme(theme)
            for width in (1280, 360):
                with self.subTest(theme=theme, width=width):
                    browser.resize(width)
                    time.sleep(1.2)
                    self.no_complaints()
        browser.resize(1280)
        browser.theme("light")
        self.no_errors()

    def test_5_survives_a_restart(self):
        browser = self.browser
        newest = "return document.querySelector('#events time').dateTime"
        before = browser.script(newest)
        self.stage.restart()
        browser.wait("it is live again", lambda: browser.text("#connection") == "Live" and "controller.started" in browser.text("#events"), 30)
        browser.wait("new events are on top", lambda: browser.script(newest) > before)
        browser.wait("both serve again", lambda: "2 in service" in browser.text("#size"), 30)
        self.stays_loaded()
        # A browser itself notes that a connection was refused while nobody listened.
        self.no_errors(but=("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET"))

    def test_6_steers_with_a_token_only(self):
        browser = self.browser
        buttons = "return [...document.querySelectorAll('#group-steering button, #instances td button')].filter((b) => b.checkVisibility()).map((b) => b.textContent)"
        self.assertEqual(browser.script(buttons), [])
        browser.click("#operator")
        self.use("this-is-not-the-token")
        browser.wait("a wrong token is refused", lambda: "not taken" in browser.text("#token-error"))
        self.no_errors(but=("401",))
        self.use(TOKEN)
        browser.wait("there is something to press", lambda: "Protect" in browser.script(buttons))
        browser.script("[...document.querySelectorAll('#group-steering button')].find((b) => b.textContent === 'Set size').click()")
        self.assertEqual(browser.script("return document.querySelector('#size-count').max"), "3")
        browser.click("#confirm-cancel")
        browser.script("document.querySelector('[aria-label=\"Protect vm1\"]').click()")
        self.assertIn("Protect vm1?", browser.text("#confirm"))
        self.no_complaints()
        browser.click("#confirm-do")
        browser.wait("it is protected", lambda: "protected" in browser.text("#instances"))
        browser.wait("the event names the operator", lambda: re.search(r"instance.protected[^#]*\bweb\b", browser.text("#events")))
        browser.click("#operator")
        browser.click("#token-forget")
        browser.wait("nothing is left to press", lambda: browser.script(buttons) == [])
        self.no_errors()

    def test_7_pictures(self):
        if not PICTURES:
            self.skipTest("CMS_SCREENSHOTS names no folder")
        browser = self.browser
        browser.script("document.querySelector('#window input').click()")
        for name, width, theme in (("light", 1280, "light"), ("dark", 1280, "dark"), ("360", 360, "light")):
            browser.resize(width)
            browser.theme(theme)
            browser.screenshot(os.path.join(PICTURES, f"dashboard-{name}.png"))


if __name__ == "__main__":
    unittest.main(failfast=True, verbosity=2, argv=sys.argv)
