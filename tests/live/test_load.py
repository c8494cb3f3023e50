#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A thousand listeners on one mount: each gets an unbroken run of the numbered
stream, and what is billed is what they counted, to the byte.

A2A_LOAD_CLIENTS and A2A_LOAD_SECONDS scale it for slow builds."""
import json
import os
import subprocess

from server import HOST, TLS_HOST, Case, tool, wait_for

CLIENTS = int(os.environ.get("A2A_LOAD_CLIENTS", "1000"))
SECONDS = int(os.environ.get("A2A_LOAD_SECONDS", "60"))


class Load(Case):
    conf = 'mount "/*" { grace = 0 }\n'
    tls = True

    def load(self, *options, clients=CLIENTS, seconds=SECONDS, tls=False):
        """all2all-load's report; its exit status says the same."""
        server = self.server
        key = server.add_member("load")
        where = f"{TLS_HOST}:{server.tls_port}" if tls else \
            f"{HOST}:{server.port}"
        done = subprocess.run(
            [tool("all2all-load"), "--url",
             f"http://{where}/load/a.mp3",
             "--source", "/load/a.mp3", "-n", str(clients), "-d",
             str(seconds), "--json", "-", *options],
            env={**os.environ, "ALL2ALL_KEY": key}, capture_output=True,
            text=True, timeout=seconds + 120, check=False)
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0, done.stderr)
        return report

    def usage(self):
        """The mount's live line, once all have left."""
        wait_for("the mount is gone",
                 lambda: self.server.mount("/load/a.mp3") is None, 60)
        for line in self.server.ctl_json("usage")["usage"]:
            if line["line"] == "mount" and line["kind"] == "live":
                return line
        raise AssertionError("no usage")

    def check(self, report, clients):
        self.assertEqual(report["clean"], clients)
        for harm in ("lost", "doubled", "reordered", "damaged"):
            self.assertEqual(report[harm], 0, harm)
        line = self.usage()
        self.assertEqual(line["payload_out"], report["bytes"])
        self.assertEqual(line["starts"], clients)
        self.assertEqual(line["peak"], clients)
        self.assertGreater(line["wire_out"], line["tcp_out"])
        print(f"# {clients} listeners, {report['bytes']} bytes billed of "
              f"{report['bytes']}, {report['frames']} frames", flush=True)
        return line

    def test_all_hear_everything_and_are_billed_to_the_byte(self):
        line = self.check(self.load(), CLIENTS)
        self.assertEqual(line["tls_out"], 0)
        self.assertGreater(line["listen_s"], CLIENTS * (SECONDS - 3))

    def test_the_same_over_tls_with_titles(self):
        clients, seconds = max(1, CLIENTS // 10), max(5, SECONDS // 6)
        line = self.check(
            self.load("--tls", "--icy", "--insecure", clients=clients,
                      seconds=seconds, tls=True), clients)
        self.assertEqual(line["tls_out"], line["payload_out"])

    def test_slow_listeners_harm_nobody(self):
        clients, seconds = max(10, CLIENTS // 10), max(5, SECONDS // 6)
        report = self.load("--slow", "5", clients=clients, seconds=seconds)
        for harm in ("lost", "doubled", "reordered", "damaged"):
            self.assertEqual(report[harm], 0, harm)
        self.assertGreaterEqual(report["bytes"], self.usage()["payload_out"])


if __name__ == "__main__":
    import tap
    tap.main()
