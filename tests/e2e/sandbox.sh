#!/bin/bash
# sandbox.sh: the daemon behind the system call filter of its units, where no machine code
# can be made.
#
# In: the records of conf/examples over TCP, UDP, a unix socket and a file that is tailed,
# and a reload in between.
#
# Out: of each input what filter finds in these records outside the sandbox, and in the
# status that patterns are interpreted; what the filter forbids fails with a clear word.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

# A leak checker traces the process, which the filter forbids.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

BINARY=$PURPOSED
if [ "$(uname -m)" != x86_64 ]; then
	skip "all of it" "the filter is made for x86-64"
	done_testing
	exit
fi
cat >"$T/sandboxed" <<-END
	#!/bin/sh
	exec "$PWD/tests/support/sandbox.py" "\$UNIT" "$BINARY" "\$@"
END
chmod +x "$T/sandboxed"
export UNIT="$PWD/systemd/purposed.service.in"
RECORDS="$PWD/conf/examples/access.log"
N=$(wc -l <"$RECORDS")

like "outside there is machine code" "$("$BINARY" check | grep -c interpreted)" '^0$'
like "inside there is none" "$("$T/sandboxed" check)" 'patterns: interpreted'
is "which is no mistake" "$("$T/sandboxed" check --strict -q 2>&1)" ""
"$BINARY" filter -p website-traffic-analysis -o json "$RECORDS" >"$T/wanted"
what() { # FILE
	jq -c '[.verdict, [.findings[] | [.rule, .sample, .verdict]]]' "$1"
}

read -r TCP UDP <<<"$(free_ports 2)"
cat >"$CONF" <<-END
	default_purposes = [ "website-traffic-analysis" ];
	state = "state";
	inputs = (
	  { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; kind = "web-traffic-log"; },
	  { name = "udp"; type = "syslog"; listen = "udp://127.0.0.1:$UDP"; kind = "web-traffic-log"; },
	  { name = "unix"; type = "syslog"; listen = "unix:$D/log.sock"; kind = "web-traffic-log"; },
	  { name = "tail"; type = "tail"; path = "$D/*.log"; kind = "web-traffic-log"; } );
	outputs = ( { name = "out"; type = "file"; path = "out.jsonl"; mode = "0640"; } );
END

# What it tells the service manager.
python3 - "$T/notify" >>"$T/told" <<-'END' &
	import os, socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(sys.argv[1] + '.new')
	os.rename(sys.argv[1] + '.new', sys.argv[1])
	while True:
	    print(s.recv(4096).decode(), flush=True)
END
within 60 test -S "$T/notify"
export NOTIFY_SOCKET="$T/notify"
PURPOSED="$T/sandboxed"
: >"$D/first.log"
for unit in purposed.service purposed-local.service; do
	UNIT="$PWD/systemd/$unit.in"
	rm -f "$D/out.jsonl"
	: >"$T/told"
	ok "$unit: the daemon starts" start
	ok "it runs behind a filter" grep -qx 'Seccomp:.2' "/proc/$daemon_pid/status"
	# Its log has said that it is ready a little before.
	ok "and says so" within 60 grep -q 'STATUS=.*patterns are interpreted' "$T/told"
	send_to "tcp://127.0.0.1:$TCP" <"$RECORDS"
	kill -HUP "$daemon_pid"
	ok "it reloads" said 'reloaded:'
	while IFS= read -r line; do
		printf '%s' "$line" | send_to "udp://127.0.0.1:$UDP"
		printf '%s' "$line" | send_to "unix:$D/log.sock"
	done < <(head -n 3 "$RECORDS")
	cat "$RECORDS" >>"$D/first.log"
	ok "everything arrives" has_lines "$D/out.jsonl" $((2 * N + 6))
	for input in tcp tail; do
		jq -c "select(.input == \"$input\")" "$D/out.jsonl" >"$T/got"
		is "$input: what is found is what is found outside" "$(what "$T/got")" "$(what "$T/wanted")"
	done
	for input in udp unix; do
		jq -c "select(.input == \"$input\")" "$D/out.jsonl" >"$T/got"
		is "$input: as well" "$(what "$T/got")" "$(head -n 3 "$T/wanted" | what /dev/stdin)"
	done
	status "it ends well" 0 finish TERM
done

cp "$CONF" "$D/owned.conf"
sed -i 's/mode = "0640"/owner = "daemon"/; s/out\.jsonl/owned.jsonl/' "$D/owned.conf"
status "another owner of a file cannot be had" 2 timeout 30 "$PURPOSED" serve -c "$D/owned.conf"
like "which is said" "$(cat "$T/.output")" 'owned\.jsonl.*Operation not permitted'
done_testing
