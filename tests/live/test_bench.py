#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""tests/bench/run, scaled down: it has a figure for all it promises, and
nobody who listened to ours, or to the floor, lost a frame. How large the
figures are is not looked at: other tests run meanwhile."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from server import BUILD, DEADLINE, SOURCE

RUN = os.path.join(SOURCE, "tests", "bench", "run")
# Of every scenario with frames that are looked at.
FIGURES = ("listeners", "cpu_us", "cpu_secs_gb", "latency_p50_ms",
           "latency_p99_ms", "first_byte_p99_ms", "gap_max_ms",
           "memory_each", "missing", "cut_off", "late", "harmed", "load_cpu")
CHURN = ("churn_failed", "churn_first_byte_p99_ms", "churn_cpu_us",
         "churn_gap_ms")
BEFORE, AFTER = "Kept before.\n\n", "\n\nKept after.\n"
OLD = "<!-- figures: begin -->\nold\n<!-- figures: end -->"


def bench(*options, status=0):
    done = subprocess.run(
        [RUN, "--build", BUILD, *options], capture_output=True, text=True,
        timeout=DEADLINE * 8, check=False)
    if done.returncode != status:
        raise AssertionError(f"{done.returncode}, not {status}:\n"
                             f"{done.stdout}{done.stderr}")
    return done


@unittest.skipIf(shutil.which("icecast2") is None, "icecast2 is missing")
class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="a2a-bench-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def measure(self, scenario, *options):
        """{server: figures}, and the whole of the JSON."""
        with open(self.path("page.md"), "w", encoding="utf-8") as file:
            file.write(BEFORE + OLD + AFTER)
        done = bench("--scale", "0.01", "--scenario", scenario, "--json",
                     self.path("all.json"), "--markdown",
                     self.path("page.md"), *options)
        self.text = done.stdout
        with open(self.path("all.json"), encoding="utf-8") as file:
            data = json.load(file)
        return {row["server"]: row["rounds"][0]
                for row in data["figures"]}, data

    def check(self, figures, names):
        """All are there, and nobody was left out or lost a frame."""
        for name in names:
            self.assertIsNotNone(figures.get(name), name)
        for name in ("missing", "cut_off", "harmed"):
            self.assertEqual(figures[name], 0, name)
        self.assertGreater(figures["cpu_us"], 0)

    def test_every_figure_is_there_and_nothing_was_lost(self):
        servers, data = self.measure("radio")
        self.assertEqual(set(servers), {"all2all", "Icecast", "floor"})
        # Its backlog is 5, so how long it is steady is up to chance.
        self.assertGreater(servers["Icecast"]["latency_p50_ms"], 0)
        for name in ("all2all", "floor"):
            self.check(servers[name], FIGURES)
        for aim in data["aims"]:
            if aim["of"] != "Icecast":
                self.assertIsNotNone(aim["value"], aim)
        self.check_written(data)

    def test_short_connections_are_measured_beside_listeners(self):
        servers, _ = self.measure("churn", "--server", "all2all", "floor")
        self.assertEqual(set(servers), {"all2all", "floor"})
        for figures in servers.values():
            self.check(figures, FIGURES + CHURN)
            self.assertEqual(figures["churn_failed"], 0)

    def check_written(self, data):
        """The table on the terminal, and in the page between its marks."""
        self.assertEqual(self.text.count("not judged"), len(data["aims"]))
        with open(self.path("page.md"), encoding="utf-8") as file:
            page = file.read()
        self.assertTrue(page.startswith(BEFORE))
        self.assertTrue(page.endswith(AFTER))
        self.assertNotIn("old", page)
        self.assertEqual(page.count("| not judged |"), len(data["aims"]))
        for word in ("CPU, µs per listener and second / Icecast",
                     "latency p99, ms"):
            self.assertIn(word, self.text)
            self.assertIn(word, page)
        for word in (BUILD, SOURCE):
            self.assertNotIn(word, page)

    def test_what_cannot_be_is_said(self):
        said = bench("--scenario", "nonsense", status=2).stderr
        self.assertIn("there is no scenario nonsense", said)
        with open(self.path("page.md"), "w", encoding="utf-8") as file:
            file.write("no marks")
        said = bench("--scenario", "radio", "--markdown",
                     self.path("page.md"), status=2).stderr
        self.assertIn("figures: begin", said)


if __name__ == "__main__":
    import tap
    tap.main()
