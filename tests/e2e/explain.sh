#!/bin/bash
# explain.sh: what purposed says of itself: explain, policy, rules, check, help.
#
# A data protection officer reads these: every verdict must lead back to a row,
# a column and the Annex's own words, and no value may be shown on the way.

. tests/support/tap.sh || exit 1
. tests/support/run.sh || exit 1

P=website-traffic-analysis

# --- explain ----------------------------------------------------------------------------

RECORD='192.0.2.7 - - [10/Oct/2024:13:55:36 +0200] "GET /x?m=an.peeters%40example.be HTTP/1.1" 200 5 "-" "-"'
status "explain a flagged record" 1 run explain -p $P "$RECORD"
OUT=$(cat "$T/out")
for wanted in 'record 1: out-of-purpose, 3 findings; kind web-traffic-log \(recognised\)' \
	'email at bytes 53-76: out-of-purpose \(not-permitted\)' \
	'column 1, identification: "Identificatiegegevens, contactgegevens en gegevens over de gezinssituatie"' \
	'row 62, website-traffic-analysis' '"Analyse van het verkeer op de websites van het CCB"' \
	'✗ not-permitted' 'ipv4 at bytes 0-9: permitted' 'sample   a\*\*\*@e\*\*\*\.be' 'rule     email'; do
	like "it says: $wanted" "$OUT" "$wanted"
done
like "it quotes the condition" "$OUT" \
	'permitted-only-for web-traffic-log \("Logbestanden betreffende het webverkeer"\): this record is web-traffic-log'
is "it never shows a value" "$(grep -c -e an.peeters -e 192.0.2.7 "$T/out")" 0
is "no colours in a pipe" "$(grep -c $'\033' "$T/out")" 0
run explain --color=always -p $P "$RECORD"
like "--color=always" "$(cat "$T/out")" $'\033\\['

status "in English" 1 run explain -p $P --lang en "$RECORD"
for wanted in '"Identification data, contact data and data on the family situation"' \
	'"Analysis of the traffic on the websites of the CCB"' '"Log files concerning web traffic"'; do
	like "it says: $wanted" "$(cat "$T/out")" "$wanted"
done

status "the same of another kind" 1 run explain -p $P --kind mail-log "$RECORD"
like "the kind is stated" "$(cat "$T/out")" 'kind mail-log \(stated\)'
like "the condition does not hold" "$(cat "$T/out")" \
	'✗ permitted-only-for web-traffic-log .*: this record is mail-log'
status "permitted" 0 run explain -p nis2-supervision "$RECORD"
like "a tick" "$(cat "$T/out")" '✓ permitted'
status "two purposes that differ" 0 run explain -p nis2-supervision -p $P "$RECORD"
like "both rows are quoted" "$(tr '\n' ' ' <"$T/out")" \
	'not-for-every-purpose.*row 3, nis2-supervision.*✓ permitted.*row 62,.*✗ not-permitted'
status "no purpose" 1 run explain "$RECORD"
like "is a gap, with advice" "$(tr '\n' ' ' <"$T/out")" 'gap \(no-purpose\).*no purpose is declared: say which with -p'
status "row 59" 1 run explain -p service-statistics "from 192.0.2.7, ECLI:BE:CASS:2019:ARR.20190311.1"
like "the enumeration is quoted" "$(cat "$T/out")" 'not-enumerated'
like "in the Annex's words" "$(cat "$T/out")" 'geraadpleegde pagina’s'
like "and the element that is not on it is named, without a tick" "$(cat "$T/out")" \
	'◐ permitted; the purpose lists what it covers, but ipv4 is not on the list'
is "a tick is for what is on it" "$(grep -c '✓' "$T/out")" 0
like "a blank cell is named" "$(cat "$T/out")" 'out-of-purpose \(blank\)'
run explain -p service-statistics "$RECORD"
like "an element that is on the list" "$(cat "$T/out")" \
	'✓ permitted; the purpose lists what it covers, and request_uri is on the list'
