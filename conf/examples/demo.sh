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
ln -s "$PURPOSED" "$T/purposed" || exit 1
PATH="$T:$PATH"
cd "$HERE" || exit 1

BOLD='' COLD='' OFF='' COLOR=never
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	BOLD=$'\033[1m' COLD=$'\033[36m' OFF=$'\033[0m' COLOR=always
fi
WIDTH=$(stty size 2>/dev/null </dev/tty | cut -d' ' -f2)
WIDTH=$((${WIDTH:-0} >= 60 && ${WIDTH:-0} <= 120 ? WIDTH : 100))

heading() {
	printf '\n%s%s%s\n' "$BOLD" "$1" "$OFF"
}

# Runs the command that it shows; what is longer than a line is folded.  Records
# are flagged, so its status may be 1.
try() { # COMMAND
	printf '\n%s$ %s%s\n\n' "$COLD" "$1" "$OFF"
	bash -o pipefail -c "$1" 2>&1 | fold -s -w "$WIDTH"
	[ "${PIPESTATUS[0]}" -le 1 ] || exit 1
}

# The first N lines, and how many there are besides.
first() { # N
	awk -v n="$1" 'NR <= n { print } END { if (NR > n) print "... and " NR - n " more; the command prints them all" }'
}

fold -s -w "$WIDTH" <<END
Why do you keep this log? purposed finds personal data in log records, and says of each record whether the purpose for which its log is kept permits that.

What a purpose permits stands in a table: a row for each purpose, a column for each kind of data. The table used here is Annex I of the privacy policy of the Centre for Cybersecurity Belgium. The logs are made up; they lie in $HERE, and there every command below can be typed with this PATH:

  PATH=${PURPOSED%/*}:\$PATH
END

heading "1. Judge a stream: an access log, kept to analyse the traffic of a website"
fold -s -w "$WIDTH" <<END

That purpose is row 62 of the table, '$PURPOSE'. It permits navigation data (addresses, pages, browsers) in logs of web traffic, and nothing that identifies a person. Every record comes out as it went in, with what we say of it in brackets. Of its 60 records, sed shows four: the first is as most are, the others hold a name, a user name and a mail address. The last one came by syslog: there the brackets stand among the other structured data.
END
try "purposed filter -p $PURPOSE access.log | sed -n '1p; 21p; 30p; 60p' | sed G"

heading "2. Ask why: record 30, in the words of the table"
try "sed -n 30p access.log | purposed explain -p $PURPOSE --lang en | sed '/^  username/,/^\$/!d'"

heading "3. Search what lies there: files, folders, archives"
fold -s -w "$WIDTH" <<END

One line for each flagged record, as grep prints them: where it is, what is wrong, and the text around it, with every value masked (m***). app.log is no log of web traffic, so there even an address is more than the purpose permits: that is the row "condition" of the summary.
END
SCAN="tar -cz access.log app.log | purposed scan -p $PURPOSE -o text -"
printf '\n%s$ %s%s\n\n' "$COLD" "$SCAN" "$OFF"
bash -o pipefail -c "$SCAN --color=$COLOR" 2>"$T/summary" >"$T/report"
[ $? -le 1 ] || exit 1
first 12 <"$T/report"
cat "$T/summary"

heading "4. Pass a log on, without what its purpose does not permit"
try "purposed filter -p $PURPOSE -o record --redact access.log | sed -n '21p; 30p' | sed G"

heading "What to do next"
cat <<'END'

  purposed policy list --lang en                  choose a purpose: the word in the second column
  purposed policy table                           what each of them permits
  tail -F your.log | purposed filter -p PURPOSE   your own log, live
  purposed scan -p PURPOSE /var/log/nginx         what lies in your folders and archives
  purposed scan -h                                the options of a command

README.md goes on from here: formats for programs, the daemon, your own policy and rules.
The manual is `man -l daemon/purposed.8`; after `make install`, `man purposed`.
END
