# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""A module of npm's registry, once for each build, in tests/NAME of it;
without scripts of others."""
import os
import subprocess

BUILD = os.environ.get("A2A_BUILD", ".")


def install(name, version):
    """The folder that node is to be started in."""
    folder = os.path.join(os.path.abspath(BUILD), "tests", name)
    module = os.path.join(folder, "node_modules", name, "package.json")
    if os.path.exists(module):
        return folder
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "package.json"), "w",
              encoding="ascii") as file:
        file.write("{}\n")
    try:
        done = subprocess.run(
            ["npm", "install", f"{name}@{version}", "--save-exact",
             "--ignore-scripts", "--no-audit", "--no-fund", "--cache",
             os.path.join(folder, "cache")],
            cwd=folder, capture_output=True, text=True, timeout=120,
            check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AssertionError(f"npm could not get {name}: {error}") from None
    if done.returncode != 0 or not os.path.exists(module):
        raise AssertionError(f"{name} could not be had from npm's registry:\n"
                             + done.stdout + done.stderr)
    return folder
