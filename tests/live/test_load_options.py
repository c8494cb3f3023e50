#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What all2all-load measures beside a crowd on one mount: video, many mounts,
short connections, and the server itself. Its figures agree with the server's.
"""
import json
import os
import signal
import subprocess
import time

from server import Case, tool, wait_for

MOUNTS = 12


class LoadOptions(Case):
    conf = ('max-member-sources = 100\n'
            'mount "/*" { grace = 0 }\n')

    def start(self, path, *options):
        server = self.server
        key = server.add_member("load")
        process = subprocess.Popen(
            [tool("all2all-load"), "--url", server.url("/"), "--source",
             path, "--json", "-", *options],
            env={**os.environ, "ALL2ALL_KEY": key}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        return process

    def finish_load(self, process):
        out, errors = process.communicate(timeout=120)
        report = json.loads(out)
        self.assertEqual(process.returncode, 0, errors)
        for harm in ("lost", "doubled", "reordered", "damaged"):
            self.assertEqual(report[harm], 0, harm)
        return report

    def listeners(self):
        return sum(mount["listeners"]
                   for mount in self.server.ctl_json("mounts")["mounts"])

    def drink(self, path, size):
        with self.server.connect() as sock:
            sock.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            while size > 0:
                got = len(sock.recv(size))
                self.assertGreater(got, 0)
                size -= got

    def live_lines(self):
        wait_for("the mounts are gone",
                 lambda: not self.server.ctl_json("mounts")["mounts"], 60)
        return [line for line in self.server.ctl_json("usage")["usage"]
                if line["line"] == "mount" and line["kind"] == "live"]

    def test_video_comes_through_and_the_server_is_watched(self):
        report = self.finish_load(self.start(
            "/load/a.ts", "--format", "ts", "--bitrate", "1000", "-n", "20",
            "-d", "8", "--settle", "1", "--watch",
            str(self.server.process.pid)))
        self.assertEqual(report["clean"], 20)
        self.assertEqual(report["numbered"], 20)
        self.assertEqual(report["late"], 0)
        watched = report["watched"]
        self.assertEqual(watched["listeners"], 20)
        self.assertGreater(watched["steady_secs"], 4)
        rate = watched["steady_bytes"] / watched["steady_secs"] / 20
        self.assertAlmostEqual(rate, 125000, delta=25000)
        self.assertGreater(watched["cpu_secs"], 0)
        self.assertGreater(watched["cpu_all_secs"], watched["cpu_secs"])
        self.assertGreater(watched["memory_before_bytes"], 100000)
        self.assertGreater(watched["memory_bytes"],
                           watched["memory_before_bytes"])
        self.assertNotIn("churn", report)

    def test_every_mount_gets_its_share(self):
        report = self.finish_load(self.start(
            "/load/a{n}.mp3", "--mounts", str(MOUNTS), "-n",
            str(2 * MOUNTS), "-d", "6", "--settle", "1", "--churn", "60"))
        churn = report["churn"]
        self.assertEqual(report["clean"], 2 * MOUNTS)
        self.assertEqual(report["first_byte_us"]["count"], 2 * MOUNTS)
        self.assertGreater(churn["started"], 60 * 3)
        self.assertEqual(churn["connected"], churn["started"])
        self.assertEqual(churn["first_byte_us"]["count"], churn["started"])
        self.assertEqual(churn["failed"], {})
        lines = self.live_lines()
        self.assertEqual({line["mount"] for line in lines},
                         {f"/load/a{n}.mp3" for n in range(1, MOUNTS + 1)})
        self.assertEqual(sum(line["starts"] for line in lines),
                         2 * MOUNTS + churn["started"])
        for line in lines:
            self.assertAlmostEqual(
                line["starts"], 2 + churn["started"] / MOUNTS, delta=1)

    def test_a_server_that_stands_still_makes_all_late(self):
        load = self.start("/load/a.mp3", "-n", "10", "-d", "10", "--late",
                          "1500")
        wait_for("ten listeners", lambda: self.listeners() == 10)
        self.drink("/load/a.mp3", 24000)  # so that they are fed too
        self.server.process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        self.server.process.send_signal(signal.SIGCONT)
        report = self.finish_load(load)
        self.assertEqual(report["late"], 10)

    def test_a_server_that_dies_is_told(self):
        load = self.start("/load/a{n}.mp3", "--mounts", "3", "-n", "9",
                          "-d", "60")
        wait_for("all listeners", lambda: self.listeners() >= 9)
        self.server.kill()
        report = json.loads(load.communicate(timeout=120)[0])
        self.assertEqual(load.returncode, 1)
        # Whoever notices first ends the run.
        self.assertTrue(report["source"]["lost"] or report["cut_off"])
        self.assertEqual(report["clean"], 0)
        self.assertFalse(report["good"])


if __name__ == "__main__":
    import tap
    tap.main()
