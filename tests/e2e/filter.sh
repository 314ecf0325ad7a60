#!/bin/bash
# filter.sh: a stream through `purposed filter`.
#
# What goes in comes out, byte by byte and in order, whatever the bytes are; what
# is said of it is right, in every format; what must not be said is not; whatever
# goes wrong is told, with status 2, and is never "clean".

. tests/support/tap.sh || exit 1
. tests/support/run.sh || exit 1

# The purpose of most tests: navigation is permitted, identification is not.
P=website-management
TAG_END='\[purposed@32473 [^]]*\]'

# --- Bytes are kept -------------------------------------------------------------------

# The input again, from what `tag` made of it: the tag stands before the line's end.
untag() {
	sed "s/ $TAG_END\(\r\?\)\$/\1/"
}

# In: a file of whatever bytes.  Out: the same, as `record` and as `tag` without the tags.
kept() { # DESCRIPTION FILE
	"$PURPOSED" filter --exit-zero -p $P -o record <"$2" >"$T/kept"
	ok "$1: record keeps the bytes" cmp "$2" "$T/kept"
	"$PURPOSED" filter --exit-zero -p $P -o record -j3 "$2" >"$T/kept"
	ok "$1: and does so with three threads" cmp "$2" "$T/kept"
	"$PURPOSED" filter --exit-zero -p $P -o tag <"$2" >"$T/tagged"
	untag <"$T/tagged" >"$T/kept"
	ok "$1: tag without the tags is the input" cmp "$2" "$T/kept"
	is "$1: every record has a tag" "$(tr -d '\r' <"$T/tagged" | grep -ac "$TAG_END\$")" \
		"$(grep -ac '' "$2")"
}

many() { # N CHARACTER
	head -c "$1" /dev/zero | tr '\0' "$2"
}

: >"$T/empty"
kept "no input" "$T/empty"
status "no input is nothing flagged" 0 run filter <"$T/empty"
printf 'a\0b an@example.be\0\n\0\n' >"$T/nul"
kept "NUL bytes" "$T/nul"
printf 'caf\xe9 \xff\xfe \xc3( \xed\xa0\x80 an@example.be\n\xf0\x9f\n' >"$T/invalid"
kept "invalid UTF-8" "$T/invalid"
printf 'one\r\ntwo\n\r\nthree\r\r\n\rfour\rfive\r\n' >"$T/crlf"
kept "CR LF, CR CR LF and CR alone" "$T/crlf"
printf '\n\n\nx\n\n' >"$T/blank"
kept "empty lines" "$T/blank"
many 40000 '\n' >"$T/blanks"
is "nothing but empty lines: each is a record" \
	"$("$PURPOSED" filter -p $P -o json <"$T/blanks" | grep -c '"verdict":"clean"')" 40000
printf 'one\nan@example.be' >"$T/open"
kept "a last line that is not ended" "$T/open"
printf 'one\r' >"$T/open-cr"
kept "a last line that ends in CR" "$T/open-cr"
{ many 70000 x; echo; echo short; many 300000 y; echo ' an@example.be'; many 3000000 z; } >"$T/long"
kept "lines of 70 KB, 300 KB and 3 MB" "$T/long"
# A CR that may or may not belong to the line's end, around every size of a buffer.
for size in 65534 65535 65536 65537 131071 131072 262142 262143 262144 262145 524287; do
	many $size x
	printf '\r\n'
	many $size x
	printf '\rx\n'
	many $size x
	printf '\r\r\nshort\n'
done >"$T/cr-far"
kept "a CR just before, at and behind a buffer's end" "$T/cr-far"
openssl enc -aes-128-ctr -nosalt -K 2a -iv 2a -in /dev/zero 2>/dev/null | head -c 2000000 >"$T/random"
kept "2 MB of random bytes" "$T/random"
for i in {1..40}; do many $((i * 1733)) "$((i % 10))"; echo " an$i@example.be"; done >"$T/growing"
kept "lines of growing length" "$T/growing"

seq 200000 | sed 's/$/ an@example.be/; n; s/ .*//' >"$T/lines"
"$PURPOSED" filter --exit-zero -j4 -p $P -o json "$T/lines" | jq -r '"\(.record) \(.verdict)"' >"$T/order"
ok "200,000 records keep their order with four threads" \
	cmp "$T/order" <(seq 200000 | sed 's/$/ out-of-purpose/; n; s/ .*/ clean/; s/$/ clean/; s/ clean clean/ clean/')
"$PURPOSED" filter --exit-zero -j4 -o record "$T/lines" >"$T/kept"
ok "and their bytes" cmp "$T/lines" "$T/kept"

# --- Tags ---------------------------------------------------------------------------------

OURS="[purposed@32473 verdict=\"out-of-purpose\" purpose=\"$P\" categories=\"identification\" elements=\"email\"]"

tagged() { # RECORD
	"$PURPOSED" filter -p $P <<<"$1" 2>"$T/err"
}