status "content" 1 run explain -p nis2-supervision '{"channel":"chat","message_body":"Kan u mij bellen?"}'
like "is outside the Annex" "$(cat "$T/out")" 'content at bytes .*: out-of-purpose \(outside-annex\)'
like "and is never shown, not even masked" "$(cat "$T/out")" '\(never shown\)'
is "not a word of it" "$(grep -c -e 'Kan u' -e 'K\*\*\*' "$T/out")" 0
status "nothing personal" 0 run explain -p $P 'started in 12 ms'
like "is clean" "$(cat "$T/out")" 'record 1: clean, 0 findings'
printf 'an@example.be\r\nnothing\nlast from 192.0.2.7' >"$T/records"
status "records on standard input" 1 run explain -p website-management <"$T/records"
is "one after the other" "$(grep ^record "$T/out")" \
"record 1: out-of-purpose, 1 finding
record 2: clean, 0 findings
record 3: permitted, 1 finding"
echo 'limits = { record_bytes = 64; };' >"$T/short.conf"
status "a record that is too long" 1 run explain -c "$T/short.conf" -p nis2-supervision \
	"$(printf '%080d' 0) an@example.be"
like "is not searched to its end" "$(cat "$T/out")" 'not searched at bytes 64-94: unscanned \(record-limit\)'
{ printf 'mail an@example.be '; head -c 100000 /dev/zero | tr '\0' x; printf '\r\nnext\n'; } >"$T/long"
"$PURPOSED" filter -p nis2-supervision -o json "$T/long" >"$T/filtered"
run explain -p nis2-supervision <"$T/long"
is "on standard input, too: as filter says it" "$(grep -a -o 'bytes 65536.*' "$T/out")" \
	"$(jq -r '.findings[] | select(.rule == null) | "bytes \(.start)-\(.end): \(.verdict) (\(.reason))"' "$T/filtered")"
like "and the next record is the next" "$(cat "$T/out")" 'record 2: clean'
# As much memory for a line of 300 MB as for one of five bytes.
peak() { # BYTES
	head -c "$1" /dev/zero | tr '\0' x | python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$PURPOSED" explain
}
small=$(peak 5)
large=$(peak 300000000)
# The thread sanitizer shadows what is used: the room given has to hold that too.
ok "a line of 300 MB needs little memory ($small, $large KiB)" test "$large" -lt $((small + 150000))
broken() {
	with_broken_stdin $'nothing\nnothing in h' "$PURPOSED" explain >"$T/out" 2>"$T/err"
}
status "standard input that fails: 2" 2 broken
like "told" "$(cat "$T/err")" "cannot read stdin: Connection reset"
like "and the record that it tore is unscanned" "$(cat "$T/out")" \
	'record 1: clean.*record 2: unscanned.*not searched at bytes 12-13: unscanned \(input-error\)'
gzip -c "$T/long" >"$T/long.gz"
zipped() {
	run explain <"$T/long.gz"
}
status "compressed records are none: 2" 2 zipped
status "unknown purpose: 2" 2 run explain -p website-trafic-analysis x
like "with a suggestion" "$(cat "$T/err")" "did you mean 'website-traffic-analysis'"
status "two records as arguments: 2" 2 run explain a b
is "explain says what filter does" "$("$PURPOSED" explain -p $P an@example.be | sed -n 3p)" \
	"  email at bytes 0-13: out-of-purpose (not-permitted)"

# --- policy -----------------------------------------------------------------------------

ok "policy list --json" run policy list --json
ok "has 63 rows, in order, with the fields of the contract and no others" jq -e '
	[.[].row] == [range(1; 64)] and all(.[];
		keys_unsorted == ["row", "id", "nl", "en", "cells"] and
		(.id | test("^[a-z0-9-]+$")) and (.nl | length > 0) and (.en | length > 0) and
		(.cells | keys_unsorted == ["identification", "navigation", "video-surveillance", "sanctions"]) and
		all(.cells[]; IN("permitted", "not-permitted", "blank") or . == {"permitted-only-for": "web-traffic-log"}))' "$T/out"
