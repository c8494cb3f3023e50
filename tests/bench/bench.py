# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Measures the relay beside Icecast and a floor that adds nothing, in one
run, and says which aims were reached. tests/bench/run starts it.

Status 0: all aims reached, or not judged; 1: one was missed; 2: it could not
run, or a figure could not be had."""
import argparse
import os
import resource
import shutil
import signal
import sys
import tempfile
import time

import build as building
import figures
import machine
import measure
import scenarios
import servers
import table
from build import CannotRun

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
SPARE_FILES = 300
SIGNALS = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def scale(word):
    factor = float(word)
    if not 0 < factor <= 1:
        raise ValueError
    return factor


def count(word):
    if int(word) < 1:
        raise ValueError
    return int(word)


def read_options():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run", description=__doc__.split("\n\n")[0],
        epilog="Scenarios: " + ", ".join(
            one.name for one in scenarios.SCENARIOS))
    parser.add_argument("--scenario", nargs="+", default=[], metavar="NAME",
                        help="only these, and those they need")
    parser.add_argument("--server", nargs="+", default=scenarios.EVERY,
                        choices=scenarios.EVERY, metavar="NAME",
                        help="only these of all2all, Icecast and floor: "
                        "aims that need another are not judged")
    parser.add_argument("--rounds", type=count, default=1, metavar="R",
                        help="all of it R times; the median counts")
    parser.add_argument("--scale", type=scale, default=1, metavar="F",
                        help="fewer listeners, a shorter time, to try it: "
                        "nothing is judged then")
    parser.add_argument("--json", metavar="FILE", help="the results as JSON")
    parser.add_argument("--markdown", metavar="FILE",
                        help="the tables as Markdown; in a file that exists "
                        "only what is between its two marks is replaced")
    parser.add_argument("--build", metavar="FOLDER",
                        default=os.path.join(TOP, "build", "bench"),
                        help="where to build, or what was built already")
    return parser.parse_args()


def prepare(options, chosen):
    """All that can be known to fail fails before the first figure."""
    for program in ("icecast2", "ss", "openssl"):
        if shutil.which(program) is None:
            raise CannotRun(f"The program {program} is not installed.")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for one in chosen:
        needed = one.listeners + one.churn + 2 * one.mounts + SPARE_FILES
        if most != resource.RLIM_INFINITY and needed > most:
            raise CannotRun(
                f"The scenario {one.name} needs {needed} open files in one "
                f"process, and the hard limit (ulimit -Hn) is {most}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.markdown:
        table.read_around(options.markdown)
    options.build = os.path.abspath(options.build)
    print(f"building in {options.build}", file=sys.stderr)
    building.build(TOP, options.build)
    os.environ["A2A_BUILD"] = options.build
    os.environ["A2A_SOURCE"] = TOP
    sys.path.append(os.path.join(TOP, "tests", "live"))
    tempfile.tempdir = servers.TEMPORARY


def measure_one(scenario, name, options, tick):
    begin = time.monotonic()
    print(f"{scenario.name}: {name} ...", end="", flush=True, file=sys.stderr)
    server = servers.make(name, scenario, options.build, tick)
    try:
        server.open()
        return measure.run(scenario, server, name, options.build)
    finally:
        server.close()
        print(f" {time.monotonic() - begin:.0f} s", file=sys.stderr)


def measure_all(options, chosen):
    """The servers of a scenario one after the other, then the next."""
    tick = servers.default_pace_ms(TOP)
    results, reports = figures.Results(), []
    for number in range(options.rounds):
        for scenario in chosen:
            for name in scenario.servers:
                if name not in options.server:
                    continue
                taken, raw = measure_one(scenario, name, options, tick)
                results.add(scenario.name, name, taken)
                reports.append({"scenario": scenario.name, "server": name,
                                "round": number + 1, "runs": raw})
    return results, reports


def run(options):
    """The exit status."""
    chosen = [one.scaled(options.scale)
              for one in scenarios.find(options.scenario)]
    prepare(options, chosen)
    results, reports = measure_all(options, chosen)
    judged = [aim for one in chosen for aim
              in figures.judge(results, one, options.scale == 1)]
    about = machine.describe(
        TOP, os.path.join(options.build, "server", "all2alld"))
    about |= {"rounds": options.rounds, "scale": options.scale}
    print(table.text(about, results, chosen, judged))
    if options.json:
        table.write_json(options.json, about, results, judged, reports)
    if options.markdown:
        table.write_markdown(options.markdown, table.markdown(
            about, results, chosen, judged))
    verdicts = [one.verdict for one in judged]
    if "missed" in verdicts:
        return 1
    if "no figure" in verdicts:
        print("Some figures could not be had.", file=sys.stderr)
        return 2
    return 0


def interrupted(*_):
    """Once is enough: what follows is not disturbed any more."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    for number in SIGNALS:
        signal.signal(number, interrupted)
    try:
        return run(read_options())
    except (CannotRun, LookupError, AssertionError) as why:
        print(f"bench: {why.args[0]}", file=sys.stderr)
    except OSError as why:
        print(f"bench: {why}", file=sys.stderr)
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
