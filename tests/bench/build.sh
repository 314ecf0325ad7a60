# Builds the helpers of this directory into $out; sourced, or run, from the repository root.
# shellcheck shell=bash
out=build/bench
mkdir -p "$out"

build_helper() {
	local source=tests/bench/$1.c program=$out/$1
	shift

	[ "$program" -nt "$source" ] && [ "$program" -nt build/release/libpurposed.a ] && return
	# shellcheck disable=SC2086 # CC may be two words: ccache gcc
	${CC:-gcc} -std=c17 -O2 -D_GNU_SOURCE -Iinclude -Wall -Wextra -o "$program" "$source" "$@"
}

libraries=(build/release/libpurposed.a -pthread)
# shellcheck disable=SC2207 # one word per library
libraries+=($(pkg-config --libs libpcre2-8 libconfig libsystemd libcrypto libarchive libisal \
	liblzma libzstd) -lbz2 -lm)
build_helper corpus
build_helper measure
build_helper latency
build_helper flood
build_helper memory_copy
build_helper rules "${libraries[@]}"
build_helper nearmiss "${libraries[@]}"
wrapped=(pcre2_match_8 pcre2_jit_match_8 confirm_within framing_count_lines classify_run output_write cuts_next
	prescan_run decode_run finder_begin finder_next)
build_helper stages "${wrapped[@]/#/-Wl,--wrap=}" "${libraries[@]}"