is "row 62 is that of the contract" "$(jq -c '.[61]' "$T/out")" \
	'{"row":62,"id":"website-traffic-analysis","nl":"Analyse van het verkeer op de websites van het CCB","en":"Analysis of the traffic on the websites of the CCB","cells":{"identification":"not-permitted","navigation":{"permitted-only-for":"web-traffic-log"},"video-surveillance":"not-permitted","sanctions":"not-permitted"}}'
is "--lang does not change the JSON" "$("$PURPOSED" policy list --json --lang en | cksum)" "$(cksum <"$T/out")"
jq -r '.[].id' "$T/out" >"$T/ids"
for row in 1 59 62; do
	id=$(sed -n "${row}p" "$T/ids")
	is "policy show $id --json is that row" "$("$PURPOSED" policy show "$id" --json)" \
		"$(jq -c ".[$row - 1]" "$T/out")"
done
is "policy list: a line a purpose, with its id" "$("$PURPOSED" policy list | awk '{ print $2 }' | cmp - "$T/ids")" ""
is "and its words, Dutch first" "$("$PURPOSED" policy list | sed -n 62p | tr -s ' ')" \
	" 62 website-traffic-analysis Analyse van het verkeer op de websites van het CCB"
is "or English" "$("$PURPOSED" policy list --lang en | sed -n 62p | tr -s ' ')" \
	" 62 website-traffic-analysis Analysis of the traffic on the websites of the CCB"
is "policy show" "$("$PURPOSED" policy show $P)" 'row 62, website-traffic-analysis
"Analyse van het verkeer op de websites van het CCB"

  ✗ identification       not-permitted
  ◐ navigation           permitted-only-for web-traffic-log: "Logbestanden betreffende het webverkeer"
  ✗ video-surveillance   not-permitted
  ✗ sanctions            not-permitted'
like "policy show --lang en" "$("$PURPOSED" policy show $P --lang en)" '"Log files concerning web traffic"'
"$PURPOSED" policy table >"$T/table"
is "policy table: row 59" "$(grep '^ 59' "$T/table" | tr -s ' ')" " 59 service-statistics ✓ ✓ · ·"
is "policy table: row 62" "$(grep '^ 62' "$T/table" | tr -s ' ')" " 62 website-traffic-analysis ✗ ◐ ✗ ✗"
is "policy table: ticks and crosses" "$(grep '^ *[0-9][0-9]* .*[✓✗]$\|·$' "$T/table" | grep -o '✓\|✗\|◐\|·' | sort | uniq -c | tr -s ' ' | sort | tr '\n' ';')" \
	" 1 ◐; 110 ✓; 139 ✗; 2 ·;"
like "policy table prints the element map" "$(tr '\n' ' ' <"$T/table")" \
	'1 +identification: Identificatiegegevens.* email phone .*4 +sanctions: Gegevens .* ecli '
like "policy table --lang en" "$("$PURPOSED" policy table --lang en)" 'Identification data'
is "policy table: the table fits into 80 columns" \
	"$(sed -n '/^row/,/^$/s/[✓✗◐·]/x/gp' "$T/table" | awk 'length($0) > 80' | wc -l)" 0
status "policy show of an unknown id: 2" 2 run policy show nothing
like "told" "$(cat "$T/err")" "'nothing'"
status "policy without a word: 2" 2 run policy
status "policy with an unknown word: 2" 2 run policy print
status "policy show without an id: 2" 2 run policy show
like "which says how it is" "$(cat "$T/err")" "argument is missing: purposed policy list [|] show ID [|] table$"
status "a file that check does not take: 2" 2 run check purposed.conf
like "which says how it is, too" "$(cat "$T/err")" "'purposed.conf' is an argument too many: purposed check$"
status "an unknown language: 2" 2 run policy list --lang fr

# --- rules ------------------------------------------------------------------------------

