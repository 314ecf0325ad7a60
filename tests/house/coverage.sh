#!/bin/bash
# The share of daemon/engine's lines that the engine's unit tests and a few
# end-to-end runs reach.  Needs the coverage variant built under $B.
. tests/support/tap.sh

wanted=90
variant=${B:-build}/coverage

find "$variant" -name '*.gcda' -delete
for test in $(grep -l '<purposed/engine/' tests/unit/test_*.c); do
	test=${test##*/}
	ok "${test%.c} under coverage" "$variant/tests/unit/${test%.c}"
done
ok "every rule proves itself" "$variant/purposed" check
printf 'mail from ann@example.org, client 192.0.2.7\n' >"$T/log"
status "filter" 1 "$variant/purposed" filter -o json -p website-traffic-analysis "$T/log"
status "explain" 1 "$variant/purposed" explain -p website-traffic-analysis "ann@example.org"

gcovr --root . --object-directory "$variant" --filter 'daemon/engine/' --txt "$T/table" \
	--json-summary "$T/summary.json" >"$T/gcovr" 2>&1 || diag "$(cat "$T/gcovr")"
percent=$(jq -r .line_percent "$T/summary.json")
diag "$(cat "$T/table")"
diag "daemon/engine: $percent % of the lines"
ok "daemon/engine: $percent % of the lines, at least $wanted wanted" \
	jq -e ".line_percent >= $wanted" "$T/summary.json"
done_testing
