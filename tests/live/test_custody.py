#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A member's own data: taken out, deleted, brought back; and archives that
somebody has meddled with."""
import csv
import datetime
import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import tarfile

import tap
from ears import Ears
from encoder import Replay, login
from server import Case, Server, wait_for

MOUNT = "/ana/night.mp3"
TITLE = "Unmistakable Broadcast"
NAME, MAIL = "Ana Lumbroso", "lumbroso@example.org"


def month():
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y-%m")


class Custody(Case):
    conf = """recording-point = 500ms
flush = 1s
mount "/*" { grace = 0  burst = 16K }
"""

    def setUp(self):
        super().setUp()
        self.out = os.path.join(self.server.folder, "out")
        os.mkdir(self.out)
        os.chmod(self.out, 0o777)  # the server may run as somebody else
        self.key = self.server.add_member("ana")
        self.other_key = self.server.add_member("bo")
        self.server.ctl("member", "set", "ana", "--name", NAME, "--email",
                        MAIL)

    def on_air(self, mount=MOUNT, key=None, rate=32000):
        title = "Another" if key else TITLE
        sock, head = login(self.server, mount, key or self.key,
                           headers=[f"ice-name: {title}"])
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", rate)
        self.addCleanup(source.stop)
        wait_for("on air", lambda: (self.server.mount(mount) or {}).get(
            "type"))
        return source

    def stream(self, mount=MOUNT, key=None):
        source = self.on_air(mount, key)
        with Ears(self.server) as ears:
            ear = ears.join(mount)
            wait_for("sound", lambda: len(ear.got) > 30000)
        source.stop()
        wait_for("the end", lambda: not self.server.mount(mount))
        wait_for("the recording", lambda: [
            row for row in self.server.ctl_json("recordings")["recordings"]
            if row["mount"] == mount and row["state"] == "done"])
        wait_for("no listener", lambda: not self.server.ctl_json("mounts")[
            "mounts"])

    def report_sha256(self):
        return hashlib.sha256(self.server.ctl(
            "report", "--member", "ana", "--period", month(), "--format",
            "csv").encode()).hexdigest()

    def extract(self, *more):
        said = self.server.ctl("member", "extract", "ana", "--to", self.out,
                               *more)
        path, = [line[:-len(" is made")] for line in said.splitlines()
                 if line.endswith(" is made")]
        return path, said

    def unpack(self, path):
        folder = os.path.join(self.server.folder, "unpacked")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        subprocess.run(["tar", "-xzf", path, "-C", folder], check=True)
        subprocess.run(["sha256sum", "--strict", "--quiet", "-c",
                        "SHA256SUMS"], cwd=folder, check=True)
        return folder

    def purge(self, *more, status=0):
        return self.server.ctl("member", "purge", "ana", "--confirm", "ana",
                               "--person", "Tess", *more, status=status)

    def store(self):
        path = os.path.join(self.server.data, "all2all.sqlite")
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


class Extract(Custody):
    def test_all_that_is_kept_is_in_it(self):
        self.stream()
        self.stream("/bo/b.mp3", self.other_key)
        path, said = self.extract("--with-media")
        self.assertIn("missing: 0", said)
        self.assertRegex(os.path.basename(path),
                         r"^ana-\d{8}T\d{6}Z\.tar\.gz$")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(os.listdir(self.out), [os.path.basename(path)])
        folder = self.unpack(path)
        with open(os.path.join(folder, "recordings.csv"), newline="",
                  encoding="utf-8") as file:
            row, = csv.DictReader(file)
        media = os.path.join(folder, row["file"])
        with open(media, "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).hexdigest(),
                             row["sha256"])
        with open(media[:-4] + ".json", encoding="utf-8") as file:
            self.assertEqual(json.load(file)["sha256"], row["sha256"])
        with self.store() as store:
            tables = [name for name, in store.execute(
                "SELECT DISTINCT t.name FROM sqlite_schema AS t, "
                "pragma_table_info(t.name) AS c WHERE c.name = 'member'")]
            self.assertIn("usage", tables)
            for table in tables:
                self.check_table(store, folder, table)
        for top, _, names in os.walk(folder):
            for name in names:
                with open(os.path.join(top, name), "rb") as file:
                    text = file.read()
                self.assertNotIn(b"$y$", text, name)  # a key's hash
                self.assertNotIn(b"/bo/", text, name)

    def check_table(self, store, folder, table):
        count, = store.execute(f"SELECT count(*) FROM {table} WHERE member = "
                               "(SELECT id FROM member WHERE slug = 'ana')"
                               ).fetchone()
        name = os.path.join(folder, "tables", table)
        with open(name + ".jsonl", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        with open(name + ".csv", newline="", encoding="utf-8") as file:
            cells = list(csv.DictReader(file))
        self.assertEqual(len(rows), count, table)
        self.assertEqual(len(cells), count, table)
        for row, cell in zip(rows, cells):
            self.assertEqual(list(row), list(cell))
            for key, value in row.items():
                self.assertEqual("" if value is None else str(value),
                                 cell[key].removeprefix("'"), key)

    def test_a_missing_recording_is_told_and_streams_go_on(self):
        self.stream()
        source = self.on_air("/ana/live.mp3")
        wait_for("its row", lambda: [
            row for row in self.server.ctl_json("recordings")["recordings"]
            if row["state"] == "active"])
        sent = source.sent
        for folder, _, names in os.walk(
                os.path.join(self.server.data, "archive", "ana")):
            for name in names:
                if name.endswith(".mp3"):
                    os.remove(os.path.join(folder, name))
        path, said = self.extract("--with-media")
        self.assertEqual(said.count("missing: ana/"), 2)
        self.unpack(path)
        wait_for("more sound", lambda: source.sent > sent)
        self.assertEqual(self.server.mount("/ana/live.mp3")["state"], "live")

    def test_where_it_cannot_be_written(self):
        for where in ("out", "/nowhere", os.path.join(
                self.server.folder, "all2alld.conf")):
            self.server.ctl("member", "extract", "ana", "--to", where,
                            status=1)
        self.server.ctl("member", "extract", "eve", "--to", self.out,
                        status=1)
        self.server.ctl("member", "extract", "ana", status=2)
        self.assertEqual(os.listdir(self.out), [])


class Purge(Custody):
    def traces(self):
        """Files below data in which something of her is left; of the store
        everything but the audit."""
        marks = [mark.encode() for mark in
                 (TITLE, NAME, MAIL, MOUNT, "/ana/")]
        found = []
        for folder, folders, names in os.walk(self.server.data):
            found += [name for name in folders if name == "ana"]
            for name in names:
                path = os.path.join(folder, name)
                if name == "control.sock":
                    continue
                if name.startswith("all2all.sqlite"):
                    continue
                with open(path, "rb") as file:
                    text = file.read()
                found += [name for mark in marks if mark in text]
        with self.store() as store:
            lines = [line for line in store.iterdump()
                     if not line.startswith('INSERT INTO "audit"')]
        found += [line for line in lines for mark in (*marks, b"'ana'")
                  if mark.decode() in line]
        return found

    def test_nothing_is_left_but_the_audit(self):
        self.stream()
        self.stream("/bo/b.mp3", self.other_key)
        self.assertTrue(self.traces())
        self.server.block("ana")
        said = self.purge("--reference", "letter 7")
        self.assertIn("CERTIFICATE OF DELETION", said)
        self.assertRegex(said, r"(?m)^files deleted: 3, [1-9]")
        self.assertRegex(said, r"(?m)^  usage: [1-9]")
        self.assertRegex(said, r"(?m)^sha256: [0-9a-f]{64}$")
        self.assertIn("its log is empty", said)
        self.assertEqual(self.traces(), [])
        for name in ("all2all.sqlite", "all2all.sqlite-wal"):
            with open(os.path.join(self.server.data, name), "rb") as file:
                text = file.read()
            for mark in (TITLE, MOUNT):  # the audit never had these
                self.assertNotIn(mark.encode(), text, name)
        sock, answer = login(self.server, MOUNT, self.key)
        sock.close()
        self.assertNotIn(b" 200 ", answer)
        self.stream("/bo/b2.mp3", self.other_key)
        self.server.stop()
        self.server.start()  # and the audit's chain is whole
        self.assertEqual(self.traces(), [])
        self.assertNotIn("audit: row", self.server.log())
        self.assertIn("member purge", self.server.ctl(
            "audit", "--member", "deleted-1"))

    def test_who_is_on_air_or_held_stays(self):
        source = self.on_air()
        for more in ((), ("--force", "--reference", "letter")):
            self.purge(*more, status=1)
        self.assertEqual(self.server.mount(MOUNT)["state"], "live")
        source.stop()
        wait_for("the end", lambda: not self.server.mount(MOUNT))
        self.assertIn("active", self.purge(status=1))
        self.server.ctl("member", "hold", "ana", "--reference", "court",
                        "--person", "Tess")
        self.assertIn("held", self.purge("--force", "--reference", "letter",
                                         status=1))
        self.server.ctl("member", "release", "ana", "--reference", "court",
                        "--person", "Tess")
        wait_for("the recording is over", lambda: [
            row for row in self.server.ctl_json("recordings")["recordings"]
            if row["state"] == "done"])
        self.assertIn("CERTIFICATE", self.purge("--force", "--reference",
                                                "letter"))


class Import(Custody):
    def test_out_and_back_gives_the_same_report(self):
        self.stream()
        before = self.report_sha256()
        path, _ = self.extract("--with-media")
        first = self.unpack(path)
        kept = {name: self.read(first, name) for name in (
            "tables/usage.csv", "tables/session.csv", "tables/peak.csv",
            "recordings.csv")}
        self.assertTrue([row for row in kept["tables/usage.csv"]
                         if row["kind"] == "live" and
                         int(row["payload_out"]) > 30000])
        for turn in range(2):
            self.purge("--force", "--reference", "letter")
            said = self.server.ctl("member", "import", path)
            self.assertIn("files: 2", said)
            key = said.split("key: ")[1].strip()
            self.assertEqual(self.report_sha256(), before, turn)
        self.assertEqual(self.server.ctl_json("member", "show", "ana")[
            "member"]["state"], "ordered")
        os.remove(path)
        again, _ = self.extract("--with-media")
        second = self.unpack(again)
        for name, text in kept.items():
            self.assertEqual(self.figures(text),
                             self.figures(self.read(second, name)), name)
        sock, answer = login(self.server, MOUNT, key)
        sock.close()
        self.assertIn(b" 403 ", answer)
        self.server.ctl("member", "activate", "ana")
        self.key = key
        self.on_air()

    @staticmethod
    def read(folder, name):
        with open(os.path.join(folder, name), newline="",
                  encoding="utf-8") as file:
            return list(csv.DictReader(file))

    @staticmethod
    def figures(rows):
        """Without what numbers rows in one store only."""
        return [{key: value for key, value in row.items()
                 if key not in ("member", "rev")} for row in rows]

    def test_another_relay_takes_her_in(self):
        self.stream()
        before = self.report_sha256()
        path, _ = self.extract("--with-media")
        os.chmod(path, 0o644)
        with Server(self.conf) as other:
            other.add_member("someone")
            self.assertIn("key: ", other.ctl("member", "import", path))
            self.assertEqual(hashlib.sha256(other.ctl(
                "report", "--member", "ana", "--period", month(), "--format",
                "csv").encode()).hexdigest(), before)
            self.assertIn("there is such a member already",
                          other.ctl("member", "import", path, status=1))

    def test_what_was_tampered_with_changes_nothing(self):
        self.stream()
        path, _ = self.extract("--with-media")
        self.purge("--force", "--reference", "letter")
        with gzip.open(path, "rb") as file:
            whole = file.read()
        with open(path, "rb") as file:
            packed = file.read()
        usage = whole.index(b'"payload_out":')
        media = whole.index(b"\xff\xfb")
        sums = whole.rindex(b"SHA256SUMS")
        cases = {
            "a figure": self.flip(whole, usage + 15),
            "a sound": self.flip(whole, media + 5000),
            "no sums": whole[:sums] + bytes(10240),
            "a file more": self.with_file(whole, "tables/more.jsonl", b"x"),
            "a way out": self.with_file(whole, "../../escape", b"x"),
            "a root": self.with_file(whole, "/tmp/a2a-escape", b"x"),
            "nothing": b"",
        }
        for what, text in cases.items():
            with self.subTest(what):
                self.refuse(gzip.compress(text, 1))
        with self.subTest("half of it"):
            self.refuse(packed[:len(packed) // 2])
        with self.subTest("broken gzip"):
            self.refuse(self.flip(packed, len(packed) // 2))
        with self.subTest("no gzip"):
            self.refuse(b"hello")
        self.assertFalse(os.path.exists("/tmp/a2a-escape"))
        self.server.ctl("member", "import", path)

    @staticmethod
    def flip(text, at):
        return text[:at] + bytes([text[at] ^ 1]) + text[at + 1:]

    def with_file(self, whole, name, text):
        plain = os.path.join(self.server.folder, "plain.tar")
        with open(plain, "wb") as file:
            file.write(whole)
        with tarfile.open(plain, "a") as tar:
            info = tarfile.TarInfo(name)
            info.size = len(text)
            with open(plain + ".part", "wb") as file:
                file.write(text)
            with open(plain + ".part", "rb") as file:
                tar.addfile(info, file)
        with open(plain, "rb") as file:
            return file.read()

    def refuse(self, packed):
        path = os.path.join(self.out, "tampered.tar.gz")
        with open(path, "wb") as file:
            file.write(packed)
        os.chmod(path, 0o644)
        said = self.server.ctl("member", "import", path, status=1)
        self.assertIn("nothing is imported", said)
        self.assertNotIn("key: ", said)
        slugs = [row["slug"] for row in
                 self.server.ctl_json("member", "list")["members"]]
        self.assertNotIn("ana", slugs)
        files = [name for _, _, names in os.walk(
            os.path.join(self.server.data, "archive")) for name in names]
        self.assertEqual(files, [])


if __name__ == "__main__":
    tap.main()
