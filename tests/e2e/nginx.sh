#!/bin/bash
# nginx.sh: what a real nginx logs, judged for five purposes.
#
# In: an nginx of our own on the loopback, that writes every request twice, in
# its `combined` format and as JSON (escape=json); 13 requests, most with
# something personal in them, some with what only looks personal.  Later a real
# logrotate with `compress` takes the logs away under the running nginx.
#
# Out: for every record what was found, where (the bytes at the offsets are the
# value), and what the purpose says of it: the same for both formats, for
# `filter` and for `scan`, before rotation and in the .gz that logrotate made.

. tests/support/tap.sh || exit 1
. tests/support/run.sh || exit 1
. tests/support/nginx.sh || exit 1

LOGS="$NGINX/logs"
mkdir -p "$LOGS"

BROWSER='Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.48.44 Safari/537.36'

fetch() { # CLIENT PATH [CURL OPTION...]
	local client=$1 path=$2

	shift 2
	curl -s -o /dev/null -m 10 --path-as-is -A "$BROWSER" -H "X-Forwarded-For: $client" "$@" \
		"http://127.0.0.1:$HTTP$path"
}

printf 'apeeters:%s\n' "$(openssl passwd -apr1 geheim)" >"$NGINX/users"
ok "nginx starts" nginx_start <<-END
	# The clients of this test stand in a header, so that they have addresses of documentation.
	set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;
	log_format as_json escape=json '{"time":"\$time_iso8601","remote_addr":"\$remote_addr",'
	  '"remote_user":"\$remote_user","request":"\$request","status":\$status,'
	  '"body_bytes_sent":\$body_bytes_sent,"http_referer":"\$http_referer",'
	  '"http_user_agent":"\$http_user_agent"}';
	access_log $LOGS/access.log combined;
	access_log $LOGS/access.json as_json;
	server {
	  listen 127.0.0.1:PORT;
	  location / { return 200 "hello\n"; }
	  location /intern { auth_basic "intern"; auth_basic_user_file $NGINX/users; return 204; }
	}
END

fetch 192.0.2.11 /nl/home                                               #  1 nothing personal but the visit
fetch 192.0.2.12 '/contact?mail=an.peeters@example.be'                  #  2 an address as typed
fetch 192.0.2.13 '/contact?mail=an.peeters%40example.be&ok=1'           #  3 as a form sends it
fetch 192.0.2.14 '/login?next=%2Fc%3Fm%3Dan.peeters%2540example.be'     #  4 as a redirect wraps that
fetch 192.0.2.15 '/loket?rrn=85.07.30-033.28&stap=2'                    #  5 a national number
fetch 192.0.2.16 '/loket?nr=85.07.30-033.29&stap=2'                     #  6 its checksum is wrong: none
fetch 192.0.2.17 '/zoek?naam=An%20Peeters&taal=nl'                      #  7 a name
fetch 192.0.2.18 '/mijn?PHPSESSID=h2v9q0c6k1m8s4t7d3f5b2n6p1'           #  8 a session
fetch 192.0.2.19 /intern -u apeeters:geheim                             #  9 someone logs in
fetch 192.0.2.20 /nl/bedankt -e 'https://www.example.org/form?email=an.peeters%40example.be' # 10
fetch 2001:db8::17 /fr/accueil                                          # 11 an IPv6 client
fetch 192.0.2.21 /de/start -A 'curious "client" \ 7.88.1'               # 12 quotes, which nginx escapes
fetch 192.0.2.22 /api/v2.11.3.1/status -X POST -d x=1                   # 13 a version in the path
# nginx writes its line after its answer.
ok "13 lines in the combined log" has_lines "$LOGS/access.log" 13
ok "13 lines in the JSON log" has_lines "$LOGS/access.json" 13

# Judges both logs; the results lie in $T/combined and $T/json.
judge() { # STATUS OPTION...
	local wanted=$1

	shift
	status "filter $* of the combined log" "$wanted" run filter -o json "$@" "$LOGS/access.log"
	cp "$T/out" "$T/combined"
	status "filter $* of the JSON log" "$wanted" run filter -o json "$@" "$LOGS/access.json"
	cp "$T/out" "$T/json"
}

