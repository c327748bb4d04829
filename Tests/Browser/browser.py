"""A headless Chromium on the dashboard."""

import base64
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service


class Browser:
    """One browser with one page; everything that its console says is kept."""

    def __init__(self, url):
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.url = url
        self.width = 1280

    def close(self):
        self.driver.quit()

    def resize(self, width, height=900):
        self.width = width
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def theme(self, name):
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": name}]}
        )

    def open(self):
        self.driver.get(self.url)

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def text(self, selector):
        return self.script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def click(self, selector):
        self.script("document.querySelector(arguments[0]).click()", selector)

    def wait(self, what, condition, limit=20):
        """Waits until the condition holds; says what was awaited when it does not."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.1)
        raise AssertionError(f"within {limit} s it did not happen that {what}")

    def errors(self):
        """What the console complained of since the last look; that the tests read pixels is their own affair."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING") and "willReadFrequently" not in entry["message"]]

    def screenshot(self, path):
        """The whole page."""
        height = self.script("return document.documentElement.scrollHeight")
        self.resize(self.width, height)
        time.sleep(1.2)
        picture = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))
        self.resize(self.width)
