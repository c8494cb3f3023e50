#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Bad input of every kind gets a clear answer and costs nobody else anything."""
import html.parser
import json
import os
import random
import socket
import time

import tap
from encoder import Replay, basic, login
from server import DATA, SLACK, Case, Server, read_all, read_until, wait_for

# What must be 400 and closed, with nothing after it ever read as a request.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
FRAUDS = [
    b"POST /admin/metadata HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
    b"Content-Length: 2\r\n\r\nab",
    b"POST /admin/metadata HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
    b"Content-Length: 3\r\n\r\nabc",
    b"POST /admin/metadata HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n"
    b"\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5,5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: "
    b"99999999999999999999999\r\n\r\n",
    b"GET / HTTP/1.1\nHost: x\n\n",
    b"GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\tx HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
    b"GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
    b"SOURCE password /mount\r\n\r\n",
]
PATHS = ["/../etc/passwd", "/..%2fetc/passwd", "/%2e%2e/x", "/a/../../x",
         "/a%00b", "/a%0d%0ab", "/a\\b", "/a%5cb", "//x", "/a//b", "/%ff",
         "/%c0%af", "/./x", "/a/.", "/a%zz", "/a%", "/web/../main.c",
         "/web/%2e%2e/%2e%2e/etc/passwd"]
POLYGLOT = ("javascript:/*--></title></style></script><svg/onload='+/\"/+/"
            "onmouseover=1/+/[*/[]/+alert(1)//'>")


class Front(Case):
    conf = ("request-deadline = 1500ms\nmax-unfinished-per-address = 300\n"
            "request-bytes = 16K\nrequest-lines = 128\nbody-bytes = 1K\n"
            "body-deadline = 1s\n")

    def ask(self, data):
        sock = self.server.connect()
        sock.sendall(data)
        return read_all(sock)

    def memory_kib(self):
        with open(f"/proc/{self.server.process.pid}/status",
                  encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file
                        if line.startswith("VmRSS"))

    def test_frauds_of_framing_are_400_and_the_end(self):
        for fraud in FRAUDS:
            answer = self.ask(fraud + SMUGGLED)
            self.assertRegex(answer, rb"^HTTP/1.1 (400|501) ", fraud)
            self.assertEqual(answer.count(b"HTTP/1."), 1, fraud)
            self.assertIn(b"\r\nConnection: close\r\n", answer)
        self.assertNotIn("smuggled", self.server.log())

    def test_paths_never_leave(self):
        for path in PATHS:
            for method in ("GET", "HEAD", "PUT", "SOURCE"):
                answer = self.ask(f"{method} {path} HTTP/1.1\r\nHost: x\r\n"
                                  "\r\n".encode())
                self.assertRegex(answer, rb"^HTTP/1.1 (400|404) ",
                                 (method, path))
                self.assertNotIn(b"root:", answer)

    def test_limits_of_the_head_hold_at_their_edge(self):
        line = b"GET /nothing HTTP/1.1\r\nHost: x\r\n"
        room = 16384 - len(line) - len(b"A: \r\n\r\n")
        for extra, code in ((0, 404), (1, 431)):
            answer = self.ask(line + b"A: " + b"x" * (room + extra) +
                              b"\r\n\r\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % code),
                            (extra, answer[:30]))
        for count, code in ((128, 404), (129, 431)):
            answer = self.ask(line + b"A: b\r\n" * (count - 1) + b"\r\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % code),
                            (count, answer[:30]))

    def test_a_form_is_bounded_in_size_and_time(self):
        head = (b"POST /admin/metadata HTTP/1.1\r\nHost: x\r\n"
                b"Content-Length: %d\r\n\r\n")
        self.assertIn(b" 413 ", self.ask(head % 1025))
        for size, code in ((1024, b" 400 "), (10, b" 400 ")):
            self.assertIn(code, self.ask(head % size + b"x" * size))
        began = time.monotonic()
        self.assertIn(b" 408 ", self.ask(head % 1000 + b"x"))
        self.assertLess(time.monotonic() - began, 10)

    def test_header_bombs_leave_no_memory_behind(self):
        def throw():
            for bomb in (b"GET / HTTP/1.1\r\nA: " + b"x" * 1000000,
                         b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20000,
                         b"GET /" + b"x" * 1000000):
                sock = self.server.connect()
                try:
                    sock.sendall(bomb)
                    answer = read_all(sock)
                    self.assertRegex(answer, rb"^(HTTP/1.1 4(14|31) |$)")
                except OSError:
                    pass  # reset while it was still sending
                sock.close()
        throw()  # what the first use of anything costs
        before = self.memory_kib()
        for _ in range(10):
            throw()
        self.assertLess(self.memory_kib() - before, 512 * SLACK)

    def test_drips_are_cut_at_one_deadline_and_hold_up_nobody(self):
        began = time.monotonic()
        drips = []
        for _ in range(250):
            sock = self.server.connect()
            sock.sendall(b"GET / HTTP/1.1\r\n")
            drips.append(sock)
        answered = time.monotonic()
        self.assertIn(b" 200 ", self.ask(b"GET /healthz HTTP/1.0\r\n\r\n"))
        self.assertLess(time.monotonic() - answered, 1)
        alive = list(drips)
        while alive and time.monotonic() - began < 15:
            for sock in list(alive):
                try:
                    sock.sendall(b"x")
                    sock.settimeout(0.001)
                    if not sock.recv(100):
                        alive.remove(sock)
                except TimeoutError:
                    pass
                except OSError:
                    alive.remove(sock)
        self.assertEqual(len(alive), 0)
        for sock in drips:
            sock.close()

    def test_one_address_has_only_so_many_unfinished(self):
        held = [self.server.connect() for _ in range(300)]
        extra = self.server.connect()
        extra.settimeout(1)
        self.assertEqual(read_all(extra), b"")  # closed at once
        for sock in held[:5]:
            sock.close()
        wait_for("there is room again", lambda: b" 200 " in self.ask(
            b"GET /healthz HTTP/1.0\r\n\r\n"))
        for sock in held:
            sock.close()

    def test_random_bytes_harm_nobody(self):
        dice = random.Random(7)
        for _ in range(150):
            sock = self.server.connect()
            try:
                sock.sendall(dice.randbytes(dice.randrange(1, 3000)))
                sock.shutdown(socket.SHUT_WR)
                sock.settimeout(5)
                read_all(sock)
            except OSError:
                pass
            sock.close()
        self.assertIn(b" 200 ", self.ask(b"GET /healthz HTTP/1.0\r\n\r\n"))