is "the tag is the last on the line" "$(tagged 'mail an@example.be')" "mail an@example.be $OURS"
is "clean says so" "$(tagged 'no mail')" \
	"no mail [purposed@32473 verdict=\"clean\" purpose=\"$P\" categories=\"\" elements=\"\"]"
is "no purpose is an empty list" "$("$PURPOSED" filter <<<'mail an@example.be')" \
	'mail an@example.be [purposed@32473 verdict="gap" purpose="" categories="identification" elements="email"]'
is "several purposes, several elements; permitted ones are not listed" \
	"$("$PURPOSED" filter -p $P -p website-personalisation \
		<<<'rrn 85.07.30-033.28 of an@example.be at 192.0.2.7')" \
	"rrn 85.07.30-033.28 of an@example.be at 192.0.2.7 [purposed@32473 verdict=\"out-of-purpose\" purpose=\"$P,website-personalisation\" categories=\"identification,navigation\" elements=\"national_number,email\"]"
SYSLOG='<13>1 2024-10-10T10:00:00Z www app 1 -'
is "RFC 5424: in the place of an empty SD" "$(tagged "$SYSLOG - mail an@example.be")" \
	"$SYSLOG $OURS mail an@example.be"
is "RFC 5424: behind the elements that are there" \
	"$(tagged "$SYSLOG [a@1 b=\"\\\"]\\]\"][c@2] mail an@example.be")" \
	"$SYSLOG [a@1 b=\"\\\"]\\]\"][c@2]$OURS mail an@example.be"
is "RFC 5424: a forged one is taken out" \
	"$(tagged "$SYSLOG [purposed@32473 verdict=\"clean\"][c@2] mail an@example.be")" \
	"$SYSLOG [c@2]$OURS mail an@example.be"
like "and counted" "$(cat "$T/err")" 'forged tags .*: 1'
is "RFC 5424: one in the message, too" \
	"$(tagged "$SYSLOG - mail an@example.be [purposed@32473 verdict=\"clean\"]")" \
	"$SYSLOG $OURS mail an@example.be "
like "and counted, too" "$(cat "$T/err")" 'forged tags .*: 1'
{
	printf '%s ' "$SYSLOG [purposed@32473 verdict=\"clean\"]"
	many 700000 x
	echo ' [purposed@32473 verdict="clean"]'
} >"$T/forged"
"$PURPOSED" filter -p $P "$T/forged" >"$T/out" 2>"$T/err"
like "in a record that is longer than any buffer, too" "$(cut -c 1-80 "$T/out")" \
	"\[purposed@32473 verdict=\"unscanned\""
like "whose end has passed unseen: ours is the last there again" "$(tail -c 200 "$T/out")" \
	"\[purposed@32473 verdict=\"clean\"\] \[purposed@32473 verdict=\"unscanned\" [^[]*\]$"
like "and counted there" "$(cat "$T/err")" 'forged tags .*: 1$'
is "elsewhere a forged one stays, ours is the last" \
	"$(tagged 'an@example.be [purposed@32473 verdict="clean"]')" \
	"an@example.be [purposed@32473 verdict=\"clean\"] $OURS"
is "RFC 5424 in every other respect unchanged: CR LF" \
	"$(printf '%s - an@example.be\r\n' "$SYSLOG" | "$PURPOSED" filter -p $P | od -An -c | tail -n 2 | tr -d ' \n')" \
	"$(printf '%s %s an@example.be\r\n' "$SYSLOG" "$OURS" | od -An -c | tail -n 2 | tr -d ' \n')"

# --- Selection --------------------------------------------------------------------------

printf '%s\n' "nothing" "from 192.0.2.7" "mail an@example.be" "nothing more" >"$T/four"
selected() { # WHICH
	"$PURPOSED" filter --exit-zero -p $P -o json --select "$1" "$T/four" | jq .record | tr '\n' ' '
}
is "--select all" "$(selected all)" "1 2 3 4 "
is "--select personal" "$(selected personal)" "2 3 "
is "--select flagged" "$(selected flagged)" "3 "
is "records pass unchanged when selected" \
	"$("$PURPOSED" filter -p $P -o record --select flagged "$T/four")" "mail an@example.be"
status "what is not printed is flagged all the same" 1 run filter -p $P -o record --select flagged "$T/four"
status "and what is printed is not flagged for it" 0 \
	run filter -p nis2-supervision -o record --select personal "$T/four"
is "two records hold personal data" "$(wc -l <"$T/out")" 2

# --- Redaction --------------------------------------------------------------------------

# In: a URI (permitted) that holds an address and a national number (not permitted).
cat >"$T/nested" <<'END'
192.0.2.7 - - [10/Oct/2024:13:55:36 +0200] "GET /x?m=an%40example.be&n=85.07.30-033.28 HTTP/1.1" 200 5 "-" "-"
END
TAKEN='"GET /x[?]m=<email>&n=<national_number> HTTP/1.1" 200 5'
is "no redaction, no change" "$("$PURPOSED" filter -p $P -o record "$T/nested")" "$(cat "$T/nested")"
like "record" "$("$PURPOSED" filter -p $P -o record --redact "$T/nested")" "$TAKEN"
like "tag" "$("$PURPOSED" filter -p $P -o tag --redact "$T/nested")" "$TAKEN.*purposed@32473"
like "json with text" \
	"$("$PURPOSED" filter -p $P -o json --with-text --redact "$T/nested" | jq -r .text)" "$TAKEN"
like "text with text" \
	"$("$PURPOSED" filter -p $P -o text --with-text --redact "$T/nested")" '<email>&n=<national_number>'
is "json without text has none" "$("$PURPOSED" filter -p $P -o json --redact "$T/nested" | jq .text)" null
like "pseudonyms" "$("$PURPOSED" filter -p $P -o record --redact=pseudonym "$T/nested")" \
	'm=<email:k0:[0-9a-f]{16}>&n=<national_number:k0:[0-9a-f]{16}> HTTP'
is "what holds others goes as one, all that is flagged" \
	"$("$PURPOSED" filter -o record --redact "$T/nested")" \
	'<ipv4> - - [10/Oct/2024:13:55:36 +0200] "GET <request_uri> HTTP/1.1" 200 5 "-" "-"'
is "and also where what it holds is permitted" \
	"$("$PURPOSED" filter -p national-contact-point -o record --redact "$T/nested")" \
	'<ipv4> - - [10/Oct/2024:13:55:36 +0200] "GET <request_uri> HTTP/1.1" 200 5 "-" "-"'
is "nothing flagged, nothing taken" \
	"$("$PURPOSED" filter -p nis2-supervision -o record --redact "$T/nested")" "$(cat "$T/nested")"

# In: an address within and one behind what is searched of a record (65536 bytes).
{ printf 'an@example.be '; many 70000 x; printf ' jan@example.be\nnext an@example.be\n'; } >"$T/tail"
# In: the same, larger than any buffer.
{ printf 'an@example.be '; many 700000 x; printf ' jan@example.be\nnext an@example.be\n'; } >"$T/tail-huge"
for file in tail tail-huge; do
	for format in record tag "text --with-text" "json --with-text"; do
		# shellcheck disable=SC2086
		"$PURPOSED" filter -p $P -o $format --redact "$T/$file" >"$T/out"
		is "$file, $format: the unsearched tail is not passed on" "$(grep -c 'jan@' "$T/out")" 0
		is "$file, $format: nor what was found" "$(grep -c 'an@ex' "$T/out")" 0
	done
	is "$file: <unscanned> stands for it" \
		"$("$PURPOSED" filter -p $P -o record --redact "$T/$file" | tr -s x)" \
"<email> x<unscanned>
next <email>"
	is "$file: in json, too" \
		"$("$PURPOSED" filter -p $P -o json --with-text --redact "$T/$file" | jq -r .text | tr -s x)" \
"<email> x<unscanned>
next <email>"
done

# In: values with and without blanks, one byte further each time, across the end of what is
# searched.  Out: nothing of them.
for value in 'rrn=85.07.30-033.28' 'iban=BE68 5390 0754 7034' 'mail=jan.maes@example.be'; do
	for cut in 1 5 9 13 17; do
		yes b | head -n 32768 | tr '\n' ' ' | head -c $((65536 - ${#value} + cut))
		echo "$value x"
	done
done >"$T/cut"
for format in record text "json --with-text"; do
	# shellcheck disable=SC2086
	"$PURPOSED" filter -p $P -o $format --redact "$T/cut" >"$T/out"
	is "values cut at the limit, $format: nothing of them is passed on" \
		"$(grep -c '<unscanned>' "$T/out") $(grep -c -e =8 -e =BE -e =j "$T/out")" "15 0"
done
is "but the finding is what was not searched" \
	"$("$PURPOSED" filter -p $P -o json "$T/cut" | jq -c '.findings[-1] | [.start, .reason]' | sort -u)" \
	'[65536,"record-limit"]'

# In: values in a query, encoded more often than is undone.  Out: nothing of them.
for value in 'email=k.maes%2525252540example.net' 'rrn=85%252525252E07.30-033.28'; do
	echo "192.0.2.7 - - [10/Oct/2024:13:55:36 +0200] \"GET /z?$value HTTP/1.1\" 200 5 \"-\" \"-\""
done >"$T/deep"
is "values that are still encoded are taken out with their word" \
	"$("$PURPOSED" filter -p website-traffic-analysis -o record --redact "$T/deep" | sort -u)" \
	'192.0.2.7 - - [10/Oct/2024:13:55:36 +0200] "GET <unscanned> "-" "-"'
is "from text, too" "$("$PURPOSED" filter -p website-traffic-analysis -o text "$T/deep" |
	grep -c -e maes -e example -e 07.30)" 0

# --- json -------------------------------------------------------------------------------

# In: an access log entry (1), content (2), nothing (3), a record too long (4), another (5).
{
	cat "$T/nested"
	echo '{"channel":"chat","message_body":"Kan u mij morgen terugbellen?"}'
	echo nothing
	many 100000 x
	echo
	echo 'mail an@example.be'
} >"$T/five"
status "json of five records" 1 run filter -p $P -o json "$T/five"
cp "$T/out" "$T/five.json"
is "a line and an object a record" "$(jq -s length "$T/five.json") $(wc -l <"$T/five.json")" "5 5"
ok "the fields of a record" jq -es 'all(.[];
	(keys - ["kind", "kind_source"] == ["categories", "findings", "input", "offset", "purposes",
		"record", "time", "verdict"]) and
	(has("kind") == has("kind_source")) and
	(.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$")) and
	(.purposes == ["website-management"]) and
	(.verdict | IN("clean", "permitted", "notice", "gap", "unscanned", "out-of-purpose")) and
	([.findings[].category | values] - .categories == []))' "$T/five.json"
ok "the fields of a finding" jq -es 'all(.[].findings[] | select(.rule);
	(keys - ["reason", "sample", "pseudonym"] == ["category", "cells", "element", "end", "rule",
		"start", "verdict"]) and
	(has("reason") == (.verdict != "permitted")) and
	(has("sample") == has("pseudonym")) and (has("sample") == (.element != "content")) and
	(.start < .end) and
	(.cells | all(keys - ["only_for"] == ["cell", "column", "purpose", "row"])))' "$T/five.json"
ok "pseudonyms have their form" jq -es '[.[].findings[].pseudonym | values] |
	length == 5 and all(test("^k0:[0-9a-f]{16}$"))' "$T/five.json"
is "the record is as bad as its worst finding" "$(jq -r .verdict "$T/five.json" | tr '\n' ' ')" \
	"out-of-purpose out-of-purpose clean unscanned out-of-purpose "
is "the kind is told where it is recognised" \
	"$(jq -r '"\(.kind) \(.kind_source)"' "$T/five.json" | head -n 1)" "web-traffic-log recognised"
is "and is stated where it is stated" \
	"$("$PURPOSED" filter --kind mail-log -o json "$T/five" | jq -r '"\(.kind) \(.kind_source)"' | sort -u)" \
	"mail-log stated"
is "content is outside the Annex; it has no cell, no sample, no pseudonym" \
	"$(field "$T/five.json" 2 '.findings[] | [.category, .reason, (.cells | length), .sample, .pseudonym] | tojson')" \
	'["outside-annex","outside-annex",0,null,null]'
is "the record's own time, in UTC" "$(field "$T/five.json" 1 .time)" "2024-10-10T11:55:36.000Z"
is "values are masked" "$(field "$T/five.json" 1 '.findings[] | select(.element == "email").sample')" \
	'a***@e***.be'
is "numbers" "$(jq .record "$T/five.json" | tr '\n' ' ')" "1 2 3 4 5 "
is "offsets, also behind a record that is too long" "$(jq .offset "$T/five.json" | tr '\n' ' ')" \
	"$(awk '{ printf "%d ", at; at += length($0) + 1 }' "$T/five")"
is "what was not searched, and why" \
	"$(field "$T/five.json" 4 '.findings[] | [.start, .end, .element, .verdict, .reason] | tojson')" \
	'[65536,100000,null,"unscanned","record-limit"]'
is "spans are bytes of the record" "$(findings "$T/five.json" "$T/five" 1)" \
"ipv4 navigation permitted - 192.0.2.7
request_uri navigation permitted - /x?m=an%40example.be&n=85.07.30-033.28
email identification out-of-purpose not-permitted an%40example.be
national_number identification out-of-purpose not-permitted 85.07.30-033.28"
is "the input's name is its path" "$(jq -r .input "$T/five.json" | sort -u)" "$T/five"
is "or stdin" "$("$PURPOSED" filter -o json <"$T/five" | jq -r .input | sort -u)" stdin
is "no value is ever written" "$(grep -c -e an%40example -e an@example -e 85.07.30 "$T/five.json")" 0
"$PURPOSED" filter -p $P -o json --with-text "$T/random" >"$T/out"
ok "random bytes give valid UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null "$T/out"
ok "and valid JSON, a line a record" jq -es --argjson n "$(grep -ac '' "$T/random")" 'length == $n' "$T/out"
"$PURPOSED" filter -p $P -o json --with-text "$T/nul" >"$T/out"
is "NUL bytes are escaped" "$(sed -n 1p "$T/out" | jq .text)" '"a\u0000b an@example.be\u0000"'
printf 'a an@example.be, AN%%40Example.BE; b bob@example.be\n' >"$T/same"
"$PURPOSED" filter -p $P -o json "$T/same" | jq -r '.findings[].pseudonym' >"$T/out"
is "one pseudonym for the two spellings of a value, another for another" \
	"$(uniq -c "$T/out" | awk '{ print $1 }' | tr '\n' ' ')" "2 1 "
printf 'not very secret, and long enough for a key' >"$T/key"
echo 'pseudonym_key = { id = 7; file = "key"; };' >"$T/key.conf"
"$PURPOSED" filter -c "$T/key.conf" -p $P -o json "$T/same" | jq -r '.findings[].pseudonym' >"$T/one"
"$PURPOSED" filter -c "$T/key.conf" -p $P -o json "$T/same" | jq -r '.findings[].pseudonym' >"$T/two"
ok "with a key of one's own they last" cmp "$T/one" "$T/two"
is "and name the key" "$(cut -d: -f1 "$T/one" | sort -u)" k7

# --- text -------------------------------------------------------------------------------

is "like grep, with values masked" "$("$PURPOSED" filter -p $P -o text "$T/four" | sed -n 3p)" \
	"$T/four:3: out-of-purpose email  mail a***@e***.be"
printf 'a\033[2J\a\x9b\xc2\x9b an@example.be\ttab\n' >"$T/escape"
is "a record cannot drive the terminal" \
	"$("$PURPOSED" filter -p $P -o text "$T/escape" | tr -d '\n' | cut -d: -f2-)" \
	'1: out-of-purpose email  a\x1b[2J\x07\x9b\xc2\x9b a***@e***.be\x09tab'
is "not even with its text" \
	"$("$PURPOSED" filter -p $P -o text --with-text "$T/escape" | tr -dc '\000-\011\013-\037\177-\237' | wc -c)" 0
is "nor does a line of JSON" \
	"$("$PURPOSED" filter -p $P -o json --with-text "$T/escape" | tr -dc '\000-\011\013-\037\177-\237' | wc -c)" 0
is "no colours in a pipe" "$("$PURPOSED" filter -p $P -o text "$T/four" | grep -c $'\033')" 0
like "--color=always" "$("$PURPOSED" filter -p $P -o text --color=always "$T/four")" $'\033\\[1;31mout-of-purpose\033\\[0m'
like "and NO_COLOR does not overrule what is asked for" \
	"$(NO_COLOR=1 "$PURPOSED" filter -p $P -o text --color=always "$T/four")" $'\033'

# --- Status -----------------------------------------------------------------------------

status "nothing flagged: 0" 0 run filter -p nis2-supervision "$T/four"
status "flagged: 1" 1 run filter -p $P "$T/four"
status "a gap is flagged" 1 run filter "$T/four"
status "unscanned is flagged, though all is permitted" 1 run filter -p nis2-supervision "$T/long"
status "a notice is not" 0 run filter -p service-statistics "$T/four"
status "--exit-zero" 0 run filter --exit-zero -p $P "$T/four"

# Trouble is status 2, a message that names it, and nothing on standard output.
trouble() { # DESCRIPTION MESSAGE ARGUMENT...
	local description=$1 message=$2

	shift 2
	status "$description: 2" 2 run "$@"
	like "$description: told" "$(cat "$T/err")" "$message"
	is "$description: nothing is passed on" "$(wc -c <"$T/out")" 0
}

trouble "unknown purpose" "'nis3-supervision'.* did you mean 'nis2-supervision'" \
	filter --exit-zero -p nis3-supervision "$T/four"
trouble "one known, one unknown purpose" "'x'" filter -p $P -p x "$T/four"
trouble "missing file" "$T/none.*No such file" filter "$T/none"
# Compressed text holds no address that could be seen: that is no "clean" stream.
gzip -c "$T/four" >"$T/four.gz"
trouble "a compressed file" "four.gz is no text.*purposed scan" filter -p $P "$T/four.gz"
trouble "a compressed stream" "stdin is no text" filter -p $P - <"$T/four.gz"
trouble "UTF-16" "UTF-16" filter -p $P - < <(printf '\377\376a\0')
for code in UTF-16LE UTF-16BE UTF-32LE UTF-32BE; do
	iconv -f UTF-8 -t $code "$T/four" >"$T/wide"
	trouble "$code without a mark" "wide is no text: UTF-16 or UTF-32" filter -p $P "$T/wide"
	trouble "$code in a stream" "stdin is no text: UTF-16 or UTF-32" filter -p $P - <"$T/wide"
done
# What a message quotes must not drive the terminal that shows it.
trouble "a name with control bytes" 'n\\x1b\[31m\\xc2\\x9b31m' filter $'n\033[31m\302\23331m'
trouble "a command with control bytes" "no command 'x\\\\x07\\\\x9b'" $'x\a\233'
like "and a kind" "$("$PURPOSED" filter --kind $'k\033\302\233' -p $P "$T/four" 2>&1 >/dev/null)" \
	"kind 'k\\\\x1b\\\\xc2\\\\x9b'"
like "a kind that nobody knows is said" \
	"$("$PURPOSED" filter --kind web-trafic-log -p $P "$T/four" 2>&1 >/dev/null)" "kind 'web-trafic-log'"
trouble "a folder" "$T is a folder" filter "$T"
trouble "a folder as standard input" "stdin is a folder" filter <"$T"
# Each record that is written would be read again.
cp "$T/four" "$T/both"
for input in "$T/both" -; do
	like "a file that is its own output" "$("$PURPOSED" filter "$input" 2>&1 <"$T/both" >>"$T/both")" \
		"(both|stdin) is the file that standard output goes to"
	is "and is left as it was" "$(cmp "$T/four" "$T/both" && echo same)" same
done
trouble "missing configuration" "$T/none.*No such file" filter -c "$T/none" "$T/four"
trouble "a folder as configuration" "$T.*directory" filter -c "$T" "$T/four"
trouble "missing policy" "$T/none" filter --policy "$T/none" "$T/four"
trouble "missing rules" "$T/none" filter --rules "$T/none" "$T/four"
trouble "unknown format" "'xml' is none of tag, json" filter -o xml "$T/four"
trouble "unknown selection" "'some'" filter --select some "$T/four"
for command in filter scan; do
	trouble "$command --redact pseudonym" "no file 'pseudonym'; .*--redact=pseudonym" $command --redact pseudonym
	trouble "$command '--redact pseudonym FILE'" "no file 'pseudonym'" $command --redact pseudonym "$T/four"
done
trouble "a file without a name" "cannot open '': No such file" filter -p $P ""
trouble "a configuration without a name" "--config: '' names no file" filter -c ""
like "a path without a name" "$("$PURPOSED" scan "" 2>&1)" "^purposed: '': No such file"
trouble "unknown redaction" "'black'" filter --redact=black "$T/four"
trouble "no jobs" "'0'" filter -j 0 "$T/four"
trouble "too many files" "too many" filter "$T/four" "$T/four"
trouble "unknown option" "'--purposes'" filter --purposes "$T/four"
trouble "an option of another command" "--lang" filter --lang en "$T/four"
trouble "a missing argument" "'-p'" filter -p
trouble "a value of an option that takes none" "'--exit-zero=1': that option takes no value" filter --exit-zero=1
trouble "an option before the command" "no command stands before the option '-c'" -c "$T/none" filter
trouble "no command" "which command" # no argument at all
trouble "an unknown command" "'fliter'" fliter

cat >"$T/bad.conf" <<'END'
record_bites = 5;
policy = 7;
limits = {
  record_bytes = 10;
  match_limit = "many";
  colour = 1;
};
default_purposes = [ 7 ];
END
trouble "bad settings" "$T/bad.conf:1: .*record_bites" filter -c "$T/bad.conf" "$T/four"
for wanted in ":2: .*policy.* must be a string" ":4: .*record_bytes.* is 10, must be from 64" \
	":5: .*match_limit.* whole number" ":6: .*colour" ":8: .*"; do
	like "all of them are told at once, with their place" "$(cat "$T/err")" "$T/bad.conf$wanted"
done
printf 'limits = {\n record_bytes = ;\n' >"$T/syntax.conf"
trouble "a syntax error" "$T/syntax.conf:2: " filter -c "$T/syntax.conf" "$T/four"
echo 'default_purposes = [ "nis3-supervision" ];' >"$T/purpose.conf"
trouble "an unknown purpose in the configuration" \
	"$T/purpose.conf:1: .*'nis3-supervision'" filter -c "$T/purpose.conf" "$T/four"
if [ "$(id -u)" -ne 0 ]; then
	: >"$T/secret"
	chmod 0 "$T/secret"
	trouble "unreadable configuration" "ermission" filter -c "$T/secret" "$T/four"
	trouble "unreadable file" "ermission" filter "$T/secret"
else
	skip "unreadable configuration" "root reads everything"
fi

full() {
	"$PURPOSED" "$@" 2>"$T/err" >/dev/full
}
for format in tag record json text; do
	status "full disk, $format: 2" 2 full filter --exit-zero -o "$format" "$T/lines"
	like "full disk, $format: told" "$(cat "$T/err")" "No space left"
done
closed_out() {
	"$PURPOSED" filter "$T/four" 2>"$T/err" >&-
}
status "closed standard output: 2" 2 closed_out
like "told" "$(cat "$T/err")" "standard output"
closed_in() {
	run filter <&-
}
status "closed standard input: 2" 2 closed_in
like "told" "$(cat "$T/err")" "stdin"

# An input that fails: what came before is judged, the record that it tore is not called clean.
for jobs in 1 3; do
	broken() {
		with_broken_stdin $'mail an@example.be\nnothing in h' \
			"$PURPOSED" filter -p $P -o json -j$jobs >"$T/out" 2>"$T/err"
	}
	status "-j$jobs: an input that fails: 2" 2 broken
	like "-j$jobs: told" "$(cat "$T/err")" "cannot read stdin: Connection reset"
	is "-j$jobs: the torn record is unscanned" "$(jq -c '[.verdict, .findings[-1].reason]' "$T/out")" \
'["out-of-purpose","not-permitted"]
["unscanned","input-error"]'
done
broken() {
	with_broken_stdin $'mail an@example.be\n192.0.2.7 - jan [1' \
		"$PURPOSED" filter -p $P -o record --redact >"$T/out" 2>"$T/err"
}
status "an input that fails, redacted: 2" 2 broken
is "what the torn record ends in is not passed on" "$(cat "$T/out")" $'mail <email>\n<unscanned>'
{ printf 'an@example.be '; many 700000 x; } >"$T/torn"
broken() {
	python3 - "$T/torn" "$PURPOSED" filter -p $P -o json >"$T/out" 2>"$T/err" <<-'END'
		import socket, subprocess, sys
		ours, theirs = socket.socketpair()
		theirs.send(b"unread")
		p = subprocess.Popen(sys.argv[2:], stdin=theirs)
		ours.sendall(open(sys.argv[1], "rb").read())
		ours.close()
		sys.exit(p.wait())
	END
}
status "a torn record that is very long: 2" 2 broken
is "is unscanned for both" "$(jq -c '[.findings[] | select(.rule == null) | .start, .end, .reason]' "$T/out")" \
	'[65536,700014,"record-limit",700014,700015,"input-error"]'

# --- What -v says ---

status "-v" 1 run filter -v -j2 -p $P -o json "$T/four"
for wanted in 'policy: built in, version ccb-annex-i-1: 63 purposes, 4 categories' \
	'rules: built in: [0-9]+, for [0-9]+ elements' \
	'engine: PCRE2, [0-9]+ rules .*; workers: 2; 65536 bytes' "purpose: $P, row 60" \
	'4 records, .*; 1 flagged' 'out-of-purpose +1' 'identification +not-permitted +1'; do
	like "-v says: $wanted" "$(cat "$T/err")" "$wanted"
done
is "and no byte of a record" "$(grep -c -e 192.0.2.7 -e example "$T/err")" 0
run filter -v --policy conf/annex-i.conf --rules conf/rules.d "$T/four"
like "-v says where the policy is from" "$(cat "$T/err")" 'policy: conf/annex-i.conf, version'
like "and the rules" "$(cat "$T/err")" 'rules: conf/rules.d: [0-9]'
like "and that there is no purpose" "$(cat "$T/err")" 'purpose: none is declared'
run filter -p $P "$T/four"
is "without it nothing is said" "$(cat "$T/err")" ""

# --- Live -------------------------------------------------------------------------------

# A record alone on a pipe comes out while the pipe stays open.
mkfifo "$T/pipe"
for jobs in 1 4; do
	: >"$T/live" # what the other one wrote must not be taken for this one's
	"$PURPOSED" filter -p $P -j$jobs <"$T/pipe" >"$T/live" &
	pid=$!
	exec 3>"$T/pipe"
	echo 'mail an@example.be' >&3
	ok "-j$jobs: a record is out while the pipe is open" has_lines "$T/live" 1
	printf 'half a' >&3
	sleep 0.2
	is "-j$jobs: half a record is not" "$(wc -l <"$T/live")" 1
	like "-j$jobs: what it holds is for no core dump" "$(cat /proc/$pid/limits)" \
		'Max core file size +0 +0 '
	echo ' record' >&3
	ok "-j$jobs: the other half" has_lines "$T/live" 2
	is "-j$jobs: is the same record" "$(sed -n 2p "$T/live" | untag)" "half a record"
	exec 3>&-
	status "-j$jobs: its end is ours" 1 wait $pid
done

# A limit on the size of files is an error, not an end without a word.
: >"$T/limited"
"$PURPOSED" filter -o record <"$T/pipe" >"$T/limited" 2>"$T/err" &
pid=$!
exec 3>"$T/pipe"
echo started >&3
has_lines "$T/limited" 1
prlimit --pid $pid --fsize=4096
cat "$T/lines" >&3 2>/dev/null
exec 3>&-
status "a file that may not grow that large: 2" 2 wait $pid
like "told" "$(cat "$T/err")" "File too large"

# A reader that goes away ends it quietly, though the input has no end.
cut_off() {
	timeout 30 bash -c 'yes "mail an@example.be" | "$PURPOSED" filter -o "$0" 2>"$1" | head -n 1' \
		"$1" "$T/err"
}
for format in record json; do
	is "| head -n 1, $format: one record" "$(cut_off $format | wc -l)" 1
	is "| head -n 1, $format: quietly" "$(cat "$T/err")" ""
done
# Nor where our parent ignores SIGPIPE, which children inherit.
for command in "filter -o record" "scan -q -o record --select all -"; do
	# shellcheck disable=SC2086
	is "| head -n 1, without SIGPIPE, $command: one record" "$(
		trap '' PIPE
		yes 'mail an@example.be' 2>/dev/null |
			timeout 30 "$PURPOSED" $command 2>"$T/err" | head -n 1 | wc -l)" 1
	is "| head -n 1, without SIGPIPE, $command: quietly" "$(cat "$T/err")" ""
done
is "| head -n 1, without SIGPIPE, rules list: quietly" "$(
	trap '' PIPE
	{ sleep 0.2; "$PURPOSED" rules list --json 2>&1 >&3; } 3>&1 >"$T/err" | true
	cat "$T/err")" ""

