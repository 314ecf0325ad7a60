#!/bin/bash
# What `make bench` and tests/bench/memory measure with can be built, and works on a little.
# (Measuring itself takes long, and is nothing to pass or to fail.)
. tests/support/tap.sh

ok "the helpers can be built" bash -euc '. tests/bench/build.sh'
bench=build/bench
for kind in access mixed line dense; do
	"$bench/corpus" "$kind" 20000 >"$T/$kind"
	ok "a corpus, $kind: about as much as asked" \
		test "$(wc -c <"$T/$kind")" -ge 19000 -a "$(wc -c <"$T/$kind")" -le 22000
done
"$bench/corpus" mixed 20000 | cmp -s - "$T/mixed"
is "the same bytes every time" $? 0
is "an archive of a thousand members" "$("$bench/corpus" tar 2000000 | tar -t | wc -l)" 1000
is "measure: seconds, processor seconds, peak memory" \
	"$("$bench/measure" true 3>&1 >/dev/null | awk '{ print NF, ($3 > 0) }')" "3 1"
"$bench/nearmiss" -p website-management "$T/mixed" 20000 >"$T/near"
is "nearmiss: so many lines that come near and are clean" \
	"$(wc -c <"$T/near" | awk '{ print ($1 >= 20000 && $1 < 20500) }') $(grep -cv . "$T/near")" "1 0"
is "nearmiss: clean" \
	"$(build/purposed scan -q -p website-management -o json "$T/near" | wc -l)" 0
"$bench/stages" -p website-management -o tag -s all -n 1 "$T/mixed" >"$T/stages"
like "stages: all records went through" "$(cat "$T/stages")" \
	"^tag, all: [0-9]+ MB/s; $(wc -l <"$T/mixed") records"
for stage in read cut look sieve PCRE2 format output; do
	like "stages: $stage was passed through" "$(grep "$stage" "$T/stages")" "ns/byte"
done
# What the rules are tried at is counted, not timed: a rule that is looked for at every second
# word shows here, before a clock can tell.
for kind in access mixed; do
	"$bench/corpus" "$kind" 1000000 >"$T/$kind"
	"$bench/stages" -p website-management -n 1 "$T/$kind" >"$T/stages"
	is "$kind: not more than 30,000 candidates a MB of scan, 5,000 of one rule" \
		"$(awk '/candidates/ { print $2 <= 30000 } /a MB .*ns\/byte/ { print $1 <= 5000 }' \
			"$T/stages" | xargs)" "1 1"
done
like "memory_copy: bytes a second" "$("$bench/memory_copy" 8)" "^[0-9]{9,}$"
for n in 1 2 2 5 4; do echo "<134>Nov 23 23:01:12 web1 a: x number=$n end"; done >"$T/flood"
printf '<134>Nov 23 23:01:12 web1 b: x number=1 end tag\n<134>Nov 23 23:01:12 web1 b: x numb' >>"$T/flood"
is "flood: counts what is missing, came twice, or late" "$("$bench/flood" check <"$T/flood" | xargs)" \
	"a 5 5 1 1 1 b 1 1 0 0 0 odd 1"
like "rules: what the slowest ones cost" "$("$bench/rules" -n 2 "$T/mixed")" "all of them, record by record"
done_testing
