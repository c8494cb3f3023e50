# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Recordings, and who reads them, for the tests of what is played of them."""
import os
import socket
import time

from encoder import login
from server import DEADLINE, HOST, Case, wait_for
from streams import MORE_TYPES, SECONDS, ENDINGS, stream


class Played(Case):
    """A server with a member; what is recorded can be read at any speed."""
    conf = """mount "/*" { grace = 0  pace = 100ms }
recording-point = 500ms
archive-rate = 0
max-member-sources = 20
"""

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def rows(self):
        return self.server.ctl_json("recordings")["recordings"]

    def path_of(self, row):
        return os.path.join(self.server.data, "archive", row["path"])

    def record(self, kind="mp3", seconds=SECONDS, is_public=True):
        """So many seconds of a stream, much faster than they last: the row of
        its recording, when it is done."""
        mount = f"/demo/{kind}-{time.monotonic_ns()}.{ENDINGS[kind]}"
        sock, head = login(self.server, mount, self.key,
                           content_type=MORE_TYPES[kind])
        self.assertIn(b" 200 ", head)
        with open(stream(kind), "rb") as file:
            media = file.read()
        sock.sendall(media[:len(media) * seconds // SECONDS])
        sock.close()
        row, = wait_for("it is done", lambda: [
            row for row in self.rows()
            if row["mount"] == mount and row["state"] == "done"])
        if is_public:
            self.publish(row)
        return row

    def publish(self, row):
        self.server.ctl("archive", "publish", row["id"])

    def media(self, row):
        with open(self.path_of(row), "rb") as file:
            return file.read()

    def used(self, row, field="payload_out"):
        return sum(line[field] for line in
                   self.server.ctl_json("usage")["usage"]
                   if line["kind"] == "archive" and
                   line["mount"] == row["mount"])


def request(port, path, headers=(), buffer=0):
    """A socket that has asked; buffer: bytes it takes without being read."""
    sock = socket.socket()
    if buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    sock.settimeout(DEADLINE)
    sock.connect((HOST, port))
    sock.sendall("\r\n".join([f"GET {path} HTTP/1.1", "Host: a", *headers,
                              "", ""]).encode())
    return sock


def address(row):
    return "/archive/" + row["id"]
