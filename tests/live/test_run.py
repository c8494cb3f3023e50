#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""How the daemon starts, whom it becomes, how it is told things and ends."""
import csv
import io
import json
import os
import pwd
import signal
import subprocess
import time
import unittest

from ears import Ears, decode
from encoder import Replay, login
from server import Case, Server, read_all, tool, wait_for


def daemon(*options, timeout=20):
    done = subprocess.run([tool("all2alld"), *options], capture_output=True,
                          text=True, timeout=timeout, check=False)
    return done.returncode, done.stdout, done.stderr


class Options(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.__exit__, None, None, None)

    def test_version(self):
        status, out, err = daemon("-V")
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"^all2alld \d+\.\d+\.\d+")
        for library in ("libevent", "OpenSSL", "SQLite"):
            self.assertIn(library, out)

    def test_wrong_use_is_status_2(self):
        for options in ((), ("-x",), ("-c",), ("-n",),
                        ("-c", self.server.conf_path, "more")):
            status, out, err = daemon(*options)
            self.assertEqual((status, out), (2, ""), options)
            self.assertIn("usage", err)

    def test_check_only_says_fine_and_starts_nothing(self):
        status, out, err = daemon("-n", "-c", self.server.conf_path)
        self.assertEqual((status, err), (0, ""))
        self.assertIn("is fine", out)
        self.assertFalse(os.path.exists(self.server.data))

    def test_check_only_says_file_and_line(self):
        self.server.write_conf("\nnonsense = 3\n")
        for options in (("-n",), ()):
            status, out, err = daemon(
                *options, "-c", self.server.conf_path)
            self.assertEqual((status, out), (1, ""))
            line = self.server.base_conf.count("\n") + 2
            self.assertIn(f"{self.server.conf_path}:{line}:", err)
            self.assertEqual(err.count("\n"), 1)

    def test_addresses_are_written_one_a_line(self):
        self.server.base_conf += 'listen "127.0.0.3:0" { }\n'
        self.server.write_conf("")
        self.server.start()
        with open(self.server.ports_path, encoding="ascii") as file:
            lines = file.read().splitlines()
        self.assertRegex(lines[0], r"^127\.0\.0\.1:[1-9]\d*$")
        self.assertRegex(lines[1], r"^127\.0\.0\.3:[1-9]\d*$")
        self.assertEqual(len(lines), 2)

    def test_a_port_that_is_taken_is_said(self):
        self.server.start()
        with Server() as other:
            other.stop()
            other.base_conf = other.base_conf.replace(
                "127.0.0.1:0", f"127.0.0.1:{self.server.port}")
            other.write_conf("")
            status, _, err = daemon("-c", other.conf_path)
            self.assertEqual(status, 1)
            self.assertIn(str(self.server.port), err)
            self.assertIn("in use", err)

    def test_a_second_daemon_on_the_same_data_is_refused(self):
        self.server.start()
        status, _, err = daemon("-c", self.server.conf_path)
        self.assertEqual(status, 1)
        self.assertIn("in use by another all2alld", err)
        self.server.ctl("mounts")  # the first one is not harmed

    def test_a_damaged_store_is_left_alone(self):
        self.server.start()
        self.server.add_member("demo")
        self.server.stop()
        path = os.path.join(self.server.data, "all2all.sqlite")
        with open(path, "r+b") as file:
            file.write(b"\xff" * 3000)
        with open(path, "rb") as file:
            before = file.read()
        status, _, err = daemon("-c", self.server.conf_path)
        self.assertEqual(status, 1)
        self.assertIn("all2all.sqlite", err)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)

    @unittest.skipIf(os.geteuid() != 0, "not root")
    def test_root_becomes_somebody_else_for_good(self):
        self.server.start()
        with open(f"/proc/{self.server.process.pid}/status",
                  encoding="ascii") as file:
            said = dict(line.split(":\t", 1) for line
                        in file.read().splitlines() if ":\t" in line)
        try:
            user = pwd.getpwnam("all2all")
        except KeyError:
            user = pwd.getpwnam("nobody")
        self.assertEqual(said["Uid"].split(), [str(user.pw_uid)] * 4)
        self.assertEqual(said["Gid"].split(), [str(user.pw_gid)] * 4)
        self.assertEqual(said["Groups"].split(), [])
        self.assertEqual(int(said["CapEff"], 16), 0)
        self.assertEqual(int(said["CapPrm"], 16), 0)
        self.assertEqual(said["NoNewPrivs"], "1")

    @unittest.skipIf(os.geteuid() != 0, "not root")
    def test_root_without_a_user_to_become_does_not_start(self):
        self.server.write_conf('user = "root"\n')
        status, _, err = daemon("-c", self.server.conf_path)
        self.assertEqual(status, 1)
        self.assertIn("root", err)

    def test_what_is_kept_is_private(self):
        self.server.start()
        self.server.add_member("demo")
        for folder, _, names in os.walk(self.server.data):
            self.assertEqual(os.stat(folder).st_mode & 0o027, 0, folder)
            for name in names:
                path = os.path.join(folder, name)
                self.assertEqual(os.lstat(path).st_mode & 0o007, 0, path)


