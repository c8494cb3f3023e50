# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What is measured, and what must be reached. Only this table: how it is
measured is in measure.py, what the figures are called in figures.py."""
import dataclasses

OURS, ICECAST, FLOOR = "all2all", "Icecast", "floor"
EVERY = (OURS, ICECAST, FLOOR)


@dataclasses.dataclass(frozen=True)
class Aim:
    """Our figure must be at most this: as it is, or divided by another
    server's of the same round, or by ours in another scenario."""
    figure: str
    most: float
    of: str = ""


@dataclasses.dataclass(frozen=True)
class Scenario:
    """One way to load a server. Times in seconds, pace and tick in
    milliseconds; pace None is the server's default, and so is tick."""
    name: str
    what: str
    listeners: int
    aims: tuple
    ramp: int = 1000        # new listeners per second
    sample: int = 30        # of the listeners, those that check every frame
    slow: int = 0           # of the listeners, those that never read
    mounts: int = 1
    churn: int = 0          # short connections per second
    encoding: str = "mp3"
    bitrate: int = 128      # kbit/s
    pace: int = None
    flush: str = None       # how often it is counted; None: its default
    tick: int = None        # of the floor
    tls: bool = False
    settle: int = 3
    steady: int = 20
    patience: int = 8       # longer for Icecast, whose backlog is 5
    servers: tuple = EVERY
    needs: str = ""         # a scenario that must run too

    def scaled(self, factor):
        """Fewer listeners for a shorter time, to try it."""
        def few(count, least=4):
            return max(min(count, least), round(count * factor))

        if factor == 1:
            return self
        slow = few(self.slow)
        return dataclasses.replace(
            self, listeners=few(self.listeners - self.slow) + slow,
            slow=slow, mounts=few(self.mounts, 2),
            churn=few(self.churn, 20), settle=0,
            steady=max(2, round(self.steady * factor)), patience=2)


SCENARIOS = (
    Scenario(
        "radio", "5,000 listeners, 128 kbit/s, default pace", 5000,
        (Aim("cpu_us", 0.30, ICECAST), Aim("cpu_us", 1.15, FLOOR),
         Aim("latency_p50_ms", 300), Aim("latency_p99_ms", 600))),
    Scenario(
        "savings", "5,000 listeners, pace 1 s", 5000,
        (Aim("cpu_us", 0.15, ICECAST), Aim("cpu_us", 1.15, FLOOR)),
        pace=1000, tick=1000),
    Scenario(
        "uncounted", "5,000 listeners, counted once a minute", 5000, (),
        flush="1m", servers=(OURS,)),
    Scenario(
        "counted", "the same, counted as usual", 5000,
        (Aim("cpu_us", 1.03, "uncounted"),), servers=(OURS,),
        needs="uncounted"),
    Scenario(
        "talk-100", "100 listeners, pace 0", 100,
        (Aim("latency_p50_ms", 1), Aim("latency_p99_ms", 5)),
        sample=100, pace=0, tick=0),
    Scenario(
        "talk-1000", "1,000 listeners, pace 0", 1000,
        (Aim("latency_p50_ms", 8), Aim("latency_p99_ms", 25)),
        sample=1000, pace=0, tick=0),
    Scenario(
        "crowd", "18,000 listeners, 3,000 more each second", 18000,
        (Aim("missing", 0), Aim("first_byte_p99_ms", 250),
         Aim("cut_off", 0), Aim("late", 0), Aim("cpu_us", 1.2, "radio")),
        ramp=3000, needs="radio"),
    Scenario(
        "churn", "2,000 connections a second beside 1,000 listeners", 1000,
        (Aim("churn_failed", 0), Aim("churn_first_byte_p99_ms", 10),
         Aim("churn_cpu_us", 60), Aim("churn_gap_ms", 50)),
        churn=2000, steady=30, servers=(OURS, FLOOR)),
    Scenario(
        "tls", "1,000 listeners, TLS", 1000,
        (Aim("cpu_us", 0.35, ICECAST), Aim("memory_each", 16384)),
        ramp=250, tls=True, servers=(OURS, ICECAST)),
    Scenario(
        "memory", "10,000 listeners", 10000, (Aim("memory_each", 768),)),
    Scenario(
        "deaf", "5,000 that never read beside 100 that do", 5100,
        (Aim("kernel_each", 65536), Aim("cut_off", 0),
         Aim("late", 0)),
        slow=5000, sample=100),
    Scenario(
        "video", "500 listeners, 6 Mbit/s", 500,
        (Aim("cpu_secs_gb", 0.1, ICECAST), Aim("cpu_secs_gb", 1.25, FLOOR)),
        ramp=100, sample=20, encoding="ts", bitrate=6000),
    Scenario(
        "mounts", "500 mounts, 1,000 listeners", 1000,
        (Aim("cpu_us", 0.2, ICECAST), Aim("memory", 0.4, ICECAST)),
        mounts=500),
)


def find(names):
    """These scenarios, and those they need, in the table's order."""
    known = {scenario.name: scenario for scenario in SCENARIOS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise LookupError(f"there is no scenario {unknown[0]}: there are " +
                          ", ".join(known))
    wanted = set(names or known)
    wanted |= {known[name].needs for name in wanted}
    return [scenario for scenario in SCENARIOS if scenario.name in wanted]