# --- Limits -----------------------------------------------------------------------------

echo 'limits = { record_bytes = 100; };' >"$T/short.conf"
{ many 90 x; echo ' an@example.be an@example.be'; many 100 y; echo; many 101 z; echo; } >"$T/limit"
status "record_bytes = 100" 1 run filter -c "$T/short.conf" -p nis2-supervision -o json "$T/limit"
is "is where the search ends" \
	"$(jq -c '[.verdict] + [.findings[] | select(.element == null) | .start, .end, .reason]' "$T/out")" \
'["unscanned",100,118,"record-limit"]
["clean"]
["unscanned",100,101,"record-limit"]'

mkdir "$T/slow"
cat >"$T/slow/slow.conf" <<'END'
rules = (
  { id = "slow"; element = "email"; what = "A pattern that backtracks without end.";
    pattern = "(?<![a-z])(?:a+)+(?<!aaa)!"; examples = [ "[[aa!]]" ]; counter_examples = [ "aaa!" ]; }
);
END
echo 'rules = "slow"; limits = { match_limit = 1000; };' >"$T/slow.conf"
printf '%s\n' "short aaa!" "$(many 60 a)!" "[aa!]" >"$T/slow.log"
status "a pattern that takes too many steps" 1 \
	run filter -c "$T/slow.conf" -p nis2-supervision -o json "$T/slow.log"
