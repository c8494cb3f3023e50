#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What is on air, pushed to who follows it: titles as they change, states,
numbers; who comes back gets what was missed, and a crowd costs little."""
import json
import os
import re
import resource
import select
import socket
import time
import unittest
import urllib.parse

import tap
from encoder import basic
from server import Server, wait_for
from streams import air

CROWD = 500 if os.environ.get("A2A_SANITIZED") else 5000
PATIENCE = float(os.environ.get("A2A_PATIENCE", "1"))


class Follower:
    """Reads events until one is there."""

    def __init__(self, server, mounts=None, last=None):
        self.sock = server.connect()
        self.sock.settimeout(15)
        query = "" if mounts is None else "?mounts=" + urllib.parse.quote(
            mounts)
        again = f"Last-Event-ID: {last}\r\n" if last else ""
        self.sock.sendall(
            f"GET /events{query} HTTP/1.1\r\nHost: a\r\n{again}\r\n".encode())
        self.file = self.sock.makefile("rb")
        self.status = self.file.readline().decode()
        self.head = b""
        while (line := self.file.readline()) not in (b"\r\n", b""):
            self.head += line
        self.last = None

    def next(self, kind=None):
        """Name and data of the next event, of that kind."""
        name, data = None, None
        while True:
            line = self.file.readline().decode()
            if line == "":
                return None, None
            if line.startswith("event: "):
                name = line[7:-1]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif line.startswith("id: "):
                self.last = line[4:-1]
            elif line == "\n" and name is not None:
                if kind in (None, name):
                    return name, data
                name = data = None

    def close(self):
        self.file.close()
        self.sock.close()


class Events(unittest.TestCase):
    def setUp(self):
        self.server = Server("max-unfinished-per-address = 20000\n"
                             'mount "/*" { grace = 2s }\n'
                             'mount "/demo/opus.opus" { hidden = yes }\n')
        self.server.start()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.key = self.server.add_member("demo")
        self.source = air(self.server, self.key, "mp3")[1]
        self.addCleanup(self.source.stop)
        wait_for("it is on air", lambda: (self.server.mount(
            "/demo/mp3.mp3") or {}).get("type"))

    def follow(self, *args, **more):
        follower = Follower(self.server, *args, **more)
        self.addCleanup(follower.close)
        return follower

    def title(self, text):
        """Tells the server, and when its answer came."""
        sock = self.server.connect()
        sock.sendall(
            f"GET /admin/metadata?mode=updinfo&mount=/demo/mp3.mp3&song="
            f"{urllib.parse.quote(text)} HTTP/1.0\r\nAuthorization: Basic "
            f"{basic('source', self.key)}\r\n\r\n".encode())
        self.assertIn(b" 200 ", sock.recv(100))
        told = time.monotonic()
        sock.close()
        return told

    def test_what_holds_now_and_what_changes(self):
        follower = self.follow("/demo/mp3.mp3")
        self.assertIn(" 200 ", follower.status)
        self.assertIn(b"text/event-stream", follower.head)
        self.assertIn(b"no-store", follower.head)
        name, state = follower.next()
        self.assertEqual((name, state["state"]), ("state", "live"))
        self.assertEqual(follower.next("nowplaying")[1]["title"], "")
        self.assertEqual(follower.next("listeners")[1]["now"], 0)
        while not follower.next("recording")[1]["recording"]:
            pass
        lags = []
        for number in range(20):
            text = f"Song {number} \"<b>\" été"
            told = self.title(text)
            self.assertEqual(follower.next("nowplaying")[1]["title"], text)
            lags.append(time.monotonic() - told)
        lags.sort()
        print(f"# a title: median {lags[10] * 1000:.1f} ms, "
              f"most {lags[-1] * 1000:.1f} ms")
        self.assertLess(lags[10], 0.1 * PATIENCE)
        ear = self.server.connect()
        ear.sendall(b"GET /demo/mp3.mp3 HTTP/1.0\r\n\r\n")
        self.assertEqual(follower.next("listeners")[1]["now"], 1)
        ear.close()
        self.source.stop()
        self.assertEqual(follower.next("state")[1]["state"], "away")
        self.assertEqual(follower.next("state")[1]["state"], "ended")

    def test_who_comes_back_gets_what_was_missed(self):
        follower = self.follow("/demo/mp3.mp3")
        follower.next("recording")
        self.title("one")
        follower.next("nowplaying")
        follower.file.readline()
        last = follower.last
        follower.close()
        self.title("two")
        self.title("three")
        again = self.follow("/demo/mp3.mp3", last=last)
        self.assertEqual(again.next("nowplaying")[1]["title"], "two")
        self.assertEqual(again.next("nowplaying")[1]["title"], "three")
        # Of another run, or too old: what holds now.
        for strange in ("0000000000000000-1", "x", "-", last + "9"):
            other = self.follow("/demo/mp3.mp3", last=strange)
            self.assertEqual(other.next()[0], "state")
            self.assertEqual(other.next("nowplaying")[1]["title"], "three")
            other.close()

    def test_what_is_hidden_or_of_others_is_not_told(self):
        hidden = air(self.server, self.key, "opus")[1]
        self.addCleanup(hidden.stop)
        wait_for("it is on air", lambda: (self.server.mount(
            "/demo/opus.opus") or {}).get("type"))
        everything = self.follow()
        other = self.follow("/demo/no.mp3,/demo/opus.opus")
        self.title("seen")
        seen = []
        while "nowplaying" not in seen or seen.count("nowplaying") < 2:
            name, data = everything.next()
            seen.append(name)
            self.assertEqual(data["mount"], "/demo/mp3.mp3")
        other.sock.settimeout(1)
        with self.assertRaises(TimeoutError):
            other.next()

    def test_what_makes_no_sense(self):
        for mounts in (",".join(f"/a/{n}" for n in range(33)), "a", "/a//b",
                       "/a,,/b", "/" + "x" * 300, "/a/../b", ","):
            follower = self.follow(mounts)
            self.assertIn(" 400 ", follower.status, mounts)
            follower.close()
        sock = self.server.connect()
        sock.sendall(b"POST /events HTTP/1.1\r\nHost: a\r\n"
                     b"Content-Length: 0\r\n\r\n")
        self.assertIn(b" 405 ", sock.recv(100))

    def test_who_takes_nothing_is_let_go(self):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect(("127.0.0.1", self.server.port))
        sock.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.3)
        text = "x" * 480
        end = time.monotonic() + 60 * PATIENCE
        while len(self.connections()) > 0 and time.monotonic() < end:
            for _ in range(50):
                self.title(text)
        self.assertEqual(self.connections(), [])
        sock.close()

    def connections(self):
        """Sockets of the server that have something to send."""
        with open("/proc/net/tcp", encoding="ascii") as file:
            lines = [line.split() for line in file.readlines()[1:]]
        port = f":{self.server.port:04X}"
        return [line for line in lines if line[1].endswith(port) and
                line[3] == "01" and int(line[4].split(":")[0], 16) > 0]

    def test_a_crowd_costs_little_and_hears_at_once(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE,
                           (min(hard, CROWD + 2000), hard))
        before = self.rss()
        crowd = []
        for _ in range(CROWD):
            sock = self.server.connect()
            sock.sendall(b"GET /events?mounts=/demo/mp3.mp3 HTTP/1.1\r\n"
                         b"Host: a\r\n\r\n")
            crowd.append(sock)
        for sock in crowd:
            sock.settimeout(20)
            text = b""
            while b"recording" not in text:
                text += sock.recv(4096)
        time.sleep(1)
        grown = self.rss() - before
        print(f"# {CROWD} followers: {grown / 1e6:.1f} MB, "
              f"{grown / CROWD:.0f} bytes each")
        if not os.environ.get("A2A_SANITIZED"):
            self.assertLess(grown, 50e6)
        poll = select.epoll()
        for sock in crowd:
            sock.setblocking(False)
            try:
                sock.recv(65536)
            except BlockingIOError:
                pass
            poll.register(sock, select.EPOLLIN)
        by_number = {sock.fileno(): sock for sock in crowd}
        told = self.title("To all of you")
        waiting = set(by_number)
        while waiting and time.monotonic() - told < 20:
            for number, _ in poll.poll(1, 1000):
                try:
                    if b"To all of you" in by_number[number].recv(65536):
                        waiting.discard(number)
                except BlockingIOError:
                    pass
        lag = time.monotonic() - told
        print(f"# the last of them heard it after {lag * 1000:.0f} ms")
        self.assertEqual(len(waiting), 0)
        self.assertLess(lag, 0.25 * PATIENCE)
        for sock in crowd:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def rss(self):
        with open(f"/proc/{self.server.process.pid}/status",
                  encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) * 1024


if __name__ == "__main__":
    tap.main()
