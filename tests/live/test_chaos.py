#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Encoders, listeners, titles, kicks, blocks and reloads in any order, each cut
short anywhere. Afterwards everything is free again and every count is right."""
import os
import random
import socket
import ssl
import struct
import subprocess
import threading
import time

import tap
from encoder import basic, login
from server import DATA, HOST, Case, tool, wait_for

SEED = int(os.environ.get("A2A_SEED", "1"))
SECONDS = float(os.environ.get("A2A_CHAOS_SECONDS", "6"))
MEMBERS = ("m0", "m1", "m2")
MOST_SOURCES = 4
STREAMS = ("cbr128.mp3", "opus.ogg", "ffmpeg-vp8-opus-live.webm",
           "aac128.adts", "h264-aac.ts")
UPGRADE = (b"OPTIONS * HTTP/1.1\r\nHost: x\r\nUpgrade: TLS/1.0\r\n"
           b"Connection: Upgrade\r\n\r\n")


class Chaos(Case):
    tls = "only"
    conf = (f'login-tries = 100000\nmax-member-sources = {MOST_SOURCES}\n'
            'max-sources = 9\nsource-stall = 300ms\nlistener-stall = 200ms\n'
            'request-deadline = 500ms\n'
            'mount "/*" { grace = 150ms  pace = 20ms  ring = 64K  slow = close'
            ' ring-time = 1s  burst-time = 500ms }\n'
            'mount "/live" { member = "m0"  grace = 300ms }\n')

    def setUp(self):
        super().setUp()
        self.keys = {name: self.server.add_member(name) for name in MEMBERS}
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.end = time.monotonic() + SECONDS
        self.wrong = []

    def run_until_end(self, act, seed):
        dice = random.Random(seed)
        while time.monotonic() < self.end:
            try:
                act(dice)
            except OSError:
                pass  # refused, cut or too slow: all of it may be
            except Exception as error:
                self.wrong.append(error)
                return

    def connect(self, dice):
        sock = socket.create_connection((HOST, self.server.port), 5)
        if dice.random() < 0.3:
            sock = self.context.wrap_socket(sock)
        sock.settimeout(1)
        return sock

    def leave(self, sock, dice):
        if dice.random() < 0.5:  # with a reset
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        sock.close()

    def visit(self, dice):
        member = dice.choice(MEMBERS)
        mount = dice.choice((f"/{member}/a", f"/{member}/live", "/live"))
        act = dice.choice((self.feed, self.feed, self.listen, self.listen,
                           self.tell_title, self.upgrade))
        sock = self.connect(dice)
        try:
            act(dice, sock, mount, self.keys[member])
        finally:
            self.leave(sock, dice)

    def feed(self, dice, sock, mount, key):
        login_line = f"Authorization: Basic {basic('source', key)}\r\n\r\n"
        sock.sendall(dice.choice((
            f"SOURCE {mount} HTTP/1.0\r\n{login_line}",
            f"PUT {mount} HTTP/1.1\r\nHost: x\r\nContent-Length: "
            f"{dice.choice((0, 10, 50000))}\r\n{login_line}",
            f"{mount}:{key}\r\n",
            f"{mount}:{key}\nicy-name: x\n\n")).encode())
        if dice.random() < 0.5:
            sock.recv(1000)
        if dice.random() < 0.5:
            sock.sendall(b"icy-name: x\r\n\r\n")
        with open(os.path.join(DATA, dice.choice(STREAMS)), "rb") as file:
            for _ in range(dice.randrange(30)):
                sock.sendall(file.read(8000))
                time.sleep(dice.random() * 0.02)

    def listen(self, dice, sock, mount, _):
        sock.sendall(f"GET {mount} HTTP/1.0\r\nIcy-MetaData: "
                     f"{dice.randrange(2)}\r\n\r\n".encode())
        for _ in range(dice.randrange(10)):
            if not sock.recv(20000):
                break
            time.sleep(dice.random() * 0.02)

    def tell_title(self, dice, sock, mount, key):
        sock.sendall((
            f"GET /admin/metadata?mode=updinfo&mount={mount}&song="
            f"{dice.random()} HTTP/1.0\r\nAuthorization: Basic "
            f"{basic('source', key)}\r\n\r\n").encode())
        sock.recv(1000)

    def upgrade(self, dice, sock, mount, _):
        sock.sendall(UPGRADE)
        sock.recv(1000)
        if dice.random() < 0.6 and not isinstance(sock, ssl.SSLSocket):
            with self.context.wrap_socket(sock.dup()) as secure:
                secure.sendall(f"GET {mount} HTTP/1.0\r\n\r\n".encode())
                secure.recv(1000)

    def command(self, dice):
        member = dice.choice(MEMBERS)
        words = dice.choice((
            ("kick", "source", f"/{member}/a"), ("kick", "source", "/live"),
            ("kick", "listeners", f"/{member}/a"), ("reload",), ("mounts",),
            ("member", "block", member, "--reason", "obvious-offence",
             "--reference", "T-1", "--person", "Tess"),
            ("listeners", f"/{member}/live")))
        if words[0] == "reload":
            self.server.write_conf(self.conf.replace('"m0"', f'"{member}"'))
        self.tell(*words)
        if "block" in words:
            self.tell("member", "unblock", member)

    def tell(self, *words):
        """As all2allctl, whatever it answers: the mount may just be gone."""
        subprocess.run([tool("all2allctl"), "-c", self.server.conf_path,
                        *words], capture_output=True, timeout=30, check=False)

    def test_everything_at_once_leaves_nothing_behind(self):
        crowd = [threading.Thread(target=self.run_until_end, args=row)
                 for row in [(self.visit, SEED * 100 + n) for n in range(10)] +
                 [(self.command, SEED)]]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        self.assertEqual(self.wrong, [])
        self.assertGreater(self.server.log().count(" on air"), 20)
        wait_for("every mount is gone",
                 lambda: not self.server.ctl_json("mounts")["mounts"])
        for member, key in self.keys.items():
            held = []
            for number in range(MOST_SOURCES):
                sock, answer = login(self.server, f"/{member}/{number}", key)
                self.assertIn(b" 200 ", answer)
                held.append(sock)
            _, answer = login(self.server, f"/{member}/more", key)
            self.assertIn(b" 403 ", answer)
            for sock in held:
                sock.close()
            wait_for("they are gone",
                     lambda: not self.server.ctl_json("mounts")["mounts"])


if __name__ == "__main__":
    tap.main()