ok "rules list --json" run rules list --json
cp "$T/out" "$T/rules.json"
ok "has the fields of the contract" jq -e 'length > 10 and all(.[];
	(keys == ["anchors", "category", "element", "id", "pattern"]) and
	(.anchors | type == "array") and (.pattern | length > 0))' "$T/rules.json"
is "ids are unique" "$(jq 'length - (map(.id) | unique | length)' "$T/rules.json")" 0
is "the category of an element is the policy's" \
	"$(jq -r '.[] | select(.element == "ecli").category' "$T/rules.json" | sort -u)" sanctions
is "a group that is a decoy adds none" "$(jq -r '.[].category | select(split(",") | any(. == ""))' "$T/rules.json")" ""
ok "there are such rules" jq -e 'any(.[]; (.element | split(",") | any(. == "none")) and .category != "")' "$T/rules.json"
is "rules list: a line a rule" "$("$PURPOSED" rules list | wc -l)" "$(jq length "$T/rules.json")"
is "rules show --json is that entry" "$("$PURPOSED" rules show ecli --json)" \
	"$(jq -c '.[] | select(.id == "ecli")' "$T/rules.json")"
like "rules show: source, pattern, examples and counter-examples" \
	"$("$PURPOSED" rules show ecli | tr '\n' ' ')" \
	'^ecli .*file +[^ ]+:[0-9]+ .*finds +ecli \(sanctions\).*pattern .*examples.* \+ .*\[\[ECLI:.* - .*'
status "rules show of an unknown id: 2" 2 run rules show nothing
like "told" "$(cat "$T/err")" "'nothing'"
status "rules without a word: 2" 2 run rules
# The shipped files are what is in the binary.
is "--rules conf/rules.d are the rules of the binary" \
	"$("$PURPOSED" rules list --json --rules conf/rules.d | cksum)" "$(cksum <"$T/rules.json")"
is "a policy may come from a pipe" \
	"$("$PURPOSED" policy list --json --policy <(cat conf/annex-i.conf) | cksum)" \
	"$("$PURPOSED" policy list --json | cksum)"
is "--policy conf/annex-i.conf is the policy of the binary" \
	"$("$PURPOSED" policy list --json --policy conf/annex-i.conf | cksum)" \
	"$("$PURPOSED" policy list --json | cksum)"

# --- check ------------------------------------------------------------------------------

status "check of what is in the binary" 0 run check --strict
like "counts purposes and categories" "$(cat "$T/out")" 'version ccb-annex-i-1: 63 purposes, 4 categories'
like "counts rules and examples" "$(cat "$T/out")" 'rules: [0-9]+, for [0-9]+ elements; [0-9]+ examples hold'
is "has nothing to complain of" "$(cat "$T/err")" ""
status "check of conf/" 0 run check --policy conf/annex-i.conf --rules conf/rules.d
is "check -q is quiet" "$("$PURPOSED" check -q 2>&1)" ""

