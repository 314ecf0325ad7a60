#!/bin/bash
# stops.sh: what a stop, or a reload, does with senders that are in the middle of something.
#
# In: a connection whose sender never pauses; connections, a pipe and standard input in which
# half a message waits; a pipe whose writer says nothing, one that somebody else reads, and one
# whose writer never ends its line.
#
# And a log that nobody reads.
#
# Out: everything that was queued when the signal came.  The message that this ended in is
# whole where its rest came at once, and otherwise said and unscanned.  Nobody is waited for.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

OUT="$D/out.log"
OUTPUTS='outputs = ( { name = "tag"; type = "file"; path = "out.log"; format = "tag"; } );'
read -r TCP <<<"$(free_ports 1)"

# How many records there are of each kind: text and verdict.
verdicts() {
	sed -E 's/ \[purposed@32473 verdict="([a-z]*)".*/ \1/' "$OUT" | sort | uniq -c |
		sed 's/^ *//'
}

# --- A sender that never pauses ---------------------------------------------------------

cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; } );
	$OUTPUTS
END

# Sends, one by one, $1 messages; and then, when the buffers of the daemon and its own are
# full, and $T/go is there, without end.
flood() { # COUNTED
	python_net "$TCP" "$T" "$1" <<-'END'
		s = connect('tcp://127.0.0.1:' + args[0])
		n = 0
		def block():
		    global n
		    b = b''
		    for _ in range(1000):
		        n += 1
		        m = b'<13>app: number %d %s end' % (n, b'x' * (n % 90))
		        b += b'%d %s' % (len(m), m) if args[2] == 'counted' else m + b'\n'
		    return b
		s.sendall(b'<13>app: begins\n')
		while not os.path.exists(args[1] + '/go'):
		    time.sleep(0.01)
		s.settimeout(1)
		left = b''
		try:
		    while True:
		        left = left or block()
		        left = left[s.send(left):]
		except TimeoutError:
		    open(args[1] + '/full', 'w')
		s.settimeout(None)
		try:
		    s.sendall(left)
		    while True:
		        s.sendall(block())
		except OSError:
		    pass
	END
}

for framing in counted lines; do
	rm -f "$T/go" "$T/full" "$OUT"
	start
	flood "$framing" &
	sender=$!
	has_lines "$OUT" 1
	kill -STOP "$daemon_pid"
	touch "$T/go"
	within 60 test -e "$T/full"
	queued=$(awk -v port="$(printf ':%04X' "$TCP")" \
		'$2 ~ port && $4 == "01" { split($5, queue, ":"); print queue[2] }' /proc/net/tcp)
	queued=$((16#$queued))
	kill -TERM "$daemon_pid"
	kill -CONT "$daemon_pid"
	status "$framing: a stop while a sender never pauses" 0 wait "$daemon_pid"
	wait "$sender"
	is "and all that came out is whole, in order, and searched" "$(awk '
		NR == 1 { next }
		$3 != NR - 1 || !/ end \[purposed@32473 verdict="clean"/ { odd++ }
		END { print odd + 0 }' "$OUT")" 0
	ok "with what was queued ($queued bytes)" test "$queued" -gt 0 -a \
		"$(sed 's/ \[purposed.*//' "$OUT" | wc -c)" -ge "$queued"
	is "and nothing is said to have broken off" "$(grep -c 'broke off' "$D/err")" 0
done

# --- Half a message ------------------------------------------------------------------------

mkfifo "$D/pipe"
cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; },
		{ name = "stream"; type = "syslog"; listen = "unixstream:$D/stream.sock"; },
		{ name = "fifo"; type = "fifo"; path = "fifo"; },
		{ name = "stdin"; type = "stdin"; },
		{ name = "last"; type = "syslog"; listen = "unix:$D/last.sock"; } );
	$OUTPUTS
END
rm -f "$OUT"
start_on_pipe
exec 7>"$D/fifo"
printf 'fifo: whole\nfifo: half' >&7
printf 'stdin: whole\nstdin: half' >&9
rm -f "$T/sent"
python_net "$TCP" "$D" "$T" <<-'END' &
	for address in 'tcp://127.0.0.1:' + args[0], 'unixstream:' + args[1] + '/stream.sock':
	    for text in b'<13>whole\n<13>half', b'9 <13>whole33 <13>counted half', b'9 <13>whole44':
	        s = connect(address)
	        s.sendall(text)
	        globals()[address + str(text)] = s
	open(args[2] + '/sent', 'w')
	while os.path.exists(args[2] + '/sent'):
	    time.sleep(0.05)
END
sender=$!
within 60 test -e "$T/sent"
has_lines "$OUT" 8
status "a stop while senders are within a message" 0 finish TERM
rm "$T/sent"
wait "$sender"
is "what is whole is clean, and what is not is unscanned" "$(verdicts)" "2 44 unscanned
2 <13>counted half unscanned
2 <13>half unscanned
6 <13>whole clean
1 fifo: half unscanned
1 fifo: whole clean
1 stdin: half unscanned
1 stdin: whole clean"
is "and it is said" "$(grep -cE "input '(tcp|stream)': a message of .* broke off|(stdin|fifo): the stop came within a line" "$D/err")" 4

# The line goes on in the pipe: it is read to its end, and not further.  The rest must come behind
# the stop, of which the last input's socket tells, and soon: what comes too late says nothing.
goes_on() {
	exec 7>&- 9>&-
	rm -f "$OUT" "$D/fifo"
	mkfifo "$D/fifo"
	exec 7<>"$D/fifo"
	start_on_pipe
	printf 'fifo: ha' >&7
	printf 'stdin: ha' >&9
	python3 - "$daemon_pid" "$D/last.sock" <<-'END'
		import array, fcntl, os, signal, sys, termios, time
		def wait_until_read(fd):
		    n = array.array('i', [1])
		    while n[0]:
		        time.sleep(0.001)
		        fcntl.ioctl(fd, termios.FIONREAD, n)
		pid = int(sys.argv[1])
		wait_until_read(7), wait_until_read(9)
		os.kill(pid, signal.SIGSTOP)
		os.write(7, b'lf\nfifo: next\nfifo: la')
		os.kill(pid, signal.SIGTERM)
		begun = time.monotonic()
		os.kill(pid, signal.SIGCONT)
		while os.path.exists(sys.argv[2]):
		    begun = time.monotonic()
		    time.sleep(0.001)
		os.write(9, b'lf\n')
		os.write(7, b'st\nfifo: beyond\n')
		sys.exit(time.monotonic() - begun > 0.15)
	END
}
for _ in {1..20}; do
	! goes_on || break
	diag "the rest came too late"
	wait "$daemon_pid"
done
status "a stop while lines are being written" 0 wait "$daemon_pid"
is "the lines that had begun are whole" "$(verdicts)" "1 fifo: half clean
1 fifo: last clean
1 fifo: next clean
1 stdin: half clean"
is "and what comes next is left to the next one" "$(timeout 5 head -n 1 "$D/fifo")" "fifo: beyond"

# The writer is gone: its last line needs no end.
rm -f "$OUT"
exec 9>&-
start_on_pipe
kill -STOP "$daemon_pid"
printf 'stdin: last' >&9
exec 9>&-
kill -TERM "$daemon_pid"
kill -CONT "$daemon_pid"
status "a stop behind a writer that is gone" 0 wait "$daemon_pid"
is "its last line is one" "$(verdicts)" "1 stdin: last clean"

# --- A writer that says nothing ----------------------------------------------------------------

exec 7>&-
rm -f "$OUT" "$D/fifo"
cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "fifo"; type = "fifo"; path = "fifo"; },
		{ name = "local"; type = "syslog"; listen = "unix:$D/log.sock"; } );
	$OUTPUTS
