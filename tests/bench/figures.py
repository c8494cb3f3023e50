# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What the figures are called, how they come out of all2all-load's reports,
and whether they reach the aims.

A figure that a server has not, because nobody was let in say, is None: no
aim that needs it can be judged."""
import dataclasses
import statistics

from scenarios import EVERY, OURS, Aim

# In the order of the table: name, words, how it is written.
NAMES = (
    ("listeners", "listeners at the end", "{:,.0f}"),
    ("cpu_us", "CPU, µs per listener and second", "{:,.1f}"),
    ("cpu_secs_gb", "CPU, s per GB", "{:.3f}"),
    ("latency_p50_ms", "latency p50, ms", "{:,.1f}"),
    ("latency_p99_ms", "latency p99, ms", "{:,.1f}"),
    ("first_byte_p99_ms", "connect to first byte p99, ms", "{:,.1f}"),
    ("gap_max_ms", "longest gap, ms", "{:,.0f}"),
    ("memory_each", "memory per listener, B", "{:,.0f}"),
    ("memory", "memory, MiB", "{:,.1f}"),
    ("missing", "never connected", "{:,.0f}"),
    ("cut_off", "cut off", "{:,.0f}"),
    ("late", "late by more than 2 s", "{:,.0f}"),
    ("harmed", "frames lost, doubled, reordered, damaged", "{:,.0f}"),
    ("churn_failed", "short connections that failed", "{:,.0f}"),
    ("churn_first_byte_p99_ms", "their first byte p99, ms", "{:,.1f}"),
    ("churn_cpu_us", "CPU, µs per short connection", "{:,.1f}"),
    ("churn_gap_ms", "longest gap beyond 1.25 × that without, ms", "{:,.0f}"),
    ("kernel_each", "kernel memory per socket, B", "{:,.0f}"),
    ("kernel_most", "kernel memory of the largest socket, B", "{:,.0f}"),
    ("let_go", "of those that never read, let go", "{:,.0f}"),
    ("load_cpu", "CPU of the load tool, % of a core", "{:.0f}"),
    ("source_late_ms", "its source late by at most, ms", "{:,.1f}"),
)
WORDS = {name: words for name, words, _ in NAMES}
FORMATS = {name: how for name, _, how in NAMES}
LET_GO = "slow one let go by the server"
LEAST_STEADY_SECS = 1
# Of these the worst round counts, of all others the median.
COUNTS = {"missing", "cut_off", "late", "harmed", "churn_failed"}
UNHARMED = Aim("harmed", 0)


def write(name, value):
    return "–" if value is None else FORMATS[name].format(value)


def divided(value, by):
    return value / by if value is not None and by else None


def at(report, spread, part):
    """Milliseconds of a spread, None when it is empty."""
    spread = report.get(spread) or {}
    return spread[part] / 1000 if spread.get("count") else None


def steady(report):
    """The watched part, None when there was hardly a steady part."""
    watched = report.get("watched") or {}
    long_enough = watched.get("steady_secs", 0) >= LEAST_STEADY_SECS
    return watched if long_enough and watched.get("listeners") else None


def harm(report):
    """Frames harmed, samplers that saw no frame at all, a source lost."""
    if not report["checked"]:
        return None
    return sum(report[kind] for kind in
               ("lost", "doubled", "reordered", "damaged")) + \
        report["checked"] - report["numbered"] + \
        bool((report.get("source") or {}).get("lost"))


def watched_figures(report):
    """Those that never read have their part in what the server uses, so
    with them nothing can be said of one listener."""
    watched = steady(report)
    if watched is None:
        return {}
    listeners = watched["listeners"]
    if report["slow"]:
        return {"listeners": listeners,
                "memory": watched["memory_bytes"] / 2**20}
    cpu_us = watched["cpu_secs"] * 1e6
    return {
        "listeners": listeners,
        "cpu_us": cpu_us / watched["steady_secs"] / listeners,
        "cpu_secs_gb": divided(watched["cpu_secs"],
                               watched["steady_bytes"] / 1e9),
        "memory_each": (watched["memory_bytes"] -
                        watched["memory_before_bytes"]) / listeners,
        "memory": watched["memory_bytes"] / 2**20,
    }


def take(report):
    """The figures of one run."""
    cut_off = report["cut_off"]
    source = report.get("source") or {}
    return {
        "latency_p50_ms": at(report, "latency_us", "p50"),
        "latency_p99_ms": at(report, "latency_us", "p99"),
        "first_byte_p99_ms": at(report, "first_byte_us", "p99"),
        "gap_max_ms": at(report, "gap_us", "max"),
        "missing": report["clients"] - report["connected"],
        "cut_off": sum(cut_off.values()) - cut_off.get(LET_GO, 0),
        "let_go": cut_off.get(LET_GO, 0) if report["slow"] else None,
        "late": report["late"],
        "harmed": harm(report),
        "load_cpu": 100 * report["cpu_secs"] * 1e6 / report["run_us"]
        if report["run_us"] else None,  # its source was not let in
        "source_late_ms": source["late_us"] / 1000 if source else None,
        **watched_figures(report),
    }


def take_churn(quiet, report, wanted):
    """From a run without and one with short connections: what a listener
    costs without, what each of them costs, and the rest as it is with. No
    figures of them when the load tool did not make as many as wanted."""
    before, after = steady(quiet), steady(report)
    churn = report["churn"]
    taken = {**take(report), **watched_figures(quiet)}
    if churn["started"] < 0.95 * wanted:
        return taken
    gaps = at(quiet, "gap_us", "max"), at(report, "gap_us", "max")
    taken |= {
        "churn_failed": sum(churn["failed"].values()),
        "churn_first_byte_p99_ms": at(churn, "first_byte_us", "p99"),
    }
    if None not in gaps:
        taken["churn_gap_ms"] = max(0, gaps[1] - 1.25 * gaps[0])
    if before and after and churn["connected"]:
        usual = before["cpu_secs"] / before["steady_secs"]
        more = after["cpu_secs"] - usual * after["steady_secs"]
        taken["churn_cpu_us"] = more * 1e6 / churn["connected"]
    return taken


class Results:
    """All runs so far: rounds(scenario, server) is a list of figures, one
    for each round."""

    def __init__(self):
        self.runs = {}

    def add(self, scenario, server, figures):
        self.runs.setdefault((scenario, server), []).append(figures)

    def rounds(self, scenario, server):
        return self.runs.get((scenario, server), [])

    def figure(self, scenario, server, name):
        return over_rounds(name, [figures.get(name) for figures
                                  in self.rounds(scenario, server)])


def over_rounds(name, values):
    """One for all rounds; None as soon as one of them has no figure."""
    if not values or None in values:
        return None
    return max(values) if name in COUNTS else statistics.median(values)


@dataclasses.dataclass(frozen=True)
class Judged:
    """One aim of one scenario, and what came of it."""
    scenario: str
    aim: object
    value: float    # ours, or the ratio; None: not to be had
    is_judged: bool

    @property
    def verdict(self):
        if not self.is_judged:
            return "not judged"
        if self.value is None:
            return "no figure"
        return "reached" if self.value <= self.aim.most else "missed"

    @property
    def words(self):
        words = WORDS[self.aim.figure]
        return f"{words} / {self.aim.of}" if self.aim.of else words


def value_of(results, scenario, aim):
    """Ours, or the ratio within each round, over all rounds."""
    ours = [figures.get(aim.figure) for figures
            in results.rounds(scenario, OURS)]
    if not aim.of:
        return over_rounds(aim.figure, ours)
    other = (scenario, aim.of) if aim.of in EVERY else (aim.of, OURS)
    theirs = [figures.get(aim.figure) for figures in results.rounds(*other)]
    return over_rounds(aim.figure,
                       [divided(*pair) for pair in zip(ours, theirs)])


def judge(results, scenario, is_full):
    """Every aim of a scenario; that nothing is harmed is always one. Only a
    full run with all that an aim needs is judged."""
    for aim in (*scenario.aims, UNHARMED):
        needed = aim.of if aim.of in EVERY else OURS
        yield Judged(
            scenario.name, aim, value_of(results, scenario.name, aim),
            is_full and bool(results.rounds(scenario.name, OURS)) and
            bool(results.rounds(scenario.name, needed)))
