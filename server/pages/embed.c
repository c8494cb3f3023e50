/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * embed OUT FOLDER FILE... - writes the files, named below FOLDER, as C. Runs
 * while the server is built, and is not installed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PER_LINE 16

static FILE *
open_or_die(const char *path, const char *how)
{
	FILE *file = fopen(path, how);

	if (file == NULL) {
		fprintf(stderr, "embed: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return file;
}

static size_t
write_bytes(FILE *out, const char *folder, const char *name, int number)
{
	char path[4096];
	size_t len = 0;
	FILE *in;
	int byte;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = open_or_die(path, "rb");
	fprintf(out, "static const unsigned char file_%d[] = {", number);
	while ((byte = getc(in)) != EOF)
		fprintf(
		    out, "%s%d,", len++ % PER_LINE == 0 ? "\n\t" : " ", byte);
	fprintf(out, "%s0\n};\n\n", len % PER_LINE == 0 ? "\n\t" : " ");
	if (ferror(in)) {
		fprintf(stderr, "embed: %s cannot be read\n", path);
		exit(1);
	}
	fclose(in);
	return len;
}

int
main(int argc, char **argv)
{
	size_t *lens;
	FILE *out;

	if (argc < 4) {
		fprintf(stderr, "usage: embed OUT FOLDER FILE...\n");
		return 1;
	}
	lens = calloc((size_t)argc, sizeof(*lens));
	out = open_or_die(argv[1], "w");
	if (lens == NULL)
		return 1;
	fprintf(out, "#include \"pages/web.h\"\n\n");
	for (int i = 3; i < argc; i++)
		lens[i] = write_bytes(out, argv[2], argv[i], i);
	fprintf(out, "const struct web_file web_files[] = {\n");
	for (int i = 3; i < argc; i++)
		fprintf(out, "\t{ \"%s\", (const char *)file_%d, %zu },\n",
		    argv[i], i, lens[i]);
	fprintf(out, "};\nconst unsigned web_file_count = %d;\n", argc - 3);
	free(lens);
	if (fclose(out) != 0) {
		fprintf(stderr, "embed: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	return 0;
}
