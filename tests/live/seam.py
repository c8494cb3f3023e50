# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""Sets a running server's wall clock, and makes its store fail: seam.c."""
import mmap
import os
import struct
import subprocess
import unittest

from server import SOURCE


class Seam:
    """Before the server starts; then server.start(preload=seam.library)."""

    def __init__(self, folder):
        if os.environ.get("A2A_SANITIZED"):
            raise unittest.SkipTest("a sanitizer must be loaded first")
        self.library = os.path.join(folder, "seam.so")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE",
             "-o", self.library, os.path.join(SOURCE, "tests", "live",
                                              "seam.c")], check=True)
        path = os.path.join(folder, "seam")
        with open(path, "wb") as file:
            file.write(bytes(16))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 16)
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
