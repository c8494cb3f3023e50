#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""all2all-archived and a store that misbehaves: what is called verified is
there, byte for byte, and nothing is lost, doubled or deleted."""
import os
import random
import subprocess
import time
import unittest

import tap
from fake_s3 import FakeS3, KEY_ID, REGION, SECRET
from letterbox import make_certificate
from offload import (Archived, PART, item_id, key_of, random_bytes,
                     read_by_s3cmd)
from server import DEADLINE, wait_for

SIZE = 2 * PART + 12345  # three parts
BIG, BIG_PART = 200 << 20, 16 << 20


class Offload(unittest.TestCase):
    extra = ""
    has_lists = True

    def setUp(self):
        self.store = FakeS3(self.has_lists)
        self.addCleanup(self.store.__exit__)
        self.relay = Archived(self.store.url, extra=self.extra)
        self.addCleanup(self.relay.close)

    def expect_whole(self, number, sha256):
        """What counts: the object is the file, with its sidecar."""
        found = self.store.objects[key_of(number)]
        self.assertEqual(found.sha256(), sha256)
        self.assertEqual(found.sha256_said, sha256)
        self.assertIn(key_of(number, "json"), self.store.objects)


class Basic(Offload):
    def test_a_recording_gets_there_and_can_be_read_back(self):
        body = random_bytes(SIZE)
        path, sha256 = self.relay.archive.add(1, body)
        before = self.relay.archive.state_of_all()
        self.relay.start()
        self.relay.wait_state(1, "verified")
        self.expect_whole(1, sha256)
        self.assertEqual(self.store.objects[key_of(1)].type, "audio/mpeg")
        words = self.relay.ask("STATE " + item_id(1)).split(" ")
        self.assertEqual(words[2:5], [key_of(1), str(SIZE), sha256])
        self.assertLess(abs(time.time() * 1000 - int(words[5])), 60000)
        for offset, length in ((0, 1), (PART - 3, 7), (SIZE - 5, 5),
                               (0, SIZE)):
            self.assertEqual(self.relay.get(1, offset, length),
                             body[offset:offset + length])
        for offset, length in ((SIZE, 1), (0, SIZE + 1), (0, 0),
                               (2**63, 2**63)):
            self.assertEqual(self.relay.get(1, offset, length),
                             "ERROR it has no such bytes")
        self.assertEqual(self.relay.archive.state_of_all(), before)
        os.remove(path)
        self.relay.wait_state(1, "dropped")
        self.assertEqual(self.relay.get(1, 10, 100), body[10:110])

    def test_another_client_that_signs_reads_it_too(self):
        body = random_bytes(SIZE)
        self.relay.archive.add(1, body)
        self.relay.start()
        self.relay.wait_state(1, "verified")
        read = [self.store.port, KEY_ID, SECRET, REGION, key_of(1)]
        self.assertEqual(read_by_s3cmd(*read), body)
        read[2] = "wrong"
        with self.assertRaises(subprocess.CalledProcessError):
            read_by_s3cmd(*read)

    def test_what_is_not_done_is_left_alone(self):
        self.relay.archive.add(1, b"x" * 100, state="broken")
        self.relay.archive.add(2, b"x" * 100, state="active")
        path, _ = self.relay.archive.add(3, b"x" * 100)
        os.truncate(path, 99)
        self.relay.archive.add(4, b"x" * 100)
        self.relay.start()
        self.relay.wait_state(4, "verified")
        for number in (1, 2, 3):
            self.assertEqual(self.relay.state(number), "NONE")
        self.assertEqual(set(self.store.objects),
                         {key_of(4), key_of(4, "json")})

    def test_a_file_that_is_not_as_its_sidecar_says_is_refused(self):
        self.relay.archive.add(1, b"x" * 100, sha256="0" * 64)
        self.relay.start()
        wait_for("the reason",
                 lambda: "SHA-256 differs" in self.relay.words(1))
        self.assertEqual(self.store.objects, {})

    def test_a_sidecar_that_changed_is_sent_again(self):
        _, sha256 = self.relay.archive.add(1, b"x" * 1000)
        self.relay.start()
        self.relay.wait_state(1, "verified")
        self.relay.archive.add(1, b"x" * 1000, title="Soirée")
        wait_for("the new sidecar", lambda: b"Soir" in self.store.objects[
            key_of(1, "json")].body)
        self.relay.wait_state(1, "verified")
        self.expect_whole(1, sha256)
        self.assertEqual(self.store.count("create"), 1)

    def test_what_is_forgotten_is_gone_and_stays_so(self):
        self.relay.archive.add(1, random_bytes(SIZE))
        self.relay.archive.add(2, b"y")
        self.relay.start()
        self.relay.wait_state(1, "verified")
        self.relay.wait_state(2, "verified")
        self.store.fault("delete", "500", 20)
        self.assertIn("ERROR", self.relay.ask("FORGET " + item_id(1)))
        self.store.faults.clear()
        self.assertEqual(self.relay.ask("FORGET " + item_id(1)), "OK")
        self.assertEqual(set(self.store.objects),
                         {key_of(2), key_of(2, "json")})
        self.assertEqual(self.relay.ask("FORGET " + item_id(1)), "OK")
        self.assertEqual(self.relay.ask("FORGET " + item_id(9)), "NONE")
        self.relay.stop()
        self.relay.start()
        self.relay.archive.add(3, b"z")
        self.assertEqual(self.relay.ask("SCAN"), "OK")
        self.relay.wait_state(3, "verified")
        self.assertEqual(self.relay.state(1), "NONE")
        self.assertNotIn(key_of(1), self.store.objects)

    def test_an_upload_that_goes_on_can_be_forgotten(self):
        self.store.on_bytes = lambda handler, count: time.sleep(0.01)
        self.relay.archive.add(1, random_bytes(SIZE))
        self.relay.start()
        self.relay.wait_state(1, "uploading")
        self.assertEqual(self.relay.ask("FORGET " + item_id(1)), "OK")
        self.assertEqual(self.store.objects, {})
        self.assertEqual(self.store.uploads, {})

    def test_a_file_that_goes_too_early_ends_its_upload(self):
        self.store.on_bytes = lambda handler, count: time.sleep(0.01)
        path, _ = self.relay.archive.add(1, random_bytes(SIZE))
        self.relay.start()
        self.relay.wait_state(1, "uploading")
        self.store.fault("part", "503", 8)
        os.remove(path)
        wait_for("the end", lambda: self.relay.state(1) in
                 ("NONE", "uploaded"))
        if self.relay.state(1) == "NONE":
            self.assertEqual(self.store.objects, {})
        self.assertEqual(self.store.uploads, {})

    def test_what_could_not_be_compared_stays_until_it_is_forgotten(self):
        path, _ = self.relay.archive.add(1, random_bytes(SIZE))
        self.store.fault("get", "denied", 1000)
        self.relay.start()
        wait_for("the reason", lambda: "AccessDenied" in self.relay.words(1))
        os.remove(path)
        wait_for("the reason", lambda: "not compared" in self.relay.words(1))
        self.assertEqual(self.relay.state(1), "uploaded")
        self.assertIn(key_of(1), self.store.objects)
        self.assertIn("not in the store (yet)", self.relay.get(1, 0, 1))
        self.assertEqual(self.relay.ask("FORGET " + item_id(1)), "OK")
        self.assertEqual(self.store.objects, {})

    def test_an_inventory_that_was_lost_costs_no_upload(self):
        _, sha256 = self.relay.archive.add(1, random_bytes(SIZE))
        self.relay.start()
        self.relay.wait_state(1, "verified")
        self.relay.stop()
        os.remove(os.path.join(self.relay.data, "offload.sqlite"))
        self.relay.start()
        self.relay.wait_state(1, "verified")
        self.assertEqual(self.store.count("create"), 1)
        self.expect_whole(1, sha256)

    def test_a_dropped_file_is_found_again_without_the_inventory(self):
        body = random_bytes(SIZE)
        path, _ = self.relay.archive.add(1, body)
        self.relay.start()
        self.relay.wait_state(1, "verified")
        self.relay.stop()
        self.relay.archive.add(1, body, remote=True, object=key_of(1),
                               verified_ms=int(time.time() * 1000))
        os.remove(path)
        os.remove(os.path.join(self.relay.data, "offload.sqlite"))
        self.relay.start()
        self.relay.wait_state(1, "dropped")
        self.assertEqual(self.relay.get(1, 5, 50), body[5:55])
        self.assertEqual(self.relay.ask("FORGET " + item_id(1)), "OK")
        self.assertEqual(self.store.objects, {})

    def test_uploads_nobody_goes_on_with_are_aborted(self):
        for key in (key_of(7), "relay1/somebody/else", "other/file"):
            self.store.uploads[key] = type("Old", (), {
                "key": key, "begun": time.time() - 25 * 3600, "parts": {}})
        self.store.uploads["new"] = type("New", (), {
            "key": key_of(8), "begun": time.time() - 3600, "parts": {}})
        self.relay.start()
        wait_for("the abort", lambda: key_of(7) not in self.store.uploads)
        self.assertEqual(set(self.store.uploads),
                         {"relay1/somebody/else", "other/file", "new"})

    def test_words_that_are_none_end_in_an_error_and_nothing_else(self):
        self.relay.start()
        for line in ("", "STATE", "STATE  x", "GET x 1", "GET x -1 5",
                     "GET x 1 99999999999999999999", "STATE ../x", "LIST 1",
                     "\0", "STATE " + "x" * 60):
            self.assertEqual(self.relay.ask(line),
                             "ERROR this is no question", line)
        with self.relay.connect() as sock:
            sock.sendall(b"x" * 5000)
            try:
                self.assertEqual(sock.recv(100), b"")
            except ConnectionResetError:
                pass
        self.assertEqual(self.relay.ask("LIST"), "OK 0")

    def test_only_one_runs_at_a_time(self):
        self.relay.start()
        other = Archived(self.store.url)
        self.addCleanup(other.close)
        with open(self.relay.conf, encoding="utf-8") as file:
            text = file.read().replace('"data"', f'"{self.relay.data}"')
        with open(other.conf, "w", encoding="utf-8") as file:
            file.write(text)
        with self.assertRaisesRegex(AssertionError, "is running"):
            other.start()
        other.process = None
        self.assertEqual(self.relay.ask("LIST"), "OK 0")


class Faults(Offload):
    """Each ends in verified when it is over."""

    def survive(self, operation, mood, times=3, said=""):
        body = random_bytes(SIZE)
        _, sha256 = self.relay.archive.add(1, body)
        self.store.fault(operation, mood, times)
        self.relay.start()

        def is_verified():
            if self.relay.state(1) != "verified":
                return False
            self.expect_whole(1, sha256)
            return True
        wait_for("verified", is_verified)
        self.assertEqual(self.store.left(), 0, "the fault came about")
        if said:
            self.assertIn(said, self.relay.log())
        self.assertEqual(self.relay.get(1, 0, 1000), body[:1000])
        self.assertEqual(self.store.uploads, {})

    def test_a_part_is_cut(self):
        self.survive("part", "cut")

    def test_a_part_is_cut_too_often(self):
        self.survive("part", "cut", 9, "again in")

    def test_the_store_breaks(self):
        self.survive("any", "500", 12, "InternalError")

    def test_the_store_is_busy(self):
        self.survive("any", "503", 12, "SlowDown")

    def test_a_part_has_another_etag(self):
        self.survive("part", "etag", 9, "ETag is not their MD5")

    def test_the_object_is_empty(self):
        self.survive("complete", "empty", 2, "not what was uploaded")

    def test_the_object_is_harmed(self):
        self.survive("complete", "harm", 2, "not what was uploaded")

    def test_complete_fails_after_200(self):
        self.survive("complete", "late", 3, "did not put the parts together")

    def test_complete_was_done_although_it_failed(self):
        self.survive("complete", "done-late", 1)
        self.assertEqual(self.store.count("create"), 1)

    def test_the_upload_is_expired(self):
        self.survive("part", "expired", 2, "does not know this upload")

    def test_the_size_is_a_lie(self):
        self.survive("head", "size", 3)

    def test_ranges_are_too_short(self):
        self.survive("get", "short", 9)

    def test_ranges_are_ignored(self):
        self.survive("get", "whole", 1, "not what was uploaded")

    def test_another_range_is_not_passed_on(self):
        _, sha256 = self.relay.archive.add(1, random_bytes(SIZE))
        self.relay.start()
        self.relay.wait_state(1, "verified")
        self.store.fault("get", "other", 1)
        self.assertEqual(
            self.relay.get(1, 1000, 500),
            "ERROR the store sent other bytes than those asked for")
        self.assertEqual(self.store.left(), 0, "the fault came about")
        self.expect_whole(1, sha256)

    def test_the_store_denies(self):
        self.survive("create", "denied", 3, "AccessDenied: No <way> & never")

    def test_the_sidecar_is_denied(self):
        self.survive("put", "denied", 3, "AccessDenied")

    def test_lists_are_cut(self):
        self.survive("list", "cut", 1)


class Full(Offload):
    def limit_files(self, limit):
        """Whoever runs it may; that need not be us."""
        user = "nobody" if os.geteuid() == 0 else None
        subprocess.run(
            ["prlimit", f"--pid={self.relay.process.pid}", f"--fsize={limit}"],
            user=user, group="nogroup" if user else None, check=True)

    def test_nothing_is_sent_that_cannot_be_noted(self):
        # No file of the process may grow: as on a disk that is full.
        self.store.on_bytes = lambda handler, count: time.sleep(0.001)
        _, sha256 = self.relay.archive.add(1, random_bytes(SIZE))
        self.relay.start()
        self.relay.wait_state(1, "uploading")
        self.limit_files("0:")
        self.store.on_bytes = lambda handler, count: None
        wait_for("parts", lambda: self.store.parts_taken)
        time.sleep(2)
        self.assertLess(len(self.store.asked), 25)
        self.assertNotIn(self.relay.state(1), ("uploaded", "verified"))
        self.limit_files("unlimited:")
        self.relay.wait_state(1, "verified")
        self.expect_whole(1, sha256)


class Paced(Offload):
    extra = "bandwidth = 4M\nparts-at-once = 4"

    def test_four_parts_at_once_share_what_may_be_sent(self):
        busy, most = {}, [0]

        def note(handler, count):
            busy[handler] = busy.get(handler, 0) + count
            most[0] = max(most[0], sum(
                0 < got < PART for got in list(busy.values())))
        size = 4 * PART
        _, sha256 = self.relay.archive.add(1, random_bytes(size))
        self.relay.start()
        self.relay.wait_state(1, "uploading")
        began = time.monotonic()
        self.store.on_bytes = note
        self.relay.wait_state(1, "verified", 2 * DEADLINE)
        took = time.monotonic() - began
        self.assertGreater(took, 0.7 * size / (4 << 20))
        self.assertIn(most[0], (3, 4))
        self.expect_whole(1, sha256)


class Slow(Offload):
    extra = "patience = 1s"

    def test_a_store_that_says_nothing_is_left_and_asked_again(self):
        _, sha256 = self.relay.archive.add(1, random_bytes(SIZE))
        self.store.fault("part", "slow", 2)
        self.relay.start()
        self.relay.wait_state(1, "verified", 2 * DEADLINE)
        self.expect_whole(1, sha256)
        self.assertEqual(self.store.left(), 0)


class Clock(Offload):
    def test_clocks_that_are_apart_are_said(self):
        self.store.clock_ahead = 3600
        self.relay.archive.add(1, b"x" * 1000)
        self.relay.start()
        wait_for("the reason", lambda: "s behind the store's; set this "
                 "machine's time" in self.relay.words(1))
        self.assertEqual(self.relay.state(1), "local")
        self.store.clock_ahead = 0
        self.relay.wait_state(1, "verified")


class Kills(Offload):
    """Killed each time a part has got there, and perhaps a little later."""
    size, part = SIZE + 3 * PART, PART
    later_seconds = 0

    def test_no_part_is_sent_twice(self):
        _, sha256 = self.relay.archive.add(1, random_bytes(self.size))
        count = -(-self.size // self.part)
        taken = self.store.parts_taken
        peak = kills = 0
        while len(set(taken)) < count:
            before = len(taken)
            self.relay.start()
            wait_for("a part", lambda n=before: len(taken) > n or
                     len(set(taken)) == count, 3 * DEADLINE)
            peak = max(peak, self.relay.memory_kib())
            time.sleep(random.uniform(0, self.later_seconds))
            self.relay.kill()
            kills += 1
        self.relay.start()
        self.relay.wait_state(1, "verified", 3 * DEADLINE)
        peak = max(peak, self.relay.memory_kib())
        print(f"# {count} parts, {len(taken)} sent, memory {peak} KiB")
        self.expect_whole(1, sha256)
        self.assertEqual(self.store.count("create"), 1)
        self.check_parts(sorted(taken), list(range(1, count + 1)), kills)
        if not os.environ.get("A2A_SANITIZED"):
            self.assertLess(peak, 40 << 10)

    def check_parts(self, sent, all_parts, _):
        self.assertEqual(sent, all_parts)


class KillsLarge(Kills):
    extra = "parts-at-once = 1"
    size, part = BIG, BIG_PART

    def setUp(self):
        super().setUp()
        with open(self.relay.conf, encoding="utf-8") as file:
            text = file.read().replace("part-size = 5M", "part-size = 16M")
        with open(self.relay.conf, "w", encoding="utf-8") as file:
            file.write(text)


class KillsWithoutLists(Kills):
    """A store that cannot say which parts it has is believed to have those it
    said it took; one may have got there just before the end."""
    has_lists = False
    later_seconds = 0.2  # else it may never come to write down what it heard

    def check_parts(self, sent, all_parts, kills):
        self.assertEqual(sorted(set(sent)), all_parts)
        # Each end may cost the two that are on their way.
        self.assertLessEqual(len(sent), len(all_parts) + 2 * kills)


class Tls(unittest.TestCase):
    def relay_for(self, store, extra):
        relay = Archived(store.url, extra=extra)
        self.addCleanup(relay.close)
        return relay

    def test_only_the_right_authority_is_believed(self):
        keeper = Archived("https://127.0.0.1:1")
        self.addCleanup(keeper.close)
        os.chmod(keeper.folder, 0o755)
        cert, key = make_certificate(keeper.folder)
        with FakeS3(certificate=(cert, key)) as store:
            relay = self.relay_for(store, f'ca = "{cert}"')
            _, sha256 = relay.archive.add(1, b"x" * 1000)
            relay.start()
            relay.wait_state(1, "verified")
            self.assertEqual(store.objects[key_of(1)].sha256(), sha256)
            asked = len(store.asked)
            relay = self.relay_for(store, "")
            relay.archive.add(1, b"x" * 1000)
            relay.start()
            wait_for("the reason",
                     lambda: "certificate" in relay.words(1).lower())
            self.assertEqual(len(store.asked), asked)

    def test_a_bucket_may_be_a_name_of_its_own(self):
        keeper = Archived("https://127.0.0.1:1")
        self.addCleanup(keeper.close)
        cert, key = (os.path.join(keeper.folder, name)
                     for name in ("cert.pem", "key.pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=store", "-addext",
             "subjectAltName=DNS:recordings.localhost",
             "-keyout", key, "-out", cert], check=True, capture_output=True)
        with FakeS3(certificate=(cert, key)) as store:
            relay = Archived(f"https://localhost:{store.port}",
                             extra=f'path-style = no\nca = "{cert}"')
            self.addCleanup(relay.close)
            _, sha256 = relay.archive.add(1, random_bytes(SIZE))
            relay.start()
            relay.wait_state(1, "verified")
            self.assertEqual(store.objects[key_of(1)].sha256(), sha256)
            self.assertEqual({where[1:len("relay1") + 1]
                              for what, where, _ in store.asked
                              if what == "part"}, {"relay1"})


class Settings(unittest.TestCase):
    def expect(self, url, error, extra="", mode=0o600):
        relay = Archived(url, extra=extra)
        self.addCleanup(relay.close)
        os.chmod(relay.secret_path, mode)
        with self.assertRaisesRegex(AssertionError, error):
            relay.start()
        relay.process = None

    def test_what_is_not_safe_is_refused(self):
        self.expect("http://192.0.2.1", "endpoint is http")
        self.expect("http://localhost:9000", "endpoint is http")
        self.expect("https://127.0.0.1", "others may read it", mode=0o640)
        self.expect("https://127.0.0.1/x", "endpoint is not")
        self.expect("https://127.0.0.1", "there is no option", "colour = red")


if __name__ == "__main__":
    tap.main()
