#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Podcasts' feeds and lists of what is published: valid for readers that are
not ours, true to the files, conditional, in pages, and without an address of
mail; and clients that get and play what is in them."""
import base64
import gzip
import hashlib
import http.client
import json
import os
import subprocess
import tempfile
import time
import uuid
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from encoder import basic
from npm import install
from server import HOST, Case, wait_for
from streams import air

PARTYTIME = "5.0.0"
PARSE = """const {parseFeed} = require("podcast-partytime");
const text = require("fs").readFileSync(0, "utf8");
console.log(JSON.stringify(parseFeed(text)));"""
# Debian's own python has Debian's modules.
FEEDPARSER = ["/usr/bin/python3", "-c", """import feedparser, json, sys
seen = feedparser.parse(sys.stdin.buffer.read())
print(json.dumps({"wrong": str(seen.get("bozo_exception", "")), "entries":
                  [[entry.id, entry.title] for entry in seen.entries]}))"""]
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
ATOM = "{http://www.w3.org/2005/Atom}"
NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
HOSTILE = ("]]><script>alert(1)</script>&amp;\"'\x01\x1f \u202etxt.exe\u202c "
           "\u05e9\u200f\u05dc ")
LONG = "x%00%01]]%3E" + "y" * 3000  # control bytes become spaces
MAIL = "lea.private@example.org"


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


class Feeds(Case):
    conf = """mount "/demo/secret/*" { grace = 0  hidden = yes }
mount "/*" { grace = 0  pace = 100ms }
recording-point = 500ms
archive-rate = 0
feed-items = 2
max-member-sources = 20
"""

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")
        self.server.write_conf(
            self.conf + f'public-url = "{self.server.url("")}"\n')
        self.server.ctl("reload")

    def get(self, path, method="GET", **headers):
        """Status, headers by lower-case name, body."""
        link = http.client.HTTPConnection(HOST, self.server.port, timeout=30)
        link.request(method, path, headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        answer = link.getresponse()
        got = (answer.status,
               {name.lower(): value for name, value in answer.getheaders()},
               answer.read())
        link.close()
        return got

    def feed(self, path="/feed/demo.xml"):
        status, headers, body = self.get(path)
        self.assertEqual(status, 200, body)
        self.assertEqual(headers["content-type"],
                         "application/rss+xml; charset=utf-8")
        return body

    def channel(self, path="/feed/demo.xml"):
        return ElementTree.fromstring(self.feed(path)).find("channel")

    def rows(self, *words):
        return {row["id"]: row for row in self.server.ctl_json(
            *(words or ("recordings",)))["recordings"]}

    def record(self, kind="mp3", seconds=2, publish=True, titles=()):
        """The row of a recording that is finished."""
        known = set(self.rows())
        mount, source = air(self.server, self.key, kind)
        time.sleep(seconds / 2)
        for title in titles:
            self.set_title(mount, title)
            time.sleep(0.7)
        time.sleep(seconds / 2)
        source.stop()
        row = wait_for("it is done", lambda: [
            row for name, row in self.rows().items()
            if name not in known and row["state"] == "done"])[0]
        if publish:
            self.server.ctl("archive", "publish", row["id"])
        return row

    def set_title(self, mount, title):
        status, _, body = self.get(
            "/admin/metadata?mode=updinfo&mount=" + mount + "&song=" + title,
            Authorization="Basic " + basic("source", self.key))
        self.assertEqual(status, 200, body)

    def path(self, row):
        return os.path.join(self.server.data, "archive", row["path"])

    def local(self, url):
        """The path behind the relay's own address."""
        base = self.base()
        self.assertTrue(url.startswith(base + "/"), url)
        return url[len(base):]

    def base(self):
        return self.channel().find("link").text.rstrip("/")


