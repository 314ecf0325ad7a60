#!/bin/bash
# formats.sh: what SIEMs are given: ecs, ocsf, cef.
#
# In: a record of every verdict.  Out: for each, one line that is valid in its
# form, says the same as json, and never holds a value; with --with-text the
# record, redacted where that is asked.

. tests/support/tap.sh || exit 1

P=website-traffic-analysis
# A value in every form that could leak: as written, and encoded.
cat >"$T/log" <<'END'
nothing in here
www.example.be 192.0.2.77 - - [05/Jan/2026:10:00:00 +0100] "GET /shop HTTP/1.1" 200 5 "-" "Mozilla/5.0"
mail=jan.peeters%40example.be|a=b\c
%2525252540
rrn 85.07.30-033.28 of jan.peeters@example.be, jan.peeters@example.be
END
VALUES='jan[.]peeters|192\.0\.2\.77|033[.]?28|/shop|Mozilla'

"$PURPOSED" filter --exit-zero -p $P -o json "$T/log" >"$T/json"
is "the records cover these verdicts" \
	"$(jq -r .verdict "$T/json" | sort -u | tr '\n' ' ')" "clean out-of-purpose permitted unscanned "

"$PURPOSED" filter -o none 2>"$T/err" && exit 1
for format in $(sed 's/.* is none of //; s/,//g' "$T/err"); do
	like "help names $format" "$("$PURPOSED" filter -h | grep -e '--output')" "[ ,]$format(,| |$)"
done

for format in ecs ocsf cef; do
	"$PURPOSED" filter --exit-zero -p $P -o $format "$T/log" >"$T/$format"
	is "$format: a line for every record" "$(wc -l <"$T/$format")" 5
	is "$format: no value in it" "$(grep -acE "$VALUES" "$T/$format")" 0
	"$PURPOSED" filter --exit-zero -p $P -o $format --with-text "$T/log" >"$T/$format.text"
	is "$format: values with --with-text" "$(grep -acE "$VALUES" "$T/$format.text")" 3
	"$PURPOSED" filter --exit-zero -p $P -o $format --with-text --redact "$T/log" >"$T/redacted"
	is "$format: but not what --redact takes out" "$(grep -acE 'jan[.]peeters|033[.]?28' \
		"$T/redacted")" 0
	"$PURPOSED" scan --exit-zero -q -p $P -o $format "$T/log" >"$T/scan"
	is "$format: scan writes it too, of what is flagged" "$(wc -l <"$T/scan")" \
		"$(jq -r .verdict "$T/json" | grep -cE 'out-of-purpose|unscanned|gap')"
done

# --- ECS ------------------------------------------------------------------------------

is "ecs: kind is alert where it is flagged" "$(jq -r '.event.kind' "$T/ecs" | tr '\n' ' ')" \
	"$(jq -r 'if .verdict == "out-of-purpose" or .verdict == "unscanned" then "alert"
		else "event" end' "$T/json" | tr '\n' ' ')"
is "ecs: says under purposed what json says" "$(jq -c '.purposed | del(.findings[].pseudonym)' \
	"$T/ecs")" "$(jq -c 'del(.time, .findings[].pseudonym)' "$T/json")"
is "ecs: the time is the record's own" "$(jq -r 'select(.purposed.record == 2)."@timestamp"' \
	"$T/ecs")" "2026-01-05T09:00:00.000Z"
is "ecs: event.original is the record" "$(jq -r 'select(.purposed.record == 3).event.original' \
	"$T/ecs.text")" "$(sed -n 3p "$T/log")"
# ECS (elastic/ecs, schemas/*.yml): these fields have these types in every document.
is "ecs: fields are of the schema's types" "$(jq -c '[(."@timestamp" | test("Z$")),
	(.ecs.version | test("^8[.]")), (.event.severity | type), (.event.created | test("Z$")),
	(.message | type), (.observer.type | type)]' "$T/ecs" | sort -u)" \
	'[true,true,"number",true,"string","string"]'

# --- OCSF -----------------------------------------------------------------------------

