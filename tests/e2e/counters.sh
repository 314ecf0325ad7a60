#!/bin/bash
# counters.sh: what the daemon counts, and says of itself.
#
# In: records of known verdicts on two inputs, through a reload; a receiver that is not
# there.  Out: the line of counters, on SIGUSR1 and every stats_interval seconds, says of
# each input and each output what it was given; the service manager hears a status.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1

# A service manager that writes down what it is told.
python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(4096).decode(), flush=True)' "$D/notify" >"$D/told" &
within 60 test -S "$D/notify"
export NOTIFY_SOCKET="$D/notify"

config() { # STATS-INTERVAL
	cat >"$CONF" <<-END
		state = "state"; stats_interval = $1; limits = { record_bytes = 100; };
		inputs = ( { name = "a"; type = "syslog"; listen = "unix:a.sock";
		             purposes = [ "website-management" ]; },
		           { name = "b"; type = "syslog"; listen = "unix:b.sock"; } );
		outputs = ( { name = "file"; type = "file"; path = "out.jsonl"; },
		            { name = "alerts"; type = "file"; path = "alerts"; select = "flagged";
		              window = 3600; },
		            { name = "away"; type = "syslog"; to = "unixstream:nobody.sock"; } );
	END
}

# The first line to come may have been begun before, where they come by themselves.
by_themselves=0
counters() { # FILTER: of a line that is begun now
	local n

	n=$(told | grep -c '^{"records"')
	kill -USR1 "$daemon_pid"
	said '^{"records"' $((n + 1 + by_themselves))
	told | grep '^{"records"' | tail -1 | jq -c "$1"
}

config 0
start
for i in 1 2 3; do
	logger -u "$D/a.sock" -t x "mail a$i@example.be"
done
logger -u "$D/a.sock" -t x 'nothing'
logger -u "$D/b.sock" -t x 'mail a@example.be'
logger -u "$D/b.sock" -t x "$(head -c 200 /dev/zero | tr '\0' x)"
has_lines "$D/out.jsonl" 6
is "records, and what was flagged" "$(counters '[.records, .flagged, .undeclared, .verdicts]')" \
	'[6,5,2,{"clean":1,"permitted":0,"notice":0,"gap":1,"unscanned":1,"out-of-purpose":3}]'
is "findings by category and reason" "$(counters .findings.identification)" \
	'{"no-purpose":1,"not-permitted":3}'
is "limits that were hit" "$(counters .limits)" '{"record-limit":1}'
is "verdicts by purpose" "$(counters .purposes)" \
	'{"website-management":{"clean":1,"out-of-purpose":3}}'
is "inputs, one by one" "$(counters '.inputs | map([.name, .records, .flagged, .messages, .cut])')" \
	'[["a",4,3,4,0],["b",2,2,2,0]]'
is "bytes are those of the inputs" "$(counters '.bytes == ([.inputs[].bytes] | add)')" true
is "outputs, one by one" "$(counters '.outputs | map([.name, .held_bytes, .grouped, .waiting])')" \
	'[["file",0,0,0],["alerts",0,2,3],["away",0,0,0]]'
is "what is written is counted to the byte" "$(counters '.outputs[0].bytes')" \
	"$(stat -c %s "$D/out.jsonl")"
is "a receiver that is away, and its spool" \
	"$(counters '.outputs[2] | [.connected, .spooled, .sent, .failures > 0]')" '[0,6,0,true]'
is "which is on the disk" "$(counters '.outputs[2].spool_bytes')" \
	"$(($(stat -c %s "$D/state/away.spool") - 4096))"
is "no byte of a record" "$(grep -cE 'a[1-3]?@example|xxxx' "$D/err")" 0

config 1
by_themselves=1
kill -HUP "$daemon_pid"
said reloaded:
logger -u "$D/a.sock" -t x "mail a4@example.be"
has_lines "$D/out.jsonl" 7
is "a reload counts on" "$(counters '[.records, .flagged, .reloads, .inputs[0].records]')" \
	'[7,6,1,5]'
is "outputs too" "$(counters '.outputs[0].bytes')" "$(stat -c %s "$D/out.jsonl")"
n=$(told | grep -c '^{"records"')
ok "a line comes by itself every stats_interval seconds" said '^{"records"' $((n + 2))
is "every line is JSON" "$(told | grep '^{' | jq -e .records >/dev/null && echo yes)" yes
like "the service manager hears how it is" "$(cat "$D/told")" \
	'STATUS=[0-9]+ records \([0-9]+/s\), [0-9]+ flagged \([0-9.]+/s\)'
finish TERM

done_testing
