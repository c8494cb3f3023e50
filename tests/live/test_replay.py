#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Recordings over HTTP: ranges and conditions as nginx answers them for the
same file, one that is still written, and a mount from some time ago; who may
have what; and every byte in the books."""
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from ears import Ears, decode
from encoder import basic, login
from replay import Played, address
from server import HOST, Server, wait_for
from streams import ENDINGS, air, stream

RANGES = [None, "bytes=0-0", "bytes=0-", "bytes=0-99", "bytes=1-1",
          "bytes=-1", "bytes=-0", "bytes=-100", "bytes=-99999999",
          "bytes=100-50", "bytes=99999999-", "bytes=0-99999999",
          "bytes=5-9,20-29", "bytes=20-29,5-9", "bytes=0-9,5-14",
          "bytes=0-0,-1", "bytes=0-1,99999999-", "bytes=99999999-,0-1",
          "bytes= 3 - 7 , 9 - 11", "bytes=0-,0-", "bytes=", "bytes=-",
          "bytes=x", "bytes=1-2,", "bytes=1-2,x", "bytes=1-2;3-4",
          "bytes=18446744073709551616-", "Bytes=0-9", "items=0-9", "0-9",
          "bytes=" + ",".join(f"{n}-{n}" for n in range(8)),
          "bytes=" + ",".join(f"{n}-{n}" for n in range(9)),
          "bytes=" + ",".join(f"{n * 3}-{n * 3 + 9}" for n in range(5))]
OLD = "Sun, 06 Nov 1994 08:49:37 GMT"
NEW = "Sun, 06 Nov 2095 08:49:37 GMT"


class Nginx:
    """Debian's, for one folder, on a port of its own."""

    def __init__(self, folder):
        self.folder = tempfile.mkdtemp(prefix="a2a-")
        with socket.socket() as sock:
            sock.bind((HOST, 0))
            self.port = sock.getsockname()[1]
        user = "user root;" if os.geteuid() == 0 else ""
        conf = os.path.join(self.folder, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(f"""{user} daemon off; pid {self.folder}/pid;
error_log stderr crit; worker_processes 1;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {self.folder}/b;
  proxy_temp_path {self.folder}/p; fastcgi_temp_path {self.folder}/f;
  uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
  default_type audio/mpeg; types {{ }} if_modified_since before;
  max_ranges 8;
  server {{ listen {HOST}:{self.port}; root {folder}; }} }}
""")
        self.process = subprocess.Popen(
            ["nginx", "-c", conf, "-p", self.folder, "-e", "stderr"])
        wait_for("nginx", self.is_serving)

    def is_serving(self):
        with socket.socket() as sock:
            return sock.connect_ex((HOST, self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def ask(port, path, headers=(), method="GET"):
    """Status, headers by lower-case name, body."""
    link = http.client.HTTPConnection(HOST, port, timeout=30)
    link.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers:
        link.putheader(name, value)
    link.endheaders()
    answer = link.getresponse()
    got = (answer.status,
           {name.lower(): value for name, value in answer.getheaders()},
           answer.read())
    link.close()
    return got


def parts(headers, body):
    """Of multipart/byteranges: (Content-Type, Content-Range, bytes)."""
    mark = headers["content-type"].partition("boundary=")[2]
    pieces = body.split(b"\r\n--" + mark.encode())
    assert pieces[0] == b"" and pieces[-1] == b"--\r\n", pieces
    found = []
    for piece in pieces[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        lines = dict(line.split(":", 1) for line in
                     head.decode().strip().split("\r\n"))
        found.append((lines["Content-Type"].strip(),
                      lines["Content-Range"].strip(), content))
    return found


class Asked(Played):
    def get(self, path, headers=(), method="GET"):
        return ask(self.server.port, path, headers, method)


class Matrix(Asked):
    def setUp(self):
        super().setUp()
        self.row = self.record(seconds=3)
        self.address = address(self.row)
        self.whole = self.media(self.row)
        root = tempfile.mkdtemp(prefix="a2a-")
        os.chmod(root, 0o755)
        shutil.copy2(self.path_of(self.row), os.path.join(root, "media"))
        os.chmod(os.path.join(root, "media"), 0o644)
        self.addCleanup(shutil.rmtree, root)
        self.nginx = Nginx(root)
        self.addCleanup(self.nginx.stop)

    def both(self, headers, method="GET"):
        return (self.get(self.address, headers, method),
                ask(self.nginx.port, "/media", headers, method))

    def check_same(self, headers, method="GET"):
        ours, theirs = self.both(headers, method)
        what = (method, headers, ours[:2], theirs[:2])
        self.assertEqual(ours[0], theirs[0], what)
        if ours[0] in (412, 416):  # their body is a page about it
            self.assertEqual(ours[1].get("content-range"),
                             theirs[1].get("content-range"), what)
            return
        names = ["content-range", "last-modified"]
        if ours[0] == 200:
            names.append("accept-ranges")
        for name in names:
            self.assertEqual(ours[1].get(name), theirs[1].get(name), what)
        if "multipart" in theirs[1].get("content-type", ""):
            if method == "GET":
                self.assertEqual(parts(*ours[1:]), parts(*theirs[1:]), what)
            return
        self.assertEqual(ours[1].get("content-type"),
                         theirs[1].get("content-type"), what)
        self.assertEqual(ours[1].get("content-length"),
                         theirs[1].get("content-length"), what)
        self.assertTrue(ours[2] == theirs[2], what)

    def test_ranges_are_those_of_nginx(self):
        for value in RANGES:
            self.check_same([("Range", value)] if value else [])

    def test_ranges_are_for_get_alone(self):
        # RFC 9110 section 14.2; nginx answers 206 and 416.
        for value in RANGES:
            status, headers, body = self.get(
                self.address, [("Range", value)] if value else [], "HEAD")
            self.assertEqual(status, 200, value)
            self.assertEqual(headers["content-length"],
                             str(len(self.whole)), value)
            self.assertEqual(headers["accept-ranges"], "bytes")
            self.assertNotIn("content-range", headers)
            self.assertEqual(body, b"")
        self.check_same([], "HEAD")

    def test_conditions_are_those_of_nginx(self):
        ours, theirs = self.both([])
        modified = ours[1]["last-modified"]
        for date in (OLD, NEW, modified):
            for name in ("If-Modified-Since", "If-Unmodified-Since"):
                self.check_same([(name, date)])
            self.check_same([("If-Range", date), ("Range", "bytes=1-2")])
        # No date is to be ignored: RFC 9110 section 13.1.4. nginx does not.
        for name in ("If-Modified-Since", "If-Unmodified-Since"):
            self.assertEqual(self.get(self.address, [(name, "soon")])[0], 200)
        tags = ours[1]["etag"], theirs[1]["etag"]
        for form in ("{}", '"x", {}', "W/{}", '"x"', "*"):
            for name in ("If-None-Match", "If-Match", "If-Range"):
                asked = [[(name, form.format(tag)), ("Range", "bytes=1-2")]
                         for tag in tags]
                mine = self.get(self.address, asked[0])
                yours = ask(self.nginx.port, "/media", asked[1])
                if (name, form) == ("If-Range", "*"):
                    continue  # no such thing
                self.assertEqual(mine[0], yours[0], (name, form))

    def test_head_and_names(self):
        status, headers, _ = self.get(self.address + "/any-name.mp3",
                                      method="HEAD")
        self.assertEqual(status, 200)
        self.assertEqual(headers["content-type"], "audio/mpeg")
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertEqual(headers["cache-control"],
                         "public, max-age=31536000, immutable")
        self.assertIn("inline; filename=\"Demo - ",
                      headers["content-disposition"])
        headers = self.get(self.address + "?download")[1]
        self.assertIn("attachment; ", headers["content-disposition"])

    def test_every_byte_is_in_the_books(self):
        got = 0
        for value in RANGES:
            link = socket.create_connection((HOST, self.server.port), 20)
            line = f"Range: {value}\r\n" if value else ""
            link.sendall(f"GET {self.address} HTTP/1.1\r\nHost: a\r\n"
                         f"{line}\r\n".encode())
            while data := link.recv(65536):
                got += len(data)
            link.close()
        self.assertEqual(self.used(self.row), got)


class Allowed(Asked):
    def test_private_public_and_foreign(self):
        row = self.record(seconds=3, is_public=False)
        other = self.server.add_member("other")

        def status(user=None, key=None):
            login = [("Authorization", "Basic " + basic(user, key))] \
                if user else []
            return self.get(address(row), login)[0]

        self.assertEqual(status(), 404)
        self.assertEqual(status("demo", self.key), 200)
        self.assertEqual(status("demo", "wrong"), 401)
        self.assertEqual(status("other", other), 401)
        self.publish(row)
        self.assertEqual(status(), 200)
        self.server.ctl("archive", "hide", row["id"])
        self.assertEqual(status(), 404)
        self.publish(row)
        self.server.block("demo")
        answer = self.get(address(row))
        self.assertEqual(answer[0], 503)
        self.assertIn("retry-after", answer[1])

    def test_it_stays_its_members_when_the_mount_gets_another(self):
        other = self.server.add_member("other")
        conf = self.conf + 'mount "/radio.mp3" { member = %s  grace = 0 }\n'
        self.server.write_conf(conf % "demo")
        self.server.ctl("reload")
        sock, _ = login(self.server, "/radio.mp3", self.key)
        with open(stream("mp3"), "rb") as file:
            sock.sendall(file.read())
        sock.close()
        row, = wait_for("it is done", lambda: [
            row for row in self.rows() if row["state"] == "done"])
        self.server.write_conf(conf % "other")
        self.server.ctl("reload")

        def status(user, key):
            return self.get(address(row), [
                ("Authorization", "Basic " + basic(user, key))])[0]

        self.assertEqual(status("other", other), 401)
        self.assertEqual(status("source", other), 401)
        self.assertEqual(status("demo", self.key), 200)
        # And it is the one that has it who can be blocked.
        self.publish(row)
        self.server.block("other")
        self.assertEqual(self.get(address(row))[0], 200)
        self.server.block("demo")
        self.assertEqual(self.get(address(row))[0], 503)

    def test_what_is_not_there(self):
        for path in ("/archive/", "/archive/x", "/archive/" + "a" * 26,
                     "/archive/..%2f..%2fetc%2fpasswd", "/archive/%00",
                     "/archive/" + "a" * 400, "/archive//"):
            self.assertIn(self.get(path)[0], (400, 404), path)


class Growing(Asked):
    def read_for(self, path, seconds):
        """What comes in that time."""
        link = socket.create_connection((HOST, self.server.port), 20)
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        link.settimeout(0.2)
        got, end = b"", time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                data = link.recv(65536)
            except TimeoutError:
                continue
            if not data:
                break
            got += data
        link.close()
        head, _, body = got.partition(b"\r\n\r\n")
        return head.decode(), body

    def test_one_that_is_written_is_heard_from_its_begin(self):
        mount, source = air(self.server, self.key, "mp3")
        time.sleep(4)
        row = wait_for("it is recorded", lambda: [
            row for row in self.rows() if row["state"] == "active"])[0]
        self.server.ctl("archive", "publish", row["id"], status=1)
        login = [("Authorization", "Basic " + basic("demo", self.key))]
        self.assertEqual(self.get(address(row), login, "HEAD")[0], 200)
        with Ears(self.server) as ears:
            ear = ears.join(address(row), headers=[": ".join(login[0])])
            time.sleep(3)
            source.stop()
            ear.wait_over()
            body = ear.body
        self.assertIn("no-store", ear.header("cache-control"))
        said, seconds = decode(body, None, ".mp3")
        self.assertEqual(said, "")
        done = wait_for("it is done", lambda: [
            row for row in self.rows() if row["state"] == "done"])[0]
        self.assertAlmostEqual(
            seconds, decode(self.path_of(done))[1], delta=0.1)
        self.assertIsNotNone(mount)

    def check_from(self, kind, mount):
        head, body = self.read_for(mount + "?from=-6s", 1.5)
        self.assertIn(" 200 ", head.split("\r\n")[0], kind)
        said, seconds = decode(body, None, "." + ENDINGS[kind])
        self.assertEqual(said, "", kind)
        # Six seconds, and a page or a cluster more or less.
        self.assertGreater(seconds, 4, kind)
        self.assertLess(seconds, 10.5, kind)

    def test_a_mount_from_some_time_ago(self):
        onair = {kind: air(self.server, self.key, kind)
                 for kind in sorted(ENDINGS)}
        time.sleep(9)
        for kind, (mount, _) in onair.items():
            self.check_from(kind, mount)
        for _, source in onair.values():
            source.stop()

    def test_nonsense_is_now(self):
        mount, source = air(self.server, self.key, "mp3")
        wait_for("it is on air", lambda: self.server.mount(mount))
        for value in ("soon", "-", "--5", "10", "2026-13-45T99:99Z", "-9" * 9):
            status = self.get(f"{mount}?from={value}", method="HEAD")[0]
            self.assertEqual(status, 200, value)
        source.stop()


class Paced(unittest.TestCase):
    def test_a_burst_and_then_so_many_times_its_rate(self):
        server = Server('mount "/*" { grace = 0 }\narchive-burst = 2s\n'
                        'archive-rate = 3\n')
        with server:
            key = server.add_member("demo")
            mount, source = air(server, key, "mp3")
            time.sleep(14)
            source.stop()
            row = wait_for("it is done", lambda: [
                row for row in server.ctl_json("recordings")["recordings"]
                if row["state"] == "done"])[0]
            server.ctl("archive", "publish", row["id"])
            begin = time.monotonic()
            got = ask(server.port, "/archive/" + row["id"])[2]
            took = time.monotonic() - begin
            self.assertEqual(len(got), row["bytes"])
            # 14 s: two at once, and the last piece with the one before.
            self.assertGreater(took, 2)
            self.assertLess(took, 8)
            self.assertIsNotNone(mount)


if __name__ == "__main__":
    import tap
    tap.main()
