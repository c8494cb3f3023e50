#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Recordings of which only the object is left: played as if they were here,
whatever the store does, and without holding up the others."""
import os
import sqlite3
import time

import tap
from fake_s3 import FakeS3
from offload import Archived
from replay import Played, address, request
from server import read_all, wait_for


class Far(Played):
    def setUp(self):
        super().setUp()
        self.store = FakeS3()
        self.addCleanup(self.store.__exit__)
        self.archived = Archived(self.store.url)
        self.addCleanup(self.archived.close)
        with open(self.archived.conf, encoding="utf-8") as file:
            text = file.read()
        with open(self.archived.conf, "w", encoding="utf-8") as file:
            file.write(text.replace('data = "data"',
                                    f'data = "{self.server.data}"'))
        self.archived.socket = os.path.join(self.server.data, "archived.sock")
        self.near = self.record("mp3", 8)
        self.row = self.record("ts", 15)
        self.body = self.media(self.row)
        self.archived.start()
        self.wait_state("verified")
        self.drop()

    def wait_state(self, state):
        wait_for(state, lambda: self.archived.ask(
            "STATE " + self.row["id"]).split(" ")[1:2] == [state])

    def drop(self):
        """The file goes, as the relay notes it."""
        self.server.stop()
        os.remove(self.path_of(self.row))
        with sqlite3.connect(os.path.join(self.server.data,
                                          "all2all.sqlite")) as store:
            store.execute("UPDATE recording SET is_remote = 1 WHERE id = ?",
                          (self.row["id"],))
        store.close()
        self.wait_state("dropped")
        self.server.start()

    def get(self, row, headers=(), more=""):
        sock = request(self.server.port, address(row) + more, headers)
        got = read_all(sock)
        sock.close()
        head, _, body = got.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), head.decode(), body, len(got)

    def test_it_is_played_as_if_it_were_here(self):
        status, head, body, whole = self.get(self.row)
        self.assertEqual(status, 200)
        self.assertTrue(body == self.body)
        self.assertIn('ETag: "', head)
        self.assertIn("Last-Modified: ", head)
        status, head, body, part = self.get(
            self.row, ["Range: bytes=200000-399999"])
        self.assertEqual(status, 206)
        self.assertTrue(body == self.body[200000:400000])
        status, _, body, parts = self.get(
            self.row, ["Range: bytes=0-9,-10"])
        self.assertEqual(status, 206)
        self.assertIn(self.body[:10], body)
        self.assertIn(self.body[-10:], body)
        self.assertEqual(self.get(self.row, more="?t=5")[0], 200)
        wait_for("it is counted", lambda:
                 self.used(self.row) > whole + part + parts)

    def test_a_slow_store_holds_up_no_file(self):
        self.store.mood = lambda _operation: time.sleep(2) or ""
        socks = [request(self.server.port, address(self.row))
                 for _ in range(4)]
        time.sleep(0.3)
        begin = time.monotonic()
        status, _, body, _ = self.get(self.near)
        self.assertLess(time.monotonic() - begin, 1)
        self.assertEqual(status, 200)
        self.assertTrue(body == self.media(self.near))
        del self.store.mood
        for sock in socks:
            self.assertTrue(read_all(sock).endswith(self.body))
            sock.close()

    def test_without_the_other_program_it_is_away(self):
        self.archived.stop()
        status, head, _, _ = self.get(self.row)
        self.assertEqual(status, 503)
        self.assertIn("Retry-After: ", head)
        self.assertEqual(self.get(self.near)[0], 200)
        self.archived.start()
        self.assertEqual(self.get(self.row)[0], 200)

    def test_a_store_that_fails_breaks_off_what_was_promised(self):
        self.store.fault("get", "denied", 1000)
        status, _, body, _ = self.get(self.row)
        self.assertEqual(status, 200)
        self.assertLess(len(body), len(self.body))
        self.server.wait_log("cannot be read")

    def test_a_stop_does_not_wait_for_all_of_them(self):
        self.store.mood = lambda _operation: time.sleep(3) or ""
        socks = [request(self.server.port, address(self.row))
                 for _ in range(8)]
        time.sleep(0.5)
        begin = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - begin, 15)
        for sock in socks:
            sock.close()


if __name__ == "__main__":
    tap.main()
