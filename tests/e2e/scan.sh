#!/bin/bash
# scan.sh: folders, files and archives through `purposed scan`.
#
# In: trees with logs as they lie about: plain, compressed by the real tools,
# packed, packed within packed, cut short, unreadable, gone, and things that are
# no files.  Out: every flagged record once, in the order of names, under the
# name and number by which it is found again; whatever could not be searched is
# told, counted, and ends the scan with status 2, after the rest was searched.

. tests/support/tap.sh || exit 1
. tests/support/run.sh || exit 1

P=website-management

# What was printed: NAME RECORD OFFSET, a line each; names relative to $1.
found() { # FOLDER [JSON]
	jq -r --arg folder "$1/" '"\(.input | ltrimstr($folder)) \(.record) \(.offset)"' "${2:-$T/out}"
}

# One log, flagged in its first and third record.
LOG=$'an@example.be logged in\nnothing\njan@example.be logged out'

# --- Formats ----------------------------------------------------------------------------

D="$T/formats"
mkdir -p "$D"
echo "$LOG" >"$D/app.log"
gzip -k "$D/app.log"
bzip2 -k "$D/app.log"
xz -k "$D/app.log"
zstd -qk "$D/app.log"
lz4 -q "$D/app.log" "$D/app.log.lz4"
status "compressed in five ways" 1 run scan -p $P "$D"
is "each is read, in the order of names" "$(found "$D")" \
	"$(for end in '' .bz2 .gz .lz4 .xz .zst; do
		printf 'app.log%s 1 0\napp.log%s 3 32\n' "$end" "$end"
	done)"
cp "$D/app.log.gz" "$T/renamed.log"
status "content tells, not the name" 1 run scan -q -p $P "$T/renamed.log"
is "a .log that is gzip" "$(found "$T")" $'renamed.log 1 0\nrenamed.log 3 32'
cat "$D/app.log.gz" "$D/app.log.gz" >"$T/twice.gz"
status "two gzip streams in one file" 1 run scan -q -p $P "$T/twice.gz"
is "are one log" "$(found "$T")" \
	$'twice.gz 1 0\ntwice.gz 3 32\ntwice.gz 4 58\ntwice.gz 6 90'

# --- Archives -----------------------------------------------------------------------------

D="$T/archives"
mkdir -p "$D/in/etc"
echo "$LOG" >"$D/in/a.log"
printf 'none\n' >"$D/in/b.log"
gzip -nc "$D/in/a.log" >"$D/in/etc/c.log.gz"
tar -C "$D/in" -cf "$D/1.tar" a.log b.log etc/c.log.gz
gzip -nc "$D/1.tar" >"$D/2.tgz"
tar -C "$D/in" --zstd -cf "$D/3.tar.zst" a.log
(cd "$D/in" && zip -q "$D/4.zip" a.log b.log etc/c.log.gz)
(cd "$D" && tar -cf 5.tar 2.tgz 4.zip)
rm -r "$D/in"
status "tar, zip, and what is in them" 1 run scan -p $P "$D"
is "archive!member, numbers and offsets by member" "$(found "$D")" \
"1.tar!a.log 1 0
1.tar!a.log 3 32
1.tar!etc/c.log.gz 1 0
1.tar!etc/c.log.gz 3 32
2.tgz!a.log 1 0
2.tgz!a.log 3 32
2.tgz!etc/c.log.gz 1 0
2.tgz!etc/c.log.gz 3 32
3.tar.zst!a.log 1 0
3.tar.zst!a.log 3 32
4.zip!a.log 1 0
4.zip!a.log 3 32
4.zip!etc/c.log.gz 1 0
4.zip!etc/c.log.gz 3 32
5.tar!2.tgz!a.log 1 0
5.tar!2.tgz!a.log 3 32
5.tar!2.tgz!etc/c.log.gz 1 0
5.tar!2.tgz!etc/c.log.gz 3 32
5.tar!4.zip!a.log 1 0
5.tar!4.zip!a.log 3 32
5.tar!4.zip!etc/c.log.gz 1 0
5.tar!4.zip!etc/c.log.gz 3 32"
like "16 members, b.log included" "$(cat "$T/err")" '16 files or members searched'
"$PURPOSED" scan -q -p $P - <"$D/2.tgz" >"$T/out"
is "an archive on standard input" "$(found "$D" | head -n 1)" "stdin!a.log 1 0"

