#!/bin/bash
# demo.sh: what purposed does, in half a minute, on the made-up logs beside it.
#
#	make demo			or
#	PURPOSED=/path/to/purposed conf/examples/demo.sh
#
# Every line that begins with "$" is the command whose output follows.  The logs
# are those of an imaginary portal: no person, number or host in them is real.

set -u
HERE=$(cd "$(dirname "$0")" && pwd) || exit 1
PURPOSED=$(realpath -ms "${PURPOSED:-build/purposed}")
PURPOSE=website-traffic-analysis

if [ ! -x "$PURPOSED" ]; then
	echo "demo: $PURPOSED is not there: run make, or say where it is: PURPOSED=..." >&2
	exit 1
fi
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT

# The commands are run where the logs lie, and as they are shown.
mkdir "$T/bin" "$T/logs" && ln -s "$PURPOSED" "$T/bin/purposed" || exit 1
PATH="$T/bin:$PATH"
cp "$HERE/access.log" "$T/logs" && gzip -nc "$HERE/app.log" >"$T/logs/app.log.gz" || exit 1
cd "$T" || exit 1

BOLD='' COLD='' OFF='' COLOR=never
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	BOLD=$'\033[1m' COLD=$'\033[36m' OFF=$'\033[0m' COLOR=always
fi
WIDTH=$(stty size 2>/dev/null </dev/tty | cut -d' ' -f2)
WIDTH=$((${WIDTH:-0} >= 60 && ${WIDTH:-0} <= 120 ? WIDTH : 100))

heading() {
	printf '\n%s%s%s\n' "$BOLD" "$1" "$OFF"
}

# Runs the command that it shows; what is longer than a line is folded, and a
# record apart from the next one.  Records are flagged, so its status may be 1.
try() { # COMMAND
	printf '\n%s$ %s%s\n\n' "$COLD" "$1" "$OFF"
	bash -o pipefail -c "$1" 2>&1 | fold -s -w "$WIDTH"
	[ "${PIPESTATUS[0]}" -le 1 ] || exit 1
}

# The first N lines, and how many there are besides.
first() { # N
	awk -v n="$1" 'NR <= n { print } END { if (NR > n) print "... and " NR - n " more" }'
}

heading "1. A stream, tagged: an access log that is kept for '$PURPOSE'"
cat <<END
Row 62 of the Annex permits navigation data in web-traffic logs, and nothing that identifies.
Most requests are within that, as the first of these four is; the others are not. What we say of a
record stands in brackets: at its end or, in the last one, RFC 5424, among its structured data.
END
try "purposed filter -p $PURPOSE logs/access.log | sed -n '1p; 21p; 30p; 60p' | sed G"

heading "2. Why? The verdict on one of them, in the words of the Annex"
try "sed -n 30p logs/access.log | purposed explain -p $PURPOSE --lang en | sed '/^  username/,/^\$/!d'"

heading "3. A folder, archives and all, with values masked, and what it adds up to"
SCAN="purposed scan -p $PURPOSE -o text logs"
printf '\n%s$ %s%s\n\n' "$COLD" "$SCAN" "$OFF"
$SCAN --color=$COLOR 2>summary >report
[ $? -le 1 ] || exit 1
first 12 <report
cat summary

heading "4. The same stream, fit to be passed on"
try "purposed filter -p $PURPOSE -o record --redact logs/access.log | sed -n '21p; 30p' | sed G"

heading "What to do next"
cat <<'END'

  tail -F your.log | purposed filter -p PURPOSE   your own log, live
  purposed policy list --lang en                  the purposes; `policy table`: what each permits
  purposed scan -j2 -p PURPOSE /var/log/nginx     what lies in your archives
  purposed serve -c conf/purposed.conf            the daemon
  man -l daemon/purposed.8                        everything else

Until `make install`, purposed is build/purposed.
END