# In: a configuration in another folder, with paths relative to it.
mkdir -p "$T/etc/rules"
cp conf/annex-i.conf "$T/etc/policy.conf"
cp conf/rules.d/*.conf "$T/etc/rules"
cat >"$T/etc/good.conf" <<'END'
policy = "policy.conf";
rules = "rules";
default_purposes = [ "nis2-supervision" ];
END
status "check of a configuration" 0 run check -c "$T/etc/good.conf"
status "its default purpose is in force" 0 run filter -c "$T/etc/good.conf" -o json <<<"an@example.be"
is "for records of which nothing else is said" "$(jq -c '[.purposes, .verdict]' "$T/out")" \
	'[["nis2-supervision"],"permitted"]'
is "-p wins" "$("$PURPOSED" filter -c "$T/etc/good.conf" -p $P -o json <<<"an@example.be" | jq -c .purposes)" \
	"[\"$P\"]"
ok "--dump-config prints a configuration" run check -c "$T/etc/good.conf" --dump-config
cp "$T/out" "$T/etc/dumped.conf"
status "that can be read again" 0 run check -c "$T/etc/dumped.conf"
is "and says the same" "$("$PURPOSED" check -c "$T/etc/dumped.conf" --dump-config | cksum)" "$(cksum <"$T/etc/dumped.conf")"
cp "$T/etc/policy.conf" "$T/other.conf"
like "with what the command line says instead" \
	"$(cd "$T" && "$PURPOSED" check -c etc/good.conf --policy other.conf --rules etc/rules --dump-config)" \
	"policy = \"$T/other\.conf\";.*rules = \"$T/etc/rules\";"
like "and is what was set" "$(cat "$T/etc/dumped.conf")" 'default_purposes = \[ "nis2-supervision" \]'

wrong() { # DESCRIPTION MESSAGE ARGUMENT...
	local description=$1 message=$2

	shift 2
	status "check: $description: 2" 2 run check "$@"
	like "check: $description: told with its place" "$(cat "$T/err")" "$message"
}
echo 'default_purposes = [ "nis3" ];' >"$T/etc/a.conf"
wrong "unknown default purpose" "$T/etc/a.conf:1: .*'nis3'" -c "$T/etc/a.conf"
printf '\ninputs = ( { name = "web"; type = "stdin";\n  purposes = [ "nis3" ]; } );\n' >"$T/etc/b.conf"
wrong "unknown purpose of an input" "$T/etc/b.conf:3: .*'nis3'" -c "$T/etc/b.conf"
printf 'inputs = ( { name = "web"; type = "stdin";\n\n  kind = "web-trafic-log"; } );\n' >"$T/etc/kind.conf"
wrong "unknown kind of an input" "$T/etc/kind.conf:3: .* kind 'web-trafic-log'" -c "$T/etc/kind.conf"
sed 's/trafic/traffic/' "$T/etc/kind.conf" >"$T/etc/kind-good.conf"
status "check: a kind that is known" 0 run check -c "$T/etc/kind-good.conf"
like "which needs an output, besides" "$(cat "$T/err")" '^purposed: there is no output: `purposed serve` will not start$'
echo 'outputs = ( { name = "out"; type = "stdout"; } );' >>"$T/etc/kind-good.conf"
status "check: and has one then" 0 run check --strict -c "$T/etc/kind-good.conf"
sed 's/\(permitted-only-for = \)"web-traffic-log"/\1"web-trafic-log"/' conf/annex-i.conf >"$T/etc/kind-policy.conf"
status "check: a kind that only the policy knows" 0 \
	run check -c "$T/etc/kind.conf" --policy "$T/etc/kind-policy.conf"
cat >"$T/etc/many.conf" <<'END'
default_purposes = [ "nis3" ];
pseudonym_key = { id = 1; file = "/dev/null"; };
inputs = ( { name = "a"; type = "stdin"; purposes = [ "nis4" ]; },
  { name = "b"; type = "syslog"; listen = "unix:x"; kind = "c";
    bind = ( { app = "d"; purposes = [ "nis5" ]; } ); } );
END
wrong "mistakes of all sorts at once" "$T/etc/many.conf:1: .*'nis3'" -c "$T/etc/many.conf"
for line in "2: cannot read .*/dev/null: it is no regular file" "3: .*'nis4'" "4: .*'c'" "5: .*'nis5'"; do
	like "check: they are all told: $line" "$(cat "$T/err")" "$T/etc/many.conf:$line"
done
is "check: and each once" "$(wc -l <"$T/err")" 5
status "a mistake in the configuration is one for filter, too" 2 run filter -p $P -c "$T/etc/many.conf"
printf 'policy = "policy.conf"\nlimits = { record_byte = 7; };\n' >"$T/etc/c.conf"
wrong "unknown limit" "$T/etc/c.conf:2: .*'record_byte'" -c "$T/etc/c.conf"
printf 'outputs = ( { name = "siem"; type = "syslog"; to = "tls://siem:6514";\n  tls = { ca = "none.pem"; }; } );\n' \
	>"$T/etc/ca.conf"
