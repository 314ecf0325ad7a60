#!/bin/bash
# kind.sh: a record's kind is told by the form of the whole record, and no text in it forges it.
#
# In: tests/quality/kinds: honest records of web traffic, as servers, proxies and what carries their
# logs write them, and records with a fragment of such a line in a text that others choose.
# Out: of the first all are of kind web-traffic-log, recognised; of the second none is, and each
# has an address that traffic analysis may use in web-traffic logs only (row 62).  The quick look
# (tag) and the slow oracle say the same.

. tests/support/tap.sh || exit 1

CASES=tests/quality/kinds
P=website-traffic-analysis

for file in told forged; do
	grep -v '^#' "$CASES/$file.txt" | sed 's/\\t/\t/g' >"$T/$file"
done

filter() { # FILE OPTION...
	"$PURPOSED" filter --exit-zero -p $P "${@:2}" "$T/$1"
}

# The records of FILE, by number, whose line of JSON is not what the filter wants.
others() { # FILE WANTED OPTION...
	filter "$1" -o json "${@:3}" | jq -r "select(($2) | not) | .record" |
		while read -r n; do sed -n "${n}p" "$T/$1"; done
}

told='.kind == "web-traffic-log" and .kind_source == "recognised"'
forged='(has("kind") | not) and any(.findings[]; .element == "ipv4" and .reason == "condition")'

ok "there are records" test "$(wc -l <"$T/told")" -gt 60 -a "$(wc -l <"$T/forged")" -gt 45
for engine in auto pcre2; do
	is "honest records are recognised ($engine)" "$(others told "$told" --engine $engine)" ""
	is "a fragment forges nothing ($engine)" "$(others forged "$forged" --engine $engine)" ""
done
is "the quick look flags every forged record" "$(filter forged | grep -vc 'verdict="out-of-purpose"')" 0
is "and says what the full look says of the others" \
	"$(filter told | grep -o 'verdict="[a-z-]*"' | cut -d'"' -f2)" \
	"$(filter told -o json | jq -r .verdict)"
status "one forged record is flagged" 1 "$PURPOSED" filter -p $P "$T/forged"
is "a kind that is stated wins" "$(filter forged --kind web-traffic-log -o json | jq -r .kind_source | sort -u)" stated
done_testing
