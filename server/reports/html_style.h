/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * html_style - how a report looks on a screen, dark or light, and on paper.
 *
 * Never changes. Any thread.
 */
#ifndef REPORTS_HTML_STYLE_H
#define REPORTS_HTML_STYLE_H

extern const char html_style[];

#endif