END
mkfifo "$D/fifo"
exec 7<>"$D/fifo"
start
ok "a silent writer: the daemon starts" grep -q ready: "$D/err"
logger -u "$D/log.sock" --socket-errors=on "beside it"
ok "others are read" has_lines "$OUT" 1
kill -HUP "$daemon_pid"
ok "it reloads" said reloaded:
sed -i '/fifo/d; s/^{ name = "local/inputs = ( &/' "$CONF"
kill -HUP "$daemon_pid"
ok "it reloads without it" said reloaded: 2
sed -i "s/^inputs = (/&{ name = \"fifo\"; type = \"fifo\"; path = \"fifo\"; },/" "$CONF"
kill -HUP "$daemon_pid"
ok "and with it" said reloaded: 3
echo "fifo: speaks" >&7
ok "it is heard" within 20 grep -q 'fifo: speaks' "$OUT"

# Somebody else reads it as well: what they take is theirs, and nobody waits for it.
timeout 60 cat "$D/fifo" >"$T/other" &
other=$!
for ((i = 0; i < 2000; i++)); do
	echo "fifo: number $i"
done >&7
logger -u "$D/log.sock" --socket-errors=on "goes on"
ok "two readers: the others are read" within 20 grep -q 'goes on' "$OUT"
before=$SECONDS
status "it ends" 0 finish TERM
ok "at once" test $((SECONDS - before)) -le 10
kill "$other"
exec 7>&-

# --- A writer that never ends its line ----------------------------------------------------------

rm -f "$OUT"
exec 7<>"$D/fifo"
start
timeout 30 python3 -c 'import sys
with open(sys.argv[1], "wb", buffering=0) as f:
    while True:
        f.write(b"abc def " * 500)' "$D/fifo" &
writer=$!
within 20 test -s "$OUT"
before=$SECONDS
status "a writer that never ends its line: it ends" 0 finish TERM
ok "soon" test $((SECONDS - before)) -le 10
ok "what was read is unscanned" test "$(verdicts | grep -c 'unscanned$')" -ge 1
ok "and it is said" grep -q "fifo: the stop came within a line" "$D/err"
kill "$writer"
exec 7>&-

# --- A log that nobody reads ------------------------------------------------------------------

rm -f "$OUT"
mkfifo "$D/log"
exec 6<>"$D/log"
"$PURPOSED" serve -c "$CONF" 2>"$D/log" 6>&- &
daemon_pid=$!
read -r line <&6
like "a log in a pipe" "$line" '^purposed: ready: '
# A line of two kilobytes each: more than the pipe takes.
for ((i = 0; i < 300; i++)); do
	deliver USR1
done
logger -u "$D/log.sock" --socket-errors=on "nobody reads"
ok "that nobody reads does not stop the daemon" within 20 grep -q 'nobody reads' "$OUT"
cat <&6 >"$T/log" &
reader=$!
within 20 test -s "$T/log"
sleep 0.2
kill -HUP "$daemon_pid"
ok "when it is read again it says what is lost" within 20 \
	grep -qE '^purposed: nobody read this log for a while: [0-9]+ lines' "$T/log"
ok "and goes on" within 20 grep -q '^purposed: reloaded: ' "$T/log"
is "all else are whole lines" "$(grep -v '^purposed: ' "$T/log" | jq .uptime_s 2>&1 >/dev/null)" ""
status "and it ends" 0 finish TERM
kill "$reader"
exec 6>&-
done_testing
