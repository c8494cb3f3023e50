/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/entry.h"
#include "archive/points.h"
#include "base/check.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The last two bytes say where to look; each kind of file looks at it. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const kinds[] = { "aac", "flac", "mkv", "mp3", "ogg",
		"ts", "bin" };
	static int fd = -1;
	uint64_t near, head, start, byte;

	if (len < 2)
		return 0;
	if (fd == -1)
		fd = memfd_create("entry", MFD_CLOEXEC);
	CHECK(ftruncate(fd, 0) == 0);
	CHECK(pwrite(fd, bytes, len, 0) == (ssize_t)len);
	near = (bytes[len - 2] * 256 + bytes[len - 1]) * len / 65536;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		entry_find(kinds[i], fd, len, near, &head, &start);
		CHECK(head <= start && start <= len);
		CHECK(start == 0 || start + 200 >= near);
	}
	if (points_find(fd, (int64_t)near, &byte))
		CHECK(byte < UINT64_C(10000000000000000000));
	return 0;
}