# --- Folders ------------------------------------------------------------------------------

D="$T/tree"
mkdir -p "$D/b/deep/deeper" "$D/a" "$D/empty"
for name in z.log b/2.log b/10.log b/deep/deeper/x.log a/y.log a/.hidden "a/with space" a/$'new\nline'; do
	echo "$LOG" >"$D/$name"
done
: >"$D/a/nothing.log"
ln -s . "$D/a/loop"
ln -s ../z.log "$D/a/link"
ln -s missing "$D/a/dangling"
mkfifo "$D/b/pipe"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$D/b/socket"
status "a tree with a cycle of links, a pipe and a socket" 1 timeout 60 "$PURPOSED" scan -q -p $P "$D"
run scan -p $P "$D"
is "every file once, in the order of bytes; names with newlines are escaped" \
	"$(found "$D" | awk '$NF == 0' | sed 's/ 1 0$//')" \
'a/.hidden
a/new\x0aline
a/with space
a/y.log
b/10.log
b/2.log
b/deep/deeper/x.log
z.log'
like "links, pipe and socket are counted" "$(cat "$T/err")" '5 links, sockets, pipes and devices'
is "and are no trouble" "$(grep -c 'NOT SEARCHED' "$T/err")" 0
status "a link that is named is followed" 1 run scan -q -p $P "$D/a/link"
is "under the name it was given" "$(found "$D" | head -n 1)" "a/link 1 0"
status "arguments in the order given, one of them twice" 1 \
	run scan -q -p $P "$D/z.log" "$D/a/y.log" "$D/z.log"
is "z, a, z" "$(found "$D" | awk '$NF == 0 { print $1 }' | tr '\n' ' ')" "z.log a/y.log z.log "
"$PURPOSED" scan -q -p $P "$D/z.log" - "$D/a/y.log" <"$D/b/2.log" >"$T/out"
is "- is standard input" "$(found "$D" | awk '$NF == 0 { print $1 }' | tr '\n' ' ')" "z.log stdin a/y.log "
ODD="$D/a/"$'odd\n\033[31m\xff\xc2\x9b\xe2\x80\xaename'
echo "$LOG" >"$ODD"
for command in "scan -q" filter; do
	# shellcheck disable=SC2086
	is "$command: bytes of a name that could drive a terminal are written out" \
		"$("$PURPOSED" $command -o json -p $P "$ODD" | jq -r .input | sort -u)" \
		"$D/a/odd\\x0a\\x1b[31m\\xff\\xc2\\x9b\\xe2\\x80\\xaename"
done
rm "$ODD"
status "an empty folder is nothing flagged" 0 run scan -p $P "$D/empty"
like "and nothing searched" "$(cat "$T/err")" '^.?0 records'

# --- Selection, formats, summary ------------------------------------------------------------

{ echo "from 192.0.2.7"; echo "$LOG"; echo '{"channel":"chat","message_body":"Kan u mij bellen?"}'; } >"$T/mixed.log"
status "flagged records only, by default" 1 run scan -p $P "$T/mixed.log"
is "2, 4 and 5" "$(jq .record "$T/out" | tr '\n' ' ')" "2 4 5 "
is "permitted findings of a printed record are there, too" \
	"$("$PURPOSED" scan -q -p $P - <<<'an@example.be from 192.0.2.7' | jq -r '.findings[].verdict' | tr '\n' ' ')" \
	"out-of-purpose permitted "
is "--select all" "$("$PURPOSED" scan -q -p $P --select all "$T/mixed.log" | jq .record | tr '\n' ' ')" "1 2 3 4 5 "
is "--select personal" "$("$PURPOSED" scan -q -p $P --select personal "$T/mixed.log" | jq .record | tr '\n' ' ')" "1 2 4 5 "
status "--exit-zero" 0 run scan --exit-zero -p $P "$T/mixed.log"
SUMMARY=$(tr -s ' ' <"$T/err")
like "summary: records" "$SUMMARY" '5 records, .*; 3 flagged'
for line in 'out-of-purpose 3' 'not flagged 2' 'in flagged records:' 'identification not-permitted 2' \
	'outside-annex outside-annex 1' '1 file or member searched'; do
	like "summary: $line" "$SUMMARY" "$line"$'(\n|$)'
