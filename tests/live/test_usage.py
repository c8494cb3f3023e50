#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What is billed: to the byte what clients that left cleanly counted, never
more than anybody got, and nothing that says who it was."""
import os
import socket
import sqlite3
import time

from ears import Ears
from encoder import Replay, login
from server import Case, wait_for

ADDRESS = "127.77.66.55"
SLACK = 128 << 10  # what a kernel may have acknowledged for a dead client


class Usage(Case):
    tls = True
    conf = 'mount "/*" { burst = 16K  burst-time = 1s  pace = 200ms ' \
           'grace = 0 }\n'

    def setUp(self):
        super().setUp()
        self.sources = {}
        self.ears = Ears(self.server)
        self.addCleanup(self.ears.__exit__)
        self.on_air("one")

    def on_air(self, member, name="a.mp3", key=None):
        key = key or self.server.add_member(member)
        sock, head = login(self.server, f"/{member}/{name}", key)
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", 32000)
        self.addCleanup(source.stop)
        self.sources[f"/{member}/{name}"] = source
        return key

    def all_left(self, mount="/one/a.mp3"):
        wait_for("all have left",
                 lambda: self.server.mount(mount)["listeners"] == 0)

    def line(self, mount="/one/a.mp3", kind="live"):
        found = [line for line in self.server.ctl_json("usage")["usage"]
                 if line["mount"] == mount and line["kind"] == kind]
        return found[0] if found else None

    def hear(self, listeners, count=60000):
        """Each gets that many bytes and leaves; what they got in all."""
        for ear in listeners:
            ear.wait_bytes(count)
        for ear in listeners:
            ear.leave()
        for ear in listeners:
            ear.wait_over()
            self.assertFalse(ear.was_reset)
        return sum(len(ear.got) for ear in listeners)

    def test_plain_bytes_are_exact(self):
        got = self.hear([self.ears.join("/one/a.mp3") for _ in range(10)])
        self.all_left()
        self.assertEqual(self.line()["payload_out"], got)
        self.assertEqual(self.line()["tls_out"], 0)

    def test_tls_bytes_are_exact(self):
        got = self.hear([self.ears.join("/one/a.mp3", tls=True)
                         for _ in range(10)])
        self.all_left()
        line = self.line()
        self.assertEqual(line["payload_out"], got)
        self.assertEqual(line["tls_out"], got)
        self.assertGreater(line["tcp_out"], got)
        self.assertGreater(line["wire_out"], line["tcp_out"])

    def test_titles_are_counted_too(self):
        got = self.hear([self.ears.join("/one/a.mp3",
                                        headers=["Icy-MetaData: 1"])
                         for _ in range(5)])
        self.all_left()
        self.assertEqual(self.line()["payload_out"], got)

    def test_all_kinds_at_once_add_up(self):
        listeners = []
        for _ in range(4):
            listeners.append(self.ears.join("/one/a.mp3"))
            listeners.append(self.ears.join("/one/a.mp3", tls=True))
            listeners.append(self.ears.join(
                "/one/a.mp3", headers=["Icy-MetaData: 1"]))
        got = self.hear(listeners)
        self.all_left()
        line = self.line()
        self.assertEqual(line["payload_out"], got)
        self.assertEqual(line["tls_out"], sum(
            len(ear.got) for ear in listeners[1::3]))

    def test_usage_is_true_while_they_listen(self):
        ear = self.ears.join("/one/a.mp3")
        ear.wait_bytes(100000)
        before = len(ear.got)
        time.sleep(0.3)  # an acknowledgement may wait so long
        counted = self.line()["payload_out"]
        time.sleep(0.3)  # what was counted is on its way, if not here
        self.assertLessEqual(counted, len(ear.got))
        self.assertGreaterEqual(counted, before)

    def test_who_was_cut_off_is_never_billed_more(self):
        listeners = [self.ears.join("/one/a.mp3", tls=number % 2 == 1)
                     for number in range(10)]
        for ear in listeners:
            ear.wait_bytes(60000)
        for ear in listeners:
            ear.abort()
        for ear in listeners:
            ear.wait_over()
        self.all_left()
        counted = self.line()["payload_out"]
        got = sum(len(ear.got) for ear in listeners)
        self.assertGreater(counted, got * 0.8)
        self.assertLessEqual(counted, got + 10 * 300)

    def test_who_reads_nothing_is_billed_what_its_kernel_took(self):
        sock = socket.create_connection(("127.0.0.1", self.server.port), 10)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(b"GET /one/a.mp3 HTTP/1.0\r\n\r\n")
        time.sleep(3)
        sent = self.line()["payload_out"]
        got = 0
        sock.setblocking(False)
        try:
            while True:
                got += len(sock.recv(65536))
        except BlockingIOError:
            pass
        self.assertLessEqual(sent, got)
        self.assertLess(sent, SLACK)
        sock.close()

    def test_peak_and_starts_are_exact(self):
        listeners = [self.ears.join("/one/a.mp3") for _ in range(7)]
        self.hear(listeners[:3], 20000)
        wait_for("three have left", lambda: self.server.mount(
            "/one/a.mp3")["listeners"] == 4)
        listeners = listeners[3:] + [self.ears.join("/one/a.mp3")
                                     for _ in range(2)]
        self.hear(listeners, 20000)
        self.all_left()
        line = self.line()
        self.assertEqual((line["peak"], line["starts"]), (7, 9))
        wait_for("the peak is posted", lambda: self.server.ctl_json(
            "usage")["members"][0]["peak"] == 7)

    def test_seconds_are_those_that_were_heard(self):
        begin = time.monotonic()
        listeners = [self.ears.join("/one/a.mp3") for _ in range(4)]
        time.sleep(4)
        self.hear(listeners)
        heard = time.monotonic() - begin
        self.all_left()
        self.assertAlmostEqual(self.line()["listen_s"], 4 * heard, delta=3)

    def test_two_members_and_two_mounts_add_up(self):
        self.on_air("two", "b.mp3", self.on_air("two"))
        mounts = ("/one/a.mp3", "/two/a.mp3", "/two/b.mp3")
        got = {mount: self.hear([self.ears.join(mount) for _ in range(count)])
               for count, mount in enumerate(mounts, 1)}
        for mount in mounts:
            self.all_left(mount)
            self.assertEqual(self.line(mount)["payload_out"], got[mount])
        for source in self.sources.values():
            source.stop()
        for mount in mounts:
            wait_for("the end", lambda m=mount: not self.server.mount(m))
        report = self.server.ctl_json("usage")
        for row, lines in [(report["total"], report["usage"])] + [
                (row, [line for line in report["usage"]
                       if line["member"] == row["member"]])
                for row in report["members"]]:
            for word in ("payload_out", "wire_out", "tcp_out", "payload_in",
                         "wire_in", "tls_out", "starts"):
                self.assertEqual(row[word], sum(line[word] for line in lines),
                                 word)
        self.check_store(report)

    def check_store(self, report):
        """The slots in the file are what was reported."""
        self.server.stop()
        store = sqlite3.connect(
            os.path.join(self.server.data, "all2all.sqlite"))
        kept, = store.execute("SELECT sum(payload_out) FROM usage "
                              "WHERE kind = 'live'").fetchone()
        store.close()
        self.assertEqual(kept, sum(
            line["payload_out"] for line in report["usage"]
            if line["kind"] == "live"))

    def test_what_a_source_sends_is_counted(self):
        source = self.sources["/one/a.mp3"]
        wait_for("some bytes", lambda: source.sent > 50000)
        source.stop()
        wait_for("the end", lambda: not self.server.mount("/one/a.mp3"))
        counted = self.line(kind="source_in")["payload_in"]
        self.assertGreaterEqual(counted, source.sent)
        self.assertLess(counted, source.sent + 1000)  # the request

    def test_no_address_is_kept(self):
        got = self.hear(
            [self.ears.join("/one/a.mp3", address=ADDRESS) for _ in range(3)]
            + [self.ears.join("/one/a.mp3", tls=True, address=ADDRESS)])
        self.all_left()
        self.assertEqual(self.line()["payload_out"], got)
        self.server.ctl("listeners", "/one/a.mp3")
        self.server.stop()
        binary = socket.inet_aton(ADDRESS)
        forms = [ADDRESS.encode(), b"127.77", binary, binary[::-1],
                 b"7f4d4237", b"7F4D4237", b"127-77-66-55"]
        names = [os.path.join(folder, name) for folder, _, names
                 in os.walk(self.server.data) for name in names]
        names.append(self.server.log_path)
        self.assertGreater(len(names), 3)
        for name in names:
            with open(name, "rb") as file:
                text = file.read()
            for form in forms:
                self.assertNotIn(form, text, name)


if __name__ == "__main__":
    import tap
    tap.main()