is "is unscanned, never clean; others are judged as ever" \
	"$(jq -c '[.verdict] + [.findings[] | .reason // .element]' "$T/out")" \
'["clean"]
["unscanned","match-limit"]
["permitted","email"]'

# --- A policy and rules of one's own ------------------------------------------------------

cat >"$T/own.conf" <<'END'
version = "shop-1";
title = { en = "Records of processing"; };
categories = (
  { column = 1; id = "contact"; en = "Contact data"; elements = [ "email", "phone" ]; },
  { column = 2; id = "network"; en = "Network data"; elements = [ "ipv4" ]; } );
purposes = (
  { row = 1; id = "orders"; en = "Handling orders";
    cells = { contact = "permitted"; network = "not-permitted"; }; },
  { row = 2; id = "defence"; en = "Defence against attacks";
    cells = { contact = "not-permitted"; network = "permitted"; }; },
  { row = 3; id = "pages"; en = "Counting pages";
    cells = { contact = "blank";
              network = { permitted-only-for = "web-traffic-log"; en = "Access logs"; }; }; } );
END
echo 'order of an@example.be from 192.0.2.7, motion on CAM-77 at gate' >"$T/own.log"
own() { # OPTION...
	"$PURPOSED" filter --policy "$T/own.conf" -o json "$@" "$T/own.log" |
		jq -r '.findings[] | "\(.element) \(.category) \(.verdict) \(.reason // "-")"'
}
is "own policy: orders" "$(own -p orders)" \
"email contact permitted -
ipv4 network out-of-purpose not-permitted
camera_id outside-annex out-of-purpose outside-annex"
is "own policy: defence" "$(own -p defence | head -n 2)" \
"email contact out-of-purpose not-permitted
ipv4 network permitted -"
is "own policy: pages, of other records" "$(own -p pages | head -n 2)" \
"email contact out-of-purpose blank
ipv4 network out-of-purpose condition"
is "own policy: pages, of access logs" "$(own -p pages --kind web-traffic-log | sed -n 2p)" \
	"ipv4 network permitted -"
