#!/bin/bash
# streams.sh: kill -9, SIGTERM and reloads in the middle of TCP streams.
#
# In: a sender that numbers its messages, counts octets for every other one, and never
# pauses.  The daemon is killed STREAM_KILLS times after a random time, and ended by
# SIGTERM as often.  Then three senders for STREAM_SECONDS, at a steady rate, with a
# reload every second.  Then STREAM_STEPS steps: the same from three connections in each,
# with a reload in the middle of it.
#
# Out: of each connection the numbers from 1 on, in order, none twice and none left out.
# After SIGTERM at least what the sender's kernel knew to have arrived; after kill -9
# what was read, but for one batch (of 256 KiB); with reloads all of them, and after each
# step the daemon holds what it held before.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

KILLS=${STREAM_KILLS:-3}
SECONDS_ON=${STREAM_SECONDS:-5}
STEPS=${STREAM_STEPS:-30}
TCP=$(free_ports 1)
OUT="$D/out.log"
cat >"$CONF" <<-END
	workers = 3;
	inputs = ( { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; } );
	outputs = ( { name = "record"; type = "file"; path = "out.log"; format = "record"; },
	            { name = "slow"; type = "file"; path = "/dev/null"; format = "json"; } );
END

# Sends until the connection breaks.  When $T/ask appears it writes to $T/acked the last
# number that is known to have arrived, or, where "read" stands there, to have been read by
# the daemon; and to $T/ends, for it and those before it, "NUMBER BYTES", the bytes of all
# messages up to that one.
sender() {
	rm -f "$T/ask" "$T/acked"
	python_net "$TCP" "$T" <<-'END'
		import bisect, struct, threading
		s = connect('tcp://127.0.0.1:' + args[0])
		ends, upto, sent, total = [], [], 0, 0
		def unread():
		    """What the kernel holds for the daemon."""
		    for line in list(open('/proc/net/tcp'))[1:]:
		        words = line.split()
		        if words[1].endswith(':%04X' % int(args[0])) and words[3] == '01':
		            return int(words[4].split(':')[1], 16)
		    return 0
		def answer():
		    while not os.path.exists(args[1] + '/ask'):
		        time.sleep(0.01)
		    info = s.getsockopt(socket.IPPROTO_TCP, 11, 192)
		    # SYN counts as one byte for some kernels
		    arrived = struct.unpack_from('Q', info, 120)[0] - 1
		    # In this order: what arrives in between counts as not read.
		    if open(args[1] + '/ask').read() == 'read\n':
		        arrived -= unread()
		    known = bisect.bisect_right(ends, arrived)
		    with open(args[1] + '/acked.new', 'w') as f:
		        f.write('%d\n' % known)
		    with open(args[1] + '/ends', 'w') as f:
		        f.write('0 0\n' + ''.join('%d %d\n' % (i + 1, upto[i]) for i in range(known)))
		    os.rename(args[1] + '/acked.new', args[1] + '/acked')
		threading.Thread(target=answer, daemon=True).start()
		try:
		    while True:
		        block = b''
		        for i in range(len(ends) + 1, len(ends) + 101):
		            m = b'<13>app: number %d end' % i
		            total += len(m)
		            upto.append(total)
		            m = b'%d %s' % (len(m), m) if i % 2 else m + b'\n'
		            block += m
		            sent += len(m)
		            ends.append(sent)
		        s.sendall(block)
		except OSError:
		    pass
	END
}

# Whether the output is 1..N and nothing else but one torn line at its end; prints N.
in_order() {
	awk -v RS='\n' '
		/^<13>app: number [0-9]+ end$/ && $3 == last + 1 { last++; next }
		{ odd++; odd_at = NR }
		END { print last + 0; exit odd > 1 || (odd == 1 && odd_at != NR) }' "$OUT"
}

# A life begins: some of what is sent has come out.
live() {
	rm -f "$OUT"
	start
	sender &
	sender_pid=$!
	has_lines "$OUT" 1
	sleep "0.$((RANDOM % 9))"
}

# Sets $acked: the last number that is known to have arrived, or to have been read.
ask() { # arrived|read
	echo "$1" >"$T/ask.new"
	mv "$T/ask.new" "$T/ask"
	within 60 test -e "$T/acked"
	acked=$(cat "$T/acked")
}

# Bytes of the messages that were read and did not come out.
lost() { # LAST NUMBER THAT DID
	awk -v out="$1" '$1 == out { from = $2 } END { print ($2 > from ? $2 - from : 0) }' "$T/ends"
}

