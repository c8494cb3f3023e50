# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers

cast_files = \
	tools/cast_input.c \
	tools/cast_input.h \
	tools/cast_options.c \
	tools/cast_options.h \
	tools/cast_pace.c \
	tools/cast_pace.h \
	tools/cast_pace_priv.h \
	tools/cast_server.c \
	tools/cast_server.h \
	tools/cast_stamps.c \
	tools/weburl.c \
	tools/weburl.h

load_files = \
	tools/load/churn.c \
	tools/load/churn.h \
	tools/load/engine.c \
	tools/load/engine.h \
	tools/load/head.c \
	tools/load/head.h \
	tools/load/icy.c \
	tools/load/icy.h \
	tools/load/listener.c \
	tools/load/listener.h \
	tools/load/numbered.c \
	tools/load/numbered.h \
	tools/load/numbered_mp3.c \
	tools/load/numbered_ts.c \
	tools/load/options.c \
	tools/load/options.h \
	tools/load/report.c \
	tools/load/report.h \
	tools/load/source.c \
	tools/load/source.h \
	tools/load/sources.c \
	tools/load/sources.h \
	tools/load/spread.c \
	tools/load/spread.h \
	tools/load/tally.c \
	tools/load/tally.h \
	tools/load/totals.h \
	tools/load/watched.c \
	tools/load/watched.h \
	tools/load/wire.c \
	tools/load/wire.h \
	tools/load/world.c \
	tools/load/world.h
