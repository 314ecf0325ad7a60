#!/bin/bash
# net_faults.sh: what a network does to a log daemon.
#
# In: messages of every broken form, over TCP and UDP; counts of a gigabyte, digits without
# end; 520 connections of one byte per second; handshakes that never end; more connections
# than descriptors; a sender faster than its output; a flood of datagrams.  Between and
# during them a good sender.
#
# Out: every message that can be told apart, with its bytes as they came; what lost its end
# as unscanned; datagrams as many as were sent, less those that are counted as dropped; in
# bounded memory.  What the daemon itself says of it is short, and has no byte of a record.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

(cd "$D" && make_ca ca && make_cert ca server 'DNS:localhost,IP:127.0.0.1')
read -r UDP TCP TLS <<<"$(free_ports 3)"
cat >"$CONF" <<-END
	inputs = (
	  { name = "udp"; type = "syslog"; listen = "udp://127.0.0.1:$UDP"; receive_bytes = 4096; },
	  { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; },
	  { name = "tls"; type = "syslog"; listen = "tls://127.0.0.1:$TLS";
	    tls = { cert = "server.pem"; key = "server.key"; }; } );
	outputs = (
	  { name = "json"; type = "file"; path = "out.jsonl"; format = "json"; },
	  { name = "record"; type = "file"; path = "out.log"; format = "record"; } );
END

good_arrived() { # LINES BEFORE IT
	tail -n "+$(($1 + 1))" "$D/out.log" | grep -q "^<13>good: one $n_good$"
}

# One message from a good sender, that must come next.
n_good=0
good() { # TCP|TLS
	local lines

	n_good=$((n_good + 1))
	lines=$(wc -l <"$D/out.log")
	if [ "$1" = TLS ]; then
		printf '<13>good: one %d\n' "$n_good" | send_to "tls://127.0.0.1:$TLS"
	else
		printf '<13>good: one %d\n' "$n_good" | send_to "tcp://127.0.0.1:$TCP"
	fi
	within 60 good_arrived "$lines"
}

counted() { # NAME COMPARISON N
	[ "$(counter "$1")" "$2" "$3" ]
}

start
before=$(rss_kb)

# --- Broken messages --------------------------------------------------------------

# Each as a line over TCP, counted over TCP, and as a datagram; MARK is in all of them.
cat >"$T/broken.py" <<-'END'
	broken = [
	    b'<999>MARK priority', b'<1a>MARK', b'<', b'<13', b'<>MARK',
	    b'<13>1 - - - - - [unclosed@1 k="MARK', b'<13>1 - - - - - [x@1 k="MARK"]text',
	    b'<13>nul MARK \x00 in the middle', b'<13>invalid \xff\xfe\xc0\x80 MARK',
	    b'\xef\xbb\xbf', b'<13>ansi \x1b[31mMARK\x1b[0m \x07', b'<13>MARK \r in it',
	    b'<13>' + b'MARK' * 2000, b'\x00\x01\x02MARK', b'<13>\xe2\x80\xae MARK',
	]
END
python_net "$TCP" "$UDP" "$T/broken.py" "$T/wanted" "$D/out.log" <<-'END'
	exec(open(args[2]).read())
	tcp = connect('tcp://127.0.0.1:' + args[0])
	tcp.sendall(b''.join(m + b'\n' for m in broken))
	counted = [m for m in broken if m.startswith(b'<')]
	tcp.sendall(b''.join(b'%d %s' % (len(m), m) for m in counted))
	tcp.sendall(b'16 <13>MARK\nfeed it')
	tcp.close()
	wanted = broken + counted + [b'<13>MARK\nfeed it']
	def until(n):
	    for turn in range(6000):
	        with open(args[4], 'rb') as f:
	            if f.read().count(b'\n') >= n:
	                return
	        time.sleep(0.01)
	until(len(wanted))
	# One by one: the buffer has no room for many.
	udp = connect('udp://127.0.0.1:' + args[1])
	for m in broken:
	    udp.send(m)
	    wanted.append(m)
	    until(len(wanted))
	escape = lambda m: m.replace(b'\n', b'#012').replace(b'\r', b'#015')
	open(args[3], 'wb').write(b''.join(escape(m) + b'\n' for m in wanted))