killed=0
most=0
for ((i = 0; i < KILLS; i++)); do
	live
	# Nothing is read any more; what is on its way arrives, and is acknowledged.
	kill -STOP "$daemon_pid"
	sleep 0.1
	ask read
	finish KILL 2>/dev/null
	wait "$sender_pid"
	n=$(in_order) || {
		diag "life $i: $n in order; then: $(sed -n "$((n + 1)),$((n + 3))p" "$OUT" | cut -c 1-80)"
		break
	}
	[ "$n" -ge "$acked" ] || [ "$(lost "$n")" -le "$most" ] || most=$(lost "$n")
	killed=$((killed + 1))
done
is "killed $KILLS times: no hole, none twice, none out of order" "$killed" "$KILLS"
ok "of what was read a batch is missing at most ($most bytes)" test "$most" -le 262144

ended=0
for ((i = 0; i < KILLS; i++)); do
	live
	ask arrived
	finish TERM || diag "status $?"
	wait "$sender_pid"
	n=$(in_order) && [ "$n" -ge "$acked" ] || {
		diag "life $i: $n in order, $acked had arrived"
		break
	}
	ended=$((ended + 1))
done
is "ended $KILLS times: all that had arrived is out, in order" "$ended" "$KILLS"

# --- Reloads --------------------------------------------------------------------------

rm -f "$OUT"
start
python_net "$TCP" "$SECONDS_ON" <<-'END' >"$T/sent" &
	ends = time.monotonic() + float(args[1])
	all = [connect('tcp://127.0.0.1:' + args[0]) for i in range(3)]
	n = 0
	while time.monotonic() < ends:
	    n += 1
	    for who, s in enumerate(all):
	        m = b'<13>app: sender %d number %d end' % (who, n)
	        s.sendall(b'%d %s' % (len(m), m) if n % 2 else m + b'\n')
	    if n % 100 == 0:
	        time.sleep(0.02)
	print(n)
END
sender_pid=$!
for ((i = 1; i <= SECONDS_ON - 1; i++)); do
	sleep 1
	kill -HUP "$daemon_pid"
	# A signal that comes while the one before it is pending is none.
	said 'reloaded:' "$i"
done
wait "$sender_pid"
sent=$(cat "$T/sent")
has_lines "$OUT" $((3 * sent))
is "it reloaded every second" "$(grep -c 'reloaded:' "$D/err")" $((SECONDS_ON - 1))
is "of 3 times $sent messages each came once, and each sender's in order" \
	"$(awk '$5 == last[$3] + 1 { last[$3]++; n++; next } { odd++ } END { print n, odd + 0 }' "$OUT")" \
	"$((3 * sent)) 0"
status "it ends well" 0 finish TERM

# --- What reloads leave behind --------------------------------------------------------
#
# Between the steps nothing is under way, however slow the machine is: what the daemon holds
# then is the same after each, unless a reload leaves something behind.  What is seen of it
# goes up and down, as the heap (a sanitizer's, by the size of a setup) gives back what is
# free, and machine code is made in the background.  So the least of the last third is
# held against the most of the first.

some() { # STEP FROM TO
	local fd

	for fd in 5 6 7; do
		seq -f "<13>app: sender $fd number %.0f end" $(($1 * 1000 + $2)) \
			$(($1 * 1000 + $3)) >&"$fd"
	done
}

rm -f "$OUT"
# What was freed is not kept for long by a sanitizer.
ASAN_OPTIONS="${ASAN_OPTIONS:-}:quarantine_size_mb=4" start
exec 5<>"/dev/tcp/127.0.0.1/$TCP" 6<>"/dev/tcp/127.0.0.1/$TCP" 7<>"/dev/tcp/127.0.0.1/$TCP"
for ((i = 0; i < STEPS; i++)); do
	some "$i" 1 500
	kill -HUP "$daemon_pid"
	some "$i" 501 1000
	said 'reloaded:' $((i + 1)) && has_lines "$OUT" $(((i + 1) * 3000)) || break
	rss_kb >>"$T/rss"
done
exec 5>&- 6>&- 7>&-
is "$STEPS steps, each with a reload" "$i" "$STEPS"
is "each message of them came once" "$(sort "$OUT" | uniq | wc -l) $(wc -l <"$OUT")" \
	"$((STEPS * 3000)) $((STEPS * 3000))"
early=$(head -n $((STEPS / 3)) "$T/rss" | sort -n | tail -n 1)
late=$(tail -n $((STEPS / 3)) "$T/rss" | sort -n | head -n 1)
diag "KB after each step: $(xargs <"$T/rss")"
ok "what is held does not grow (at first $early KB at most, later $late KB at least)" \
	test "$late" -lt $((early + early / 10))
status "it ends well" 0 finish TERM

done_testing
