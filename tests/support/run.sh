# run: runs the binary and cuts what it says into something to compare.  To be
# sourced by bash after tests/support/tap.sh.

# Runs purposed; standard output and error lie in $T/out and $T/err.
run() {
	"$PURPOSED" "$@" >"$T/out" 2>"$T/err"
}

# Runs a command with standard input that gives TEXT and then fails: a socket whose
# other end went away in the middle of something.
with_broken_stdin() { # TEXT COMMAND...
	python3 -c '
import socket, subprocess, sys
ours, theirs = socket.socketpair()
theirs.send(b"unread")
ours.send(sys.argv[1].encode())
ours.close()
sys.exit(subprocess.run(sys.argv[2:], stdin=theirs).returncode)' "$@"
}

# The findings of record N of a stream that was judged with -o json, a line each:
#
#	ELEMENT CATEGORY VERDICT REASON VALUE
#
# REASON is "-" where there is none; VALUE is cut out of the log LOG at the
# offsets that were given, so a wrong offset is a wrong value.  (LC_ALL=C, which
# tap.sh sets, makes bash count bytes.)
findings() { # JSON LOG N
	local -a lines
	local start end what

	mapfile -t lines <"$2"
	jq -r --argjson n "$3" 'select(.record == $n) | .findings[] |
		"\(.start) \(.end) \(.element) \(.category) \(.verdict) \(.reason // "-")"' "$1" |
		while read -r start end what; do
			printf '%s %s\n' "$what" "${lines[$3 - 1]:start:end - start}"
		done
}

# A field (a jq filter) of record N.
field() { # JSON N FILTER
	jq -r --argjson n "$2" "select(.record == \$n) | $3" "$1"
}
