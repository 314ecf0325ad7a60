#!/bin/bash
# Whatever pattern a rule has, the fast engine finds what PCRE2 finds.
#
# Goes in: rules with patterns made at random, from all that PCRE2's syntax has, and records that
# nearly match them (patterns.py).  Comes out: equal JSON, of all records (filter) and of the flagged
# ones (scan), whichever engine and level.
#
# PATTERN_ROUNDS: so many sets of rules; `make check-exact` takes many.
. tests/support/tap.sh

rounds=${PATTERN_ROUNDS:-4}
mapfile -t levels < <(for level in avx512-gather avx512 avx2 baseline; do
	"$PURPOSED" check --cpu $level > /dev/null 2>&1 && echo $level; done)

# plain ARGUMENT...: what purposed tells of the text, without what may differ.
plain() {
	"$PURPOSED" "$@" --rules "$T/$seed/rules" --exit-zero -q -o json "$T/$seed/text" 2> /dev/null |
		sed -E 's/"pseudonym":"[^"]*"//g; s/"time":"[^"]*"//'
}

# differ ARGUMENT...: the oracle's output against that of one level, each level in turn.
differ() {
	turn=$((turn + 1))
	plain "$@" --engine pcre2 > "$T/oracle"
	plain "$@" --cpu "${levels[turn % ${#levels[@]}]}" > "$T/fast"
	# A pattern may cost more than its limit where it cannot match; only the oracle tries it there.
	grep -h '"match-limit"' "$T/oracle" "$T/fast" | grep -o '"record":[0-9]*,' > "$T/limited"
	ok "seed $seed, ${levels[turn % ${#levels[@]}]}, $*: $(wc -l < "$T/oracle") records" \
		cmp -s <(grep -vFf "$T/limited" "$T/oracle") <(grep -vFf "$T/limited" "$T/fast")
}

turn=0
all=0
for ((seed = 1; seed <= rounds; seed++)); do
	rules=$(python3 tests/e2e/patterns.py "$T/$seed" $seed 40)
	all=$((all + rules))
	differ filter -p website-management
	found=$(grep -c '"rule":' "$T/oracle")
	ok "seed $seed: they find something, in $found records" test "$found" -ge 100
	differ scan -p website-management
	differ scan -p website-traffic-analysis
	rm -r "${T:?}/$seed"
done
ok "there were rules to test, $all" test "$all" -ge $((10 * rounds))
done_testing