combined() {
	findings "$T/combined" "$LOGS/access.log" "$1"
}

json() {
	findings "$T/json" "$LOGS/access.json" "$1"
}

# --- Traffic analysis: row 62, visits of web-traffic logs and nothing else --------

judge 1 -p website-traffic-analysis
for log in combined json; do
	is "$log: all records are recognised as web traffic" \
		"$(jq -r '"\(.kind) \(.kind_source)"' "$T/$log" | sort | uniq -c | tr -s ' ')" \
		" 13 web-traffic-log recognised"
	is "$log: the verdicts of the 13 records" "$(jq -r .verdict "$T/$log" | tr '\n' ' ')" \
		"permitted out-of-purpose out-of-purpose out-of-purpose out-of-purpose permitted\
 out-of-purpose permitted out-of-purpose out-of-purpose permitted permitted permitted "
	is "$log 1: a visit, and nothing else; the browser's version is no address" "$($log 1)" \
"ipv4 navigation permitted - 192.0.2.11
request_uri navigation permitted - /nl/home
user_agent navigation permitted - $BROWSER"
	is "$log 2: an address in the URI, both stand" "$($log 2)" \
"ipv4 navigation permitted - 192.0.2.12
request_uri navigation permitted - /contact?mail=an.peeters@example.be
email identification out-of-purpose not-permitted an.peeters@example.be
user_agent navigation permitted - $BROWSER"
	is "$log 3: %40" "$($log 3 | grep email)" \
		"email identification out-of-purpose not-permitted an.peeters%40example.be"
	is "$log 4: %2540" "$($log 4 | grep email)" \
		"email identification out-of-purpose not-permitted an.peeters%2540example.be"
	is "$log 5: a national number" "$($log 5 | grep identification)" \
		"national_number identification out-of-purpose not-permitted 85.07.30-033.28"
	is "$log 6: its checksum is wrong" "$($log 6 | grep -c identification)" 0
	is "$log 7: a name" "$($log 7 | grep identification)" \
		"person_name identification out-of-purpose not-permitted An%20Peeters"
	is "$log 8: a session is navigation" "$($log 8 | grep session_id)" \
		"session_id navigation permitted - h2v9q0c6k1m8s4t7d3f5b2n6p1"
	is "$log 9: who logged in" "$($log 9 | grep identification)" \
		"username identification out-of-purpose not-permitted apeeters"
	is "$log 10: an address in the referrer" "$($log 10 | grep -e referer -e email)" \
"referer navigation permitted - https://www.example.org/form?email=an.peeters%40example.be
email identification out-of-purpose not-permitted an.peeters%40example.be"
	is "$log 11: an IPv6 client" "$($log 11 | head -n 1)" \
		"ipv6 navigation permitted - 2001:db8::17"
	is "$log 13: a version in the path is no address" "$($log 13 | grep -c ipv4)" 1
done
is "combined 12: the browser's name as nginx escapes it" "$(combined 12 | grep user_agent)" \
	'user_agent navigation permitted - curious \x22client\x22 \x5C 7.88.1'
is "json 12: the same in JSON's escapes" "$(json 12 | grep user_agent)" \
	'user_agent navigation permitted - curious \"client\" \\ 7.88.1'
is "the cell that forbids: row 62, column 1" \
	"$(field "$T/combined" 3 '.findings[] | select(.element == "email") | .cells | tojson')" \
	'[{"purpose":"website-traffic-analysis","row":62,"column":1,"cell":"not-permitted"}]'
is "time is the record's own" "$(field "$T/combined" 1 '.time[0:10]')" \
	"$(TZ=UTC date -d "$(sed -n '1s/.*\[\([^:]*\):\([^]]*\)\].*/\1 \2/p' "$LOGS/access.log" |
		tr / -)" +%F)"

# Stated to be something else, the visits lose their permission.
status "stated to be no web traffic" 1 \
	run filter -p website-traffic-analysis --kind mail-log -o json "$LOGS/access.log"