done
run scan --select all -p $P "$T/mixed.log"
SUMMARY=$(tr -s ' ' <"$T/err")
for line in 'out-of-purpose 3' 'permitted 1' 'clean 1' 'reason:' 'identification not-permitted 2' \
	'navigation permitted 1' 'outside-annex outside-annex 1'; do
	like "summary of all records: $line" "$SUMMARY" "$line"$'(\n|$)'
done
# Four numbers are an address to a first look; that they are a version, only a full one knows.
# Few records get a full look at once, and the oracle gives no other: all are counted alike.
{ echo 'msg="portal started" version=5.4.1.12'; echo nothing; } >"$T/version"
for much in "" "$(yes nothing | head -n 20000)"; do
	for engine in auto pcre2; do
		printf '%s\n' "$much" | cat "$T/version" - >"$T/versions.log"
		run scan --engine $engine -p website-traffic-analysis "$T/versions.log"
		is "not flagged, and no more is said of them: $(wc -l <"$T/versions.log") records, $engine" \
			"$(sed -n '/^records by/,$p' "$T/err" | tr -s ' ')" \
			"records by verdict:
 not flagged $(wc -l <"$T/versions.log")
findings by category and reason, in flagged records:
1 file or member searched"
	done
done
status "summary without a purpose" 1 run scan "$T/mixed.log"
like "says how many records nobody declared" "$(cat "$T/err")" 'without a declared purpose: 5'
status "-v" 1 run scan -v -p $P "$T/mixed.log"
like "says by what is judged" "$(cat "$T/err")" "policy: built in, .*rules: .*purpose: $P, row 60"
is "and no byte of a record" "$(grep -c -e 192.0.2.7 -e 'example.be' "$T/err")" 0
run scan -vv -p $P "$T/mixed.log"
like "-vv: also what is searched" "$(cat "$T/err")" "searching $T/mixed.log"
status "-q" 1 run scan -q -p $P "$T/mixed.log"
is "says nothing" "$(cat "$T/err")" ""
is "text is like grep" "$("$PURPOSED" scan -q -p $P -o text "$T/mixed.log" | head -n 1)" \
	"$T/mixed.log:2: out-of-purpose email  a***@e***.be logged in"
TERM=xterm script -qec "$PURPOSED scan -p $P $T/mixed.log" /dev/null >"$T/terminal" </dev/null
like "on a terminal it is text, in colours" "$(cat "$T/terminal")" $'\033\\[1;31mout-of-purpose'
is "and no json" "$(grep -c '"findings"' "$T/terminal")" 0
is "--redact goes with formats that carry text" \
	"$("$PURPOSED" scan -q -p $P -o record --redact "$T/mixed.log" | head -n 1)" "<email> logged in"

# The counts of the summary are those of the records.
status "summary of everything" 2 run scan -p $P -o json --select all "$T/formats" "$T/archives" "$T/tree" "$T/none"
cp "$T/err" "$T/summary"
is "records: as many as were printed" "$(sed -n 's/^\([0-9]*\) records, .*/\1/p' "$T/summary")" \
	"$(wc -l <"$T/out")"
is "by verdict: as many as were printed of each" \
	"$(sed -n '/^records by/,/^findings by/s/^  \([^ ]*\) *\([0-9]*\)$/\1 \2/p' "$T/summary" | sort)" \
	"$(jq -r .verdict "$T/out" | sort | uniq -c | awk '{ print $2, $1 }')"