def partytime(feed):
    folder = install("podcast-partytime", PARTYTIME)
    done = subprocess.run(["node", "-e", PARSE], cwd=folder, input=feed,
                          capture_output=True, timeout=60, check=True)
    *warnings, told = done.stdout.splitlines()
    assert not warnings, b"\n".join(warnings).decode()
    return json.loads(told)


class Valid(Feeds):
    conf = Feeds.conf.replace("feed-items = 2", "")

    def test_a_feed_is_what_its_files_are(self):
        self.server.ctl("member", "set", "demo", "--email", MAIL)
        rows = {row["id"]: row for row in [
            self.record("mp3", titles=("One", "Two%20%26%20more", LONG)),
            self.record("opus"), self.record("ts")]}
        hidden = self.record("flac", publish=False)
        first = list(rows)[0]
        self.server.ctl("archive", "edit", first, "--title", HOSTILE,
                        "--description", HOSTILE * 4)
        feed = self.feed()
        self.check_channel(feed, rows)
        self.check_partytime(feed, rows)
        self.check_feedparser(feed, rows)
        self.check_chapters(feed)
        self.assertNotIn(hidden["id"].encode(), feed)
        for word in (b"@", b"managingEditor", b"owner", b"<script"):
            self.assertNotIn(word, feed)

    def check_channel(self, feed, rows):
        channel = ElementTree.fromstring(feed).find("channel")
        for name in ("title", "link", "description", "language",
                     "lastBuildDate", ITUNES + "author"):
            self.assertTrue(channel.find(name).text, name)
        url = channel.find(ATOM + "link").get("href")
        self.assertEqual(self.local(url), "/feed/demo.xml")
        self.assertEqual(
            channel.find(PODCAST + "guid").text,
            str(uuid.uuid5(NAMESPACE, url.partition("://")[2])))
        self.assertEqual(channel.find(PODCAST + "locked").text, "no")
        items = channel.findall("item")
        self.assertEqual([item.find("guid").text for item in items],
                         list(rows)[::-1])
        dates = [parsedate_to_datetime(item.find("pubDate").text)
                 for item in items]
        self.assertEqual(dates, sorted(dates, reverse=True))
        for item in items:
            self.check_item(item, rows[item.find("guid").text])

    def check_item(self, item, row):
        path = self.path(row)
        url = item.find("enclosure").get("url")
        status, headers, body = self.get(self.local(url))
        self.assertEqual(status, 200)
        size = os.path.getsize(path)
        self.assertEqual(int(item.find("enclosure").get("length")), size)
        self.assertEqual(int(headers["content-length"]), size)
        self.assertEqual(hashlib.sha256(body).hexdigest(), sha256(path))
        other = item.find(PODCAST + "alternateEnclosure")
        self.assertEqual(int(other.get("length")), size)
        kind, _, digest = other.find(PODCAST + "integrity").get(
            "value").partition("-")
        self.assertEqual(kind, "sha256")
        self.assertEqual(base64.b64decode(digest).hex(), sha256(path))
        lasts = float(subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "format=duration",
             "-of", "csv=p=0", path], capture_output=True, text=True,
            timeout=30, check=True).stdout)
        self.assertLessEqual(
            abs(int(item.find(ITUNES + "duration").text) - lasts), 1)

    def check_partytime(self, feed, rows):
        seen = partytime(feed)
        self.assertEqual(len(seen["items"]), 3)
        self.assertEqual(seen["medium"], "podcast")
        self.assertEqual(seen["explicit"], False)
        known = {tag for tags in seen["pc20support"].values()
                 for tag in tags}
        self.assertLessEqual({"guid", "medium", "chapters",
                              "alternateEnclosure"}, known)
        for item in seen["items"]:
            row = rows[item["guid"]]
            self.assertEqual(item["enclosure"]["length"], row["bytes"])
            other, = item["alternativeEnclosures"]
            self.assertEqual(other["default"], True)
            self.assertTrue(other["integrity"]["value"].startswith("sha256-"))
            self.assertTrue(item["duration"] >= 1)

    def check_feedparser(self, feed, rows):
        seen = json.loads(subprocess.run(
            FEEDPARSER, input=feed, capture_output=True, timeout=60,
            check=True).stdout)
        self.assertEqual(seen["wrong"], "")
        self.assertEqual({name for name, _ in seen["entries"]}, set(rows))
        title = seen["entries"][-1][1]
        self.assertIn("]]>", title)
        self.assertIn("\u05e9\u200f\u05dc", title)
        for sign in "\x01\x1f\u202e\u202c":
            self.assertNotIn(sign, title)

    def check_chapters(self, feed):
        channel = ElementTree.fromstring(feed).find("channel")
        chapters = channel.findall("item")[-1].find(PODCAST + "chapters")
        self.assertEqual(chapters.get("type"), "application/json+chapters")
        status, headers, body = self.get(self.local(chapters.get("url")))
        self.assertEqual(status, 200)
        self.assertEqual(headers["content-type"], "application/json+chapters")
        told = json.loads(body)
        self.assertEqual(told["version"], "1.2.0")
        self.assertEqual([chapter["title"] for chapter in told["chapters"]][
            -3:-1], ["One", "Two & more"])
        last = told["chapters"][-1]["title"]
        self.assertTrue(last.startswith("x  ]]>"), last)
        self.assertLess(len(last), 512)
        starts = [chapter["startTime"] for chapter in told["chapters"]]
        self.assertEqual(starts, sorted(starts))

    def test_podget_gets_it_and_ffmpeg_plays_it(self):
        row = self.record("mp3")
        url = self.channel().find("item").find("enclosure").get("url")
        with tempfile.TemporaryDirectory(prefix="a2a-") as folder:
            for name in ("conf", "library", "session"):
                os.mkdir(os.path.join(folder, name))
            with open(os.path.join(folder, "conf", "serverlist"), "w",
                      encoding="ascii") as file:
                file.write(self.base() + "/feed/demo.xml Radio Demo\n")
            subprocess.run(
                ["podget", "-d", os.path.join(folder, "conf"), "-l",
                 os.path.join(folder, "library"), "--dir_session",
                 os.path.join(folder, "session"), "-n"],
                env=dict(os.environ, HOME=folder), timeout=60, check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            got = [os.path.join(where, name)
                   for where, _, names in os.walk(
                       os.path.join(folder, "library"))
                   for name in names if name.endswith(".mp3")]
            self.assertEqual([sha256(path) for path in got],
                             [sha256(self.path(row))])
            self.assertTrue(os.path.basename(got[0]).startswith("demo-2"))
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i",
                        url, "-f", "null", "-"], check=True, timeout=60)