class OnAir(Case):
    tls = True
    conf = 'mount "/*" { grace = 0  burst = 16K  burst-time = 1s ' \
           'pace = 200ms }\n'

    def setUp(self):
        super().setUp()
        self.ears = Ears(self.server)
        self.addCleanup(self.ears.__exit__)
        self.key = self.server.add_member("demo")
        self.source = self.on_air()

    def on_air(self, name="a.mp3"):
        sock, head = login(self.server, f"/demo/{name}", self.key)
        self.assertIn(b" 200 ", head)
        source = Replay(sock, "cbr128.mp3", 32000)
        self.addCleanup(source.stop)
        return source

    def join(self, tls=False):
        ear = self.ears.join("/demo/a.mp3", tls=tls)
        ear.wait_bytes(20000)
        return ear

    def test_sigterm_drains_and_ends_all_cleanly(self):
        listeners = [self.join(number % 2 == 1) for number in range(6)]
        self.assertEqual(self.server.stop(), 0)
        for ear in listeners:
            ear.wait_over()
            self.assertFalse(ear.was_reset)
            self.assertEqual(decode(ear.body)[0], "")
        log = self.server.log()
        self.assertIn("stopping", log)
        self.assertIn("stopped", log)
        self.assertIn("recording /demo/a.mp3: done", log)
        self.server.start()
        line, = [line for line in self.server.ctl_json("usage")["usage"]
                 if line["kind"] == "live"]
        self.assertEqual(line["payload_out"],
                         sum(len(ear.got) for ear in listeners))

    def test_sigint_and_the_command_stop_too(self):
        self.assertEqual(self.server.stop(signal.SIGINT), 0)
        self.server.start()
        self.assertEqual(self.server.ctl("stop"), "stopping\n")
        self.assertEqual(self.server.process.wait(20), 0)

    def test_who_does_not_read_delays_the_end_only_so_long(self):
        sock = self.server.connect()
        sock.sendall(b"GET /demo/a.mp3 HTTP/1.0\r\n\r\n")
        self.join()
        begin = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - begin, 8)
        sock.close()

    def test_listings_parse(self):
        self.on_air("b.mp3")
        self.join()
        self.join(True)
        for words in (("member", "list"), ("member", "show", "demo"),
                      ("mounts",), ("listeners", "/demo/a.mp3"), ("usage",),
                      ("recordings",)):
            self.assertEqual(self.server.ctl_json(*words)["schema"], 1)
            self.assertGreater(len(self.server.ctl(*words)), 10)
        for words in (("member", "list"), ("usage",), ("recordings",)):
            text = self.server.ctl(*words, "--format", "csv")
            rows = list(csv.DictReader(io.StringIO(text)))
            for row in rows:
                self.assertNotIn(None, row)
        wait_for("both are listed", lambda: len(
            self.server.ctl_json("mounts")["mounts"]) == 2)

    def test_listeners_are_listed_without_addresses(self):
        self.join()
        self.join(True)
        rows = self.server.ctl_json("listeners", "/demo/a.mp3")["listeners"]
        self.assertEqual(sorted(row["tls"] for row in rows), [False, True])
        for row in rows:
            self.assertGreaterEqual(row["bytes"], 15000)
        self.assertNotIn("127.0.0.", json.dumps(rows))
        mount = self.server.mount("/demo/a.mp3")
        self.assertEqual((mount["listeners"], mount["peak"]), (2, 2))

    def test_kick_one_listener(self):
        gone, stays = self.join(), self.join()
        numbers = [row["number"] for row in self.server.ctl_json(
            "listeners", "/demo/a.mp3")["listeners"]]
        self.server.ctl("kick", "listener", str(min(numbers)))
        gone.wait_over()
        stays.wait_bytes(len(stays.got) + 20000)
        self.server.ctl("kick", "listener", str(min(numbers)), status=1)
        self.server.ctl("kick", "listener", "1x", status=1)

    def test_kick_all_listeners(self):
        listeners = [self.join(), self.join(True)]
        self.server.ctl("kick", "listeners", "/demo/a.mp3")
        for ear in listeners:
            ear.wait_over()
            self.assertFalse(ear.was_reset)
        self.assertEqual(self.server.mount("/demo/a.mp3")["state"], "live")

    def test_kick_a_source(self):
        ear = self.join()
        self.server.ctl("kick", "source", "/demo/a.mp3")
        ear.wait_over()
        self.assertEqual(decode(ear.body)[0], "")
        wait_for("the mount is gone",
                 lambda: not self.server.mount("/demo/a.mp3"))
        self.server.ctl("kick", "source", "/demo/a.mp3", status=1)

    def test_a_blocked_member_is_off_air_until_unblocked(self):
        ear = self.join()
        self.server.block("demo")
        ear.wait_over()
        _, head = login(self.server, "/demo/a.mp3", self.key)
        self.assertIn(b" 403 ", head)
        self.server.ctl("member", "unblock", "demo")
        wait_for("it may again", lambda: b" 200 " in login(
            self.server, "/demo/c.mp3", self.key)[1])

    def test_a_new_key_ends_the_old_one(self):
        out = self.server.ctl("member", "key", "demo", "--new")
        fresh, = [line[5:] for line in out.splitlines()
                  if line.startswith("key: ")]
        self.assertIn(b" 401 ", login(
            self.server, "/demo/b.mp3", self.key)[1])
        self.assertIn(b" 200 ", login(
            self.server, "/demo/b.mp3", fresh)[1])

    def test_exit_statuses(self):
        for words in (("nonsense",), ("kick",), ("kick", "everybody", "/a"),
                      ("mounts", "--format", "xml"), ("member", "add"),
                      ("usage", "--sideways"), ("listeners",),
                      ("usage", "--from", "yesterday")):
            self.server.ctl(*words, status=2)
        for words in (("member", "show", "nobody"), ("member", "add", "demo"),
                      ("member", "add", "No Slug"), ("listeners", "/no")):
            self.server.ctl(*words, status=1)
        self.server.stop()
        said = self.server.ctl("mounts", status=1)
        self.assertIn("all2allctl:", said)

    def test_pages_live_while_it_drains_no_more(self):
        with self.server.connect() as sock:
            sock.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            self.assertIn(b" 200 ", read_all(sock))
        port = self.server.port
        self.server.stop()
        self.server.port = port
        with self.assertRaises(ConnectionRefusedError):
            self.server.connect()


if __name__ == "__main__":
    import tap
    tap.main()