END
ok "broken messages arrive" has_lines "$D/out.log" "$(wc -l <"$T/wanted")"
ok "each with all its bytes" cmp "$D/out.log" "$T/wanted"
is "and as JSON each line is JSON" "$(jq -r .input "$D/out.jsonl" | uniq -c | xargs)" \
	"$(($(wc -l <"$T/wanted") - 15)) tcp 15 udp"
ok "a good sender is served" good TCP

# --- Lengths -------------------------------------------------------------------------

# A count of a gigabyte, of which 64 MB come; a line of 32 MB; digits without end.
python_net "$TCP" <<-'END'
	for head, rest, n in ((b'1000000000 <13>MARK', b'x' * 65536, 1024),
	                      (b'<13>MARK', b'y' * 65536, 512), (b'', b'1' * 65536, 256)):
	    s = connect('tcp://127.0.0.1:' + args[0])
	    s.sendall(head)
	    for i in range(n):
	        s.sendall(rest)
	    s.sendall(b'\n<13>behind it\n')
	    s.close()
END
after=$(wc -l <"$T/wanted")
ok "three that are too long, and what comes behind the two lines" \
	has_lines "$D/out.log" $((after + 1 + 5))
is "are cut at limits.message_bytes, and unscanned" \
	"$(tail -n 5 "$D/out.log" | awk '{ print length($0) }' | sort -n | xargs) $(
		tail -n 5 "$D/out.jsonl" | jq -r .verdict | sort | uniq -c | xargs)" \
	"13 13 262144 262144 262144 2 clean 3 unscanned"
is "and counted" "$(counter cut_messages)" 3
like "and said" "$(cat "$D/err")" \
	"a message of 127.0.0.1 is longer than the 262144 bytes of limits.message_bytes"
grown=$(($(rss_kb) - before))
ok "in bounded memory ($grown KB more)" test "$grown" -lt 40000
ok "a good sender is served again" good TCP

# --- A connection that breaks off within a message --------------------------------------

lines=$(wc -l <"$D/out.jsonl")
python_net "$TCP" "$D/out.jsonl" "$lines" <<-'END'
	import struct
	s = connect('tcp://127.0.0.1:' + args[0])
	s.sendall(b'<13>whole MARK\n100 <13>cut MARK')
	# A reset throws away what was not read yet.
	for turn in range(600):
	    if open(args[1], 'rb').read().count(b'\n') > int(args[2]):
	        break
	    time.sleep(0.1)
	s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
	s.close()
END
ok "a connection is reset within a message" has_lines "$D/out.jsonl" $((lines + 2))
is "the whole message is clean, the torn one unscanned" \
	"$(tail -n 2 "$D/out.jsonl" | jq -r .verdict | xargs)" "clean unscanned"

# --- Many connections --------------------------------------------------------------------

# 520 slow ones in front of a limit of 512, and handshakes that are never done.
python_net "$TCP" "$TLS" "$T/slow" <<-'END' &
	slow = [connect('tcp://127.0.0.1:' + args[0]) for i in range(520)]
	half_open = [connect('tcp://127.0.0.1:' + args[1]) for i in range(20)]
	for turn in range(40):
	    for s in slow:
	        try:
	            s.send(b'M')
	        except OSError:
	            pass
	    if turn == 11:
	        open(args[2], 'w').close()
	    time.sleep(1)
END
slow_pid=$!
within 60 counted refused_connections -ge 8
ok "there is room for 512 slow ones, and 20 half-open ones of the other input" \
	within 10 counted connections -eq 532
is "8 are refused" "$(counter refused_connections)" 8
like "which is said" "$(cat "$D/err")" \
	"input 'tcp': a connection is refused: limits.connections allows 512"
ok "with half-open ones beside it a good sender is served over TLS" good TLS
within 120 test -e "$T/slow"
ok "a good sender gets the place of a slow one" good TCP
said 'not done after 15 seconds'
ok "handshakes end after a while" said 'TLS handshake: not done after 15 seconds'
kill "$slow_pid"
wait "$slow_pid" 2>/dev/null
within 60 counted connections -eq 0
is "no connection is left" "$(counter connections)" 0

