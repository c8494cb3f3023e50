/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "pages/assets.h"

#include <stddef.h>
#include <string.h>

static const char
    style[] = ":root{color-scheme:light dark;--ink:#1b1b1f;--paper:#fafaf7;"
	      "--line:#d9d7cf;--accent:#0a5c5c}\n"
	      "@media(prefers-color-scheme:dark){:root{--ink:#ecebe6;"
	      "--paper:#16171a;--line:#3a3b40;--accent:#6fd0c8}}\n"
	      "body{margin:0 auto;max-width:44rem;padding:1rem;"
	      "font:1.05rem/1.5 system-ui,sans-serif;color:var(--ink);"
	      "background:var(--paper)}\n"
	      "article{border-top:1px solid var(--line);padding:.5rem 0 1rem}\n"
	      "h1{font-size:1.4rem}h2{font-size:1.2rem;margin:.5rem 0}\n"
	      "audio,video{width:100%}\n"
	      "a{color:var(--accent)}\n"
	      ".title{font-weight:600}.facts,footer{font-size:.9rem}\n";

static const struct asset assets[] = {
	{ "/web/style.css", "text/css; charset=utf-8", style },
};

const struct asset *
asset_find(const char *path)
{
	for (size_t i = 0; i < sizeof(assets) / sizeof(assets[0]); i++) {
		if (strcmp(assets[i].path, path) == 0)
			return &assets[i];
	}
	return NULL;
}
