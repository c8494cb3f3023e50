#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""When a recording ends and the next one begins, with real encoders: pieces
of every format decode on their own and are together as long as what was on
air; an encoder that drops and returns goes on in its file."""
import json
import os
import shutil
import time
import unittest
import urllib.parse
import urllib.request

import encoder
from ears import decode
from encoder import Ffmpeg, Replay, login
from server import Case, Server, wait_for

PIECE = 4    # seconds
ON_AIR = 14  # at least


def rows_of(server, profile=None):
    rows = []
    for row in server.ctl_json("recordings")["recordings"]:
        row["said"] = sidecar(server, row)
        if profile is None or row["said"].get("kind") == profile:
            rows.append(row)
    return sorted(rows, key=lambda row: row["path"])


def media(server, row):
    return os.path.join(server.data, "archive", row["path"])


def sidecar(server, row):
    path = os.path.splitext(media(server, row))[0] + ".json"
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def are_done(server, count):
    rows = rows_of(server)
    return len(rows) >= count and all(row["state"] == "done" for row in rows)


class Pieces(unittest.TestCase):
    """All formats at once, each split each PIECE seconds; the legal log beside
    it is one file, unless a full hour comes by."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(
            f'max-member-sources = 20  mount "/*" {{ grace = 0  log = yes  '
            f'split-after = {PIECE}s }}\n').start()
        cls.addClassCleanup(cls.end)
        key = cls.server.add_member("demo")
        # Not when a full hour is near: the log is what pieces are held to.
        time.sleep(max(0, time.time() % 3600 - 3600 + 90 + ON_AIR) %
                   (90 + ON_AIR))
        cls.encoders = [Ffmpeg(cls.server, f"/demo/{kind}", key, kind)
                        for kind in encoder.FORMATS]
        for kind in encoder.FORMATS:
            wait_for(f"{kind} is on air",
                     lambda kind=kind: cls.server.mount(f"/demo/{kind}"), 60)
        time.sleep(ON_AIR)
        for process in cls.encoders:
            process.stop()
        wait_for("all is finished", lambda: not cls.server.ctl_json(
            "mounts")["mounts"] and are_done(
                cls.server, 4 * len(encoder.FORMATS)), 60)

    @classmethod
    def end(cls):
        for process in cls.encoders:
            process.stop()
        cls.server.stop()
        shutil.rmtree(cls.server.folder, ignore_errors=True)

    def check(self, kind):
        mine = [row for row in rows_of(self.server)
                if row["mount"] == f"/demo/{kind}"]
        log, = [row for row in mine if row["said"]["kind"] == "log"]
        pieces = [row for row in mine if row["said"]["kind"] == "programme"]
        self.assertGreaterEqual(len(pieces), ON_AIR // (PIECE + 1))
        # In MPEG-TS sound comes before the picture it belongs to, so that both
        # pieces have some of the time around a cut.
        blur = 0.25 if kind == "ts" else 0.1
        lengths = []
        for row in [log, *pieces]:
            said, seconds = decode(media(self.server, row))
            self.assertEqual(said, "", row["path"])
            self.assertEqual(row["said"]["gap_bytes"], 0)
            self.assertAlmostEqual(row["said"]["duration_ms"] / 1000, seconds,
                                   delta=0.05 + blur, msg=row["path"])
            lengths.append(seconds)
        self.assertAlmostEqual(lengths[0], sum(lengths[1:]),
                               delta=blur * len(pieces))
        for seconds in lengths[1:-1]:
            self.assertGreater(seconds, PIECE - 0.6)
            self.assertLess(seconds, PIECE + 3)  # a keyframe each 2 s
        print(f"# {kind}: {lengths[0]:.2f} s in {len(pieces)} pieces of "
              f"{sum(lengths[1:]):.2f} s")


class Return(Case):
    """Its mount is gone at once; its recording waits."""
    conf = 'mount "/*" { grace = 0  resume = 8s  burst = 16K }\n'

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def broadcast(self, kind, seconds=3):
        with Ffmpeg(self.server, "/demo/a", self.key, kind):
            wait_for("it is on air", lambda: self.server.mount("/demo/a"), 60)
            time.sleep(seconds)
        wait_for("the end", lambda: not self.server.mount("/demo/a"))

    def check(self, kind, most_files=1):
        self.broadcast(kind)
        self.assertEqual(rows_of(self.server)[0]["state"], "active")
        time.sleep(1)
        self.broadcast(kind)
        wait_for("it is done", lambda: are_done(self.server, 1), 40)
        rows = rows_of(self.server)
        self.assertLessEqual(len(rows), most_files)
        total = 0
        for row in rows:
            said, seconds = decode(media(self.server, row))
            self.assertEqual(said, "", row["path"])
            total += seconds
        self.assertGreater(total, 4)
        if len(rows) == 1:
            gap, = rows[0]["said"]["gaps"]
            self.assertEqual(gap["reason"], "the encoder was away")
            self.assertGreater(gap["ms"], 900)
            self.assertGreater(gap["at_ms"], 1500)
            self.assertEqual(gap["bytes"], 0)
        print(f"# {kind}: {len(rows)} files, {total:.1f} s")

    def test_mp3(self):
        self.check("mp3")

    def test_aac(self):
        self.check("aac")

    def test_opus(self):
        self.check("opus")

    def test_vorbis(self):
        self.check("vorbis")

    def test_flac(self):
        self.check("flac")

    def test_ogg_flac(self):
        self.check("oggflac")

    def test_ts(self):
        self.check("ts")

    def test_webm(self):
        self.check("vp8")

    def test_webm_with_the_same_head(self):
        for _ in range(2):
            sock, head = login(self.server, "/demo/a", self.key,
                               content_type="video/webm")
            self.assertIn(b" 200 ", head)
            source = Replay(sock, "firefox-mediarecorder.webm", 200000,
                            loop=False)
            source.is_over.wait(20)
            time.sleep(0.5)
            source.stop()
            wait_for("the end", lambda: not self.server.mount("/demo/a"))
            time.sleep(1)
        wait_for("it is done", lambda: are_done(self.server, 1), 40)
        row, = rows_of(self.server)
        said, seconds = decode(media(self.server, row))
        self.assertEqual(said, "")
        self.assertGreater(seconds, 10)
        gap, = row["said"]["gaps"]
        self.assertGreater(gap["at_ms"], 5000)
        self.assertLess(gap["at_ms"], 6500)

    def test_another_format_is_another_file(self):
        self.broadcast("mp3")
        self.broadcast("aac")
        wait_for("both are done", lambda: are_done(self.server, 2), 40)
        rows = rows_of(self.server)
        self.assertEqual([row["said"]["container"] for row in rows],
                         ["mp3", "aac"])
        self.assertEqual([row["said"]["gaps"] for row in rows], [[], []])

    def test_a_stop_does_not_wait(self):
        self.broadcast("mp3", 2)
        begin = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - begin, 10)
        self.server.start()
        row, = rows_of(self.server)
        self.assertEqual(row["state"], "done")
        self.assertFalse(row["said"]["recovered"])


