#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A member's report: the same figures in every form, true to the byte, and a
statement that stays as it was sealed."""
import csv
import datetime
import hashlib
import io
import json
import os
import shutil
import subprocess

import tap
from ears import Ears
from encoder import Replay, login
from server import Case, Server, tool, wait_for

MONTH = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
MOUNT = "/ana/radio.mp3"


class Reports(Case):
    conf = 'mount "/*" { burst = 16K burst-time = 1s pace = 200ms }\n'

    def setUp(self):
        super().setUp()
        key = self.server.add_member("ana")
        # A zone in which it is the same month as in MONTH.
        self.server.ctl("member", "set", "ana", "--zone", "UTC")
        sock, _ = login(self.server, MOUNT, key)
        feed = Replay(sock, "cbr128.mp3", 32000)
        self.addCleanup(feed.stop)
        wait_for("on air", lambda: (self.server.mount(MOUNT) or {}).get(
            "type"))

    def report(self, form, *words):
        return self.server.ctl("report", "--member", "ana", "--period",
                               MONTH, "--format", form, *words)

    def hear(self, count):
        with Ears(self.server) as ears:
            crowd = [ears.join(MOUNT) for _ in range(count)]
            for ear in crowd:
                ear.wait_bytes(60000)
            for ear in crowd:
                ear.leave()
            for ear in crowd:
                ear.wait_over()
            return sum(len(ear.got) for ear in crowd)

    def raw(self, *words):
        return subprocess.run(
            [tool("all2allctl"), "-c",
             os.path.join(self.server.folder, "all2alld.conf"), *words],
            stdout=subprocess.PIPE, check=True).stdout

    def test_all_forms_tell_the_same_and_the_truth(self):
        heard = self.hear(3)
        wait_for("all have left",
                 lambda: self.server.mount(MOUNT)["listeners"] == 0)
        told = json.loads(self.report("json"))
        live = {kind["name"]: kind for kind in told["kinds"]}["live"]
        self.assertEqual(live["payload_out"], heard)
        self.assertEqual(told["used_bytes"], heard)
        self.assertEqual(told["total"]["peak"], 3)
        self.assertEqual(sum(told["audience"]["lengths"]), 3)
        self.assertEqual(
            sum(day["payload_out"] for day in told["days"]),
            told["total"]["payload_out"])
        rows = list(csv.DictReader(io.StringIO(self.report("csv"))))
        self.assertEqual(
            [int(row["payload_out"]) for row in rows
             if (row["line"], row["name"]) == ("mount", MOUNT)], [heard])
        self.assertIn(f"{heard / 1e6:.3f}", self.report("text"))

    def test_the_hash_is_the_one_of_the_csv(self):
        told = json.loads(self.report("json"))
        # The source goes on: of a month that is over nothing changes.
        words = ("--member", "ana", "--period", "2026-01")
        self.assertNotEqual(told["csv_sha256"], "")
        text = self.raw("report", *words, "--format", "csv")
        told = json.loads(self.raw("report", *words, "--format", "json"))
        self.assertEqual(hashlib.sha256(text).hexdigest(),
                         told["csv_sha256"])

    def test_people_get_pages_and_paper(self):
        page = self.report("html")
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        self.assertNotIn("<script", page)
        self.assertNotIn("http:", page.replace("http://www.w3.org/", ""))
        paper = self.raw("report", "--member", "ana", "--period", MONTH,
                         "--format", "pdf")
        self.assertEqual(paper[:5], b"%PDF-")
        self.assertTrue(paper.rstrip().endswith(b"%%EOF"))

    def test_what_is_sealed_stays(self):
        words = ("--member", "ana", "--period", "2026-01")
        self.assertIn("not over", self.server.ctl(
            "statement", "close", "--member", "ana", "--period", MONTH,
            status=1))
        self.assertIn("not sealed", self.server.ctl(
            "statement", "show", *words, "--format", "csv", status=1))
        self.assertIn("is sealed: SHA-256", self.server.ctl(
            "statement", "close", *words))
        self.assertIn("was sealed already", self.server.ctl(
            "statement", "close", *words))
        sealed = self.raw("statement", "show", *words, "--format", "csv")
        listed = self.server.ctl_json(
            "statement", "list", "--member", "ana")["statements"]
        self.assertEqual([row["period"] for row in listed], ["2026-01"])
        self.assertEqual(hashlib.sha256(sealed).hexdigest(),
                         listed[0]["csv_sha256"])
        self.assertTrue(json.loads(self.raw(
            "report", *words, "--format", "json"))["is_sealed"])

    def test_the_attestation_has_the_peak_and_its_cap(self):
        self.hear(2)
        self.server.ctl("plan", "set", "small", "--listeners", "100")
        self.server.ctl("member", "plan", "ana", "small")
        told = self.server.ctl_json(
            "attest", "--member", "ana", "--period", MONTH[:4])["attestation"]
        self.assertEqual(told["peak_listeners"], 2)
        self.assertEqual(told["cap_listeners"], 100)

    def test_a_server_goes_on_from_a_backup(self):
        heard = self.hear(1)
        folder = os.path.join(self.server.folder, "copies")
        os.mkdir(folder)
        os.chmod(folder, 0o777)  # the server may run as somebody else
        wait_for("it has left",
                 lambda: self.server.mount(MOUNT)["listeners"] == 0)
        self.server.ctl("usage")
        self.assertIn("is made and verified",
                      self.server.ctl("backup", "--to", folder))
        self.assertIn("backup-folder is not set",
                      self.server.ctl("backup", status=2))
        other = Server()
        os.mkdir(other.data)
        os.chmod(other.data, 0o777)
        path = os.path.join(other.data, "all2all.sqlite")
        shutil.copy(os.path.join(folder, os.listdir(folder)[0]), path)
        os.chmod(path, 0o666)
        with other:
            live = {kind["name"]: kind for kind in json.loads(other.ctl(
                "report", "--member", "ana", "--period", MONTH,
                "--format", "json"))["kinds"]}["live"]
            self.assertEqual(live["payload_out"], heard)

    def test_bad_words_are_told(self):
        for words in (("report",), ("report", "--member", "ana"),
                      ("report", "--member", "ana", "--period", "2026-13"),
                      ("report", "--member", "ana", "--period", MONTH,
                       "--format", "doc"),
                      ("statement", "close", "--member", "ana"),
                      ("attest", "--period", "2026")):
            self.assertIn("usage: all2allctl",
                          self.server.ctl(*words, status=2), words)
        for words in (("report", "--member", "bo", "--period", MONTH),
                      ("report", "--member", "ana", "--from", "2026-01-02",
                       "--to", "2026-01-01")):
            self.server.ctl(*words, status=1)


if __name__ == "__main__":
    tap.main()
