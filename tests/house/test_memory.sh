#!/bin/bash
# test_memory.sh: what the daemon holds, whatever it is sent.  Of the binary as it is installed:
# a sanitizer needs memory of its own.
#
# In: datagrams of 63 KB of nothing but addresses, which make 1.7 MB of JSON each, by a unix
# socket and by UDP, as fast as they can be sent; a connection with the same; 400 connections
# that send 84 KB of a message each, and then its end.
#
# Out: every one, less the datagrams that are counted as dropped; and never more than 56 MB at
# a time, of which some 20 are libraries, rules and what is made of them.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

LIMIT_KB=$((56 * 1024))
read -r UDP TCP <<<"$(free_ports 2)"
cat >"$CONF" <<-END
	workers = 1;
	inputs = (
	  { name = "unix"; type = "syslog"; listen = "unix:$D/log.sock"; },
	  { name = "udp"; type = "syslog"; listen = "udp://127.0.0.1:$UDP"; },
	  { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; } );
	outputs = ( { name = "json"; type = "file"; path = "out.jsonl"; format = "json"; } );
END

# The highest since its start.
peak_kb() {
	awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status"
}

all_counted() { # N
	[ $(($(counter records) + $(counter dropped_datagrams))) -eq "$1" ]
}

# ADDRESS N [END]: N messages
addresses() {
	python_net "$@" <<-'END'
		s = connect(args[0])
		message = (b'<13>' + b'a@b.be ' * 9000)[:63000] + (b'\n' if len(args) > 2 else b'')
		for i in range(int(args[1])):
		    s.sendall(message) if len(args) > 2 else s.send(message)
	END
}

start
addresses "unix:$D/log.sock" 60
ok "datagrams of a unix socket: all are out" within 60 all_counted 60
peak=$(peak_kb)
ok "with no more than $LIMIT_KB KB at a time ($peak)" test "$peak" -le "$LIMIT_KB"

addresses "udp://127.0.0.1:$UDP" 60
ok "datagrams by UDP: all are out, or counted" within 60 all_counted 120
peak=$(peak_kb)
ok "with no more than $LIMIT_KB KB at a time ($peak)" test "$peak" -le "$LIMIT_KB"

addresses "tcp://127.0.0.1:$TCP" 60 lf
ok "a connection: all are out" within 60 all_counted 180
peak=$(peak_kb)
ok "with no more than $LIMIT_KB KB at a time ($peak)" test "$peak" -le "$LIMIT_KB"

python_net "tcp://127.0.0.1:$TCP" <<-'END'
	begun = [[connect(args[0]), b'<13>'.ljust(84000, b'x') + b'\n'] for i in range(400)]
	def push(keep):
	    for one in begun:
	        try:
	            if len(one[1]) > keep:
	                one[1] = one[1][one[0].send(one[1][:len(one[1]) - keep]):]
	        except BlockingIOError:
	            pass
	    return any(len(one[1]) > keep for one in begun)
	for s, rest in begun:
	    s.setblocking(False)
	for turn in range(20):
	    push(1)
	    time.sleep(0.05)
	while push(0):
	    time.sleep(0.01)
END
ok "400 connections with long messages: all are out" within 60 all_counted 580
peak=$(peak_kb)
ok "with no more than $LIMIT_KB KB at a time ($peak)" test "$peak" -le "$LIMIT_KB"

dropped=$(counter dropped_datagrams)
status "it stops" 0 finish TERM
is "and each is a line, but for $dropped" "$(wc -l <"$D/out.jsonl")" $((580 - dropped))
is "of which those of 84 KB are longer than what is searched" \
	"$(grep -c '"verdict":"unscanned"' "$D/out.jsonl")" 400

done_testing
