#!/bin/bash
# begun.sh: many connections with long messages that are not complete.
#
# In: 400 connections which send 60 KB of a message each and then its end; 400 more, which
# never send the end; beside them short messages and a long one.  290 more that are not
# completed, and behind them 100 that are; then a reload and a stop.
#
# Out: of the first ones every message, whole.  Of the second ones so many are sent away that
# the others can go on, their messages unscanned; the short messages at once, the long one
# when there is room.  At the stop all that are whole, wherever they wait.  What the daemon
# holds of them all is about 16 MB.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

read -r TCP <<<"$(free_ports 1)"
cat >"$CONF" <<-END
	inputs = ( { name = "in"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; } );
	outputs = (
	  { name = "record"; type = "file"; path = "out.log"; format = "record"; },
	  { name = "json"; type = "file"; path = "out.jsonl"; format = "json"; } );
END

short_arrived() {
	grep -q "^<13>short: $1$" "$D/out.log"
}

long_arrived() {
	awk -v mark="<13>long: $1 " 'index($0, mark) == 1 && length($0) == 60000 { n++ }
		END { exit n != 1 }' "$D/out.log"
}

whole() { # how many messages of NAME there are, of which so many are whole and different
	awk -v mark="<13>$1: " 'index($0, mark) == 1 && length($0) == 60000 && !seen[$2]++ { n++ }
		END { print n + 0 }' "$D/out.log"
}

# NAME N FILE [linger]: opens N messages, all but their last byte (then FILE.open is there), and
# completes them when FILE is there, if it is empty; linger: and waits until it is gone.
open_messages() {
	python_net "tcp://127.0.0.1:$TCP" "$@" <<-'END'
		all = []
		for i in range(int(args[2])):
		    s = connect(args[0])
		    s.setblocking(False)
		    rest = (b'<13>%s: %d ' % (args[1].encode(), i)).ljust(60000, b'x') + b'\n'
		    all.append([s, rest])
		def push(keep):
		    for one in all:
		        try:
		            if len(one[1]) > keep:
		                one[1] = one[1][one[0].send(one[1][:len(one[1]) - keep]):]
		        except BlockingIOError:
		            pass
		        except OSError:
		            one[1] = b''
		    return any(len(one[1]) > keep for one in all)
		while not os.path.exists(args[3]):
		    if not push(1):
		        open(args[3] + '.open', 'w').close()
		    time.sleep(0.05)
		while os.path.getsize(args[3]) == 0 and push(0):
		    time.sleep(0.01)
		open(args[3] + '.sent', 'w').close()
		while len(args) > 4 and os.path.exists(args[3]):
		    time.sleep(0.05)
		for s, rest in all:
		    s.close()
	END
}

# Whether the daemon has read all that it has room for, of 400 messages that are open: the
# kernel has the rest.
is_full() {
	python3 - "$TCP" <<-'END'
		import sys
		port = ':%04X' % int(sys.argv[1])
		rows = [line.split() for line in list(open('/proc/net/tcp'))[1:]]
		unread = sum(int(queue, 16) for row in rows for queue in row[4].split(':')
		             if row[3] != '0A' and (row[1].endswith(port) or row[2].endswith(port)))
		sys.exit(unread > 400 * 59999 - (16 << 20))
	END
}

is_closed() {
	[ "$(counter connections)" -eq 0 ]
}

say_short() { # TEXT
	printf '<13>short: %s\n' "$1" | send_to "tcp://127.0.0.1:$TCP"
}

start
open_messages first 400 "$T/first" &
ok "long messages are begun, more than there is room for" \
	said "messages that are begun and not complete have 16 MB"
say_short one
ok "a short one is served at once" within 60 short_arrived one
touch "$T/first"
wait $!
ok "the long ones are completed" has_lines "$D/out.log" 401
is "each is whole" "$(whole first)" 400
is "and none unscanned" "$(grep -c '"verdict":"unscanned"' "$D/out.jsonl")" 0

open_messages second 400 "$T/second" &
second=$!
within 60 test -e "$T/second.open"
ok "the daemon has read what it has room for" within 60 is_full
say_short two
ok "others are never completed: a short one is served at once" within 60 short_arrived two
printf '<13>long: one %s\n' "$(head -c 59986 /dev/zero | tr '\0' y)" |
	send_to "tcp://127.0.0.1:$TCP" &
ok "a long one when those in its way have been sent away" within 60 long_arrived one
ok "which are unscanned" test "$(grep -c '"verdict":"unscanned"' "$D/out.jsonl")" -gt 0
like "and said" "$(cat "$D/err")" "a message of 127.0.0.1 broke off after [0-9]{5} bytes"
echo end >"$T/second"
wait "$second"

# Of the whole ones most are not read at the stop.
within 60 is_closed
open_messages third 290 "$T/third" &
third=$!
within 60 test -e "$T/third.open"
touch "$T/fourth"
open_messages fourth 100 "$T/fourth" linger &
fourth=$!
within 60 test -e "$T/fourth.sent"
kill -HUP "$daemon_pid"
ok "a reload" said reloaded
before=$(whole fourth)
status "and a stop, while messages wait that are whole" 0 finish TERM
echo end >"$T/third"
rm "$T/fourth"
wait "$third" "$fourth"
diag "$before were out before"
is "they are out, each whole" "$(whole fourth)" 100

done_testing