# What class data_security_finding requires (ocsf/ocsf-schema 1.4.0): its own activity_id;
# of events/findings/finding.json: finding_info; of events/base_event.json with
# includes/classification.json and includes/occurrence.json: category_uid, class_uid, metadata,
# severity_id, time, type_uid; of objects/metadata.json: product, version; of
# objects/product.json: name, vendor_name; of objects/finding_info.json: title, uid.
# data_security and policy want at least one of their fields (constraints).
cat >"$T/ocsf.py" <<'END'
import json, sys

REQUIRED = {
    "activity_id": int, "category_uid": int, "class_uid": int, "type_uid": int,
    "severity_id": int, "time": int, "metadata.version": str, "metadata.product.name": str,
    "metadata.product.vendor_name": str, "finding_info.uid": str, "finding_info.title": str,
    "data_security.category_id": int, "data_security.policy.name": str,
}

def get(event, path):
    for name in path.split("."):
        event = event[name]
    return event

uids = set()
for line in open(sys.argv[1]):
    event = json.loads(line)
    for path, wanted in REQUIRED.items():
        assert type(get(event, path)) is wanted, path
    assert event["class_uid"] == 2006 and event["category_uid"] == event["class_uid"] // 1000
    assert event["activity_id"] in (1, 2, 3)
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["severity_id"] in range(0, 7)
    assert event["time"] > 1.5e12, "milliseconds"
    assert get(event, "finding_info.uid") not in uids, "unique"
    uids.add(get(event, "finding_info.uid"))
print(len(uids))
END
is "ocsf: what the class requires is there" "$(python3 "$T/ocsf.py" "$T/ocsf" 2>&1)" 5
is "ocsf: says under unmapped what json says" "$(jq -c '.unmapped | del(.findings[].pseudonym)' \
	"$T/ocsf")" "$(jq -c 'del(.time, .findings[].pseudonym)' "$T/json")"
is "ocsf: is_alert where it is flagged" "$(jq -r .is_alert "$T/ocsf" | tr '\n' ' ')" \
	"$(jq -r '.event.kind == "alert"' "$T/ecs" | tr '\n' ' ')"
is "ocsf: raw_data is the record" "$(jq -r 'select(.unmapped.record == 3).raw_data' \
	"$T/ocsf.text")" "$(sed -n 3p "$T/log")"

# --- CEF ------------------------------------------------------------------------------

# A reader that follows the document: header by unescaped '|', extension by unescaped '='.
cat >"$T/cef.py" <<'END'
import json, re, sys

def read(line):
    header = re.split(r"(?<!\\)\|", line, maxsplit=7)
    assert header[0] == "CEF:0" and len(header) == 8, line
    assert 0 <= int(header[6]) <= 10
    keys = list(re.finditer(r"(?:^| )([A-Za-z0-9_.]+)(?<!\\)=", header[7]))
    pairs = {}
    for i, key in enumerate(keys):
        end = keys[i + 1].start() if i + 1 < len(keys) else len(header[7])
        value = header[7][key.end():end]
        pairs[key[1]] = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), value)
    return header[4], pairs

for line, wanted in zip(open(sys.argv[1]), open(sys.argv[2])):
    verdict, pairs = read(line.rstrip("\n"))
    wanted = json.loads(wanted)
    labelled = {v: pairs[k[:-5]] for k, v in pairs.items() if k.endswith("Label")}
    assert verdict == wanted["verdict"]
    assert pairs.get("cat", "") == ",".join(wanted["categories"])
    assert labelled["purposes"] == ",".join(wanted["purposes"])
    assert int(labelled["record"]) == wanted["record"]
    assert int(labelled["offset"]) == wanted["offset"]
    samples = list(dict.fromkeys(f["sample"] for f in wanted["findings"] if "sample" in f))
    assert labelled.get("samples", "") == ",".join(samples), (labelled, samples)
    print(pairs["msg"])
END
python3 "$T/cef.py" "$T/cef" "$T/json" >"$T/messages" 2>"$T/error"
is "cef: says what json says" "$(cat "$T/error"; wc -l <"$T/messages")" 5
python3 "$T/cef.py" "$T/cef.text" "$T/json" >"$T/messages" 2>"$T/error"
is "cef: msg is the record, unescaped" "$(cat "$T/error" "$T/messages")" "$(cat "$T/log")"

done_testing