is "then navigation is out of purpose: the condition does not hold" \
	"$(jq -r '.findings[] | select(.category == "navigation") | "\(.verdict) \(.reason)"' \
		"$T/out" | sort -u)" "out-of-purpose condition"

# --- The other purposes --------------------------------------------------------------

# Verdicts and reasons of all findings of the combined log, by category.
reasons() {
	jq -r '.findings[] | "\(.category) \(.verdict) \(.reason // "-")"' "$T/combined" | sort -u
}

judge 1 -p website-management # row 60: navigation yes, unconditionally; identification no
is "website-management" "$(reasons)" "identification out-of-purpose not-permitted
navigation permitted -"

judge 0 -p nis2-supervision # row 3: everything
is "nis2-supervision" "$(reasons)" "identification permitted -
navigation permitted -"

judge 0 -p service-statistics # row 59: what the row lists, the rest is a notice
is "service-statistics" "$(reasons)" "identification permitted -
navigation notice not-enumerated
navigation permitted -"
is "service-statistics: pages and browsers are listed, clients are not" "$(combined 2)" \
"ipv4 navigation notice not-enumerated 192.0.2.12
request_uri navigation permitted - /contact?mail=an.peeters@example.be
email identification permitted - an.peeters@example.be
user_agent navigation permitted - $BROWSER"
is "service-statistics: nor are sessions" "$(combined 8 | grep session_id)" \
	"session_id navigation notice not-enumerated h2v9q0c6k1m8s4t7d3f5b2n6p1"

judge 1 # no purpose: nobody has said why this is kept
is "no purpose" "$(reasons)" "identification gap no-purpose
navigation gap no-purpose"

judge 0 -p nis2-supervision -p website-management # one of them permits identification
is "two purposes that differ" "$(reasons)" "identification notice not-for-every-purpose
navigation permitted -"

# --- logrotate ---------------------------------------------------------------------------

# What was found in which record, without what differs from run to run and file to file.
gist() {
	jq -c '{record, verdict, kind, findings: [.findings[] | del(.pseudonym)]}' "$1"
}

cat >"$T/logrotate.conf" <<END
$LOGS/access.log $LOGS/access.json {
	rotate 3
	compress
	sharedscripts
	postrotate
		kill -USR1 \$(cat $NGINX/pid)
	endscript
}
END
status "scan before rotation" 1 run scan -q -p website-traffic-analysis "$LOGS"
cp "$T/out" "$T/before"
is "scan prints the flagged: 7 of each log, the JSON log first" \
	"$(jq -r .input "$T/before" | uniq -c | tr -s ' ')" \
" 7 $LOGS/access.json
 7 $LOGS/access.log"
ok "logrotate, compressing" logrotate -f -s "$T/logrotate.state" "$T/logrotate.conf"
ok "nginx lets go of the old ones" nginx_writes_to "$LOGS/access.log"
ok "logrotate made gzip files" gzip -t "$LOGS/access.log.1.gz" "$LOGS/access.json.1.gz"
status "scan of what logrotate made" 1 run scan -q -p website-traffic-analysis "$LOGS"
is "the same records, out of gzip" "$(gist "$T/out")" "$(gist "$T/before")"

fetch 192.0.2.30 '/na?mail=jan.maes%40example.be'
ok "nginx writes on, into a new file" has_lines "$LOGS/access.log" 1
status "scan of old and new" 1 run scan -p website-traffic-analysis "$LOGS"
is "one more record of each format; folders are read in the order of names" \
	"$(jq -r .input "$T/out" | uniq -c | tr -s ' ')" \
" 1 $LOGS/access.json
 7 $LOGS/access.json.1.gz
 1 $LOGS/access.log
 7 $LOGS/access.log.1.gz"
like "the summary counts them" "$(cat "$T/err")" '28 records, .*; 16 flagged'
status "scan for a purpose that permits it all" 0 run scan -q -p nis2-supervision "$LOGS"
is "and then there is nothing to list" "$(wc -c <"$T/out")" 0

done_testing
