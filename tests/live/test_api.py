#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""The API: who may have what, for each of its doors, as the server itself
describes them; and what it does is done."""
import json
import re
import unittest
import urllib.error
import urllib.parse
import urllib.request

import tap
from server import Server, wait_for
from streams import air

BASE = "/api/v1"


class Refused(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(Refused)


def call(url, token=None, form=None, headers=()):
    """Status and what was said, read as JSON."""
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(url, data=data, headers=dict(headers))
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with OPENER.open(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        text = error.read()
        return error.code, json.loads(text) if text else None


class Api(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.key = self.server.add_member("ana")
        self.server.add_member("bob")
        self.tokens = {
            "operator": self.make("ada", "--write"),
            "operator who reads": self.make("auditor"),
            "ana": self.make("panel", "--member", "ana", "--write"),
            "ana who reads": self.make("widget", "--member", "ana"),
            "bob": self.make("bobs", "--member", "bob", "--write"),
        }

    def make(self, *words):
        return self.server.ctl("token", "add", *words).split()[-1]

    def call(self, path, token=None, form=None, headers=()):
        return call(self.server.url(BASE + path), token, form, headers)

    def record(self):
        _, source = air(self.server, self.key, "mp3", "ana")
        wait_for("it is recorded", lambda: self.rows("active"))
        self.server.ctl("kick", "source", "/ana/mp3.mp3")
        source.stop()
        return wait_for("it is done", lambda: self.rows("done"))[0]

    def rows(self, state):
        return [row for row in self.server.ctl_json("archive", "list")[
            "recordings"] if row["state"] == state]

    def doors(self):
        status, described = self.call("/openapi.json")
        self.assertEqual(status, 200)
        self.assertEqual(described["openapi"], "3.1.0")
        for path, verbs in described["paths"].items():
            for verb, door in verbs.items():
                yield path, verb, door["x-role"]

    def knock(self, path, verb, token, member, recording):
        """Only who may come in is told more than that."""
        filled = path.replace("{member}", member).replace(
            "{id}", recording).replace("{name}", "nobody").replace(
            "{number}", "77").replace("{year}", "2026")
        self.assertNotIn("{", filled)
        form = {"mount": "/ana/nothing", "title": "x"}
        if verb == "get":
            return call(self.server.url(
                filled + "?mount=%2Fana%2Fnothing&period=2026-11"), token)[0]
        return call(self.server.url(filled), token, form)[0]

    def test_who_may_have_what(self):
        """Each door with each token: another member's are not there, the
        network's are not there for members, and nothing without a token."""
        row = self.record()
        seen = 0
        for path, verb, role in self.doors():
            if role == "public":
                continue
            seen += 1
            for who, token in [(None, None), ("nobody", "a2a-" + "0" * 32),
                               *self.tokens.items()]:
                status = self.knock(path, verb, token, "ana", row["id"])
                told = f"{verb} {path} for {who}: {status}"
                if who in (None, "nobody"):
                    self.assertEqual(status, 401, told)
                elif who == "bob" or (
                        role == "operator" and "ana" in who):
                    self.assertEqual(status, 404, told)
                elif verb == "post" and "reads" in who:
                    self.assertEqual(status, 403, told)
                else:
                    self.assertIn(status, (200, 400, 404, 409), told)
                if who and who.startswith("operator") and verb == "get" and \
                        "listeners" not in path:
                    self.assertEqual(status, 200, told)
        self.assertGreater(seen, 40)

    def test_a_foreign_recording_is_not_there(self):
        row = self.record()
        bob = self.tokens["bob"]
        for what in ("", "/publish", "/trash", "/edit"):
            form = {"title": "mine now"} if what else None
            status, _ = self.call(
                f"/members/bob/recordings/{row['id']}{what}", bob, form)
            self.assertEqual(status, 404, what)
        status, shown = self.call(
            f"/members/ana/recordings/{row['id']}", self.tokens["ana"])
        self.assertEqual((status, shown["title"]), (200, ""))

    def test_a_foreign_mount_is_not_there(self):
        _, source = air(self.server, self.key, "mp3", "ana")
        form = {"mount": "/ana/mp3.mp3"}
        bob = self.tokens["bob"]
        self.assertEqual(
            self.call("/members/bob/end", bob, form)[0], 404)
        self.assertEqual(len(self.call(
            "/members/ana/mounts", self.tokens["ana"])[1]["mounts"]), 1)
        self.assertEqual(
            self.call("/members/ana/end", self.tokens["ana"], form)[0], 200)
        wait_for("it is ended", lambda: not self.call(
            "/members/ana/mounts", self.tokens["ana"])[1]["mounts"])
        source.stop()

    def test_what_is_said_is_done(self):
        ana = self.tokens["ana"]
        name = "Radio Ana “<b>--été”"
        status, _ = self.call("/members/ana/set", ana, {"name": name})
        self.assertEqual(status, 200)
        _, shown = self.call("/members/ana", ana)
        self.assertEqual(shown["member"]["name"], name)

    def test_a_value_is_never_an_option(self):
        ana = self.tokens["ana"]
        status, said = self.call(
            "/members/ana/set", ana, {"name": "--email"})
        self.assertEqual((status, said["error"]),
                         (400, "name may not begin with --"))
        status, said = self.call("/members/ana/set", ana, {"name": b"\xe9"})
        self.assertEqual((status, said["error"]), (400, "name is not UTF-8"))

    def test_a_token_ends(self):
        self.assertEqual(self.call("/members", self.tokens["operator"])[0],
                         200)
        self.server.ctl("token", "revoke", "ada")
        self.assertEqual(self.call("/members", self.tokens["operator"])[0],
                         401)
        over = self.make("short", "--until", "2026-01-01")
        self.assertEqual(self.call("/members", over)[0], 401)
        listed = self.server.ctl_json("token", "list")["tokens"]
        self.assertEqual({row["name"] for row in listed},
                         {"ada", "auditor", "panel", "widget", "bobs",
                          "short"})
        self.assertFalse(any(token[4:] in json.dumps(listed)
                             for token in self.tokens.values()))

    def test_a_browser_elsewhere_has_nothing_done(self):
        """With a session, which a page of another origin could ride on."""
        form = {"name": "ana", "key": self.key}
        answer = self.raw("/login", form)
        self.assertEqual(answer.code, 303)
        self.assertEqual(answer.headers["Location"], "/portal/ana/")
        cookie = re.match(r"all2all=\w+", answer.headers["Set-Cookie"])[0]
        for flag in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(flag, answer.headers["Set-Cookie"])
        host = self.server.url("")
        for headers in ({}, {"Origin": "https://evil.example"},
                        {"Sec-Fetch-Site": "cross-site"},
                        {"Origin": host}):
            status, _ = self.call("/members/ana/set", None, {"name": "Evil"},
                                  {"Cookie": cookie, **headers})
            self.assertEqual(status, 403, headers)
        status, shown = self.call(
            "/members/ana", None, headers={"Cookie": cookie})
        self.assertEqual((status, shown["member"]["name"]), (200, "Ana"))
        self.assertEqual(self.call(
            "/members/bob", None, headers={"Cookie": cookie})[0], 404)

    def raw(self, path, form):
        request = urllib.request.Request(
            self.server.url(path),
            data=urllib.parse.urlencode(form).encode())
        try:
            with OPENER.open(request, timeout=20) as answer:
                return answer
        except urllib.error.HTTPError as error:
            error.close()
            return error

    def test_keys_that_do_not_fit(self):
        for form, status in (
                ({"name": "ana", "key": "wrong"}, 401),
                ({"name": "nobody", "key": self.key}, 401),
                ({"name": "bob", "key": self.key}, 401),
                ({"name": "ana", "key": ""}, 400),
                ({"name": "ana"}, 400),
                ({"key": self.tokens["ana"]}, 401),
                ({"key": self.tokens["operator who reads"]}, 401)):
            self.assertEqual(self.raw("/login", form).code, status, form)
        answer = self.raw("/login", {"key": self.tokens["operator"]})
        self.assertEqual((answer.code, answer.headers["Location"]),
                         (303, "/operator/"))

    def test_a_link_is_good_for_once(self):
        link = self.server.ctl("member", "link", "ana").strip()
        path, word = link.split("?word=")
        answer = self.raw(path, {"word": word})
        self.assertEqual((answer.code, answer.headers["Location"]),
                         (303, "/portal/ana/"))
        self.assertEqual(self.raw(path, {"word": word}).code, 409)
        self.assertEqual(self.raw(path, {"word": "a2a-0"}).code, 409)


if __name__ == "__main__":
    tap.main()
