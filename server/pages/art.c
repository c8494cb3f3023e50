/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "pages/art.h"

#include <openssl/sha.h>
#include <string.h>

#define SIDE 512

/* Ground, and two that are on it. */
static const char *const inks[][3] = {
	{ "#1d3557", "#e63946", "#f1faee" },
	{ "#264653", "#e9c46a", "#e76f51" },
	{ "#f4a261", "#2a9d8f", "#22223b" },
	{ "#2b2d42", "#ef8354", "#edf2f4" },
	{ "#f2e9e4", "#9a031e", "#22223b" },
	{ "#0b3d2e", "#f6ae2d", "#f26419" },
	{ "#3d1c4f", "#f7b2ad", "#ffe66d" },
	{ "#e0d8c3", "#1b4965", "#ca6702" },
};

struct hand {
	struct bytes *out;
	uint8_t digest[SHA256_DIGEST_LENGTH];
	unsigned at;
	const char *const *ink;
};

static unsigned
draw_from(struct hand *hand, unsigned count)
{
	return hand->digest[hand->at++ % SHA256_DIGEST_LENGTH] % count;
}

/* Grooves around a point that is off the middle. */
static void
rings(struct hand *hand)
{
	unsigned x = 96 + draw_from(hand, 320), y = 96 + draw_from(hand, 320);

	for (unsigned i = 0; i < 9; i++)
		bytes_format(hand->out,
		    "<circle cx='%u' cy='%u' r='%u' fill='none' stroke='%s' "
		    "stroke-width='%u'/>",
		    x, y, 28 + i * 46, hand->ink[1 + (i + x) % 2],
		    6 + draw_from(hand, 20));
}

/* Levels of a meter. */
static void
bars(struct hand *hand)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned height = 40 + draw_from(hand, 240) * 43 / 24;

		bytes_format(hand->out,
		    "<rect x='%u' y='%u' width='22' height='%u' rx='11' "
		    "fill='%s'/>",
		    i * 32 + 5, SIDE / 2 - height / 2, height,
		    hand->ink[1 + draw_from(hand, 3) / 2]);
	}
}

static void
waves(struct hand *hand)
{
	for (unsigned i = 0; i < 8; i++) {
		unsigned y = 32 + i * 64, up = 16 + draw_from(hand, 90);

		bytes_format(hand->out,
		    "<path d='M-64 %u q64 -%u 128 0 t128 0 t128 0 t128 0 t128 "
		    "0' fill='none' stroke='%s' stroke-width='%u'/>",
		    y, up, hand->ink[1 + i % 2], 8 + draw_from(hand, 18));
	}
}

/* Quarters of a disc, each around one of its corners. */
static void
quarters(struct hand *hand)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned turn = draw_from(hand, 4);

		bytes_format(hand->out,
		    "<path transform='translate(%u %u) rotate(%u)' "
		    "d='M-64 -64 h128 a128 128 0 0 1 -128 128 z' fill='%s'/>",
		    i % 4 * 128 + 64, i / 4 * 128 + 64, turn * 90,
		    hand->ink[1 + draw_from(hand, 2)]);
	}
}

void
art_svg(struct bytes *out, const char *name)
{
	static void (*const kinds[])(
	    struct hand *) = { rings, bars, waves, quarters };
	struct hand hand = { .out = out };

	SHA256((const unsigned char *)name, strlen(name), hand.digest);
	hand.ink = inks[draw_from(&hand, sizeof(inks) / sizeof(inks[0]))];
	bytes_format(out,
	    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %u %u'>"
	    "<rect width='%u' height='%u' fill='%s'/>",
	    SIDE, SIDE, SIDE, SIDE, hand.ink[0]);
	kinds[draw_from(&hand, 4)](&hand);
	bytes_text(out, "</svg>\n");
}
