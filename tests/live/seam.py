# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Sets a running server's wall clock, makes its store fail, and recordings slow
to read: seam.c."""
import mmap
import os
import re
import struct
import subprocess

from server import SOURCE, tool

SIZE = 32


def sanitizers():
    """The server's own, which must be loaded before anything else."""
    done = subprocess.run(["ldd", tool("all2alld")], capture_output=True,
                          text=True, check=True)
    return re.findall(r"=> (\S*/lib[at]san\.so\S*)", done.stdout)


class Seam:
    """Before the server starts; then server.start(preload=seam.library)."""

    def __init__(self, folder):
        library = os.path.join(folder, "seam.so")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE",
             "-o", library, os.path.join(SOURCE, "tests", "live", "seam.c")],
            check=True)
        self.library = ":".join([*sanitizers(), library])
        path = os.path.join(folder, "seam")
        with open(path, "wb") as file:
            file.write(bytes(SIZE))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), SIZE)
        os.environ["A2A_SEAM"] = path

    def close(self):
        os.environ.pop("A2A_SEAM", None)
        self.map.close()
        self.file.close()

    def set_clock(self, seconds):
        """So many ahead of the real one."""
        struct.pack_into("q", self.map, 0, seconds * 1000)

    def fail_writes(self, number):
        """An errno, or 0."""
        struct.pack_into("q", self.map, 8, number)

    def slow_reads(self, seconds):
        """Each piece of a recording takes so long."""
        struct.pack_into("q", self.map, 16, int(seconds * 1000))

    def fail_reads(self, number):
        """An errno, or 0."""
        struct.pack_into("q", self.map, 24, number)
