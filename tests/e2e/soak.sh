#!/bin/bash
# soak.sh: everything at once, for long: half of what the daemon can do over TCP, unix
# datagrams, a file that is tailed and rotated, and a reload every second.
#
# In: numbered messages of an access log for SOAK_SECONDS: over TCP at half the rate that was
# measured before, over a unix socket at a tenth of that, and 200 lines a second to a file,
# which is renamed away every three seconds, as the output is.
#
# Out: every message of TCP and of the socket once, in order; every line of the file once;
# memory that does not grow.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

SOAK=${SOAK_SECONDS:-7}
# What was freed is not kept for long by a sanitizer.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:quarantine_size_mb=4"
FLOOD="$T/flood"
ok "the sender can be built" ${CC:-gcc} -std=c17 -O2 -D_GNU_SOURCE -o "$FLOOD" tests/bench/flood.c
for _ in {1..50}; do cat conf/examples/access.log; done >"$T/lines"
read -r TCP <<<"$(free_ports 1)"
mkdir "$D/log"
cat >"$CONF" <<-END
	state = "state"; default_purposes = [ "website-traffic-analysis" ];
	inputs = (
	  { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; },
	  { name = "unix"; type = "syslog"; listen = "unix:$D/log.sock"; },
	  { name = "tail"; type = "tail"; path = "log/*.log"; from = "start"; } );
	outputs = ( { name = "out"; type = "file"; path = "out.log"; format = "tag"; } );
END
start

# --- How fast it can be --------------------------------------------------------------

read -r n seconds <<<"$(timeout --preserve-status -s TERM 2 "$FLOOD" send "tcp:$TCP" max "$T/lines" 0)"
HALF=$(awk -v n="$n" -v s="$seconds" 'BEGIN { print int(n / s / 2) }')
diag "$n messages in $seconds s; half of the rate is $HALF/s"
ok "a rate was measured" test "$HALF" -gt 0
sleep 1

# --- Everything at once --------------------------------------------------------------------

# What has been written goes through a pipe to the checker, file by file.
mkfifo "$T/all"
{ "$FLOOD" check <"$T/all" >"$T/counts"; } &
checker=$!
exec 8>"$T/all"
rm -f "$T/numbers"
collect() { # FILE
	cat "$1" >&8
	grep -oE '^number [0-9]+ end' "$1" | cut -d' ' -f2 >>"$T/numbers"
	rm "$1"
}

"$FLOOD" send "tcp:$TCP" tcp "$T/lines" 0 "$HALF" >"$T/sent.tcp" &
tcp=$!
"$FLOOD" send "unix:$D/log.sock" unix "$T/lines" 0 "$((HALF / 10 + 1))" >"$T/sent.unix" &
unix=$!
tests/support/writer.py "$D/log/app.log" 1 200 hup >"$T/sent.tail" &
writer=$!
rotations=0
: >"$T/rss"
for ((i = 1; i <= SOAK; i++)); do
	sleep 1
	if [ $((i % 3)) = 0 ]; then
		rotations=$((rotations + 1))
		mv "$D/log/app.log" "$D/log/app.log.$rotations"
		kill -HUP "$writer"
		rm -f "$D/log/app.log.$((rotations - 2))"
		mv "$D/out.log" "$D/out.$i"
	fi
	kill -HUP "$daemon_pid"
	# Whoever reloads has let go of the file before.
	for _ in {1..600}; do
		[ "$(grep -c 'reloaded:' "$D/err")" -lt "$i" ] || break
		sleep 0.05
	done
	[ ! -e "$D/out.$i" ] || collect "$D/out.$i"
	rss_kb >>"$T/rss"
done
kill -TERM "$tcp" "$unix" "$writer"
wait "$tcp" "$unix" "$writer"
last=$(cat "$T/sent.tail")
# A tail that is ended reads no more.
within 120 grep -q "^number $last end" "$D/out.log"
# What the senders' kernel still has is on its way: until nothing comes any more.
before=
for _ in {1..60}; do
	now=$(stat -c %s "$D/out.log")
	[ "$now" != "$before" ] || break
	before=$now
	sleep 2
done
status "SIGTERM ends it well" 0 finish TERM
is "every reload was done" "$(grep -c reloaded: "$D/err")" "$SOAK"
collect "$D/out.log"
exec 8>&-
wait "$checker"

for input in tcp unix; do
	sent=$(cut -d' ' -f1 "$T/sent.$input")
	is "$input: each of $sent messages came once, in order" \
		"$(sed -n "s/^$input //p" "$T/counts")" "$sent $sent 0 0 0"
done
is "tail: each of $last lines, over $rotations rotations, came once" \
	"$(sort -n "$T/numbers" | uniq -c | awk '$1 == 1 && $2 == NR { n++ } END { print n + 0, NR }')" \
	"$last $last"
# The first third fills what is kept for ever.  A sample may fall into a reload, when there is
# twice as much of much: so the middle ones are compared.
middle() { sort -n | awk '{ kb[NR] = $1 } END { print kb[int((NR + 1) / 2)] }'; }
early=$(head -n $(((SOAK + 2) / 3)) "$T/rss" | middle)
late=$(tail -n +$(((SOAK + 2) / 3 + 1)) "$T/rss" | middle)
diag "RSS is $early KB in the first third, $late KB after it; all: $(tr '\n' ' ' <"$T/rss")"
# In seconds not all that is kept has been in use, and a sanitizer keeps its own of that: what
# grows slowly shows in a long run only.
more=$((SOAK < 60 ? early / 2 : early / 10 + 4096))
ok "memory is flat" test "$late" -le $((early + more))
done_testing
