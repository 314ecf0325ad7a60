#!/bin/bash
# cells.sh: every cell of the Annex, through the binary.
#
# In: for each of the 63 purposes one record per category, and one of content.
# Out: the verdict and reason that the cell stands for: permitted; not permitted;
# blank; permitted only for web-traffic logs, once with such records and once
# without; row 59, which does not list addresses; content, which no row permits.
#
# The cells are taken from `policy list`; that these are the Annex's is held
# against a second transcription by tests/unit/test_annex.c.

. tests/support/tap.sh || exit 1
. tests/support/run.sh || exit 1

cat >"$T/records" <<'END'
mail from an.peeters@example.be accepted
connection from 192.0.2.7 closed
motion on CAM-77 at gate
cites ECLI:BE:CASS:2019:ARR.20190311.1 again
{"channel":"chat","message_body":"Kan u mij morgen terugbellen?"}
nothing of the kind
END

ok "policy list --json" run policy list --json
cp "$T/out" "$T/policy.json"
is "63 purposes, each with an id of its own" "$(jq '[.[].id] | unique | length' "$T/policy.json")" 63
is "110 cells permit, 1 does so for web-traffic logs, 139 do not, 2 are blank" \
	"$(jq -r '.[].cells[] | if type == "object" then keys[0] else . end' "$T/policy.json" |
		sort | uniq -c | tr -s ' ' | tr '\n' ';')" \
	" 2 blank; 139 not-permitted; 110 permitted; 1 permitted-only-for;"

# What must come out for purpose ID when the records are of kind KIND ("" for none).
wanted() { # ID KIND
	jq -r --arg id "$1" --arg kind "$2" '
		def answer($category; $element):
			if . == "permitted" and $id == "service-statistics" and $element == "ipv4" then
				"notice not-enumerated"
			elif . == "permitted" then "permitted -"
			elif type == "string" then "out-of-purpose \(.)"
			elif .["permitted-only-for"] == $kind then "permitted -"
			else "out-of-purpose condition" end | "\($element) \($category) \(.)";
		.[] | select(.id == $id) | .cells |
		(.identification | answer("identification"; "email")),
		(.navigation | answer("navigation"; "ipv4")),
		(.["video-surveillance"] | answer("video-surveillance"; "camera_id")),
		(.sanctions | answer("sanctions"; "ecli")),
		"content outside-annex out-of-purpose outside-annex"' "$T/policy.json"
}

judged() { # ID [OPTION...]
	"$PURPOSED" filter --exit-zero -o json -p "$@" "$T/records" | jq -r '.findings[] |
		"\(.element) \(.category) \(.verdict) \(.reason // "-")"'
}

for id in $(jq -r '.[].id' "$T/policy.json"); do
	is "$id" "$(judged "$id")" "$(wanted "$id" "")"
	is "$id, of web-traffic logs" "$(judged "$id" --kind web-traffic-log)" \
		"$(wanted "$id" web-traffic-log)"
done

# The same in words, for the cells that are unlike the others.
is "row 62 permits navigation only for web-traffic logs" \
	"$(judged website-traffic-analysis | sed -n 2p)" "ipv4 navigation out-of-purpose condition"
is "and does so for these" \
	"$(judged website-traffic-analysis --kind web-traffic-log | sed -n 2p)" \
	"ipv4 navigation permitted -"
is "row 59 leaves two cells blank, which permits nothing" \
	"$(judged service-statistics | sed -n 3,4p)" "camera_id video-surveillance out-of-purpose blank
ecli sanctions out-of-purpose blank"

status "a record without personal data is clean for any purpose" 0 \
	run filter -o json -p website-traffic-analysis <<<"nothing of the kind"
is "clean" "$(jq -c '[.verdict, .categories, .findings]' "$T/out")" '["clean",[],[]]'

done_testing