wrong "authorities of an output that are not there" "$T/etc/ca.conf:2: .*$T/etc/none.pem: No such file" -c "$T/etc/ca.conf"
# In: mistakes of a file alone, and such that only policy, rules or other files show.
cat >"$T/etc/all.conf" <<'END'
foo = 1;
default_purposes = [ "nis3" ];
inputs = ( { name = "a"; type = "tail"; path = "/var/log/x.log"; from = "middle";
    purposes = [ "nope" ];
    kind = "weblog"; } );
outputs = ( { name = "o"; type = "syslog"; to = "tls://siem:6514";
    tls = { ca = "none.pem"; }; } );
END
wrong "mistakes of the file and others at once" "$T/etc/all.conf:1: .*'foo'" -c "$T/etc/all.conf"
for line in "2: .*'nis3'" "3: from 'middle'" "4: .*'nope'" "5: .*'weblog'" "7: .*none.pem"; do
	like "check: they are all told: $line" "$(cat "$T/err")" "$T/etc/all.conf:$line"
done
is "check: and each of them once" "$(wc -l <"$T/err")" 6
wrong "a missing policy, too" "$T/none: No such file" -c "$T/etc/all.conf" --policy "$T/none" --rules "$T/nil"
for line in "$T/nil: No such file" "conf:1: .*'foo'" "conf:3: from 'middle'" "conf:7: .*none.pem"; do
	like "check: with what can be told without it: $line" "$(cat "$T/err")" "$line"
done
printf 'policy = "none.conf";\nrules = "none.d";\n' >"$T/etc/d.conf"
wrong "missing policy" "$T/etc/d.conf:1: cannot read the policy $T/etc/none.conf: No such file" -c "$T/etc/d.conf"
like "check: missing rules, with their place" "$(cat "$T/err")" "$T/etc/d.conf:2: cannot read the rules $T/etc/none.d: No such file"
is "check: and each once" "$(wc -l <"$T/err")" 2
status "check: what the command line names instead" 0 run check -c "$T/etc/d.conf" --policy conf/annex-i.conf --rules conf/rules.d
sed 's/row = 7;/row = 8;/' conf/annex-i.conf >"$T/etc/twice.conf"
wrong "a row twice" "$T/etc/twice.conf:[0-9]+: .*8" --policy "$T/etc/twice.conf"
sed '0,/sanctions = "not-permitted"; }; }/s//}; }/' conf/annex-i.conf >"$T/etc/hole.conf"
wrong "a cell left out" "$T/etc/hole.conf:[0-9]+: .*sanctions" --policy "$T/etc/hole.conf"
sed '0,/"ecli"/s//"ecli", "email"/' conf/annex-i.conf >"$T/etc/both.conf"
wrong "an element in two categories" "$T/etc/both.conf:[0-9]+: .*email" --policy "$T/etc/both.conf"
sed 's/, "ecli"//' conf/annex-i.conf >"$T/etc/less.conf"
status "check warns of an element in no category" 0 run check --policy "$T/etc/less.conf"
like "and names it" "$(cat "$T/err")" "'ecli'"
status "with --strict it is an error" 2 run check --strict --policy "$T/etc/less.conf"
sed '0,/"iban"/s//"ibann"/' conf/annex-i.conf >"$T/etc/spelt.conf"
LINE=$(grep -n '"ibann"' "$T/etc/spelt.conf" | cut -d: -f1)
status "check warns of an element that no rule finds" 0 run check --policy "$T/etc/spelt.conf"
like "and names it with its place" "$(cat "$T/err")" "$T/etc/spelt.conf:$LINE: no rule finds element 'ibann'"
echo 'policy = "spelt.conf";' >"$T/etc/spelt-too.conf"
status "with --strict it is an error" 2 run check --strict -c "$T/etc/spelt-too.conf"
like "two of them, with the one that is in no category" "$(cat "$T/err")" "2 warnings, and --strict makes them errors"

