/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "spool/whole.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The first byte says which kind. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const extensions[] = { "ogg", "mp3", "aac", "webm",
		"ts", "flac" };
	static int fd = -1;
	int64_t whole;

	if (len < 1)
		return 0;
	if (fd == -1)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	CHECK(ftruncate(fd, 0) == 0);
	CHECK(pwrite(fd, bytes + 1, len - 1, 0) == (ssize_t)len - 1);
	whole = whole_bytes(extensions[bytes[0] % 6], fd, (int64_t)len - 1);
	CHECK(whole >= 0 && whole <= (int64_t)len - 1);
	return 0;
}
