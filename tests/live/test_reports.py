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
import sqlite3
import subprocess

import tap
from ears import Ears
from encoder import Replay, login
from server import Case, Server, tool, wait_for

MONTH = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
MOUNT = "/ana/radio.mp3"


def closed(schema):
    """The same, without room for fields that it does not tell of."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if made.get("type") == "object":
        made["additionalProperties"] = False
    return made


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

    def test_all_members_are_sealed_at_once(self):
        self.server.add_member("bob")
        self.assertIn("nobody was a member", self.server.ctl(
            "statement", "close", "--all", "--period", "2025-12"))
        self.server.stop()
        store = sqlite3.connect(os.path.join(self.server.data,
                                             "all2all.sqlite"))
        with store:
            store.execute("UPDATE member SET activated_ms = 1 "
                          "WHERE slug = 'bob'")
        store.close()
        self.server.start()
        told = self.server.ctl("statement", "close", "--all", "--period",
                               "2025-12")
        self.assertIn("bob 2025-12 is sealed", told)
        self.assertNotIn("ana", told)
        self.assertIn("bob 2025 overlaps 2025-12", self.server.ctl(
            "statement", "close", "--all", "--period", "2025", status=1))

    def test_the_json_is_what_its_schema_says(self):
        self.hear(1)
        path = os.path.join(os.environ["A2A_SOURCE"], "docs",
                            "report.schema.json")
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        told = json.loads(self.report("json"))
        self.assertTrue(self.fits(told, closed(schema)))
        for name in ("kinds", "days", "mounts"):
            self.assertTrue(told[name])
        told["total"]["payload_out"] = -1
        self.assertFalse(self.fits(told, schema))

    def fits(self, told, schema):
        paths = []
        for name, content in (("told", told), ("schema", schema)):
            paths.append(os.path.join(self.server.folder, name))
            with open(paths[-1], "w", encoding="utf-8") as file:
                json.dump(content, file)
        return subprocess.run(["jsonschema", "-i", *paths],
                              capture_output=True, check=False
                              ).returncode == 0

    def test_a_correction_is_a_line_of_its_own(self):
        before = json.loads(self.report("json"))
        self.server.ctl("adjust", "ana", "--field", "payload_out", "--delta",
                        "-5000", "--reason", "=counted twice", "--person",
                        "Tess")
        told = json.loads(self.report("json"))
        self.assertEqual(len(before["adjustments"]), 0)
        self.assertEqual(told["adjustments"][0]["delta"], -5000)
        self.assertIn("adjustment,payload_out: =counted twice,",
                      self.report("csv"))
        self.assertIn("adjust payload_out -5000", self.server.ctl("audit"))
        for field, delta in (("money", "1"), ("wire_out", "0"),
                             ("wire_out", "1.5"), ("wire_out", "9" * 30)):
            self.assertIn("--", self.server.ctl(
                "adjust", "ana", "--field", field, "--delta", delta,
                "--reason", "x", "--person", "Tess", status=1))
        self.assertEqual(len(json.loads(self.report("json"))["adjustments"]),
                         1)

    def test_the_books_agree(self):
        with Ears(self.server) as ears:
            ears.join(MOUNT).wait_bytes(60000)
            lines = self.server.ctl_json("reconcile")["reconcile"]
            self.assertEqual(
                [(line["difference"], line["verdict"]) for line in lines
                 if line["check"] == "sessions"], [(1, "listening now")])
        self.hear(2)
        wait_for("all have left",
                 lambda: self.server.mount(MOUNT)["listeners"] == 0)
        lines = self.server.ctl_json("reconcile")["reconcile"]
        self.assertEqual(
            [(line["ours"], line["verdict"]) for line in lines
             if line["check"] == "sessions"], [(3, "equal")])
        out, = [line for line in lines
                if line["check"] == "wire_out" and line["about"] == "lo"]
        self.assertGreater(out["ours"], 180000)
        self.assertGreater(out["theirs"], out["ours"])
        year = self.server.ctl_json("capacity", "--year", MONTH[:4])
        rows = {(row["line"], row["name"]): row for row in year["capacity"]}
        self.assertEqual(rows["year", MONTH[:4]]["wire_out"],
                         rows["month", MONTH]["wire_out"])
        self.assertGreaterEqual(rows["member", "ana"]["wire_out"],
                                out["ours"] - 100000)
        self.assertGreater(rows["codec", "mp3"]["wire_out"], 180000)

    def test_sessions_that_never_began_are_found(self):
        self.hear(1)
        self.server.stop()
        store = sqlite3.connect(os.path.join(self.server.data,
                                             "all2all.sqlite"))
        with store:
            store.execute("UPDATE session SET ended = ended + 1")
        store.close()
        self.server.start()
        done = subprocess.run(
            [tool("all2allctl"), "-c", self.server.conf_path, "reconcile"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("WRONG", done.stdout + done.stderr)

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
            ("capacity", "--year", "26"), ("statement", "close", "--all"),
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
