#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What people do with recordings: named, published, thrown away, taken back,
held, and gone for good; whatever they are called."""
import hashlib
import json
import os
import time
import urllib.error
import urllib.request

from encoder import Replay, login
from server import Case, wait_for

HOSTILE = ["../../etc/passwd", "\u202egnp.exe", "a\tb\r\nX-Evil: 1",
           "<script>alert(1)</script>", "\"quoted\" \\ back", "; rm -rf /",
           "%2e%2e%2f", "\u00e9\u4e2d\U0001f3b5"]


class Archive(Case):
    conf = """mount "/*" { grace = 0  resume = 0  min-keep = 0 }
recording-point = 500ms
trash-time = 3s
"""

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")
        self.row = self.record()
        self.item = self.row["id"]

    def listed(self, *words):
        return self.server.ctl_json(
            "archive", "list", *words)["recordings"]

    def record(self, title="A show"):
        known = {row["id"] for row in self.listed()}
        sock, head = login(self.server, "/demo/a.mp3", self.key,
                           headers=["ice-name: " + title])
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", 16000)
        wait_for("enough", lambda: source.sent > 40000)
        source.stop()
        return wait_for("it is done", lambda: [
            row for row in self.listed()
            if row["id"] not in known and row["state"] == "done"])[0]

    def archive(self, what, *more, status=0):
        return self.server.ctl("archive", what, self.item, *more,
                               status=status)

    def sidecar(self):
        return json.loads(self.archive("show"))

    def files(self):
        return sorted(name for _, _, names in
                      os.walk(os.path.join(self.server.data, "archive"))
                      for name in names)

    def status(self):
        try:
            with urllib.request.urlopen(
                    self.server.url("/archive/" + self.item),
                    timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_it_is_named_shown_and_published(self):
        self.assertEqual(self.row["title"], "A show")
        self.assertEqual(self.row["public"], 0)
        self.archive("edit", "--title", "Night", "--description", "Of one")
        self.archive("publish")
        said = self.sidecar()
        self.assertEqual(said["title"], "Night")
        self.assertEqual(said["description"], "Of one")
        self.assertTrue(said["public"])
        self.assertIn("published_ms", said)
        self.assertEqual(self.listed()[0]["title"], "Night")
        self.assertEqual(self.status(), 200)
        first = self.server.ctl("archive", "show", self.item[:8])
        self.assertEqual(json.loads(first)["id"], self.item)
        self.server.ctl("archive", "show", self.item[:3], status=1)
        self.server.ctl("archive", "show", "a" * 26, status=1)
        self.server.ctl("archive", "edit", self.item, status=2)
        self.archive("edit", "--title", "x" * 600, status=1)
        self.assertEqual(self.sidecar()["title"], "Night")

    def test_whatever_it_is_called_it_stays_in_its_place(self):
        before = self.files()
        for title in HOSTILE:
            self.archive("edit", "--title", title)
            self.assertNotIn("\n", self.listed()[0]["title"])
            self.archive("publish")
            with urllib.request.urlopen(
                    self.server.url("/archive/" + self.item + "?download"),
                    timeout=20) as answer:
                self.assertNotIn("X-Evil", answer.headers)
                name = answer.headers["content-disposition"]
            for letter in ("/", "\\", "\u202e", "<"):
                self.assertNotIn(letter, name.replace("''", ""))
        self.assertEqual(self.files(), before)

    def test_trash_and_back(self):
        self.archive("publish")
        self.archive("trash")
        self.assertEqual(self.status(), 404)
        self.assertEqual(self.listed(), [])
        self.assertEqual(self.listed("--trash")[0]["id"], self.item)
        self.archive("publish", status=1)
        self.archive("restore")
        self.assertEqual(self.status(), 200)
        self.assertEqual(self.listed()[0]["id"], self.item)

    def test_what_lay_there_long_enough_is_gone_but_for_what_is_held(self):
        held = self.item
        gone = self.record()["id"]
        self.archive("hold", "--reason", "court", "--reference", "C-1",
                     "--person", "Ana", "--until", "2099-01-01")
        self.archive("trash", status=1)
        self.server.ctl("archive", "trash", gone)
        wait_for("it is gone", lambda: not self.listed("--trash"), 40)
        self.assertEqual([row["id"] for row in self.listed()], [held])
        self.assertEqual(
            [name for name in self.files() if gone in name], [])
        self.assertEqual(
            len([name for name in self.files() if held in name]), 2)
        self.server.ctl("archive", "release", held, status=2)
        self.server.ctl("archive", "release", held, "--person", "Ana")
        self.archive("trash")
        log = self.server.ctl("audit")
        for what in ("recording held", "recording released",
                     "recording trashed", "recording deleted"):
            self.assertIn(what, log)

    def test_one_that_is_on_air_is_not_touched(self):
        sock, _ = login(self.server, "/demo/b.mp3", self.key)
        source = Replay(sock, "cbr128.mp3", 16000)
        row = wait_for("it is recorded", lambda: [
            row for row in self.listed() if row["state"] == "active"])[0]
        for what in ("publish", "trash", "pin"):
            self.server.ctl("archive", what, row["id"], status=1)
        source.stop()

    def test_what_people_wrote_into_a_sidecar_stays(self):
        path = os.path.join(self.server.data, "archive",
                            self.sidecar_path())
        with open(path, encoding="utf-8") as file:
            said = json.load(file)
        said["colour"] = {"of": ["the", "cover"]}
        os.chmod(path, 0o666)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(said, file)
        self.archive("pin")
        self.assertEqual(self.sidecar()["colour"], said["colour"])
        self.assertTrue(self.sidecar()["pinned"])
        with open(path, "w", encoding="utf-8") as file:
            file.write("{ \"version\": 1, ")
        self.assertIn("sidecar", self.archive("unpin", status=1))

    def sidecar_path(self):
        for row in self.server.ctl_json("recordings")["recordings"]:
            if row["id"] == self.item:
                return os.path.splitext(row["path"])[0] + ".json"
        raise AssertionError("no such row")

    def test_the_media_is_never_written_again(self):
        path = os.path.join(self.server.data, "archive",
                            self.sidecar_path()[:-5] + ".mp3")

        def digest():
            with open(path, "rb") as file:
                return hashlib.sha256(file.read()).hexdigest()

        before = digest(), os.stat(path).st_mtime_ns
        for what in ("publish", "hide", "pin", "unpin", "trash", "restore"):
            self.archive(what)
        time.sleep(0.1)
        self.assertEqual((digest(), os.stat(path).st_mtime_ns), before)
        self.assertEqual(self.sidecar()["sha256"], before[0])


if __name__ == "__main__":
    import tap
    tap.main()