# In: rules of one's own, of which one has nothing to be looked for.
mkdir "$T/slow" "$T/fast"
printf 'rules = ( { id = "x"; element = "ipv4"; what = "w"; pattern = "%s";
    examples = [ "[[x1]]" ]; counter_examples = [ "y" ]; } );\n' '\\w+\\d' >"$T/slow/x.conf"
sed 's/pattern = "[^"]*"/pattern = "needle1"/; s/\[\[x1/[[needle1/' "$T/slow/x.conf" >"$T/fast/x.conf"
echo nothing >"$T/plain"
echo 'inputs = ( { name = "i"; type = "stdin"; } ); outputs = ( { name = "o"; type = "stdout"; } );' >"$T/etc/serve.conf"
for command in "filter -p $P $T/plain" "scan -p $P $T/plain" "explain nothing" "serve -c $T/etc/serve.conf"; do
	# shellcheck disable=SC2086
	status "${command%% *} --strict: a slow rule is an error" 2 run $command --strict --rules "$T/slow"
	like "and is named" "$(cat "$T/err")" "$T/slow/x.conf:1: rule 'x' is slow"
done
for command in filter scan; do
	status "$command: without --strict it is none" 0 run $command -p $P --rules "$T/slow" "$T/plain"
	status "$command --strict: one that is not slow is none" 0 run $command -p $P --strict --rules "$T/fast" "$T/plain"
done
# Where every rule is run everywhere none is slow.
status "serve --strict --engine pcre2: it is none" 0 \
	run serve -c "$T/etc/serve.conf" --strict --engine pcre2 --rules "$T/slow" </dev/null
status "check --strict: a slow rule is an error" 2 run check --strict --rules "$T/slow"
like "one" "$(cat "$T/err")" "1 warning, and --strict makes it an error"
like "one element" "$(cat "$T/out")" "rules: 1, for 1 element; 2 examples hold"

for command in check "policy list" "policy table" "rules list" "explain nothing"; do
	# shellcheck disable=SC2086
	status "$command takes -j, as all do" 0 run $command -j2
done

printf 'rules = (\n  { id = "x"; element = "email"; what = "w"; pattern = "("; examples = [ "x" ]; counter_examples = [ "y" ]; } );\n' \
	>"$T/etc/rules/zz.conf"
wrong "a pattern that is none" "$T/etc/rules/zz.conf:2: .*'x'" -c "$T/etc/good.conf"
printf 'rules = (\n  { id = "x"; element = "email"; what = "w"; pattern = "x"; counter_examples = [ "y" ]; } );\n' \
	>"$T/etc/rules/zz.conf"
wrong "a rule without examples" "$T/etc/rules/zz.conf:2: .*examples" -c "$T/etc/good.conf"
printf 'rules = (\n  { id = "ecli"; element = "email"; what = "w"; pattern = "x"; examples = [ "[[x]]" ]; counter_examples = [ "y" ]; } );\n' \
	>"$T/etc/rules/zz.conf"
wrong "an id twice" "$T/etc/rules/zz.conf:2: .*'ecli'" -c "$T/etc/good.conf"

# --- Help -------------------------------------------------------------------------------

status "-h" 0 run -h
HELP=$(cat "$T/out")
for command in filter scan serve check explain policy rules; do
	like "names $command" "$HELP" "  $command +[a-z]"
	status "$command -h" 0 run $command -h
	like "$command -h: usage" "$(cat "$T/out")" "^usage: purposed $command"
done
status "-V" 0 run -V
like "a version" "$(cat "$T/out")" '^purposed [0-9]+\.[0-9]+'
full() {
	"$PURPOSED" "$@" 2>"$T/err" >/dev/full
}
for command in -h -V --help --version "filter -h" "scan -V" "check --dump-config" "policy list" "policy table --json" "rules list" "explain x" "check"; do
	# shellcheck disable=SC2086
	status "full disk, $command: 2" 2 full $command
	like "full disk, $command: told" "$(cat "$T/err")" "No space left"
done

done_testing