class Titles(Case):
    conf = ('mount "/*" { grace = 0  burst = 16K  log = yes  split-title = yes'
            '  split-least = 2s  split-schedule = "daily 00:00-24:00 All" }\n')

    def test_each_title_is_an_item_and_a_chapter_of_the_log(self):
        key = self.server.add_member("demo")
        sock, head = login(self.server, "/demo/a", key)
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", 32000)
        for title in ("One", "Two", "Caf\u00e9"):
            until = source.sent + 80000
            self.tell(key, title)
            wait_for("bytes", lambda until=until: source.sent > until)
        source.stop()
        wait_for("all are done", lambda: are_done(self.server, 4))
        items = rows_of(self.server, "programme")
        # The schedule has the last word over their names.
        self.assertEqual([row["said"]["title"] for row in items],
                         ["All"] * len(items))
        self.assertEqual(
            [row["said"]["chapters"][-1]["title"] for row in items],
            ["One", "Two", "Caf\u00e9"])
        log, = rows_of(self.server, "log")
        self.assertEqual([mark["title"] for mark in log["said"]["chapters"]],
                         ["One", "Two", "Caf\u00e9"])

    def tell(self, key, title):
        query = urllib.parse.urlencode({
            "mode": "updinfo", "mount": "/demo/a", "charset": "UTF-8",
            "song": title})
        request = urllib.request.Request(
            self.server.url("/admin/metadata?" + query))
        request.add_header("Authorization",
                           "Basic " + encoder.basic("source", key))
        with urllib.request.urlopen(request) as answer:
            self.assertEqual(answer.status, 200)


class ByHand(Case):
    conf = ('mount "/*" { grace = 0  record = manual }\n'
            'mount "/demo/no" { grace = 0  record = no }\n'
            'mount "/demo/both" { grace = 0 }\n')

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def on_air(self, mount):
        sock, head = login(self.server, mount, self.key)
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", 32000)
        wait_for("bytes", lambda: source.sent > 16000)
        return source

    def pass_bytes(self, source, count):
        until = source.sent + count
        wait_for("bytes", lambda: source.sent > until)

    def record(self, *words, status=0):
        return self.server.ctl("record", *words, status=status)

    def test_manual_is_what_was_asked_for(self):
        self.record("start", "/demo/a", status=1)
        source = self.on_air("/demo/a")
        self.assertEqual(self.record("start", "/demo/a", "--title",
                                     "Caf\u00e9"), "done\n")
        self.assertIn("already", self.record("start", "/demo/a", status=1))
        self.pass_bytes(source, 40000)
        wait_for("it is seen", lambda: self.server.mount(
            "/demo/a")["recording"])
        self.record("mark", "/demo/a", "Two")
        self.pass_bytes(source, 40000)
        self.record("stop", "/demo/a")
        self.record("stop", "/demo/a", status=1)
        self.pass_bytes(source, 40000)
        source.stop()
        wait_for("both are done", lambda: are_done(self.server, 2))
        rows = rows_of(self.server, "manual")
        self.assertEqual([row["said"]["title"] for row in rows],
                         ["Caf\u00e9", "Two"])
        for row in rows:
            self.assertGreater(row["bytes"], 30000)
            self.assertLess(row["bytes"], 70000)

    def test_beside_the_programme(self):
        source = self.on_air("/demo/both")
        self.record("start", "/demo/both")
        self.pass_bytes(source, 32000)
        self.record("stop", "/demo/both")
        self.pass_bytes(source, 32000)
        source.stop()
        wait_for("both are done", lambda: are_done(self.server, 2))
        programme, = rows_of(self.server, "programme")
        manual, = rows_of(self.server, "manual")
        self.assertGreater(programme["bytes"], manual["bytes"])

    def test_what_is_wrong_is_said(self):
        source = self.on_air("/demo/no")
        self.record("start", "/demo/no", status=1)
        source.stop()
        for words in (["start"], ["pause", "/demo/a"], [],
                      ["start", "/demo/a", "x"], ["stop", "/demo/a", "x"],
                      ["mark", "/demo/a", "x", "y"]):
            self.assertIn("usage", self.record(*words, status=2))
        self.assertEqual(rows_of(self.server), [])


def add_test(kind):
    def test(self):
        self.check(kind)
    setattr(Pieces, f"test_{kind}", test)


for name in encoder.FORMATS:
    add_test(name)

if __name__ == "__main__":
    import tap
    tap.main()
