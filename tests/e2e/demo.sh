#!/bin/bash
# demo.sh: what `make demo` shows, and the logs that it shows.
#
# In: conf/examples.  Out: status 0 although records are flagged, the parts of the
# demo in their order, nothing left behind; and of the two logs exactly the records
# that hold something which their purpose does not permit.

. tests/support/tap.sh || exit 1
. tests/support/run.sh || exit 1

# What TMPDIR is for: that the demo leaves nothing in it.
demo() {
	TMPDIR="$T/tmp" conf/examples/demo.sh >"$T/out" 2>"$T/err"
}
mkdir "$T/tmp"
status "the demo ends well" 0 demo
is "and has nothing to complain of" "$(cat "$T/err")" ""
is "and leaves nothing behind" "$(ls -A "$T/tmp")" ""
OUT=$(tr '\n' ' ' <"$T/out")
like "a stream, an explanation, a scan, a redacted stream, advice" "$OUT" \
	'\$ purposed filter -p .*\[purposed@32473 .*purposed explain.*row 62, .*\$ tar .*purposed scan .* flagged .*--redact.*<username>.*What to do next.*policy list'
is "no colours where there is no terminal" "$(grep -c $'\033' "$T/out")" 0
like "the scan is shown in part, and it says how to see the rest" "$OUT" \
	'\.\.\. and 10 more; the command prints them all'
is "what the scan shows is masked" \
	"$(sed -n '/^3\./,/^4\./p' "$T/out" | grep -c -e Vermeulen -e kmaes -e '@example')" 0
like "it says where and how to type its commands" "$(head -n 12 "$T/out")" \
	"$PWD/conf/examples.*PATH=${PURPOSED%/*}:"
typed() ( # COMMAND
	cd conf/examples && PATH="${PURPOSED%/*}:$PATH" bash -o pipefail -c "$1"
)
sed -n 's/^\$ //p' "$T/out" >"$T/commands"
is "it shows four of them" "$(wc -l <"$T/commands")" 4
while read -r command; do
	typed "$command" >"$T/typed" 2>"$T/typed-err"
	ok "which can be typed: $command" test $? -le 1 -a -s "$T/typed"
done <"$T/commands"
broken() {
	PURPOSED="$T/none" demo
}
status "without a binary it does not end well" 1 broken
like "and says why" "$(cat "$T/err")" "$T/none is not there"

# NUMBER ELEMENTS of the flagged records of a log.
flagged() { # LOG [OPTION...]
	"$PURPOSED" filter -p website-traffic-analysis -o json --select flagged "conf/examples/$1" |
		jq -r '"\(.record) \([.findings[] | select(.verdict == "out-of-purpose").element] | unique | join(","))"'
}
is "access.log: 60 records, most of them innocent" "$(wc -l <conf/examples/access.log) $(flagged access.log)" \
"60 12 email
18 national_number
19 national_number
21 person_name
28 email
30 username
31 username
33 phone
41 national_number
45 email
54 person_name
60 email"
is "app.log: no web traffic, so there addresses and sessions are flagged, too" \
	"$(wc -l <conf/examples/app.log) $(flagged app.log)" \
"30 4 email
6 ipv4,username
7 ipv4,username
9 national_number
12 content
15 iban
17 camera_id
19 ecli
21 email
26 session_id"
is "both for a purpose that permits everything: only content is left" \
	"$("$PURPOSED" scan -q -p nis2-supervision conf/examples/*.log | jq -r '"\(.record) \(.verdict)"')" \
	"12 out-of-purpose"

done_testing
