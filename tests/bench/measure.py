# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Loads one server as a scenario says, and takes the figures."""
import json
import math
import os
import re
import subprocess
import threading

import figures
from build import CannotRun
from servers import FLOOR, HOST, ICECAST

# One address has some 28,000 ports to one server.
FROM = "127.0.0.1-127.0.0.9"


class Sockets(threading.Thread):
    """Asks the kernel, once and at that time, what our side's connected
    sockets hold: truesize of what waits to be read (r) and of what is queued
    or not acknowledged (w), what was set aside ahead (f), options (o) and
    the backlog (bl). Not t: these are clones of what w counts already."""

    def __init__(self, port, secs):
        super().__init__(daemon=True)
        self.port, self.secs = port, secs
        self.is_over = threading.Event()
        self.sizes = []

    def run(self):
        if self.is_over.wait(self.secs):
            return
        said = subprocess.run(
            ["ss", "-tmnH", "state", "established", "sport", "=",
             f":{self.port}"], capture_output=True, text=True, check=True)
        for words in re.findall(r"skmem:\(([^)]*)\)", said.stdout):
            parts = dict(re.findall(r"([a-z]+)(\d+)", words))
            self.sizes.append(sum(
                int(parts[part]) for part in ("r", "w", "f", "o", "bl")))

    def figures(self, least):
        if len(self.sizes) < least:
            return {}
        return {"kernel_each": sum(self.sizes) / len(self.sizes),
                "kernel_most": max(self.sizes)}


def duration(scenario, server):
    ramp = math.ceil(scenario.listeners / scenario.ramp)
    patience = scenario.patience if server == ICECAST else 0
    return ramp + scenario.settle + scenario.steady + patience


def command(scenario, server, name, build, churn):
    mount = "/bench/{n}." + scenario.encoding
    scheme = "https" if scenario.tls else "http"
    words = [
        os.path.join(build, "tools", "all2all-load"),
        "--url", f"{scheme}://{HOST}:{server.port}{mount}",
        "-n", str(scenario.listeners), "--ramp", str(scenario.ramp),
        "-d", str(duration(scenario, name)),
        "--settle", str(scenario.settle),
        "--sample", str(min(scenario.sample,
                            scenario.listeners - scenario.slow)),
        "--mounts", str(scenario.mounts), "--format", scenario.encoding,
        "--bitrate", str(scenario.bitrate), "--from", FROM,
        "--watch", str(server.pid), "--abort", "--json", "-"]
    if name != FLOOR:
        words += ["--source", mount, "--user", server.user]
    if scenario.tls:
        words.append("--insecure")
    if scenario.slow:
        words += ["--slow", str(scenario.slow)]
    if churn:
        words += ["--churn", str(churn)]
    return words


def load(words, key, secs):
    """all2all-load's report. Its exit status says only what is in it."""
    env = {**os.environ, "ALL2ALL_KEY": key or ""}
    process = subprocess.Popen(
        words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    try:
        out, errors = process.communicate(timeout=secs + 90)
    except subprocess.TimeoutExpired:
        raise CannotRun("all2all-load does not end.") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if not out:
        raise CannotRun(f"all2all-load failed: {errors.strip()}")
    return json.loads(out)


def once(scenario, server, name, build, churn=0):
    """One load: the report, and what the kernel held near its end."""
    secs = duration(scenario, name)
    sockets = Sockets(server.port, secs - 1)
    sockets.start()
    try:
        report = load(command(scenario, server, name, build, churn),
                      server.key, secs)
    finally:
        sockets.is_over.set()
        sockets.join()
    return report, sockets


def run(scenario, server, name, build):
    """The figures of one server in one scenario, and the raw reports."""
    if scenario.churn:
        quiet, _ = once(scenario, server, name, build)
        report, _ = once(scenario, server, name, build, scenario.churn)
        wanted = scenario.churn * scenario.steady
        return figures.take_churn(quiet, report, wanted), [quiet, report]
    report, sockets = once(scenario, server, name, build)
    taken = figures.take(report)
    if scenario.slow:
        taken.update(sockets.figures(0.9 * scenario.listeners))
    return taken, [report]
