#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
#
# Runs every check of the source that needs no build, and says which failed.
# Usage: lint.sh [SOURCE-FOLDER]
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
lint=tests/lint
failed=

check() {
	name=$1
	shift
	if output=$("$@" 2>&1); then
		echo "ok      $name"
	else
		echo "FAILED  $name"
		[ -z "$output" ] || echo "$output" | sed 's/^/        /'
		failed="$failed $name"
	fi
}

missing=
for tool in ctags clang-format cppcheck codespell shellcheck mandoc python3; do
	command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ -n "$missing" ]; then
	echo "lint needs these tools, which are not installed:$missing"
	exit 1
fi

c_files() {
	find server tools tests -name '*.[ch]'
}

scripts() {
	find server tools tests conf -type f -size -100k -exec \
	    awk 'FNR == 1 && /^#!.*[\/ ](ba)?sh( |$)/ { print FILENAME }
		{ nextfile }' {} +
}

no_mutex() {
	! grep -rnE 'pthread_(mutex|rwlock|spin)|mtx_lock' server
}

is_merged() {
	! grep -rnE '^(<<<<<<<|>>>>>>>) ' server tools tests web docs man conf \
	    ./*.md ./*.am
}

is_formatted() {
	! c_files | xargs clang-format --dry-run 2>&1 |
	    sed -n 's/^\([^ :]*\):[0-9:]* warning.*/\1 is not formatted/p' |
	    sort | uniq -c | grep .
}

cppcheck_is_silent() {
	c_files | grep -v '^tests/' |
	    xargs cppcheck --quiet --std=c11 --language=c --inline-suppr \
	    --enable=warning,performance,portability --error-exitcode=1 \
	    --template='{file}:{line}: {id}: {message}' \
	    --suppressions-list=$lint/cppcheck.suppress \
	    --library=$lint/cppcheck.cfg '-D__attribute__(x)=' -Iserver -Itools
}

is_spelled() {
	codespell --ignore-words-list=nd,fpr \
	    --skip='*.log,tests/data,*.svg,*.min.js,words.c,*_list.h' \
	    server tools tests man conf docs
}

scripts_are_sound() {
	scripts | xargs -r shellcheck -x
}

check rooms sh $lint/rooms.sh $lint/rooms.txt server
check lengths python3 $lint/length.py server tools tests
check no-mutex no_mutex
check format is_formatted
check cppcheck cppcheck_is_silent
check merged is_merged
check spelling is_spelled
check shellcheck scripts_are_sound
check mandoc mandoc -T lint -W warning man/*.[158]
check options python3 $lint/optscan.py .

if [ -n "$failed" ]; then
	echo "lint failed:$failed"
	exit 1
fi
