#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Recordings that cannot be read, or only slowly; who reads slowly, or goes
away; names that want to get out; the trash; a begin in the middle; and the
books over TLS."""
import errno
import os
import socket
import time

import tap
from ears import Ears, decode
from encoder import Replay, basic, login
from replay import Played, address, request
from seam import Seam
from server import DEADLINE, HOST, read_all, read_until, wait_for


class Harm(Played):
    conf = Played.conf + "listener-stall = 2s\nsend-buffer = 32K\n"

    def status(self, path, headers=()):
        sock = request(self.server.port, path, headers)
        got = read_all(sock)
        sock.close()
        return int(got.split(b" ")[1])

    def test_what_is_no_plain_file_is_not_there(self):
        row = self.record()
        path = self.path_of(row)
        secret = os.path.join(self.server.folder, "all2alld.conf")
        os.rename(path, path + ".away")
        self.assertEqual(self.status(address(row)), 404)
        for make in (lambda: os.symlink(secret, path),
                     lambda: os.symlink(path + ".away", path),
                     lambda: os.mkfifo(path, 0o666),
                     lambda: os.mkdir(path)):
            make()
            self.assertIn(self.status(address(row)), (404, 503))
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            else:
                os.unlink(path)
        os.rename(path + ".away", path)
        self.assertEqual(self.status(address(row)), 200)
        # The same for its folders.
        day = os.path.dirname(path)
        os.rename(day, day + "-away")
        os.symlink(day + "-away", day)
        self.assertIn(self.status(address(row)), (404, 503))

    def test_names_get_nowhere(self):
        row = self.record()
        good = address(row)
        for path in ("/archive/../all2all.sqlite", "/archive/%2e%2e/x",
                     "/archive/%2e%2e%2f%2e%2e%2fetc/passwd",
                     "/archive/" + "%2e" * 26, "/archive/" + "A" * 26,
                     "/archive/" + row["id"][:-1], good + "x",
                     "/archive/" + row["path"], "/archive/%",
                     "/archive/" + row["id"] + "%00", "/archive/\u00e9",
                     "/archive/' OR 1=1 --", "/archive/" + "a" * 9000):
            self.assertIn(self.status(path.replace(" ", "%20")),
                          (400, 404, 414, 431), path)
        # Any name is as good as any other.
        for path in ("/a.mp3", "/..%2f..%2fetc%2fpasswd", "/%00", "/",
                     "/a/b/c", "?t=soon", "?t=-5", "?t=" + "9" * 300):
            self.assertIn(self.status(good + path), (200, 400, 404), path)
        self.assertEqual(self.status(good + "/a.mp3"), 200)

    def test_the_trash_cannot_be_played(self):
        row = self.record()
        login_line = "Authorization: Basic " + basic("demo", self.key)
        self.server.ctl("archive", "trash", row["id"])
        self.assertEqual(self.status(address(row)), 404)
        self.assertEqual(self.status(address(row), [login_line]), 404)
        self.server.ctl("archive", "restore", row["id"])
        self.assertEqual(self.status(address(row)), 200)

    def test_who_does_not_read_is_let_go_and_costs_little(self):
        row = self.record("ts", 15)
        sock = request(self.server.port, address(row), buffer=4096)
        head = read_until(sock, b"\r\n\r\n")
        self.assertIn(b" 200 ", head)
        self.server.wait_log("slow: let go")
        time.sleep(0.5)
        got = len(head) + len(read_all(sock))
        self.assertLess(got, row["bytes"])
        sock.close()
        # What was on its way when it was let go is not its member's to pay.
        used = self.used(row)
        self.assertTrue(got - 65536 < used <= got, (used, got))

    def test_who_reads_slowly_gets_all_of_it(self):
        row = self.record()
        sock = request(self.server.port, address(row), buffer=4096)
        got = b""
        while data := sock.recv(8192):
            got += data
            time.sleep(0.1)
        self.assertTrue(got.partition(b"\r\n\r\n")[2] == self.media(row))
        sock.close()
        wait_for("it is counted", lambda: self.used(row) == len(got))

    def test_one_cut_short_is_not_passed_for_whole(self):
        row = self.record("ts", 15)
        sock = request(self.server.port, address(row), buffer=4096)
        head = read_until(sock, b"\r\n\r\n")
        os.truncate(self.path_of(row), row["bytes"] // 2)
        got = len(read_all(sock))
        length, = [int(line[16:]) for line in head.decode("latin-1").split("\r\n")
                   if line.startswith("Content-Length: ")]
        self.assertEqual(length, row["bytes"])
        self.assertLess(got, length)
        self.server.wait_log("cannot be read")

    def test_requests_in_pieces_and_cut_anywhere(self):
        row = self.record(seconds=2)
        text = (f"GET {address(row)}/a.mp3?t=1 HTTP/1.1\r\nHost: a\r\n"
                "Range: bytes=1-2, 5-9\r\n\r\n").encode()
        for end in range(1, len(text), 3):
            with socket.create_connection(
                    (HOST, self.server.port), DEADLINE) as sock:
                sock.sendall(text[:end])
        self.assertEqual(self.status(address(row)), 200)




class Middle(Played):
    def check_from(self, kind, suffix):
        row = self.record(kind, 20)
        sock = request(self.server.port, address(row) + "?t=11")
        got = read_all(sock)
        sock.close()
        head, _, body = got.partition(b"\r\n\r\n")
        head = head.decode()
        self.assertIn(f"Content-Length: {len(body)}", head.split("\r\n"))
        self.assertIn("Accept-Ranges: none", head)
        self.assertNotIn("ETag", head)
        said, seconds = decode(body, None, suffix)
        self.assertEqual(said, "")
        # The last point before it; they are 5 s apart.
        self.assertGreater(seconds, 8.5)
        self.assertLess(seconds, 14.5)
        self.assertTrue(self.media(row).endswith(body[-100000:]))
        sock = request(self.server.port, address(row) + "?t=9999")
        got = read_all(sock).partition(b"\r\n\r\n")[2]
        sock.close()
        self.assertLess(decode(got, None, suffix)[1], 6)

    def test_adts(self):
        self.check_from("aac", ".aac")

    def test_transport_stream(self):
        self.check_from("ts", ".ts")

    def test_what_players_seek_in_is_whole(self):
        row = self.record("mp3", 10)
        sock = request(self.server.port, address(row) + "?t=5")
        got = read_all(sock)
        sock.close()
        self.assertTrue(b"ETag: " in got)
        self.assertTrue(got.partition(b"\r\n\r\n")[2] == self.media(row))


class Books(Played):
    tls = True

    def test_tls_is_counted_too(self):
        row = self.record()
        with Ears(self.server) as ears:
            ear = ears.join(address(row), tls=True)
            ear.wait_over()
            self.assertTrue(ear.body == self.media(row))
            wait_for("it is counted", lambda:
                     self.used(row) == len(ear.got))
            self.assertEqual(self.used(row, "tls_out"), len(ear.got))
            self.assertGreater(self.used(row, "tcp_out"), len(ear.got))
            self.assertGreater(self.used(row, "wire_out"),
                               self.used(row, "tcp_out"))

    def test_who_goes_away_has_what_he_got(self):
        row = self.record("ts", 15)
        sock = request(self.server.port, address(row), buffer=4096)
        got = len(read_until(sock, b"\r\n\r\n")) + len(sock.recv(20000))
        sock.shutdown(socket.SHUT_WR)
        got += len(read_all(sock))
        sock.close()
        self.assertLess(got, row["bytes"])
        wait_for("it is counted", lambda: self.used(row) == got)

    def test_nobody_of_them_is_a_listener(self):
        row = self.record("ts", 15)
        sock = request(self.server.port, address(row), buffer=4096)
        read_until(sock, b"\r\n\r\n")
        usage = self.server.ctl_json("usage")["usage"]
        self.assertEqual([line for line in usage if line["kind"] == "live"],
                         [])
        sock.close()


class Disk(Played):
    """A disk that is slow, and one that fails."""

    def setUp(self):
        super().setUp()
        self.row = self.record("ts", 15)
        self.server.stop()
        self.seam = Seam(self.server.folder)
        self.addCleanup(self.seam.close)
        self.server.start(preload=self.seam.library)

    def test_a_slow_disk_holds_nobody_else_up(self):
        sock, _ = login(self.server, "/demo/radio", self.key)
        feed = Replay(sock, "cbr128.mp3", 16000)
        self.addCleanup(feed.stop)
        wait_for("on air", lambda: (self.server.mount("/demo/radio") or
                                    {}).get("type"))
        with Ears(self.server) as ears:
            listener = ears.join("/demo/radio")
            listener.wait_bytes(50000)
            self.seam.slow_reads(1.5)
            readers = [ears.join(address(self.row)) for _ in range(3)]
            begin, had = time.monotonic(), len(listener.got)
            while time.monotonic() < begin + 4:
                asked = time.monotonic()
                page = request(self.server.port, "/healthz")
                self.assertIn(b" 200 ", read_all(page))
                page.close()
                self.assertLess(time.monotonic() - asked, 1)
                time.sleep(0.2)
            self.assertGreater(len(listener.got) - had, 16000 * 3)
            self.assertFalse(any(ear.is_over for ear in readers))
            self.seam.slow_reads(0)
            for ear in readers:
                ear.wait_over()
                self.assertEqual(len(ear.body), self.row["bytes"])

    def test_one_that_fails_breaks_off_what_was_promised(self):
        sock = request(self.server.port, address(self.row), buffer=4096)
        read_until(sock, b"\r\n\r\n")
        self.seam.fail_reads(errno.EIO)
        self.assertLess(len(read_all(sock)), self.row["bytes"])
        sock.close()
        self.server.wait_log("cannot be read")
        self.seam.fail_reads(0)
        sock = request(self.server.port, address(self.row))
        self.assertGreater(len(read_all(sock)), self.row["bytes"])
        sock.close()

    def test_a_stop_does_not_wait_for_it(self):
        self.seam.slow_reads(1)
        sock = request(self.server.port, address(self.row))
        time.sleep(0.5)
        begin = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - begin, 10)
        sock.close()


if __name__ == "__main__":
    tap.main()
