#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""The pages for members and operators: who may open which, of each row of the
table; and a member's day, in a real browser, following what the pages say."""
import base64
import hashlib
import os
import re
import shlex
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

import tap
from browser import CHROMIUM, Browser
from server import BUILD, Server, wait_for
from streams import air, stream

ROWS = os.path.join(BUILD, "tests", "unit", "faces_rows")
POLYGLOT = "\"'><script>alert(1)</script>&{{x}}"


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(Stay)


def ask(url, form=None, cookie=None, headers=()):
    """Status, head, text."""
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(url, data=data, headers=dict(headers))
    if cookie:
        request.add_header("Cookie", cookie)
    try:
        with OPENER.open(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode(
                errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode(
                errors="replace")


class Case(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.keys = {slug: self.server.add_member(slug)
                     for slug in ("ana", "bob")}
        self.token = self.server.ctl("token", "add", "ada",
                                     "--write").split()[-1]

    def log_in(self, name, key):
        status, head, _ = ask(self.server.url("/login"),
                              {"name": name, "key": key})
        self.assertEqual(status, 303)
        return re.match(r"all2all=\w+", head["Set-Cookie"])[0]

    def form_token(self, cookie):
        page = ask(self.server.url("/"), cookie=cookie)[2]
        return re.search(r'name="token" value="(\w+)"', page)[1]

    def record(self, slug):
        _, source = air(self.server, self.keys[slug], "mp3", slug)
        wait_for("it is recorded", lambda: self.rows("active"))
        self.server.ctl("kick", "source", f"/{slug}/mp3.mp3")
        source.stop()
        return wait_for("it is done", lambda: self.rows("done"))[0]["id"]

    def rows(self, state):
        return [row for row in self.server.ctl_json("archive", "list")[
            "recordings"] if row["state"] == state]


class Doors(Case):
    def pages(self):
        for line in subprocess.run(
                [ROWS], check=True, capture_output=True,
                text=True).stdout.splitlines():
            verb, role, kind, path = line.split(" ", 3)
            # Icecast's are for programs: test_doors.py.
            if kind == "page" and role != "public" and \
                    not path.startswith("/admin/"):
                yield verb, role, path

    def fill(self, path, recording):
        filled = path
        for name, value in (("member", "ana"), ("id", recording),
                            ("name", "nobody"), ("number", "77"),
                            ("period", "2026-11"), ("format", "csv")):
            filled = filled.replace("{" + name + "}", value)
        self.assertNotIn("{", filled)
        return self.server.url(filled)

    def test_who_may_open_what(self):
        recording = self.record("ana")
        cookies = {slug: self.log_in(slug, key)
                   for slug, key in self.keys.items()}
        cookies["ada"] = self.log_in("", self.token)
        seen = 0
        for verb, role, path in self.pages():
            seen += 1
            url = self.fill(path, recording)
            form = {"mount": "/ana/nothing"} if verb == "post" else None
            if verb == "get":
                url += "?mount=%2Fana%2Fnothing"
            told = f"{verb} {path}"
            status, head, _ = ask(url, form)
            if verb == "get":
                self.assertEqual((status, head["Location"]),
                                 (303, "/login"), told)
            else:
                self.assertEqual(status, 401, told)
            self.assertEqual(ask(url, form, cookies["bob"])[0], 404, told)
            if role == "operator":
                self.assertEqual(ask(url, form, cookies["ana"])[0], 404, told)
            who = cookies["ana" if role == "member" else "ada"]
            if verb == "post":
                # Nobody's page but ours knows what its forms carry.
                self.assertEqual(ask(url, form, who)[0], 403, told)
            elif "listeners" not in path:
                self.assertEqual(ask(url, form, who)[0], 200, told)
                self.assertEqual(ask(url, form, cookies["ada"])[0], 200, told)
        self.assertGreater(seen, 30)

    def test_a_foreign_recording_is_not_there(self):
        recording = self.record("ana")
        bob = self.log_in("bob", self.keys["bob"])
        token = self.form_token(bob)
        page = f"/portal/bob/recordings/{recording}/"
        self.assertEqual(ask(self.server.url(page), cookie=bob)[0], 404)
        for what in ("publish", "trash", "edit", "pin"):
            self.assertEqual(ask(self.server.url(page + what),
                                 {"token": token, "title": "mine"}, bob)[0],
                             404, what)
        self.assertEqual(self.rows("done")[0]["public"], 0)

    def test_a_session_ends(self):
        cookie = self.log_in("ana", self.keys["ana"])
        page = self.server.url("/portal/ana/")
        self.assertEqual(ask(page, cookie=cookie)[0], 200)
        status, head, _ = ask(self.server.url("/logout"),
                              {"token": self.form_token(cookie)}, cookie)
        self.assertEqual((status, head["Location"]), (303, "/"))
        self.assertEqual(ask(page, cookie=cookie)[0], 303)
        for broken in ("all2all=", "all2all=" + "x" * 4000, "all2all",
                       "=;;all2all=zz", cookie + "x"):
            self.assertEqual(ask(page, cookie=broken)[0], 303, broken[:30])

    def test_a_new_key_ends_the_other_sessions(self):
        mine, other = (self.log_in("ana", self.keys["ana"]) for _ in "12")
        page = self.server.url("/portal/ana/")
        self.assertEqual(ask(page, cookie=other)[0], 200)
        ask(page + "key", {"token": self.form_token(mine)}, mine)
        text = ask(self.server.url("/portal/ana/account/"), cookie=mine)[2]
        key = re.search(r"key: (\w+)", text)[1]
        self.assertEqual(ask(page, cookie=other)[0], 303)
        self.assertEqual(ask(page, cookie=mine)[0], 200)
        self.assertNotIn(key, ask(page, cookie=mine)[2])
        self.log_in("ana", key)
        self.assertEqual(ask(self.server.url("/login"), {
            "name": "ana", "key": self.keys["ana"]})[0], 401)
        ada = self.log_in("", self.token)
        self.server.ctl("token", "add", "eve", "--write")
        ask(self.server.url("/operator/tokens/ada/revoke"),
            {"token": self.form_token(ada)}, ada)
        self.assertEqual(ask(self.server.url("/operator/"), cookie=ada)[0],
                         303)

    def test_a_report_is_a_page_with_its_own_style(self):
        cookie = self.log_in("ana", self.keys["ana"])
        url = self.server.url("/portal/ana/report/2026-11/")
        status, head, page = ask(url + "html", cookie=cookie)
        self.assertEqual(status, 200)
        style = page.split("<style>")[1].split("</style>")[0]
        digest = base64.b64encode(
            hashlib.sha256(style.encode()).digest()).decode()
        self.assertIn(f"style-src 'sha256-{digest}'",
                      head["Content-Security-Policy"])
        self.assertNotIn("style=", page)
        for name, kind in (("csv", "text/csv"), ("json", "application/json"),
                           ("pdf", "application/pdf")):
            _, head, text = ask(url + name, cookie=cookie)
            self.assertIn(kind, head["Content-Type"])
            self.assertIn("attachment", head["Content-Disposition"])
        for strange, status in (("xls", 404), ("x%0d%0aSet-Cookie:a", 400)):
            self.assertEqual(ask(url + strange, cookie=cookie)[0], status)

    def test_a_private_recording_is_heard_by_its_member_alone(self):
        recording = self.record("ana")
        cookie = self.log_in("ana", self.keys["ana"])
        page = ask(self.server.url(f"/portal/ana/recordings/{recording}/"),
                   cookie=cookie)[2]
        address = re.search(r'src="(/archive/[^"]+)"', page)[1]
        media = self.server.url(address)
        with urllib.request.urlopen(media) as answer:
            self.assertGreater(len(answer.read()), 5000)
        self.assertEqual(ask(media.split("?")[0])[0], 404)
        flipped = media[:-1] + ("0" if media[-1] != "0" else "1")
        later = re.sub(r"ticket=(\d+)", lambda found:
                       f"ticket={int(found[1]) + 1}", media)
        for wrong in (flipped, later, media[:-1], media + "0",
                      media.split("=")[0] + "="):
            self.assertEqual(ask(wrong)[0], 404, wrong)

    def test_nothing_a_person_says_becomes_markup(self):
        cookie = self.log_in("ana", self.keys["ana"])
        token = self.form_token(cookie)
        recording = self.record("ana")
        base = self.server.url("/portal/ana/")
        for path, form in (("set", {"name": POLYGLOT}),
                           (f"recordings/{recording}/edit",
                            {"title": POLYGLOT, "description": POLYGLOT})):
            status, _, text = ask(base + path, {"token": token, **form},
                                  cookie)
            self.assertEqual(status, 303, text)
        ask(f"{base}recordings/{recording}/publish", {"token": token}, cookie)
        ada = self.log_in("", self.token)
        for path in ("/portal/ana/", "/portal/ana/account/",
                     "/portal/ana/recordings/", "/operator/",
                     f"/portal/ana/recordings/{recording}/", "/ana/",
                     "/operator/audit/", "/operator/members/ana/",
                     f"/archive/{recording}/", "/operator/recordings/"):
            status, head, page = ask(self.server.url(path), cookie=ada)
            self.assertEqual(status, 200, path)
            self.assertNotIn("<script>", page, path)
            self.assertEqual(page.count("<script"), 1, path)
            self.assertNotIn("unsafe", head["Content-Security-Policy"])


@unittest.skipUnless(CHROMIUM, "needs chromium")
class Day(Case):
    def fill(self, browser, **fields):
        for name, value in fields.items():
            browser.run(f"document.querySelector('main [name={name}]').value"
                        f" = {value!r}")

    def press(self, browser, label):
        browser.run(
            "[...document.querySelectorAll('main button, main a, nav button')]"
            f".find(one => one.textContent.trim() === {label!r}).click()")

    def arrive(self, browser, path):
        wait_for(f"the page {path}", lambda: browser.run(
            "document.readyState === 'complete' && location.pathname")
            == path)

    def test_a_members_day(self):
        """Log in, go live as the page says, see it on air, record, publish,
        play and seek, read the usage, log out."""
        with Browser() as browser:
            browser.open(self.server.url("/login"))
            self.fill(browser, name="ana", key=self.keys["ana"])
            self.press(browser, "Log in")
            self.arrive(browser, "/portal/ana/")
            self.press(browser, "Go live")
            self.arrive(browser, "/portal/ana/live/")
            words = shlex.split(browser.run(
                "document.getElementById('ffmpeg').textContent").replace(
                "KEY", self.keys["ana"]).replace("music.flac", stream("flac")))
            encoder = subprocess.Popen(
                [*words, "-loglevel", "error"], stdin=subprocess.DEVNULL)
            self.addCleanup(encoder.kill)
            wait_for("it is on air", lambda: (self.server.mount(
                "/ana/live.mp3") or {}).get("type"))
            browser.open(self.server.url("/portal/ana/"))
            self.assertIn("/ana/live.mp3", browser.run(
                "document.querySelector('main').textContent"))
            browser.open(self.server.url("/ana/live.mp3/"))
            browser.plays("document.querySelector('audio')")
            browser.open(self.server.url("/portal/ana/"))
            self.press(browser, "Begin a new recording")
            wait_for("it is said", lambda: browser.run(
                "!!document.querySelector('.note:not(.bad)')"))
            wait_for("the first is done", lambda: self.rows("done"))
            self.press(browser, "End the broadcast")
            wait_for("it is ended", lambda: not self.server.ctl_json(
                "mounts")["mounts"])
            encoder.kill()
            encoder.wait()
            recording = wait_for("it is done", lambda: self.rows("done"))[0]
            page = f"/portal/ana/recordings/{recording['id']}/"
            browser.open(self.server.url(page))
            self.press(browser, "Publish")
            wait_for("it is public", lambda: self.server.ctl_json(
                "archive", "list")["recordings"] and [
                    row for row in self.rows("done") if row["public"]])
            browser.open(self.server.url(f"/archive/{recording['id']}/"))
            browser.plays("document.querySelector('audio')")
            browser.run("document.querySelector('audio').currentTime = 0.5")
            browser.open(self.server.url("/portal/ana/usage/"))
            self.assertIn("MB" if recording["bytes"] > 1e6 else "kB",
                          browser.run("document.querySelector('dl')"
                                      ".textContent"))
            self.press(browser, "Log out")
            self.arrive(browser, "/")
            self.assertEqual(browser.complaints(), [])
            own = self.server.url("/")
            for url in browser.requests():
                self.assertTrue(url.startswith((own, "data:", "about:")), url)


if __name__ == "__main__":
    tap.main()
