#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""The front page in a real browser: it plays, and asks nobody else."""
import unittest
import urllib.parse
import urllib.request

from browser import CHROMIUM, Browser
from encoder import Ffmpeg, basic
from server import Case, wait_for


@unittest.skipUnless(CHROMIUM, "chromium is not installed")
class FrontPage(Case):
    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def put_on_air(self, kind):
        name = "/demo/" + kind
        ffmpeg = Ffmpeg(self.server, name, self.key, kind, user="demo")
        self.addCleanup(ffmpeg.stop)
        wait_for(name + " on air", lambda: self.server.mount(name))
        return name

    def look(self, browser):
        browser.open(self.server.url("/"))

    def check_quiet(self, browser):
        self.assertEqual(browser.complaints(), [])
        asked = browser.requests()
        self.assertIn(self.server.url("/"), asked)
        # Players draw their buttons from pictures within chromium.
        own = (self.server.url("/"), "data:", "about:blank")
        self.assertEqual([url for url in asked if not url.startswith(own)],
                         [])

    def check_plays(self, kind, tag):
        name = self.put_on_air(kind)
        with Browser() as browser:
            wait_for(f"a player of {name}", lambda: (
                self.look(browser), browser.run(
                    f"document.querySelectorAll('{tag}').length == 1"))[1])
            element = f"document.querySelector('{tag}')"
            self.assertEqual(browser.run(element + ".currentSrc || " +
                                         element + ".src"),
                             self.server.url(name))
            self.assertGreater(browser.plays(element), 2)
            if tag == "video":
                self.assertEqual(browser.run(
                    f"{element}.videoWidth + 'x' + {element}.videoHeight"),
                    "320x180")
            self.assertEqual(self.server.mount(name)["listeners"], 1)
            self.check_quiet(browser)

    def test_nothing_on_air_is_said(self):
        with Browser() as browser:
            self.look(browser)
            self.assertIn("Nothing is on air",
                          browser.run("document.body.innerText"))
            self.check_quiet(browser)

    def test_mp3_plays(self):
        self.check_plays("mp3", "audio")

    def test_ogg_opus_plays(self):
        self.check_plays("opus", "audio")

    def test_webm_video_plays(self):
        self.check_plays("vp8", "video")

    def test_a_title_is_shown_as_text(self):
        self.put_on_air("mp3")
        title = "<img src=x onerror=document.title='run'>"
        with Browser() as browser:
            browser.open(self.server.url("/"))
            self.set_title(title)
            wait_for("the title", lambda: (
                self.look(browser), title in browser.run(
                    "document.body.innerText"))[1])
            self.assertNotEqual(browser.run("document.title"), "run")
            self.check_quiet(browser)

    def set_title(self, title):
        query = urllib.parse.urlencode(
            {"mount": "/demo/mp3", "mode": "updinfo", "song": title})
        request = urllib.request.Request(
            self.server.url("/admin/metadata?" + query))
        request.add_header("Authorization", "Basic " + basic("demo", self.key))
        urllib.request.urlopen(request).read()


if __name__ == "__main__":
    import tap
    tap.main()