class Live(Feeds):
    def test_on_air_there_is_a_live_item(self):
        self.assertEqual(self.get("/feed/demo.xml")[0], 404)
        mount, source = air(self.server, self.key, "opus")
        secret, hidden = air(self.server, self.key, "mp3", "demo/secret")
        wait_for("the live item",
                 lambda: self.get("/feed/demo.xml")[0] == 200)
        wait_for("both", lambda: self.server.mount(secret))
        feed = self.feed()
        self.check_live(feed, mount)
        self.assertEqual(self.feed("/feed" + mount + ".xml").count(
            b"<podcast:liveItem"), 1)
        self.assertEqual(self.get("/feed" + secret + ".xml")[0], 404)
        self.record("mp3")
        seen, = partytime(self.feed())["podcastLiveItems"]
        self.assertEqual(seen["status"], "live")
        self.assertEqual(self.local(
            seen["alternativeEnclosures"][0]["source"][0]["uri"]), mount)
        etag = self.get("/feed/demo.xml")[1]["etag"]
        source.stop()
        hidden.stop()
        wait_for("it is over", lambda: b"liveItem" not in self.feed())
        self.assertEqual(self.get("/feed/demo.xml",
                                  If_None_Match=etag)[0], 200)

    def check_live(self, feed, mount):
        channel = ElementTree.fromstring(feed).find("channel")
        live, = channel.findall(PODCAST + "liveItem")
        self.assertEqual(live.get("status"), "live")
        self.assertRegex(live.get("start"), r"^\d{4}-\d\d-\d\dT[\d:]{8}Z$")
        self.assertTrue(live.find("title").text)
        uuid.UUID(live.find("guid").text)
        self.assertEqual(self.local(live.find("enclosure").get("url")), mount)
        self.assertEqual(live.find("enclosure").get("type"), "audio/ogg")
        page = live.find(PODCAST + "contentLink").get("href")
        self.assertIn(mount.encode(), self.get(self.local(page))[2])