trouble "own policy: the Annex's purposes are not known" "'$P'" \
	filter --policy "$T/own.conf" -p $P "$T/own.log"
sed 's/network = "permitted"/network = "allowed"/' "$T/own.conf" >"$T/own-bad.conf"
trouble "own policy with a mistake" "$T/own-bad.conf:10: .*allowed" \
	filter --policy "$T/own-bad.conf" -p orders "$T/own.log"

mkdir "$T/rules" "$T/rules-bad"
cat >"$T/rules/customer.conf" <<'END'
rules = (
  { id = "customer"; element = "username"; what = "A customer's number.";
    pattern = "C-\\d{6}"; examples = [ "order of [[C-123456]]" ]; counter_examples = [ "C-12" ]; }
);
END
is "own rules, and only these" \
	"$("$PURPOSED" filter --rules "$T/rules" -p $P -o json <<<'C-777777 an@example.be' |
		jq -r '.findings[] | "\(.rule) \(.element) \(.start) \(.end)"')" "customer username 0 8"
sed 's/C-12"/C-120000"/' "$T/rules/customer.conf" >"$T/rules-bad/customer.conf"
trouble "own rules that fail their own counter-example" \
	"$T/rules-bad/customer.conf:2: rule 'customer'.*C-120000" \
	filter --rules "$T/rules-bad" -p $P "$T/own.log"
sed 's/\[\[C-123456\]\]/[[C-12]]/' "$T/rules/customer.conf" >"$T/rules-bad/customer.conf"
trouble "own rules that fail their own example" \
	"$T/rules-bad/customer.conf:2: rule 'customer'.*C-12" \
	filter --rules "$T/rules-bad" -p $P "$T/own.log"
rm "$T/rules-bad/customer.conf"
trouble "no rules in the folder" "$T/rules-bad" filter --rules "$T/rules-bad" -p $P "$T/own.log"

done_testing