is "by category and reason: as many as were printed of each" \
	"$(sed -n '/^findings by/,$s/^  \([^ ]*\) *\([^ ]*\) *\([0-9]*\)$/\1 \2 \3/p' "$T/summary" | sort)" \
	"$(jq -r '.findings[] | "\(.category) \(.reason // "permitted")"' "$T/out" | sort | uniq -c | awk '{ print $2, $3, $1 }')"

# --- Jobs -------------------------------------------------------------------------------------

printf 'a key that is the same for all runs' >"$T/key"
echo 'pseudonym_key = { id = 1; file = "key"; };' >"$T/key.conf"
D="$T/jobs"
mkdir "$D"
for file in 1 2 3 4 5; do
	for i in {1..4000}; do
		echo "192.0.2.$((i % 250)) - user$i [10/Oct/2024:13:55:36 +0200] \"GET /?m=a$i%40example.be HTTP/1.1\" 200 5 \"-\" \"-\""
	done >"$D/$file.log"
done
gzip "$D/2.log"
run scan -c "$T/key.conf" -j1 -p $P --select all "$D"
cp "$T/out" "$T/j1"
is "20,000 records" "$(wc -l <"$T/j1")" 20000
for jobs in 2 5; do
	run scan -c "$T/key.conf" -j$jobs -p $P --select all "$D"
	ok "-j$jobs gives the same bytes as -j1" cmp "$T/j1" "$T/out"
done

# --- Trouble ----------------------------------------------------------------------------------

# What cannot be read is told and counted, and does not stop the rest.
trouble() { # DESCRIPTION MESSAGE COUNTED NAMES OPTION-OR-PATH...
	local description=$1 message=$2 counted=$3 names=$4

	shift 4
	status "$description: 2" 2 run scan --exit-zero -p $P "$@"
	like "$description: told" "$(cat "$T/err")" "$message"
	like "$description: counted" "$(cat "$T/err")" "NOT SEARCHED, or not to the end: .*$counted"
	like "$description: a row of the summary" "$(cat "$T/err")" \
		$'\n  \\(not searched\\) +'"${counted#* } +${counted% *}"$'\n'
	is "$description: the rest is searched" \
		"$(jq -r .input "$T/out" | sed "s,^$T/,," | uniq | tr '\n' ' ')" "$names "
}

D="$T/trouble"
mkdir "$D"
echo "$LOG" >"$D/z.log"
trouble "a missing file" "$D/none: No such file" '1 unreadable' trouble/z.log "$D/none" "$D/z.log"
trouble "a pipe that is named" "$T/tree/b/pipe: is a named pipe" '1 unreadable' trouble/z.log "$T/tree/b/pipe" "$D/z.log"
trouble "a socket that is named" "$T/tree/b/socket: is a socket" '1 unreadable' trouble/z.log "$T/tree/b/socket" "$D/z.log"
trouble "a device that is named" "/dev/null: is a device" '1 unreadable' trouble/z.log /dev/null "$D/z.log"
trouble "a file whose reading fails" "/proc/self/mem: cannot be read: Input/output error" '1 unreadable' trouble/z.log /proc/self/mem "$D/z.log"
if [ "$(id -u)" -ne 0 ]; then
	echo "$LOG" >"$D/secret"
	mkdir -m 0 "$D/closed"
	chmod 0 "$D/secret"
	trouble "a file and a folder that may not be read" "$D/secret: Permission denied" '2 unreadable' trouble/z.log "$D"
	chmod 700 "$D/secret" "$D/closed"
	rm -r "$D/secret" "$D/closed"
else
	skip "a file that may not be read" "root reads everything"
fi

# A gzip that ends too early, within a line (hence no chance): what could be read is judged.
RANDOM=11
for i in {1..9999}; do echo "$RANDOM $i an@example.be"; done >"$T/many.log"
gzip -c "$T/many.log" | head -c 30000 >"$D/cut.gz"
trouble "a gzip cut short" "$D/cut.gz: is cut short" '1 damaged' "trouble/cut.gz trouble/z.log" "$D"
ok "a gzip cut short: its readable records are judged" test "$(grep -c cut.gz "$T/out")" -gt 1000
ok "a gzip cut short: they are those of the log" cmp <(jq -r 'select(.input | endswith("cut.gz")).offset' "$T/out" | head -n 1000) \
	<(awk 'NR <= 1000 { print at + 0 } { at += length($0) + 1 }' "$T/many.log")
is "a gzip cut short: the record that it tore is unscanned for that" \
	"$(jq -c 'select(.input | endswith("cut.gz")) | .findings[-1] | [.verdict, .reason]' "$T/out" | uniq -c | tr -s ' ')" \
	" $(($(grep -c cut.gz "$T/out") - 1)) [\"out-of-purpose\",\"not-permitted\"]
 1 [\"unscanned\",\"input-error\"]"
like "a gzip cut short: which the summary counts" "$(tr -s ' ' <"$T/err")" \
	$'\n \\(not searched\\) input-error 1\n'
rm "$D/cut.gz"
gzip -c "$T/many.log" >"$D/flip.gz"
printf '\xff\xff\xff\xff' | dd of="$D/flip.gz" bs=1 seek=20000 conv=notrunc status=none
trouble "a gzip with flipped bits" "$D/flip.gz: " '1 damaged' "trouble/flip.gz trouble/z.log" "$D"
rm "$D/flip.gz"
for kind in xz bzip2 zstd; do
	$kind -c "$T/many.log" | head -c 20000 >"$D/cut.$kind"
	status "$kind cut short: 2" 2 run scan -p $P "$D/cut.$kind"
	like "$kind cut short: told" "$(cat "$T/err")" "$D/cut.$kind: "
	rm "$D/cut.$kind"
done
tar -C "$T" -cf - many.log tree/z.log | head -c 100000 >"$D/cut.tar"
trouble "a tar cut short" "$D/cut.tar" '1 damaged' "trouble/cut.tar!many.log trouble/z.log" "$D"
rm "$D/cut.tar"

# xz -9 wants 65 MiB to decode.
xz -9 -c "$D/z.log" >"$D/big.xz"
trouble "xz -9" "$D/big.xz: needs 65 MiB to decode, limits.decoder_bytes allows 32 MiB" '1 refused' trouble/z.log "$D"
echo 'limits = { decoder_bytes = 100000000; };' >"$T/decoder.conf"
status "xz -9 where the limit allows it" 1 run scan -q -c "$T/decoder.conf" -p $P "$D/big.xz"
is "is read" "$(found "$D")" $'big.xz 1 0\nbig.xz 3 32'
rm "$D/big.xz"

# A bomb: 300 MB of nothing in some KB.
head -c 300000000 /dev/zero | zstd -q >"$D/bomb.zst"
trouble "a bomb" "$D/bomb.zst: " '1 refused' "trouble/bomb.zst trouble/z.log" "$D"
rm "$D/bomb.zst"

# A file that vanishes: while the first one's output is not taken, the second is removed.
mkdir "$D/gone"
for i in {1..40}; do cat "$T/many.log"; done >"$D/gone/1.log"
echo "$LOG" >"$D/gone/2.log"
echo "$LOG" >"$D/gone/3.log"
mkfifo "$T/reader"
"$PURPOSED" scan -p $P -o record "$D/gone" >"$T/reader" 2>"$T/err" &
pid=$!
exec 3<"$T/reader"
head -c 1 <&3 >/dev/null
rm "$D/gone/2.log"
is "a file that vanishes: the one behind it is searched" "$(tail -n 1 <&3)" "jan@example.be logged out"
exec 3<&-
status "a file that vanishes: 2" 2 wait $pid
like "a file that vanishes: told" "$(cat "$T/err")" "$D/gone/2.log: No such file"

status "nothing but a file that is refused" 2 run scan "$T/none"
is "is a row of the summary, too" "$(tail -n 4 "$T/err" | tr -s ' ')" \
"findings by category and reason:
 (not searched) unreadable 1
0 files or members searched
NOT SEARCHED, or not to the end: 1 (1 unreadable, 0 damaged, 0 refused)"

# --- Usage --------------------------------------------------------------------------------------

status "nothing to scan: 2" 2 run scan
like "told" "$(cat "$T/err")" "which files"
status "unknown purpose: 2" 2 run scan -p none "$T/mixed.log"
is "nothing is scanned" "$(wc -c <"$T/out")" 0
full() {
	"$PURPOSED" scan "$T/mixed.log" 2>"$T/err" >/dev/full
}
status "full disk: 2" 2 full
like "told" "$(cat "$T/err")" "No space left"

done_testing