class Asked(Feeds):
    def test_gzip_for_those_who_take_it(self):
        self.record()
        for path in ("/feed/demo.xml", "/archive.json?member=demo&limit=1"):
            _, headers, plain = self.get(path)
            self.assertNotIn("content-encoding", headers)
            for value in ("gzip", "br, gzip;q=0.5", "deflate , x-gzip"):
                got = self.get(path, Accept_Encoding=value)[1:]
                if len(plain) < 1400:
                    self.assertNotIn("content-encoding", got[0])
                    continue
                self.assertEqual(got[0]["content-encoding"], "gzip", value)
                self.assertEqual(got[0]["vary"], "Accept-Encoding")
                self.assertEqual(gzip.decompress(got[1]), plain)
                self.assertNotEqual(got[0]["etag"], headers["etag"])
                self.assertEqual(self.get(
                    path, Accept_Encoding=value,
                    If_None_Match=got[0]["etag"])[0], 304)
            for value in ("identity", "gzip;q=0", "", "gzipped"):
                self.assertEqual(
                    self.get(path, Accept_Encoding=value)[2], plain, value)

    def test_conditions_and_methods(self):
        self.record()
        status, headers, body = self.get("/feed/demo.xml")
        self.assertEqual(status, 200)
        etag = headers["etag"]
        self.assertRegex(etag, r'^"[0-9a-f]{32}"$')
        got = self.get("/feed/demo.xml", If_None_Match=etag)
        self.assertEqual((got[0], got[2]), (304, b""))
        self.assertEqual(got[1]["etag"], etag)
        modified = headers["last-modified"]
        self.assertEqual(self.get(
            "/feed/demo.xml", If_Modified_Since=modified)[0], 304)
        self.assertEqual(self.get("/feed/demo.xml", If_None_Match='"x"',
                                  If_Modified_Since=modified)[0], 200)
        got = self.get("/feed/demo.xml", "HEAD")
        self.assertEqual((got[0], got[2]), (200, b""))
        self.assertEqual(int(got[1]["content-length"]), len(body))
        self.assertEqual(got[1]["etag"], etag)
        self.assertEqual(self.get("/feed/demo.xml", "DELETE")[0], 501)
        row = self.record("opus")
        self.assertEqual(self.get("/feed/demo.xml",
                                  If_None_Match=etag)[0], 200)
        self.server.ctl("archive", "hide", row["id"])
        got = self.get("/feed/demo.xml", If_Modified_Since=modified)
        self.assertEqual(got[0], 200)
        self.assertNotIn(row["id"].encode(), got[2])
        self.server.ctl("archive", "trash", list(self.rows())[0])
        self.assertEqual(self.channel().findall("item"), [])

    def test_blocked_and_unknown(self):
        row = self.record()
        for path in ("/feed/demo.xml", "/archive.json?member=demo",
                     "/feed/" + row["mount"][1:] + ".xml",
                     "/archive/" + row["id"] + ".json"):
            self.assertEqual(self.get(path)[0], 200, path)
        for path in ("/feed/nobody.xml", "/feed/demo", "/feed/.xml",
                     "/feed/demo/none.xml", "/feed/demo.xml?page=2",
                     "/feed/demo.xml?page=0", "/feed/demo.xml?page=x",
                     "/feed/" + "x" * 300 + ".xml",
                     "/archive.json?member=nobody", "/archive/none.json",
                     "/archive/none/chapters.json"):
            self.assertEqual(self.get(path)[0], 404, path)
        self.assertEqual(self.get("/archive.json")[0], 400)
        self.server.block("demo")
        for path in ("/feed/demo.xml", "/archive.json?member=demo",
                     "/feed/" + row["mount"][1:] + ".xml",
                     "/archive/" + row["id"] + ".json"):
            status, headers, _ = self.get(path)
            self.assertEqual((status, path), (503, path))
            self.assertGreater(int(headers["retry-after"]), 0)

    def test_pages_and_cursors(self):
        rows = [self.record(seconds=1)["id"] for _ in range(5)]
        seen, path = [], "/feed/demo.xml"
        while path:
            channel = self.channel(path)
            seen += [item.find("guid").text
                     for item in channel.findall("item")]
            links = {link.get("rel"): self.local(link.get("href"))
                     for link in channel.findall(ATOM + "link")}
            self.assertEqual(links["self"], path)
            self.assertEqual(links["last"], "/feed/demo.xml?page=3")
            path = links.get("next")
        self.assertEqual(seen, rows[::-1])
        seen, path = [], "/archive.json?member=demo&limit=2"
        while path:
            told = json.loads(self.get(path)[2])
            self.assertEqual(told["count"], 5)
            self.assertLessEqual(len(told["recordings"]), 2)
            seen += [row["id"] for row in told["recordings"]]
            path = told["next"] and self.local(told["next"])
        self.assertEqual(seen, rows[::-1])
        for tail in ("limit=0", "limit=101", "cursor=x"):
            self.assertEqual(self.get(
                "/archive.json?member=demo&" + tail)[0], 400, tail)

    def test_facts_are_those_of_the_file(self):
        row = self.record(titles=("One", "Two"))
        private = self.record("opus", publish=False)
        told = json.loads(self.get("/archive.json?member=demo")[2])
        self.assertEqual([item["id"] for item in told["recordings"]],
                         [row["id"]])
        facts = json.loads(self.get("/archive/" + row["id"] + ".json")[2])
        self.assertEqual(facts["recording"], told["recordings"][0])
        self.assertEqual(facts["recording"]["sha256"], sha256(self.path(row)))
        self.assertEqual([chapter["title"] for chapter in
                          facts["recording"]["chapters"]][-2:],
                         ["One", "Two"])
        address = "/archive/" + private["id"] + ".json"
        self.assertEqual(self.get(address)[0], 404)
        status, headers, _ = self.get(address, Authorization="Basic " +
                                      basic("demo", self.key))
        self.assertEqual(status, 200)
        self.assertIn("private", headers["cache-control"])

    def test_bytes_are_the_members(self):
        self.record(seconds=1)
        got = 0
        for _ in range(3):
            with self.server.connect() as sock:
                sock.sendall(b"GET /feed/demo.xml HTTP/1.1\r\nHost: a\r\n\r\n")
                while data := sock.recv(65536):
                    got += len(data)
        used = sum(line["payload_out"] for line in
                   self.server.ctl_json("usage")["usage"]
                   if line["kind"] == "pages" and
                   line.get("member") == "demo")
        self.assertEqual(used, got)


class Off(Feeds):
    conf = Feeds.conf.replace("feed-items = 2", "feed-items = 0")

    def test_without_items_there_are_no_feeds(self):
        self.record(seconds=1)
        self.assertEqual(self.get("/feed/demo.xml")[0], 404)
        self.assertEqual(self.get("/archive.json?member=demo")[0], 200)


if __name__ == "__main__":
    import tap
    tap.main()