class Collector(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.odd = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.odd.append((tag, name))
            if name in ("href", "src"):
                self.links.append(value)


class Said(Case):
    conf = 'mount "/*" { grace = 0 pace = 100ms }\nlogin-tries = 5\n'

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def on_air(self, headers):
        sock, _ = login(self.server, "/demo/a", self.key, headers=headers)
        feed = Replay(sock, "cbr128.mp3", 64000)
        self.addCleanup(feed.stop)
        wait_for("on air",
                 lambda: (self.server.mount("/demo/a") or {}).get("type"))

    def get(self, path):
        sock = self.server.connect()
        sock.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        return read_all(sock).split(b"\r\n\r\n", 1)

    def test_nothing_a_source_says_becomes_markup_or_a_header(self):
        fields = [f"{name}: {POLYGLOT}" for name in (
            "ice-name", "ice-description", "ice-genre", "ice-url",
            "ice-audio-info", "User-Agent", "ice-bitrate", "ice-odd")]
        self.on_air(fields)
        head, page = self.get("/")
        self.assertIn(b"Content-Security-Policy: default-src 'none'", head)
        self.assertNotIn(b"unsafe", head)
        seen = Collector()
        seen.feed(page.decode())
        self.assertLessEqual(seen.tags, {
            "html", "head", "meta", "link", "title", "body", "header", "h1",
            "main", "article", "h2", "p", "audio", "a", "footer", "nav",
            "span", "ul", "li", "time", "img", "script"})
        self.assertEqual(page.count(b"<script"), 1)
        self.assertIn(b'<script src="/web/live.', page)
        self.assertEqual(seen.odd, [])
        for link in seen.links:
            self.assertRegex(link, r"^(/|#main|\?lang=|https://www.gnu.org/)")
        _, status = self.get("/status-json.xsl")
        json.loads(status)
        self.assertNotIn(b"</", status)
        self.get("/demo/a.xspf")[1].decode()

    def test_line_ends_never_reach_a_listeners_head(self):
        sock = self.server.connect()
        sock.sendall((f"SOURCE /demo/a HTTP/1.0\r\nAuthorization: Basic "
                      f"{basic('source', self.key)}\r\n").encode() +
                     "ice-name: a\u2028b\u0085Set-Cookie: x\r\n\r\n".encode())
        read_until(sock, b"\r\n\r\n")
        feed = Replay(sock, "cbr128.mp3", 64000)
        self.addCleanup(feed.stop)
        wait_for("on air",
                 lambda: (self.server.mount("/demo/a") or {}).get("type"))
        ear = self.server.connect()
        ear.sendall(b"GET /demo/a HTTP/1.0\r\n\r\n")
        head = read_until(ear, b"\r\n\r\n").split(b"\r\n\r\n")[0]
        self.assertNotIn(b"\r\nSet-Cookie", head)
        self.assertIn(b"icy-name:a b Set-Cookie: x\r\n", head)
        ear.close()

    def test_log_lines_cannot_be_forged(self):
        _, answer = login(self.server, "/demo/a", self.key,
                          headers=["User-Agent: x\x1b[31m"])
        self.assertIn(b" 400 ", answer)
        self.on_air(["User-Agent: %n%s \" type=x tls=9\u0085info"])
        for line in self.server.log().splitlines():
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[\d:.]+Z "
                                   r"(error|warn|info|debug) ")
            self.assertNotIn("\x1b", line)

    def test_guessing_keys_is_slowed_down(self):
        answers = [login(self.server, "/demo/a", f"guess{i}")[1].split()[1]
                   for i in range(12)]
        self.assertEqual(answers[:5], [b"401"] * 5)
        self.assertEqual(answers[5:], [b"429"] * 7)
        # Who comes from elsewhere still gets in for other members.
        other = self.server.add_member("other")
        sock = socket.create_connection(("127.0.0.1", self.server.port),
                                        source_address=("127.0.0.9", 0))
        sock.sendall((f"SOURCE /other/a HTTP/1.0\r\nAuthorization: Basic "
                      f"{basic('source', other)}\r\n\r\n").encode())
        self.assertIn(b"200 OK", read_until(sock, b"\r\n\r\n"))
        sock.close()

    def test_bad_media_ends_at_most_its_own_source(self):
        self.on_air([])
        dice = random.Random(11)
        for name in sorted(os.listdir(DATA)):
            with open(os.path.join(DATA, name), "rb") as file:
                data = bytearray(file.read(120000))
            for _ in range(60):
                data[dice.randrange(len(data))] = dice.randrange(256)
            sock, _ = login(self.server, "/demo/bad", self.key,
                            content_type="application/octet-stream")
            try:
                sock.sendall(data)
                sock.sendall(dice.randbytes(100000))
                sock.sendall(b"\xff" * 200000)
            except OSError:
                pass
            sock.close()
            wait_for("the mount is free", lambda: self.server.mount(
                "/demo/bad") is None)
        self.assertEqual(self.server.mount("/demo/a")["state"], "live")


