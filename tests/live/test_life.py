#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Members from their order to their end: what the dates of invoices do to
those who stream and those who listen."""
import datetime
import os
import subprocess
import time

import tap
from ears import Ears
from encoder import Replay, login
from server import Case, tool, wait_for

HEAD = "slug,reference,sent,due,paid,amount,currency\n"


def day(days):
    """So many days from today; never the one that begins at midnight."""
    date = datetime.datetime.now(datetime.timezone.utc).date()
    return (date + datetime.timedelta(days=days)).isoformat()


class Life(Case):
    conf = 'mount "/*" { grace = 30s burst = 16K burst-time = 1s }\n'

    def setUp(self):
        super().setUp()
        self.key = self.server.add_member("demo")

    def on_air(self, mount="/demo/live", rate=32000):
        sock, head = login(self.server, mount, self.key)
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", rate)
        self.addCleanup(source.stop)
        wait_for("on air", lambda: (self.server.mount(mount) or {}).get(
            "type"))
        return source

    def owe(self, days):
        """An invoice that was due so many days ago."""
        return self.server.ctl(
            "member", "invoice", "demo", "2026-1", "--sent", day(-days - 14),
            "--due", day(-days), "--amount", "120.00", "--currency", "EUR")

    def pay(self):
        return self.server.ctl("member", "invoice", "demo", "2026-1",
                               "--paid", day(-1))

    def refusal(self, mount="/demo/live"):
        sock, answer = login(self.server, mount, self.key)
        sock.close()
        return answer

    def listen(self, ears, mount="/demo/live"):
        ear = ears.join(mount)
        wait_for("an answer", lambda: ear.head or ear.is_over)
        return ear


class Payment(Life):
    def test_who_ordered_waits_for_the_payment(self):
        out = self.server.ctl("member", "add", "novice", "--ordered")
        key = out.split("key: ")[1].strip()
        sock, answer = login(self.server, "/novice/a", key)
        sock.close()
        self.assertIn(b" 403 ", answer)
        self.server.ctl("member", "invoice", "novice", "1", "--sent", day(-3),
                        "--amount", "120", "--currency", "EUR", "--paid",
                        day(-1))
        sock, answer = login(self.server, "/novice/a", key)
        sock.close()
        self.assertIn(b" 200 ", answer)

    def test_overdue_streams_on(self):
        self.assertIn("demo is overdue", self.owe(28))
        self.on_air()

    def test_a_set_goes_on_when_its_member_is_blocked_and_is_the_last(self):
        source = self.on_air()
        with Ears(self.server) as ears:
            ear = self.listen(ears)
            self.assertIn("demo is blocked", self.owe(32))
            self.assertIn(b" 403 ", self.refusal("/demo/other"))
            had = len(ear.got)
            time.sleep(2)
            self.assertGreater(len(ear.got), had + 32000)
            self.assertEqual(self.listen(ears).status, 200)
            source.stop()
            ear.wait_over()  # no grace for another source: none may come
            wait_for("the end", lambda: not self.server.mount("/demo/live"))
            self.assertIn(b"blocked", self.refusal_body())
            late = self.listen(ears)
            late.wait_over()
            self.assertEqual(late.status, 503)
            self.assertEqual(late.header("retry-after"), "3600")
            self.assertNotIn(b"block", late.got)
            self.assertIn("demo is active", self.pay())
        self.on_air()

    def refusal_body(self):
        sock, head = login(self.server, "/demo/live", self.key)
        body = sock.recv(4096) if b"blocked" not in head else b""
        sock.close()
        return head + body

    def test_a_table_blocks_and_pays_and_does_no_harm_twice(self):
        path = os.path.join(self.server.folder, "invoices.csv")
        line = f"demo,2026-1,{day(-50)},{day(-36)},%s,120.00,EUR\n"
        with open(path, "w", encoding="utf-8") as file:
            file.write(HEAD + line % "")
        self.assertIn("1 new", self.server.ctl("invoice", "import", path))
        self.assertIn(b" 403 ", self.refusal())
        again = self.server.ctl("invoice", "import", path)
        self.assertIn("0 new, 0 changed, 1 known", again)
        done = subprocess.run(
            [tool("all2allctl"), "-c", self.server.conf_path, "invoice",
             "import", "-"], input=HEAD + line % day(-1), text=True,
            capture_output=True, timeout=30, check=True)
        self.assertIn("1 changed", done.stdout)
        self.assertIn("1 known", self.server.ctl("invoice", "import", path))
        self.on_air()
        rows = self.server.ctl_json("member", "invoices", "demo")["invoices"]
        self.assertEqual([(row["reference"], row["paid"]) for row in rows],
                         [("2026-1", day(-1))])

    def test_a_bad_table_says_where_and_changes_nothing(self):
        path = os.path.join(self.server.folder, "invoices.csv")
        for text, why in (
                (HEAD + f"demo,1,{day(-9)},,,1.00,EUR\n"
                 f"nobody,2,{day(-9)},,,1.00,EUR\n", "line 3, slug"),
                (HEAD + f"demo,1,{day(-9)},,,1;00,EUR\n", "line 2, amount"),
                ("", "empty"), ("a\0b", "zero byte"),
                (HEAD + "x" * (1 << 20), "larger than 1 MiB")):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertIn(why, self.server.ctl(
                "invoice", "import", path, status=1))
        self.server.ctl("invoice", "import", path + ".none", status=1)
        self.assertEqual(self.server.ctl_json(
            "member", "invoices", "demo")["invoices"], [])

    def test_a_year_of_invoices_is_taken_in_one_go(self):
        for number in range(40):
            self.server.ctl("member", "add", f"m{number}")
        lines = [f"m{number},{month:04},{day(-400 + month)},,{day(-2)},9.90,"
                 "EUR\n" for number in range(40) for month in range(300)]
        text = HEAD + "".join(lines)
        self.assertGreater(len(text), 400000)
        path = os.path.join(self.server.folder, "invoices.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        begin = time.monotonic()
        self.assertIn("12000 new", self.server.ctl("invoice", "import", path))
        print(f"# 12000 invoices took {time.monotonic() - begin:.2f} s")

    def test_states_survive_a_restart(self):
        self.owe(32)
        self.server.stop()
        self.server.start()
        self.assertIn(b" 403 ", self.refusal())
        self.pay()
        self.server.stop()
        self.server.start()
        self.on_air()


class Grace(Life):
    conf = Life.conf + "block-grace-live = 3s\n"

    def test_a_set_ends_when_its_time_is_over(self):
        self.on_air()
        begin = time.monotonic()
        self.owe(32)
        wait_for("the end", lambda: not self.server.mount("/demo/live"))
        self.assertGreater(time.monotonic() - begin, 1.5)

    def test_who_pays_within_it_goes_on(self):
        self.on_air()
        self.owe(32)
        self.pay()
        time.sleep(4)
        self.assertEqual(self.server.mount("/demo/live")["state"], "live")

    def test_a_decision_ends_it_at_once(self):
        source = self.on_air()
        with Ears(self.server) as ears:
            ear = self.listen(ears)
            self.server.block("demo")
            ear.wait_over()
        source.stop()
        audit = self.server.ctl("audit", "--member", "demo")
        self.assertIn("security-emergency", audit)
        self.assertIn("Tess", audit)


class Rules(Life):
    conf = Life.conf + "block = manual\n"

    def test_only_a_person_blocks_until_the_rules_are_others(self):
        self.assertIn("demo is overdue", self.owe(32))
        self.server.write_conf(Life.conf + "block-after = 40d\n")
        self.server.ctl("reload")
        self.assertIn("overdue", self.server.ctl("member", "show", "demo"))
        self.server.write_conf(Life.conf)
        self.server.ctl("reload")
        wait_for("blocked", lambda: "state: blocked" in self.server.ctl(
            "member", "show", "demo"))
        self.assertIn(b" 403 ", self.refusal())


class Plans(Life):
    def plan(self, *options):
        self.server.ctl("plan", "set", "small", *options)
        self.server.ctl("member", "plan", "demo", "small")

    def test_listeners_of_a_plan(self):
        self.plan("--listeners", "2")
        self.on_air()
        with Ears(self.server) as ears:
            crowd = [self.listen(ears) for _ in range(2)]
            self.assertEqual({ear.status for ear in crowd}, {200})
            third = self.listen(ears)
            self.assertEqual(third.status, 503)
            self.assertTrue(third.header("retry-after"))
            self.server.ctl("plan", "set", "small", "--listeners", "3")
            self.assertEqual(self.listen(ears).status, 200)

    def test_mounts_of_a_plan(self):
        self.plan("--mounts", "1")
        self.on_air()
        self.assertIn(b" 403 ", self.refusal("/demo/second"))
        self.server.ctl("plan", "set", "small", "--mounts", "none")
        self.on_air("/demo/second")

    def test_bitrate_of_a_plan(self):
        self.plan("--bitrate", "160")
        self.on_air("/demo/fine", 16000)
        self.plan("--bitrate", "16")
        source = self.on_air("/demo/much", 32000)
        self.server.wait_log("sends more than the 16 kbit/s of its plan")
        source.stop()
        self.assertEqual(self.server.mount("/demo/fine")["state"], "live")

    def recordings(self):
        return self.server.ctl_json("recordings")["recordings"]

    def test_without_storage_left_nothing_new_is_recorded(self):
        first = self.on_air("/demo/one")
        wait_for("something recorded", lambda: self.recordings() and
                 self.recordings()[0]["bytes"] > 20000)
        self.plan("--storage", "20kB")
        second = self.on_air("/demo/two")
        self.server.wait_log("source /demo/two is not recorded")
        self.assertEqual(self.server.mount("/demo/two")["state"], "live")
        first.stop()
        second.stop()
        self.assertEqual([row["mount"] for row in self.recordings()],
                         ["/demo/one"])
        self.plan("--storage", "1GB")
        third = self.on_air("/demo/three")
        wait_for("two", lambda: len(self.recordings()) == 2)
        third.stop()

    def test_a_quota_that_caps_refuses_newcomers_only(self):
        source = self.on_air()
        with Ears(self.server) as ears:
            ear = self.listen(ears)
            ear.wait_bytes(100000)
            self.server.ctl("usage")  # what was counted is in the store
            self.plan("--quota", "50kB", "--at-quota", "cap")
            late = self.listen(ears)
            self.assertEqual(late.status, 503)
            had = len(ear.got)
            ear.wait_bytes(had + 32000)
            self.plan("--at-quota", "warn")
            self.assertEqual(self.listen(ears).status, 200)
        self.server.wait_log("member demo has used 100 % of its quota")
        source.stop()


if __name__ == "__main__":
    tap.main()
