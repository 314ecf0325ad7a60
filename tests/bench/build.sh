# Builds the helpers of this directory into $out; sourced, from the repository root.
# shellcheck shell=bash
out=build/bench
mkdir -p "$out"

build_helper() {
	local source=tests/bench/$1.c program=$out/$1
	shift

	[ "$program" -nt "$source" ] && [ "$program" -nt build/release/libpurposed.a ] && return
	"${CC:-gcc}" -std=c17 -O2 -D_GNU_SOURCE -Iinclude -Wall -Wextra -o "$program" "$source" "$@"
}

build_helper corpus
build_helper measure
build_helper latency
# shellcheck disable=SC2046 # one word per library
build_helper rules build/release/libpurposed.a -pthread $(pkg-config --libs libpcre2-8 libconfig) -lm
