# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
#
# What is in the program, below web/, in the order of the alphabet.
web_names = \
	live.js \
	pages/embed.html \
	pages/error.html \
	pages/front.html \
	pages/layout.html \
	pages/login.html \
	pages/login_link.html \
	pages/mount.html \
	pages/mount_card.html \
	pages/operator.html \
	pages/operator_access.html \
	pages/operator_air.html \
	pages/operator_audit.html \
	pages/operator_capacity.html \
	pages/operator_listeners.html \
	pages/operator_member.html \
	pages/operator_members.html \
	pages/operator_recordings.html \
	pages/place.html \
	pages/portal.html \
	pages/portal_account.html \
	pages/portal_live.html \
	pages/portal_now.html \
	pages/portal_recording.html \
	pages/portal_recordings.html \
	pages/portal_usage.html \
	pages/privacy.html \
	pages/recording.html \
	style.css \
	words/fr.json \
	words/nl.json
