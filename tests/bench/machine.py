# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""What the figures were taken on and with; no names of hosts or people."""
import os
import platform
import re
import subprocess
import time


def said(*words):
    """What a program prints, "" when it fails or is not there."""
    try:
        return subprocess.run(words, capture_output=True, text=True,
                              timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.M)
    return found[1] if found else platform.machine()


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def commit(source):
    """Of a clone; with a plus sign when files of it were changed."""
    git = ("git", "-c", "safe.directory=*", "-C", source)
    return said(*git, "describe", "--always", "--exclude=*", "--abbrev=12",
                "--dirty=+")


def relay_versions(relay):
    """The relay's and those of its libraries, without their licences."""
    lines = said(relay, "-V").splitlines()
    names = [" ".join(line.split()[:2]) for line in lines]
    return ", ".join(names).removeprefix("all2alld ")


def describe(source, relay):
    """Name, value: the head of the results."""
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": commit(source) or "not from a clone",
        "kernel": f"{platform.system()} {platform.release()}",
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{memory_gib():.0f} GiB",
        "all2alld": relay_versions(relay),
        "icecast": said("icecast2", "-v").removeprefix("Icecast "),
    }
