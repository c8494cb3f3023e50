#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
#
# Builds every fuzz target with clang's libFuzzer and runs each for a while.
# Usage: run.sh SOURCE_FOLDER BUILD_FOLDER SECONDS [TARGET...]
# The corpus of each target grows in BUILD_FOLDER/corpus/TARGET. The last line
# is "N passed, N failed".
set -eu

source=$1 build=$2 seconds=$3
shift 3
# What configure.ac asks for, but for the tests' own.
mapfile -t libs < <(sed -n 's/^PKG_CHECK_MODULES(\[[A-Z]*\], \[\(.*\)\]).*/\1/p' \
    "$source/configure.ac" | sed 's/ >= [0-9.]*//g' | tr ' ' '\n')
read -ra found < <(pkg-config --cflags "${libs[@]}")
read -ra links < <(pkg-config --libs "${libs[@]}")
links+=(-lhpdf -lm)
# shellcheck disable=SC2054 # the commas are clang's
flags=(-g -O1 -std=gnu11 -pthread -D_GNU_SOURCE '-DPACKAGE_VERSION="fuzz"'
    -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -I"$source/server" -I"$source/tools" -I"$source" -I"$source/tests/unit"
    -I"$source/tests/fuzz" "${found[@]}")
mkdir -p "$build/objects" "$build/corpus"

compile() {
	find "$source/server" "$source/tools" -name '*.c' |
	    grep -v -e server/main.c -e server/archived.c -e server/privilege.c \
		-e server/pages/embed.c \
		-e tools/cast.c -e tools/ctl.c -e tools/load/main.c |
	    while read -r file; do
		object=$build/objects/$(echo "${file#"$source"/}" |
		    tr / _).o
		[ "$object" -nt "$file" ] || echo "$object" "$file"
	    done |
	    xargs -r -P "$(nproc)" -n 2 clang "${flags[@]}" \
		-fsanitize=fuzzer-no-link -c -o
	rm -f "$build/all.a"
	ar rcs "$build/all.a" "$build"/objects/*.o
}

targets() {
	if [ $# -gt 0 ]; then
		printf '%s\n' "$@"
	else
		find "$source/tests/fuzz" -name 'fuzz_*.c' -exec \
		    basename {} .c \; | sort
	fi
}

compile
passed=0 failed=0
for target in $(targets "$@"); do
	clang "${flags[@]}" -fsanitize=fuzzer -o "$build/$target" \
	    "$source/tests/fuzz/$target.c" "$build/all.a" "${links[@]}"
	mkdir -p "$build/corpus/$target"
	if "$build/$target" -max_total_time="$seconds" -timeout=10 \
	    -rss_limit_mb=2048 -artifact_prefix="$build/$target-" \
	    "$build/corpus/$target" "$source/tests/data/muxers" \
	    >"$build/$target.log" 2>&1; then
		passed=$((passed + 1))
		echo "ok $target $(grep -E '^Done [0-9]+ runs' \
		    "$build/$target.log" || true)"
	else
		failed=$((failed + 1))
		echo "not ok $target: see $build/$target.log"
		tail -n 30 "$build/$target.log"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
