#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Every page, in each language: valid HTML (html-validate), no fault for those
who do not see or use a mouse (axe-core), small, from this server only, and
without anybody's address. Both tools are from npm's registry."""
import json
import os
import re
import subprocess
import unittest
import urllib.parse
import urllib.request

import tap
from browser import CHROMIUM, Browser
from npm import install
from server import wait_for
from streams import air
from test_portal import Case, ask

LANGUAGES = ("en", "fr", "nl")
MOST_BYTES = 60000  # of a page with all it needs, as it is sent
VALIDATE = """
const { HtmlValidate } = require("html-validate");
const fs = require("fs");
(async () => {
    const told = new HtmlValidate({ root: true,
        extends: ["html-validate:recommended"],
        rules: { "void-style": "off", "no-trailing-whitespace": "off",
                 "long-title": "off" } });
    for (const name of process.argv.slice(1)) {
        const report = await told.validateString(
            fs.readFileSync(name, "utf8"), name);
        for (const result of report.results)
            for (const said of result.messages)
                console.log(`${name}:${said.line}: ${said.ruleId}: ` +
                            said.message);
    }
})();
"""


class Pages(Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.recording = self.record("ana")
        self.server.ctl("archive", "publish", self.recording)
        self.source = air(self.server, self.keys["ana"], "mp3", "ana")[1]
        self.addCleanup(self.source.stop)
        wait_for("it is on air", lambda: (self.server.mount(
            "/ana/mp3.mp3") or {}).get("type"))
        self.cookies = {"ana": self.log_in("ana", self.keys["ana"]),
                        "ada": self.log_in("", self.token), "": None}

    def addresses(self):
        """Who, and where."""
        public = ["/", "/ana/", "/ana/mp3.mp3/", "/ana/not-now.mp3/",
                  "/bob/", f"/archive/{self.recording}/", "/login",
                  "/login/link?word=x", "/privacy", "/ana/mp3.mp3/embed/",
                  "/nobody/"]
        portal = ["", "live/", "recordings/",
                  f"recordings/{self.recording}/", "usage/", "account/"]
        operator = ["", "members/ana/", "air/",
                    "listeners/?mount=%2Fana%2Fmp3.mp3", "recordings/",
                    "capacity/", "access/", "audit/"]
        yield from (("", path) for path in public)
        yield from (("ana", "/portal/ana/" + path) for path in portal)
        yield from (("ada", "/operator/" + path) for path in operator)

    def each(self):
        """All pages in all languages: who, address, page."""
        for who, path in self.addresses():
            for language in LANGUAGES:
                sign = "&" if "?" in path else "?"
                address = f"{path}{sign}lang={language}"
                status, head, page = ask(self.server.url(address),
                                         cookie=self.cookies[who])
                self.assertEqual(status, 404 if path == "/nobody/" else 200,
                                 address)
                self.assertIn(f'<html lang="{language}">', page)
                yield address, head, page

    def test_they_are_valid(self):
        folder = install("html-validate", "11.18.0")
        names = []
        for number, (_, _, page) in enumerate(self.each()):
            name = os.path.join(folder, f"page-{number}.html")
            with open(name, "w", encoding="utf-8") as file:
                file.write(page)
            names.append(name)
        self.assertGreater(len(names), 70)
        done = subprocess.run(["node", "-e", VALIDATE, "--", *names],
                              cwd=folder, capture_output=True, text=True,
                              timeout=120, check=False)
        told = sorted({re.sub(r"^.*?page-\d+.html:", "", line)
                       for line in done.stdout.splitlines()})
        self.assertEqual(told[:20], [])
        self.assertEqual(done.returncode, 0, done.stderr[:2000])

    def test_they_say_nothing_of_anybody(self):
        for address, head, page in self.each():
            self.assertNotIn("127.0.0.1", page, address)
            self.assertIsNone(re.search(r"[\w.]+@[\w-]+\.\w", page), address)
            policy = head["Content-Security-Policy"]
            self.assertTrue(policy.startswith("default-src 'none'"), address)
            self.assertNotIn("unsafe", policy, address)
            self.assertNotIn("[[", page, address)
            self.assertNotIn("{{", page, address)

    def test_they_are_in_each_language(self):
        """No page is the same in two of them."""
        seen = {}
        for address, _, page in self.each():
            text = re.sub(r"lang=\"?\w\w|<time.*?</time>", "", page)
            seen.setdefault(text, []).append(address)
        self.assertEqual([same for same in seen.values() if len(same) > 1],
                         [])

    def test_they_are_small(self):
        for who, path in self.addresses():
            total = 0
            todo, done = [path], set()
            while todo:
                address = todo.pop()
                if address in done:
                    continue
                done.add(address)
                request = urllib.request.Request(
                    self.server.url(address),
                    headers={"Accept-Encoding": "gzip", "Cookie":
                             self.cookies[who] or ""})
                try:
                    with urllib.request.urlopen(request) as answer:
                        total += len(answer.read())
                except urllib.error.HTTPError as error:
                    total += len(error.read())
                if address == path:
                    page = ask(self.server.url(path),
                               cookie=self.cookies[who])[2]
                    todo += re.findall(r'(?:src|href)="(/(?:web|art)[^"]+)"',
                                       page)
            self.assertLess(total, MOST_BYTES, path)

    @unittest.skipUnless(CHROMIUM, "needs chromium")
    def test_everybody_can_use_them(self):
        folder = install("axe-core", "4.14.1")
        with open(os.path.join(folder, "node_modules", "axe-core",
                               "axe.min.js"), encoding="utf-8") as file:
            axe = file.read()
        wrong = []
        with Browser() as browser:
            for scheme in ("light", "dark"):
                browser.call("Emulation.setEmulatedMedia", features=[
                    {"name": "prefers-color-scheme", "value": scheme}])
                for who, path in self.addresses():
                    self.be(browser, who)
                    browser.open(self.server.url(path))
                    browser.run(axe)
                    found = json.loads(browser.run(
                        "axe.run(document, {resultTypes: ['violations']})"
                        ".then(found => JSON.stringify(found.violations.map("
                        "one => [one.id, one.nodes.map(node => node.html +"
                        " (node.any[0] || {message: ''}).message)])))"))
                    wrong += [(scheme, path, *one) for one in found]
            self.assertEqual(wrong[:5], [])
            self.assertEqual(browser.complaints(), [])
            own = (self.server.url("/"), "data:", "about:")
            for url in browser.requests():
                self.assertTrue(url.startswith(own), url)

    def be(self, browser, who):
        browser.call("Network.clearBrowserCookies")
        if who:
            name, value = self.cookies[who].split("=", 1)
            browser.call("Network.setCookie", name=name, value=value,
                         url=self.server.url("/"), httpOnly=True)

    @unittest.skipUnless(CHROMIUM, "needs chromium")
    def test_they_fit_a_phone(self):
        with Browser() as browser:
            browser.call("Emulation.setDeviceMetricsOverride", width=360,
                         height=740, deviceScaleFactor=1, mobile=True)
            for who, path in self.addresses():
                self.be(browser, who)
                browser.open(self.server.url(path))
                self.assertLessEqual(browser.run(
                    "document.documentElement.scrollWidth"), 360, path)


if __name__ == "__main__":
    tap.main()