# --- What the daemon said ------------------------------------------------------------------

finish TERM
is "it said nothing of a record" "$(grep -acE 'MARK|good|behind' "$D/err")" 0
is "nor a control character" "$(tr -d '\n' <"$D/err" | LC_ALL=C grep -acP '[\x00-\x1f\x7f-\xff]')" 0
lines=$(grep -vac '^{' "$D/err")
ok "and not much ($lines lines)" test "$lines" -lt 30

# --- Fewer descriptors than connections -----------------------------------------------------

rm -f "$D/out.jsonl" "$D/out.log"
: >"$D/err"
(
	ulimit -n 40
	exec "$PURPOSED" serve -c "$CONF" >"$D/stdout" 2>"$D/err"
) &
daemon_pid=$!
said 'ready:'
python_net "$TCP" "$T/go" <<-'END' &
	all = [connect('tcp://127.0.0.1:' + args[0]) for i in range(60)]
	while not os.path.exists(args[1]):
	    time.sleep(0.1)
	for i, s in enumerate(all):
	    s.sendall(b'<13>number %d end\n' % i)
	    s.close()
END
many_pid=$!
ok "where descriptors run out it says so" said "input 'tcp': cannot take a connection: Too many"
touch "$T/go"
wait "$many_pid"
ok "and takes the others when there are some again" has_lines "$D/out.log" 60
finish TERM

# --- A sender faster than the output ---------------------------------------------------------

# The output is a pipe whose reader pauses; 60,000 messages of 100 bytes.
cat >"$CONF" <<-END
	inputs = ( { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; } );
	outputs = ( { name = "slow"; type = "stdout"; format = "record"; } );
END
: >"$D/err"
mkfifo "$T/pipe"
"$PURPOSED" serve -c "$CONF" >"$T/pipe" 2>"$D/err" &
daemon_pid=$!
exec 4<"$T/pipe"
said 'ready:'
before=$(rss_kb)
python_net "$TCP" <<-'END' &
	s = connect('tcp://127.0.0.1:' + args[0])
	text = b'x' * 60
	for i in range(0, 60000, 1000):
	    s.sendall(b''.join(b'<13>app: number %d end %s\n' % (j, text) for j in range(i, i + 1000)))
END
sleep 2
grown=$(($(rss_kb) - before))
ok "while nobody reads, memory does not grow ($grown KB)" test "$grown" -lt 30000
head -n 60000 <&4 | grep -oE 'number [0-9]+ end' >"$T/numbers" &
reader=$!
wait "$reader"
ok "every message comes out, in order" \
	cmp "$T/numbers" <(seq -f 'number %.0f end' 0 59999)
exec 4<&-
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null

# --- A flood of datagrams ---------------------------------------------------------------------

# Into a small buffer, with pauses in which the daemon cannot read: many are lost.
cat >"$CONF" <<-END
	inputs = ( { name = "udp"; type = "syslog"; listen = "udp://*:$UDP"; receive_bytes = 8192; } );
	outputs = ( { name = "record"; type = "file"; path = "flood.log"; format = "record"; } );
END
start
for _ in 1 2 3; do
	kill -STOP "$daemon_pid"
	python_net "$UDP" <<-'END'
		s = connect('udp://127.0.0.1:' + args[0])
		for i in range(1000):
		    s.send(b'<13>app: datagram %d' % i)
	END
	kill -CONT "$daemon_pid"
	python_net "$UDP" <<-'END'
		s = connect('udp://127.0.0.1:' + args[0])
		for i in range(4000):
		    s.send(b'<13>app: datagram %d' % i)
	END
done
for ((i = 0; i < 600; i++)); do
	taken=$(wc -l <"$D/flood.log")
	dropped=$(counter dropped_datagrams)
	[ $((taken + dropped)) -lt 15000 ] || break
	sleep 0.1
done
ok "of 15000 datagrams some are lost ($dropped)" test "$dropped" -gt 0
is "and all that are not there are counted" "$((taken + dropped))" 15000
like "and said" "$(cat "$D/err")" "input 'udp': the kernel dropped [0-9]+ datagrams"
status "the daemon ends well" 0 finish TERM

done_testing