class Descriptors(Case):
    """The server may have 80 descriptors; far more than that come."""

    def setUp(self):
        self.server = Server('mount "/*" { grace = 0 pace = 100ms }\n'
                             "workers = 1\nlog-level = info\n")
        self.server.start(prefix=["prlimit", "--nofile=80:80"])
        self.addCleanup(self.finish)

    def cpu_ticks(self):
        with open(f"/proc/{self.server.process.pid}/stat",
                  encoding="ascii") as file:
            fields = file.read().split()
        return int(fields[13]) + int(fields[14])

    def test_running_out_costs_no_cpu_and_drops_nobody(self):
        key = self.server.add_member("demo")
        sock, _ = login(self.server, "/demo/a", key)
        feed = Replay(sock, "cbr128.mp3", 64000)
        wait_for("on air",
                 lambda: (self.server.mount("/demo/a") or {}).get("type"))
        ear = self.server.connect()
        ear.sendall(b"GET /demo/a HTTP/1.0\r\n\r\n")
        read_until(ear, b"\r\n\r\n")
        crowd = []
        for _ in range(200):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", self.server.port))
            crowd.append(one)
        self.server.wait_log("no descriptors left")
        before, got, end = self.cpu_ticks(), 0, time.monotonic() + 3
        while time.monotonic() < end:
            data = ear.recv(1 << 16)
            self.assertTrue(data)
            got += len(data)
        self.assertLess(self.cpu_ticks() - before, 3 * 100 * 0.2)
        self.assertGreater(got, 64000)
        self.assertLess(self.server.log().count("no descriptors"), 100)
        for one in crowd:
            one.close()

        def answers():
            again = self.server.connect(timeout=2)
            try:
                again.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                return b" 200 " in read_all(again)
            except OSError:
                return False
            finally:
                again.close()
        wait_for("it recovers", answers)
        feed.stop()
        ear.close()


if __name__ == "__main__":
    tap.main()
