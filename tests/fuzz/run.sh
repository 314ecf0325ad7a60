#!/bin/bash
# Every fuzz target over its seeds and over inputs mutated from them: none may
# crash, nor trip a sanitizer.  FUZZERS is the folder of the built targets; the
# same seed gives the same inputs, so a failure can be repeated.
. tests/support/tap.sh

for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	ok "$name" "$FUZZERS/$name" -n "${FUZZ_RUNS:-5000}" -s "${FUZZ_SEED:-1}" \
		"tests/fuzz/seeds/${name#fuzz_}"/*
done
done_testing
