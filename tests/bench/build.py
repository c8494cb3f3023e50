# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Builds what is measured, out of tree."""
import os
import subprocess

PROGRAMS = ("server/all2alld", "tools/all2allctl", "tools/all2all-load",
            "tests/bench/floor")


class CannotRun(Exception):
    """Why there are no figures, as one sentence for a person."""


def run(folder, *words):
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(words, cwd=folder, env=env, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode != 0:
        end = "\n".join(done.stdout.splitlines()[-30:])
        raise CannotRun(f"{words[0]} failed:\n{end}")


def configure(source, folder):
    if os.path.exists(os.path.join(source, "config.status")):
        raise CannotRun(
            "The source is configured in place, so nothing can be built "
            "beside it: run make distclean there, or name a build with "
            "--build.")
    script = os.path.join(source, "configure")
    if not os.path.exists(script):
        run(source, "autoreconf", "-fi")
    os.makedirs(folder, exist_ok=True)
    run(folder, script, "-q", "CFLAGS=-O2 -g")


def build(source, folder):
    """A folder that is configured already is left as it is configured."""
    if not os.path.exists(os.path.join(folder, "config.status")):
        configure(source, folder)
    run(folder, "make", "-s", f"-j{os.cpu_count()}", *PROGRAMS)
