#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What becomes of recordings: published, edited, held, thrown away and taken
back, deleted by rules and by nothing else; and an archive that somebody
changed behind the server's back."""
import hashlib
import json
import os
import sqlite3
import subprocess

from encoder import Replay, login
from fake_s3 import FakeS3
from offload import Archived
from seam import Seam
from server import Case, Server, wait_for

DAY = 86400


def rows_of(server, *more):
    return server.ctl_json("archive", "list", *more)["recordings"]


class Archive(Case):
    conf = """recording-point = 500ms
mount "/*" { grace = 0 }
"""

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")
        self.archive = os.path.join(self.server.data, "archive")
        self.count = 0

    def record(self, mount=None, seconds=1, member="demo", key=None,
               headers=()):
        """A finished one's row."""
        self.count += 1
        mount = mount or f"/{member}/show{self.count}.mp3"
        sock, head = login(self.server, mount, key or self.key,
                           headers=list(headers))
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", 64000)
        wait_for("enough bytes", lambda: source.sent > seconds * 64000)
        known = {row["id"] for row in rows_of(self.server)
                 if row["state"] == "done"}
        source.stop()
        row, = wait_for("it is done", lambda: [
            row for row in rows_of(self.server)
            if row["mount"] == mount and row["state"] == "done" and
            row["id"] not in known])
        return row

    def show(self, row):
        return json.loads(self.server.ctl("archive", "show", row["id"]))

    def path(self, row, ending=None):
        """Of its media, or of what is beside it."""
        for folder, _, names in os.walk(self.archive):
            for name in names:
                stem, _, end = name.partition(".")
                if stem.endswith(row["id"]) and end == (ending or "mp3"):
                    return os.path.join(folder, name)
        return None

    def row(self, row, *more):
        """As it is listed now, or None."""
        same = [other for other in rows_of(self.server, *more)
                if other["id"] == row["id"]]
        return same[0] if same else None

    def audit(self):
        return self.server.ctl("audit")

    def store(self, sql):
        """What only somebody with the store in hand can do."""
        path = os.path.join(self.server.data, "all2all.sqlite")
        link = sqlite3.connect(path, timeout=20)
        rows = link.execute(sql).fetchall()
        link.commit()
        link.close()
        return rows

    def sums_are_right(self):
        count = 0
        for folder, _, names in os.walk(self.archive):
            if "SHA256SUMS" not in names:
                continue
            done = subprocess.run(
                ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder,
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            count += done.stdout.count(": OK\n")
        return count


class Commands(Archive):
    def test_published_edited_trashed_restored_and_pinned(self):
        row = self.record()
        short = row["id"][:6]
        ctl = self.server.ctl
        ctl("archive", "publish", short)
        self.assertTrue(self.show(row)["public"])
        published = self.show(row)["published_ms"]
        self.assertEqual(self.row(row)["public"], 1)
        ctl("archive", "hide", short)
        self.assertFalse(self.show(row)["public"])
        self.assertEqual(self.show(row)["published_ms"], published)
        ctl("archive", "edit", short, "--title", "Soir\u00e9e",
            "--description", "two\nlines")
        self.assertEqual(self.show(row)["title"], "Soir\u00e9e")
        self.assertEqual(self.row(row)["title"], "Soir\u00e9e")
        ctl("archive", "trash", short)
        self.assertIsNone(self.row(row))
        self.assertIsNotNone(self.row(row, "--trash"))
        self.assertIn("in the trash", ctl(
            "archive", "publish", short, status=1))
        ctl("archive", "restore", short)
        self.assertIsNotNone(self.row(row))
        ctl("archive", "pin", short)
        self.assertTrue(self.show(row)["pinned"])
        ctl("archive", "unpin", short)
        self.assertFalse(self.show(row)["pinned"])
        said = self.audit()
        for what in ("published", "hidden", "edited", "trashed", "restored",
                     "pinned", "unpinned"):
            self.assertIn(f"recording {what} id={row['id']}", said)
        self.assertIn("title=", said)
        self.assertEqual(self.sums_are_right(), 1)

    def test_ids_that_are_none(self):
        self.record()
        ctl = self.server.ctl
        self.assertIn("at least 6", ctl("archive", "show", "abc", status=1))
        for name in ("zzzzzz", "../../x", "a" * 500, "%%%%%%", "\u202eabcdef"):
            self.assertIn("no such", ctl("archive", "trash", name, status=1))
        ctl("archive", "trash", status=2)
        ctl("archive", "rescan", "--dry-run", status=2)

    def test_what_is_still_written_is_left_alone(self):
        sock, _ = login(self.server, "/demo/on.mp3", self.key)
        source = Replay(sock, "cbr128.mp3", 32000)
        row, = wait_for("it is written", lambda: [
            row for row in rows_of(self.server) if row["state"] == "active"])
        self.assertIn("still being", self.server.ctl(
            "archive", "trash", row["id"], status=1))
        self.assertIn("not here", self.server.ctl(
            "archive", "scrub", row["id"], status=1))
        self.assertEqual(
            self.server.ctl_json("archive", "rescan")["rescan"], [])
        self.assertEqual(self.row(row)["state"], "active")
        source.stop()

    def test_hostile_titles(self):
        rude = ["../../../etc/passwd", "\u202egnp.exe", "a" * 511,
                "=cmd|' /C calc'!A0", "\"; DROP TABLE recording; --"]
        row = self.record(headers=["ice-name: ../../\u202e\t"])
        for title in rude:
            self.server.ctl("archive", "edit", row["id"], "--title", title)
            self.assertNotIn("/etc/", str(os.listdir(self.archive)))
            self.assertEqual(self.row(row)["id"], row["id"])
            shown = self.show(row)["title"]
            self.assertFalse(any(ord(char) < 32 for char in shown))
        self.assertIn("at most", self.server.ctl(
            "archive", "edit", row["id"], "--title", "\u00e9" * 300, status=1))
        self.assertIn("too long", self.server.ctl(
            "archive", "edit", row["id"], "--title", "x" * 10000, status=2))
        self.server.ctl("archive", "edit", row["id"], "--title",
                        "bell\x07 escape\x1b[31m line\nend")
        for form in ("text", "csv"):
            said = self.server.ctl("archive", "list", "--format", form)
            self.assertNotIn("\x1b", said)
            self.assertNotIn("\x07", said)
        names = {name for _, _, files in os.walk(self.archive)
                 for name in files}
        self.assertEqual(len(names), 3, names)

    def test_a_long_name_from_a_source(self):
        for name in ("x" * 10000, "\x01\x02\x7f", "\u202e\u2066 right to left",
                     "../../../../tmp/x"):
            sock, head = login(self.server, f"/demo/n{self.count}.mp3",
                               self.key, headers=["ice-name: " + name])
            self.count += 1
            if b" 200 " not in head:
                sock.close()  # refused whole: as good
                continue
            source = Replay(sock, "cbr128.mp3", 64000)
            wait_for("some", lambda: source.sent > 64000)
            source.stop()
        wait_for("all are done", lambda: all(
            row["state"] == "done" for row in rows_of(self.server)))
        for row in rows_of(self.server):
            self.assertLess(len(self.show(row)["title"].encode()), 512)
            self.assertIsNotNone(self.path(row))
        self.assertGreater(self.sums_are_right(), 0)


class Held(Archive):
    conf = Archive.conf + "trash-time = 0\n"

    def hold(self, row, *more):
        self.server.ctl("archive", "hold", row["id"], "--reason",
                        "a \"complaint\"", "--reference", "PV 7/26",
                        "--person", "Tess", *more)

    def test_nothing_deletes_what_is_held(self):
        row, other = self.record(), self.record()
        self.hold(row)
        self.assertIn("it is held", self.server.ctl(
            "archive", "trash", row["id"], status=1))
        self.server.ctl("archive", "trash", other["id"])
        wait_for("the other is deleted", lambda: not self.path(other), 30)
        self.assertIsNotNone(self.path(row))
        self.server.block("demo")
        said = self.server.ctl(
            "member", "purge", "demo", "--confirm", "demo", "--person",
            "Tess", status=1)
        self.assertIn("held", said)
        self.assertIn(row["id"], said)
        self.assertIn("PV 7/26", said)
        self.assertIsNotNone(self.path(row))
        shown = self.show(row)["hold"]
        self.assertEqual(shown["reference"], "PV 7/26")
        self.assertIn("reference=\"PV 7/26\"", self.audit().replace("\\", ""))
        self.server.ctl("archive", "release", row["id"], "--person", "An")
        said = self.server.ctl("member", "purge", "demo", "--confirm", "demo",
                               "--person", "Tess")
        self.assertIn("recordings deleted: 1, ", said)
        self.assertNotIn("NOT deleted", said)
        self.assertEqual(os.listdir(self.archive), [])

    def test_a_row_that_forgot_the_hold_does_not_matter(self):
        row = self.record()
        self.hold(row)
        self.store("UPDATE recording SET hold_reason = '', trashed_ms = 1")
        self.server.wait_log("stays: it is held", 30)
        self.assertIsNotNone(self.path(row))
        wait_for("its row knows again", lambda: (
            self.row(row) or {"held": 0})["held"] == 1)


class Scrubbed(Archive):
    def test_a_flipped_byte_is_found_and_mended(self):
        row, other = self.record(), self.record()
        path = self.path(row)

        def flip():
            with open(path, "r+b") as file:
                file.seek(1000)
                byte = file.read(1)[0]
                file.seek(1000)
                file.write(bytes([byte ^ 1]))

        def scrub(*more):
            said = self.server.ctl_json("archive", "scrub", *more)["scrub"]
            return {line["id"]: line["result"] for line in said}

        os.chmod(path, 0o640)
        self.assertEqual(self.sums_are_right(), 2)
        self.assertEqual(scrub(), {row["id"]: "right", other["id"]: "right"})
        flip()
        self.assertEqual(scrub("--member", "demo"),
                         {row["id"]: "wrong", other["id"]: "right"})
        self.assertIn("scrub: its bytes are not those", self.server.log())
        self.assertIn("not those", self.show(row)["note"])
        self.assertEqual(self.row(row)["state"], "done")
        self.assertEqual(scrub(other["id"]), {other["id"]: "right"})
        self.assertEqual(scrub("--member", "nobody"), {})
        flip()
        self.assertEqual(scrub(row["id"][:8]), {row["id"]: "right"})
        self.assertEqual(self.show(row)["note"], "")
        os.remove(path)
        self.assertEqual(scrub(row["id"]), {row["id"]: "missing"})


class Rescanned(Archive):
    def rescan(self):
        said = self.server.ctl_json("archive", "rescan")["rescan"]
        return [f"{line['path']}: {line['what']}" for line in said]

    def test_deleted_rows_come_back_as_they_were(self):
        first, second = self.record(), self.record()
        self.server.ctl("archive", "publish", first["id"])
        self.server.ctl("archive", "edit", first["id"], "--title", "kept")
        self.server.ctl("archive", "trash", second["id"])
        before = self.store("SELECT * FROM recording ORDER BY id")
        self.assertEqual(self.rescan(), [])
        self.store("DELETE FROM recording")
        self.assertEqual(rows_of(self.server), [])
        self.assertEqual(len(self.rescan()), 2)
        self.assertEqual(
            self.store("SELECT * FROM recording ORDER BY id"), before)
        self.assertEqual(self.rescan(), [])

    def test_what_somebody_did_by_hand(self):
        row, other, third = self.record(), self.record(), self.record()
        sidecar = self.path(row, "json")
        with open(sidecar, encoding="utf-8") as file:
            facts = json.load(file)
        facts.update(title="by hand", mine={"stays": [1, 2]})
        with open(sidecar, "w", encoding="utf-8") as file:
            json.dump(facts, file)
        with open(self.path(other, "json"), "a", encoding="utf-8") as file:
            file.write("}")
        os.remove(self.path(third))
        said = self.rescan()
        self.assertEqual(len(said), 3, said)
        self.assertEqual(self.row(row)["title"], "by hand")
        self.assertEqual(self.row(third)["state"], "broken")
        self.assertEqual(self.row(other)["state"], "done")
        self.server.ctl("archive", "publish", row["id"])
        self.assertEqual(self.show(row)["mine"], {"stays": [1, 2]})
        self.assertIn("cannot be read", self.server.ctl(
            "archive", "publish", other["id"], status=1))

    def test_what_was_planted(self):
        row = self.record()
        folder = os.path.dirname(self.path(row))
        victim = os.path.join(self.server.folder, "victim")
        with open(victim, "w", encoding="utf-8") as file:
            file.write("keep this")
        stem = os.path.basename(self.path(row))[:17] + "a" * 25
        os.symlink(victim, os.path.join(folder, stem + "b.mp3"))
        os.link(victim, os.path.join(folder, stem + "c.mp3"))
        os.mkfifo(os.path.join(folder, stem + "d.mp3"))
        os.symlink(victim, os.path.join(folder, stem + "e.json"))
        os.mkdir(os.path.join(folder, stem + "f.mp3"))
        os.mkfifo(os.path.join(folder, stem + "g.json"))
        os.symlink("/", os.path.join(self.archive, "demo", "2025"))
        os.symlink(self.archive, os.path.join(self.archive, "other"))
        said = self.rescan()
        self.assertEqual(len(said), 8, said)
        self.assertTrue(all("left alone" in line for line in said), said)
        self.assertEqual(self.rescan(), said)
        self.server.ctl("archive", "scrub")
        self.server.ctl("archive", "retention")
        with open(victim, encoding="utf-8") as file:
            self.assertEqual(file.read(), "keep this")
        self.assertEqual(os.stat(victim).st_nlink, 2)
        self.assertEqual(len(rows_of(self.server)), 1)
        self.assertEqual(self.sums_are_right(), 1)

    def test_a_server_that_was_killed_meanwhile(self):
        rows = [self.record(seconds=0.2) for _ in range(4)]
        before = self.store("SELECT * FROM recording ORDER BY id")
        for row in rows[::2]:
            os.remove(self.path(row, "json"))
        self.store("DELETE FROM recording")
        for wait in (0, 0.005, 0.02):
            ask = subprocess.Popen(
                [os.path.join(os.environ.get("A2A_BUILD", os.getcwd()),
                              "tools", "all2allctl"), "-c",
                 self.server.conf_path, "archive", "rescan"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                ask.wait(wait or 0.001)
            except subprocess.TimeoutExpired:
                pass
            self.server.kill()
            ask.wait(20)
            self.server.start()
        self.rescan()
        after = self.store("SELECT * FROM recording ORDER BY id")
        self.assertEqual([row[0] for row in after],
                         [row[0] for row in before])
        self.assertEqual(self.rescan(), [])
        self.assertEqual(self.sums_are_right(), 4)


class Ruled(Archive):
    conf = """recording-point = 500ms
trash-time = 2d
mount "/demo/one*" { grace = 0  keep-programme = 30d }
mount "/demo/two*" { grace = 0  keep-count = 1 }
mount "/*" { grace = 0 }
"""

    def setUp(self):
        self.server = Server(self.conf)
        self.seam = Seam(self.server.folder)
        self.addCleanup(self.seam.close)
        self.server.start(preload=self.seam.library)
        self.addCleanup(self.finish)
        self.key = self.server.add_member("demo")
        self.archive = os.path.join(self.server.data, "archive")
        self.count = 0

    def due(self, *more):
        said = self.server.ctl_json("archive", "retention", *more)
        return {line["id"]: line["why"] for line in said["retention"]}

    def test_rules_put_into_the_trash_and_time_deletes(self):
        old = self.record("/demo/one.mp3")
        pinned = self.record("/demo/one2.mp3")
        held = self.record("/demo/one3.mp3")
        free = self.record("/demo/free.mp3")
        first = self.record("/demo/two.mp3")
        second = self.record("/demo/two.mp3")
        self.server.ctl("archive", "pin", pinned["id"])
        self.server.ctl("archive", "hold", held["id"], "--reason", "x",
                        "--reference", "y", "--person", "z")
        self.assertEqual(self.due("--dry-run"), {first["id"]: "keep-count"})
        self.seam.set_clock(31 * DAY)
        wanted = {first["id"]: "keep-count", old["id"]: "keep-programme"}
        self.assertEqual(self.due("--dry-run"), wanted)
        self.assertIsNotNone(self.row(old))
        self.assertEqual(self.due(), wanted)
        self.assertEqual(self.due(), {})
        self.assertIsNone(self.row(old))
        self.assertIsNotNone(self.row(old, "--trash"))
        self.assertIn("rule=keep-programme", self.audit())
        self.assertEqual(self.sums_are_right(), 6)
        self.seam.set_clock(34 * DAY)
        wait_for("they are deleted", lambda: not self.path(old) and
                 not self.path(first), 30)
        wait_for("their rows are, too",
                 lambda: not rows_of(self.server, "--trash"))
        for row in (pinned, held, free, second):
            self.assertIsNotNone(self.path(row))
            self.assertIsNotNone(self.row(row))
        self.assertEqual(self.sums_are_right(), 4)

    def test_each_is_scrubbed_once_in_a_while(self):
        row = self.record("/demo/free.mp3")
        select = "SELECT scrubbed_ms FROM recording"
        self.assertEqual(self.store(select), [(0,)])
        with open(self.path(row), "rb") as file:
            byte = file.read(1)[0]
        os.chmod(self.path(row), 0o640)
        with open(self.path(row), "r+b") as file:
            file.write(bytes([byte ^ 4]))
        self.seam.set_clock(31 * DAY)
        self.server.stop()
        self.server.start(preload=self.seam.library)
        self.server.wait_log("scrub: its bytes are not those")
        when = wait_for("it is written", lambda: self.store(select)[0][0])
        self.server.stop()
        self.server.start(preload=self.seam.library)
        self.server.ctl("archive", "rescan")
        self.assertEqual(self.store(select), [(when,)])


class Rotated(Archive):
    def test_the_oldest_make_room(self):
        kept = self.record()
        self.server.ctl("archive", "publish", kept["id"])
        rows = [self.record() for _ in range(4)]
        self.server.ctl("archive", "pin", rows[0]["id"])
        self.server.ctl("archive", "trash", rows[3]["id"])
        sizes = [row["bytes"] for row in [kept, *rows]]
        # Room for four of the five, at 90 %.
        storage = int((sum(sizes) - sizes[4] * 0.5) / 0.9)
        self.server.ctl("plan", "set", "small", "--storage", str(storage),
                        "--at-storage", "rotate")
        self.server.ctl("member", "plan", "demo", "small")
        wait_for("the trash goes first", lambda: not self.path(rows[3]), 30)
        self.assertEqual(len(rows_of(self.server)), 4)
        storage = int((sum(sizes[:4]) - sizes[2] * 0.5) / 0.9)
        self.server.ctl("plan", "set", "small", "--storage", str(storage))
        wait_for("then the oldest", lambda: not self.path(rows[1]), 30)
        wait_for("and its row", lambda: len(rows_of(self.server)) == 3)
        for row in (kept, rows[0], rows[2]):
            self.assertIsNotNone(self.path(row))
        self.assertIn("rule=at-storage rotate", self.audit())
        self.server.ctl("plan", "set", "small", "--storage", "1")
        self.server.wait_log("nothing more of it may go", 30)
        for row in (kept, rows[0]):
            self.assertIsNotNone(self.path(row))
        self.assertIsNone(self.path(rows[2]))

    def test_without_storage_nothing_is_recorded(self):
        self.server.ctl("plan", "set", "none-at-all", "--storage", "0")
        self.server.ctl("member", "plan", "demo", "none-at-all")
        sock, head = login(self.server, "/demo/a.mp3", self.key)
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", 64000)
        wait_for("some", lambda: source.sent > 128000)
        source.stop()
        self.assertEqual(rows_of(self.server), [])
        self.assertEqual(os.listdir(self.archive), [])

    def test_what_is_written_counts(self):
        self.server.ctl("plan", "set", "small", "--storage", "1GB")
        self.server.ctl("member", "plan", "demo", "small")
        sock, _ = login(self.server, "/demo/a.mp3", self.key)
        source = Replay(sock, "cbr128.mp3", 64000)
        row, = wait_for("it is written", lambda: [
            row for row in rows_of(self.server) if row["state"] == "active"])
        wait_for("it has grown", lambda: self.row(row)["bytes"] > 400000, 30)
        source.stop()


class Elsewhere(Archive):
    """With an object store: FakeS3, and all2all-archived between."""
    conf = Archive.conf + "trash-time = 0\n"

    def setUp(self):
        super().setUp()
        self.store_of_objects = FakeS3(True)
        self.addCleanup(self.store_of_objects.__exit__)
        self.relay = Archived(self.store_of_objects.url)
        self.addCleanup(self.relay.close)
        with open(self.relay.conf, encoding="utf-8") as file:
            text = file.read()
        with open(self.relay.conf, "w", encoding="utf-8") as file:
            file.write(text.replace('data = "data"',
                                    f'data = "{self.server.data}"'))
        self.relay.socket = os.path.join(self.server.data, "archived.sock")

    def states(self):
        said = self.server.ctl_json("archive", "offload")["objects"]
        return {line["id"]: line["state"] for line in said}

    def test_there_only_and_back(self):
        row = self.record()
        path = self.path(row)
        with open(path, "rb") as file:
            media = file.read()
        drop = ("archive", "offload", row["id"], "--drop")
        self.assertIn("stays", self.server.ctl(*drop, status=1))
        self.assertIn("does not answer", self.server.ctl(
            "archive", "offload", status=1))
        self.relay.start()
        wait_for("it is there", lambda: self.states().get(
            row["id"]) == "verified")
        self.server.ctl(*drop)
        self.assertIsNone(self.path(row))
        self.assertTrue(self.show(row)["remote"])
        self.assertEqual(self.show(row)["sha256"],
                         hashlib.sha256(media).hexdigest())
        self.assertEqual(self.sums_are_right(), 0)
        self.assertEqual(
            self.server.ctl_json("archive", "rescan")["rescan"], [])
        self.assertEqual(self.row(row)["state"], "done")
        self.server.ctl("archive", "restore", row["id"], "--local")
        with open(path, "rb") as file:
            self.assertEqual(file.read(), media)
        self.assertFalse(self.show(row)["remote"])
        self.assertEqual(self.sums_are_right(), 1)
        self.assertIn("is here", self.server.ctl(
            "archive", "restore", row["id"], "--local", status=1))

    def test_an_object_that_is_another_is_not_taken(self):
        row = self.record()
        self.relay.start()
        wait_for("it is there", lambda: self.states().get(
            row["id"]) == "verified")
        sidecar = self.path(row, "json")
        with open(sidecar, encoding="utf-8") as file:
            facts = json.load(file)
        facts["sha256"] = "0" * 64
        with open(sidecar, "w", encoding="utf-8") as file:
            json.dump(facts, file)
        self.assertIn("stays", self.server.ctl(
            "archive", "offload", row["id"], "--drop", status=1))
        self.assertIsNotNone(self.path(row))

    def test_what_is_deleted_here_is_deleted_there(self):
        row = self.record()
        self.relay.start()
        wait_for("it is there", lambda: self.states().get(
            row["id"]) == "verified")
        self.server.ctl("archive", "trash", row["id"])
        wait_for("it is deleted", lambda: not self.path(row), 30)
        wait_for("there too", lambda: not any(
            row["id"] in key for key in self.store_of_objects.objects), 100)
        wait_for("and nothing is to be forgotten", lambda: self.store(
            "SELECT count(*) FROM forget") == [(0,)])


if __name__ == "__main__":
    import tap
    tap.main()
