#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What listeners are told and given: heads, playlists, titles between the bytes,
limits, and what a listener that reads nothing costs the others."""
import json
import os
import socket
import threading
import time
import urllib.parse

import tap
from encoder import Replay, basic, login
from server import SLACK, Case, read_all, read_until, wait_for

HEAD_NAMES = ["Server", "Connection", "Date", "Content-Type", "icy-br",
              "icy-name", "icy-description", "icy-genre", "icy-url",
              "icy-pub", "Accept-Ranges", "Cache-Control", "Expires",
              "Pragma", "X-Content-Type-Options",
              "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"]
SAID = ["ice-name: Radio Un", "ice-description: All of it", "ice-genre: jazz",
        "ice-url: https://radio.example", "ice-public: 1", "ice-bitrate: 128",
        "Icy-MetaData: 1"]


class OnAir(Case):
    """One mount that is fed all the time, much faster than it plays."""
    conf = 'mount "/*" { grace = 0 pace = 100ms }\n'
    rate = 64000

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")
        self.feed = self.put_on_air("/demo/a")
        self.addCleanup(self.feed.stop)

    def put_on_air(self, mount, headers=tuple(SAID)):
        sock, _ = login(self.server, mount, self.key, headers=headers)
        feed = Replay(sock, "cbr128.mp3", self.rate)
        wait_for("on air", lambda: (self.server.mount(mount) or {}).get(
            "type"))
        return feed

    def ask(self, text, tls=False):
        sock = self.server.connect(tls)
        sock.sendall(text.encode("latin-1") if isinstance(text, str) else text)
        return sock

    def answer(self, text):
        got = read_until(self.ask(text), b"\r\n\r\n")
        return got[:got.find(b"\r\n\r\n") + 4].decode()

    def title(self, query, mount="/demo/a", raw=False):
        if not raw:
            query = urllib.parse.urlencode(query)
        answer = read_all(self.ask(
            f"GET /admin/metadata?mode=updinfo&mount={mount}&{query} "
            f"HTTP/1.0\r\nAuthorization: Basic "
            f"{basic('source', self.key)}\r\n\r\n"))
        self.assertIn(b"<return>1</return>", answer)


class Heads(OnAir):
    def test_the_head_is_what_players_look_at_and_no_more(self):
        head = self.answer("GET /demo/a HTTP/1.1\r\nHost: x\r\n\r\n")
        lines = head.strip().split("\r\n")
        self.assertEqual(lines[0], "HTTP/1.0 200 OK")
        self.assertEqual([line.split(":")[0] for line in lines[1:]],
                         HEAD_NAMES)
        for line in ("Content-Type:audio/mpeg", "icy-name:Radio Un",
                     "icy-pub:1", "icy-br:128", "icy-genre:jazz"):
            self.assertIn(line, lines)

    def test_head_says_the_same_and_is_no_listener(self):
        for words in ("", "Icy-MetaData: 1\r\n"):
            got, head = [read_until(self.ask(
                f"{method} /demo/a HTTP/1.0\r\n{words}\r\n"), b"\r\n\r\n")
                for method in ("GET", "HEAD")]
            body_at = got.index(b"\r\n\r\n") + 4
            same = [line for line in got[:body_at].split(b"\r\n")
                    if not line.startswith(b"Date")]
            self.assertEqual(same, [line for line in head.split(b"\r\n")
                                    if not line.startswith(b"Date")])
        self.assertEqual(read_all(self.ask(
            "HEAD /demo/a HTTP/1.0\r\n\r\n")).count(b"\r\n\r\n"), 1)
        wait_for("nobody listens",
                 lambda: self.server.mount("/demo/a")["listeners"] == 0)
        self.assertEqual(self.server.mount("/demo/a")["peak"], 1)

    def test_no_answer_to_head_has_a_body(self):
        for path in ("/demo/a", "/nothing", "/", "/status-json.xsl",
                     "/demo/a.m3u", "/web/style.css"):
            answer = read_all(self.ask(f"HEAD {path} HTTP/1.0\r\n\r\n"))
            self.assertTrue(answer.endswith(b"\r\n\r\n"), path)
            self.assertEqual(answer.count(b"\r\n\r\n"), 1, path)

    def test_ranges_from_the_start_are_answered_with_all(self):
        self.assertTrue(self.answer(
            "GET /demo/a HTTP/1.1\r\nHost: x\r\nRange: bytes=0-\r\n\r\n"
        ).startswith("HTTP/1.0 200 OK"))

    def test_apples_probe_gets_its_two_bytes(self):
        answer = read_all(self.ask("GET /demo/a HTTP/1.1\r\nHost: x\r\n"
                                   "Range: bytes=0-1\r\n\r\n"))
        head, body = answer.split(b"\r\n\r\n", 1)
        self.assertTrue(head.startswith(b"HTTP/1.1 206 "), head)
        self.assertIn(b"\r\nContent-Length: 2\r\n", head)
        self.assertRegex(head, rb"Content-Range: bytes 0-1/\d{9,}")
        self.assertEqual(len(body), 2)
        self.assertEqual(body[0], 0xff)

    def test_options_lets_browsers_ask_for_titles(self):
        for path in ("*", "/demo/a", "/nowhere"):
            answer = self.answer(f"OPTIONS {path} HTTP/1.1\r\nHost: x\r\n"
                                 "Origin: http://y\r\n\r\n")
            self.assertTrue(answer.startswith("HTTP/1.1 204 "), answer)
            self.assertIn("\r\nAllow: GET, HEAD, OPTIONS, PUT, SOURCE\r\n",
                          answer)
            self.assertIn("Access-Control-Allow-Origin: *\r\n", answer)
            self.assertRegex(
                answer, "Access-Control-Allow-Headers: [^\r]*Icy-MetaData")
            self.assertNotIn("Credentials", answer)

    def test_methods_and_versions_have_their_answers(self):
        for line, code in (("GET /nothing HTTP/1.1", 404),
                           ("TRACE / HTTP/1.1", 501),
                           ("BREW / HTTP/1.1", 501),
                           ("POST /demo/a HTTP/1.1\r\nContent-Length: 0", 405),
                           ("GET / HTTP/9.9", 505),
                           ("GET / HTTP/2.0", 505),
                           ("GET /" + "x" * 20000 + " HTTP/1.1", 414),
                           ("GET / HTTP/1.1\r\nA: " + "x" * 20000, 431)):
            answer = self.answer(f"{line}\r\nHost: x\r\n\r\n")
            self.assertTrue(answer.startswith(f"HTTP/1.1 {code} "),
                            (line[:40], answer[:40]))
            self.assertIn("\r\nConnection: close\r\n", answer)

    def test_playlists_have_the_configured_name_whatever_the_host(self):
        for end, kind in (("m3u", "audio/x-mpegurl"), ("pls", "audio/x-scpls"),
                          ("xspf", "application/xspf+xml")):
            answer = read_all(self.ask(f"GET /demo/a.{end} HTTP/1.1\r\n"
                                       "Host: evil.example\r\n\r\n")).decode()
            self.assertIn(f"Content-Type: {kind}\r\n", answer)
            self.assertIn("http://localhost", answer)
            self.assertIn("/demo/a", answer.split("\r\n\r\n")[1])
            self.assertNotIn("evil", answer)
            self.assertIn(" 404 ", self.answer(
                f"GET /demo/none.{end} HTTP/1.0\r\n\r\n"))

    def test_the_burst_is_at_least_64_kib(self):
        def lag():
            return os.path.exists(self.server.ports_path)
        wait_for("the ring holds enough", lag)
        time_out = time.monotonic() + 20
        burst = 0
        while burst < 65536 and time.monotonic() < time_out:
            sock = self.ask("GET /demo/a HTTP/1.0\r\n\r\n")
            burst = len(read_until(sock, b"\r\n\r\n").split(b"\r\n\r\n")[1])
            sock.settimeout(0.05)  # under one pace: nothing live comes
            try:
                while True:
                    burst += len(sock.recv(65536))
            except TimeoutError:
                pass
            sock.close()
        self.assertGreaterEqual(burst, 65536)


class Status(OnAir):
    def status(self, query=""):
        answer = read_all(self.ask(
            f"GET /status-json.xsl{query} HTTP/1.0\r\n\r\n"))
        return json.loads(answer.split(b"\r\n\r\n", 1)[1])["icestats"]

    def test_source_is_absent_an_object_or_an_array(self):
        one = self.status()
        self.assertEqual(one["source"]["server_name"], "Radio Un")
        self.assertEqual(one["source"]["bitrate"], 128)
        self.assertEqual(one["source"]["listenurl"][-7:], "/demo/a")
        self.assertIn("dummy", one)
        second = self.put_on_air("/demo/b")
        self.assertEqual(len(self.status()["source"]), 2)
        self.assertIsInstance(self.status("?mount=/demo/b")["source"], dict)
        self.assertNotIn("source", self.status("?mount=/demo/c"))
        second.stop()
        self.feed.stop()
        wait_for("nothing on air", lambda: "source" not in self.status())

    def test_no_listener_address_or_agent_is_public(self):
        ear = self.ask("GET /demo/a HTTP/1.0\r\nUser-Agent: Secret/1\r\n\r\n")
        read_until(ear, b"\r\n\r\n")
        for path in ("/", "/status-json.xsl", "/healthz"):
            answer = read_all(self.ask(f"GET {path} HTTP/1.0\r\n\r\n"))
            self.assertIn(b" 200 OK", answer)
            self.assertNotIn(b"Secret", answer)
            self.assertNotIn(b"127.0.0.1", answer)
        ear.close()


class Titles(OnAir):
    def woven(self, count):
        """Body and metadata blocks of one listener, exact to the byte."""
        sock = self.ask("GET /demo/a HTTP/1.0\r\nicy-metadata:1\r\n\r\n")
        head = read_until(sock, b"\r\n\r\n")
        head, got = head.split(b"\r\n\r\n", 1)
        every = int(head.split(b"icy-metaint:")[1].split(b"\r\n")[0])
        body, blocks = b"", []
        file = sock.makefile("rb")

        def take(n):
            nonlocal got
            part, got = got[:n], got[n:]
            return part + file.read(n - len(part))
        for _ in range(count):
            body += take(every)
            blocks.append(take(take(1)[0] * 16).rstrip(b"\0"))
        sock.close()
        return body, blocks

    def test_titles_stand_exactly_where_they_must(self):
        self.title({"song": "First - One"})
        titles, result = iter(range(100)), []
        done = threading.Event()

        def keep_changing():
            while not done.wait(0.15):
                self.title({"song": f"Song {next(titles)}"})
        changer = threading.Thread(target=keep_changing)
        changer.start()
        body, blocks = self.woven(24)
        done.set()
        changer.join()
        with open(os.path.join(os.environ.get("A2A_SOURCE", "."), "tests",
                               "data", "muxers", "cbr128.mp3"), "rb") as file:
            stream = file.read()
        # Whole frames of the looped file, with nothing between them.
        self.assertEqual(body[0], 0xff)
        at = 0
        while at + 4 < len(body):
            padding = body[at + 2] >> 1 & 1
            self.assertEqual(body[at:at + 2], stream[:2])
            at += 144 * 128000 // 44100 + padding
        result = [block for block in blocks if block]
        self.assertGreater(len(result), 3)
        self.assertEqual(len(set(result)), len(result), "a title came twice")
        for block in result:
            self.assertRegex(block, rb"^StreamTitle='(Song \d+|First - One)';$")

    def test_charsets_come_out_as_utf8(self):
        for query, title in (
                ("song=Caf%C3%A9", "Café"), ("song=Caf%E9", "Café"),
                ("song=Caf%E9&charset=ISO-8859-1", "Café"),
                ("song=%80uro&charset=", "€uro"),
                ("artist=A&title=B", "A - B"), ("song=", ""),
                ("song=a%0d%0ab%00c", "a  b c"),
                ("song=Caf\xc3\xa9&charset=UTF-8", "Café")):
            self.title(query, raw=True)
            wait_for(f"{title!r}",
                     lambda: self.server.mount("/demo/a")["title"] == title)

    def test_hostile_titles_do_no_harm(self):
        for song in ("';StreamUrl='http://evil", "é" * 600, "'\"<script>"):
            self.title({"song": song})
            # The burst is from before; what comes after it has this title.
            _, blocks = self.woven(12)
            block = [found for found in blocks if found][-1]
            self.assertTrue(block.startswith(b"StreamTitle='"))
            self.assertEqual(block.count(b"';"), 1)
            self.assertLessEqual(len(block), 4080)
            block.decode()

    def test_the_wrong_key_changes_nothing(self):
        answer = read_all(self.ask(
            "GET /admin/metadata?mode=updinfo&mount=/demo/a&song=X HTTP/1.0"
            f"\r\nAuthorization: Basic {basic('source', 'wrong')}\r\n\r\n"))
        self.assertIn(b" 401 ", answer)
        self.assertEqual(self.server.mount("/demo/a")["title"], "")

    def test_a_form_does_as_well(self):
        body = b"mode=updinfo&mount=%2Fdemo%2Fa&song=By+form"
        answer = read_all(self.ask(
            b"POST /admin/metadata HTTP/1.1\r\nHost: x\r\nContent-Length: "
            b"%d\r\nAuthorization: Basic %s\r\n\r\n%s" % (
                len(body), basic("source", self.key).encode(), body)))
        self.assertIn(b"<return>1</return>", answer)
        wait_for("the title", lambda: self.server.mount("/demo/a")["title"]
                 == "By form")


class Limits(OnAir):
    conf = ('max-member-listeners = 3\n'
            'mount "/demo/a" { max-listeners = 2 grace = 0 }\n')

    def test_listeners_are_limited_at_the_edge(self):
        other = self.put_on_air("/demo/b")
        ears = [self.ask("GET /demo/a HTTP/1.0\r\n\r\n") for _ in range(2)]
        for ear in ears:
            self.assertIn(b"200 OK", read_until(ear, b"\r\n\r\n"))
        answer = read_all(self.ask("GET /demo/a HTTP/1.0\r\n\r\n"))
        self.assertTrue(answer.startswith(b"HTTP/1.1 403 "))
        self.assertIn(b"max listeners reached", answer)
        third = self.ask("GET /demo/b HTTP/1.0\r\n\r\n")
        self.assertIn(b"200 OK", read_until(third, b"\r\n\r\n"))
        answer = read_all(self.ask("GET /demo/b HTTP/1.0\r\n\r\n"))
        self.assertTrue(answer.startswith(b"HTTP/1.1 503 "))
        self.assertIn(b"\r\nRetry-After: ", answer)
        self.assertIn(b"for this member", answer)
        third.close()
        wait_for("one left",
                 lambda: self.server.mount("/demo/b")["listeners"] == 0)
        again = self.ask("GET /demo/b HTTP/1.0\r\n\r\n")
        self.assertIn(b"200 OK", read_until(again, b"\r\n\r\n"))
        for sock in (*ears, again):
            sock.close()
        other.stop()


class Slow(OnAir):
    conf = ('listener-stall = 60s\n'
            'mount "/*" { grace = 0 pace = 50ms slow = skip ring = 512K '
            'ring-time = 1s burst-time = 0 }\n')
    rate = 2000000

    def memory_kib(self):
        with open(f"/proc/{self.server.process.pid}/status",
                  encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS"):
                    return int(line.split()[1])
        return 0

    def never_reading(self, count):
        socks = []
        for _ in range(count):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect(("127.0.0.1", self.server.port))
            sock.sendall(b"GET /demo/a HTTP/1.0\r\n\r\n")
            socks.append(sock)
        wait_for("all are listeners", lambda: self.server.mount(
            "/demo/a")["listeners"] >= count)
        return socks

    def test_who_does_not_read_costs_little_and_disturbs_nobody(self):
        ear = self.ask("GET /demo/a HTTP/1.0\r\n\r\n")
        read_until(ear, b"\r\n\r\n")
        before = self.memory_kib()
        slow = self.never_reading(200)
        got, end = 0, time.monotonic() + 3
        longest, last = 0, time.monotonic()
        while time.monotonic() < end:
            got += len(ear.recv(1 << 18))
            longest = max(longest, time.monotonic() - last)
            last = time.monotonic()
        self.assertGreater(got, 3 * self.rate // 2)
        self.assertLess(longest, 2)
        # Blocks half sent are held, the rest of the ring is shared.
        self.assertLess(self.memory_kib() - before, (200 * 100 + 8192) * SLACK)
        for sock in (ear, *slow):
            sock.close()

    def wait_behind(self):
        """Until the ring has forgotten what it would have to send next."""
        wait_for("it is far behind", lambda: [
            row for row in self.server.ctl_json("listeners", "/demo/a")[
                "listeners"] if row["lag_bytes"] > 300000])
        ear, heard = self.ask("GET /demo/a HTTP/1.0\r\n\r\n"), 0
        while heard < 4 * 512 * 1024:
            heard += len(ear.recv(1 << 18))
        ear.close()

    def test_who_reads_again_goes_on_at_a_frame(self):
        sock, = self.never_reading(1)
        self.wait_behind()
        sock.settimeout(20)
        got = 0
        while got < 2000000:
            data = sock.recv(1 << 18)
            self.assertTrue(data, "it was let go")
            got += len(data)
        sock.close()


class SlowClose(Slow):
    conf = Slow.conf.replace("slow = skip", "slow = close")

    def test_who_reads_again_goes_on_at_a_frame(self):
        sock, = self.never_reading(1)
        self.wait_behind()
        sock.settimeout(20)
        got = len(read_all(sock))  # it ends
        self.assertLess(got, 3000000)
        sock.close()


class Stalled(Slow):
    conf = Slow.conf.replace("listener-stall = 60s", "listener-stall = 1s") \
        + "flush = 1s\n"

    def test_who_reads_again_goes_on_at_a_frame(self):
        sock, = self.never_reading(1)
        wait_for("it is let go", lambda: self.server.mount("/demo/a")[
            "listeners"] == 0)
        sock.close()

    def test_who_does_not_read_costs_little_and_disturbs_nobody(self):
        slow = self.never_reading(50)
        wait_for("all are let go", lambda: self.server.mount("/demo/a")[
            "listeners"] == 0)
        for sock in slow:
            sock.close()


if __name__ == "__main__":
    tap.main()
