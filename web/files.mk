# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
#
# What is in the program, below web/, in the order of the alphabet.
web_names = \
	pages/error.html \
	pages/front.html \
	pages/layout.html \
	pages/login.html \
	pages/login_link.html \
	pages/mount_card.html \
	pages/place.html \
	pages/recording.html \
	style.css \
	words/fr.json \
	words/nl.json
