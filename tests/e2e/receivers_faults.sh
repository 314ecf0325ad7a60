#!/bin/bash
# receivers_faults.sh: receivers that are not there, say nothing, or are not who they must be.
#
# In: numbered lines on standard input, and datagrams, while a receiver is away for longer
# than the spool has room, never reads, or shows another certificate; while the spool's
# disk is full; while the daemon is killed or reloads.
#
# Out: every number, in order; twice only what was in doubt when the daemon was killed; and
# a clear word.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1
. tests/support/receiver.sh || exit 1

# Whether the spool of output "a" has got so many messages since the start.
has_spooled() { # N
	[ "$(counter 'outputs[] | select(.name == "a") | .spooled')" -ge "$1" ]
}

# --- Away for longer than the spool -------------------------------------------------------------

rm -rf "$D/state"
config '{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record";
	  spool_bytes = 65536; }, { name = "f"; type = "file"; path = "f.log"; format = "record"; }'
rm -f "$D/a.sock" "$D/a.out"
start_on_pipe
send 1 60000 &
sender=$!
ok "a spool that is full is said" said "output 'a': the spool is full \([0-9]+ bytes\); inputs wait"
sleep 0.5
is "it is not beyond its bound" "$(($(stat -c %s "$D/state/a.spool") <= 65536 + 4096))" 1
is "and private" "$(stat -c %a "$D/state/a.spool") $(stat -c %a "$D/state")" "600 700"
read_so_far=$(wc -l <"$D/f.log")
ok "the input waits" test "$read_so_far" -lt 60000
receive "unixstream:$D/a.sock" octets "$D/a.out"
ok "when the receiver comes, it gets all" has_all "$D/a.out" 60000
wait "$sender"
each_once "each once, in order" "$D/a.out" 60000
has_all "$D/f.log" 60000
each_once "the other output too" "$D/f.log" 60000
stop_on_pipe
end_receiver

# Somebody empties the spool while the daemon runs: what was in it is lost, and nothing else.
rm -rf "$D/state" "$D/a.sock" "$D/a.out"
config '{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
start_on_pipe
send 1 10
within 60 has_spooled 10
truncate -s 0 "$D/state/a.spool"
send 11 20
ok "a spool that is emptied is said" said "the spool .*a\.spool was cut by somebody else"
receive "unixstream:$D/a.sock" octets "$D/a.out"
has_rest() {
	[ "$(numbers "$D/a.out" | xargs)" = "$(seq 11 20 | xargs)" ]
}
ok "and what came after that arrives" within 60 has_rest
stop_on_pipe
end_receiver

# Somebody removes the spool: what is in it is written anew, and there after the end.
rm -rf "$D/state" "$D/a.sock" "$D/a.out"
start_on_pipe
send 1 10
within 60 has_spooled 10
rm "$D/state/a.spool"
ok "a spool that is removed is written anew" said "the spool .*a\.spool was removed by somebody else"
rm "$D/state/a.spool"
send 11 20
within 60 has_spooled 20
stop_on_pipe
receive "unixstream:$D/a.sock" octets "$D/a.out"
start_on_pipe
ok "and all of it arrives after the next start" has_all "$D/a.out" 20
each_once "each once, in order" "$D/a.out" 20
stop_on_pipe
end_receiver

# Datagrams do not wait: what their queue has no room for is lost, and counted.
rm -rf "$D/state" "$D/a.sock" "$D/a.out"
cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "u"; type = "syslog"; listen = "udp://127.0.0.1:$UDP";
	  receive_bytes = 65536; } );
	outputs = ( { name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record";
	  spool_bytes = 65536; } );
END
start
# How many of them are read in time is up to the machine.
python_net "udp://127.0.0.1:$UDP" "$T/full" <<-'END' >"$T/sent" &
	s = connect(args[0])
	i = 0
	while i < 20000 or not os.path.exists(args[1]):
	    i += 1
	    s.send(b'<13>x: number %d end' % i)
	    if i % 100 == 0:
	        time.sleep(0.001)
	print(i)
END
flood=$!
ok "a flood of datagrams fills the spool" said "output 'a': the spool is full"
touch "$T/full"
wait "$flood"
sent=$(cat "$T/sent")
receive "unixstream:$D/a.sock" octets "$D/a.out"
all_counted() {
	[ "$(counter 'inputs[0].messages + .inputs[0].dropped')" = "$sent" ]
}
ok "every datagram was taken or is counted as dropped" within 60 all_counted
diag "$(counter 'inputs[0].dropped') of $sent were dropped"
taken=$(counter 'inputs[0].messages')
ok "what was taken arrives" has_all "$D/a.out" "$taken"
is "once each" "$(numbers "$D/a.out" | wc -l)" "$taken"
finish TERM
end_receiver

# --- kill -9 ------------------------------------------------------------------------------------

rm -rf "$D/state" "$D/a.sock" "$D/a.out" "$D/f.log"
config '{ name = "f"; type = "file"; path = "f.log"; format = "record"; },
	{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
next=1
for i in 1 2 3; do
	start_on_pipe
	send $next $((next + 299))
	has_all "$D/f.log" $((next + 299))
	next=$((next + 300))
	within 60 has_spooled 300
	kill -KILL "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null
	exec 9>&-
done
start_on_pipe
like "what is in the spool is said at the start" "$(cat "$D/err")" \
	"output 'a': [0-9]+ bytes are in the spool from before"
receive "unixstream:$D/a.sock" octets "$D/a.out"
ok "killed three times while the receiver was away, it has all" has_all "$D/a.out" 900
each_once "each once, in order" "$D/a.out" 900
# And while it sends.
for ((i = 901; i <= 3900; i += 50)); do
	send $i $((i + 49))
	sleep 0.01
done &
sender=$!
within 60 has_numbers "$D/a.out" 901
sleep 0.2
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
kill "$sender" 2>/dev/null
wait "$sender" 2>/dev/null
exec 9>&-
# What is left in the pipe while somebody still has it open is behind what the kill lost.
rm "$D/pipe"
mkfifo "$D/pipe"
start_on_pipe
is_sent() {
	[ "$(counter 'outputs[] | select(.name == "a") | .spool_bytes')" = 0 ]
}
within 60 is_sent
# "f" is written first: of the batch at which the kill came "a" may have nothing, or a part.
# The receiver may still be reading.
none_is_missing() {
	last=$(numbers "$D/a.out" | sort -n | tail -1)
	[ -z "$(comm -23 <(seq "$last" | sort) <(numbers "$D/a.out" | sort -u))" ]
}
ok "killed while it sends, none is missing but of the last batch" within 60 none_is_missing
ok "and some has arrived" test "$last" -gt 900
stop_on_pipe
end_receiver

# --- A receiver that says nothing -----------------------------------------------------------------

rm -rf "$D/state" "$D/f.log"
receive "tcp://127.0.0.1:$OTHER" silent "$D/silent.out"
config '{ name = "s"; type = "syslog"; to = "tcp://127.0.0.1:'$OTHER'"; with_text = true; },
	{ name = "f"; type = "file"; path = "f.log"; format = "record"; }'
start_on_pipe
send 1 6000
ok "a receiver that never reads holds nobody up" has_all "$D/f.log" 6000
ok "what it does not take is in the spool" test "$(stat -c %s "$D/state/s.spool")" -gt 300000
SECONDS=0
stop_on_pipe
ok "the end waits for it a while only" test "$SECONDS" -le 10
end_receiver
receive "tcp://127.0.0.1:$OTHER" octets "$D/s.out"
start_on_pipe
ok "one that reads gets all of it later" has_all "$D/s.out" 6000
each_once "each once, in order" "$D/s.out" 6000
stop_on_pipe
end_receiver

# --- A disk that is full ----------------------------------------------------------------------------

rm -rf "$D/state" "$D/a.sock" "$D/a.out"
mkdir "$D/state"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=64k tmpfs "$D/state" 2>/dev/null; then
	at_end umount -q "$D/state"
	config '{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
	start_on_pipe
	send 1 3000 &
	sender=$!
	ok "a full disk is said" said 'cannot write the spool .*: No space left on device; inputs wait'
	mount -o remount,size=8m "$D/state"
	ok "and when there is room" said 'every output works again'
	receive "unixstream:$D/a.sock" octets "$D/a.out"
	wait "$sender"
	ok "all is there" has_all "$D/a.out" 3000
	each_once "each once, in order" "$D/a.out" 3000
	stop_on_pipe
	end_receiver
	umount "$D/state"
else
	skip "a full disk" "no tmpfs can be mounted"
fi

# --- TLS that is not what it should be ----------------------------------------------------------------

tls_refused() { # DESCRIPTION TLS-SETTINGS ERE
	rm -rf "$D/state"
	config '{ name = "t"; type = "syslog"; to = "tls://127.0.0.1:'$OTHER'"; tls = { '"$2"' }; }'
	start_on_pipe
	send 1 1
	ok "$1 is said" said "output 't': tls://127\.0\.0\.1:$OTHER: $3"
	stop_on_pipe
	is "$1: nothing is sent" "$(grep -c "number 1 end" "$D/tls.out")" 0
	ok "$1: it stays in the spool" test "$(stat -c %s "$D/state/t.spool")" -gt 4096
}
openssl s_server -accept "$OTHER" -cert "$D/server.pem" -key "$D/server.key" -quiet \
	</dev/null >"$D/tls.out" 2>&1 9>&- &
server=$!
within 60 accepts "$OTHER"
tls_refused "an authority that is not ours" 'ca = "otherca.pem";' '.*certificate'
tls_refused "a name that is not the right one" 'ca = "ca.pem"; peers = [ "other.*" ];' '.*name'
kill "$server"

# --- Reload ---------------------------------------------------------------------------------------------

rm -rf "$D/state" "$D/a.sock" "$D/a.out" "$D/b.sock" "$D/b.out"
config '{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
start_on_pipe
send 1 100
kill -HUP "$daemon_pid"
said reloaded:
send 101 200
receive "unixstream:$D/a.sock" octets "$D/a.out"
has_all "$D/a.out" 200
for i in 2 3 4; do
	send $((i * 100 + 1)) $((i * 100 + 100))
	kill -HUP "$daemon_pid"
	said reloaded: "$i"
done
ok "reloads lose nothing" has_all "$D/a.out" 500
each_once "nor double it" "$D/a.out" 500
end_receiver
send 501 600
sed -i 's/a\.sock/b.sock/' "$CONF"
kill -HUP "$daemon_pid"
said reloaded: 5
send 601 700
receive "unixstream:$D/b.sock" octets "$D/b.out"
ok "a new receiver gets what the old one had not" has_lines "$D/b.out" 200
is "in order" "$(numbers "$D/b.out" | tail -200 | cksum)" "$(seq 501 700 | cksum)"
stop_on_pipe
end_receiver

# --- Another name, another folder, no output any more -----------------------------------------------------

reload() { # N: how many there were then
	kill -HUP "$daemon_pid"
	said 'reloaded:' "$1"
}

rm -rf "$D/state" "$D/a.sock" "$D/a.out" "$D/f.log"
FILE='{ name = "f"; type = "file"; path = "f.log"; format = "record"; }'
config "$FILE"', { name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
start_on_pipe
send 1 100
within 60 has_spooled 100
sed -i 's/name = "a"/name = "siem"/' "$CONF"
reload 1
send 101 200
has_all "$D/f.log" 200
is "an output of another name has the spool of that name" \
	"$(find "$D/state" -name '*.spool' -printf '%f ')" "siem.spool "
sed 's/outputs = .*/outputs = ( { name = "g"; type = "file"; path = "g.log"; format = "record"; } );/' \
	"$CONF" >"$D/other.conf"
timeout 60 "$PURPOSED" serve -c "$D/other.conf" </dev/null 2>"$D/other.err"
is "another daemon says nothing of spools that this one has" \
	"$(grep -c 'ready:' "$D/other.err") $(grep -c spool "$D/other.err")" "1 0"
sed -i 's/state = "state"/state = "elsewhere"/' "$CONF"
reload 2
send 201 300
has_all "$D/f.log" 300
is "and takes it along into another folder" \
	"$(find "$D/state" "$D/elsewhere" -name '*.spool' -printf '%P ')" "siem.spool "
ln -s elsewhere "$D/link"
sed -i 's/state = "elsewhere"/state = "elsewhere\/"/' "$CONF"
reload 3
sed -i 's/state = "elsewhere\/"/state = "link"/' "$CONF"
reload 4
is "where the folder is the same under another name nothing is said" \
	"$(grep -cE 'cannot become|nobody sends' "$D/err")" 0
sed -i 's/state = "link"/state = "elsewhere"/' "$CONF"
reload 5
config "$FILE"
sed -i 's/state = "state"/state = "elsewhere"/' "$CONF"
reload 6
LEFT="the spool .*elsewhere/siem\.spool holds [0-9]+ bytes of messages that nobody sends: give a syslog output the name 'siem', or remove the file"
like "what an output that is no more has not sent is said" "$(cat "$D/err")" "$LEFT"
is "once" "$(grep -c 'nobody sends' "$D/err")" 1
stop_on_pipe
start_on_pipe
like "and said at the next start" "$(cat "$D/err")" "$LEFT"
config "$FILE"', { name = "siem"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
sed -i 's/state = "state"/state = "elsewhere"/' "$CONF"
receive "unixstream:$D/a.sock" octets "$D/a.out"
reload 1
send 301 400
ok "under its name it is sent" has_all "$D/a.out" 400
each_once "each message once, in order" "$D/a.out" 400
stop_on_pipe
end_receiver
start_on_pipe
is "nothing is said of a spool that has an output, or is empty" "$(grep -c 'nobody sends' "$D/err")" 0
stop_on_pipe

# Another kind of socket at the same path is another receiver.
rm -rf "$D/state" "$D/elsewhere" "$D/a.sock" "$D/a.out"
config '{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
start_on_pipe
send 1 10
within 60 has_spooled 10
sed -i 's/unixstream:/unix:/' "$CONF"
reload 1
send 11 20
receive "unix:$D/a.sock" octets "$D/a.out"
ok "a receiver of datagrams in place of one of a stream gets what that had not" has_all "$D/a.out" 20
stop_on_pipe
end_receiver

# A folder of another file system: the spool cannot go there by a new name.
rm -rf "$D/state" "$D/a.sock" "$D/a.out"
if [ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d "$D")" ]; then
	away=$(mktemp -d /dev/shm/purposed-test.XXXXXX)
	at_end rm -rf "$away"
	config '{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
	start_on_pipe
	send 1 10
	within 60 has_spooled 10
	sed -i "s,state = \"state\",state = \"$away\"," "$CONF"
	reload 1
	like "a spool that cannot be taken along is said" "$(cat "$D/err")" \
		"the spool .*state/a\.spool cannot become $away/a\.spool: Invalid cross-device link"
	like "and what to do" "$(cat "$D/err")" \
		"state/a\.spool holds [0-9]+ bytes of messages that nobody sends: move it to $away while the daemon is stopped, for a syslog output 'a', or remove the file"
	is "in whole lines" "$(grep -c '\\x' "$D/err")" 0
	stop_on_pipe
	mv "$D/state/a.spool" "$away"
	receive "unixstream:$D/a.sock" octets "$D/a.out"
	start_on_pipe
	ok "done, it is sent" has_all "$D/a.out" 10
	stop_on_pipe
	end_receiver
else
	skip "a folder of another file system" "/dev/shm is none"
fi

# Outputs change names: what was meant for a receiver goes there all the same.
rm -rf "$D/state" "$D/a.sock" "$D/b.sock" "$D/a.out" "$D/b.out"
to_both() { # NAME-OF-A NAME-OF-B
	config '{ name = "'"$1"'"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; },
		{ name = "'"$2"'"; type = "syslog"; to = "unixstream:b.sock"; format = "record";
		  select = "flagged"; }'
}
to_both a b
start_on_pipe
send 1 20
within 60 has_spooled 20
to_both b a
reload 1
receive "unixstream:$D/b.sock" octets "$D/b.out"
first_receiver=$receiver_pid
receive "unixstream:$D/a.sock" octets "$D/a.out"
send 21 30
ok "where two outputs change names each receiver gets what was meant for it" has_all "$D/a.out" 30
each_once "once, in order" "$D/a.out" 30
stop_on_pipe
is "and the other one nothing of it" "$(numbers "$D/b.out" | wc -l)" 0
end_receiver
receiver_pid=$first_receiver
end_receiver

# Three outputs pass their names round, then one goes and another takes its name.
rm -rf "$D/state"
to_three() { # NAME-OF-A NAME-OF-B NAME-OF-C
	config '{ name = "'"$1"'"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; },
		{ name = "'"$2"'"; type = "syslog"; to = "unixstream:b.sock"; format = "tag"; },
		{ name = "'"$3"'"; type = "syslog"; to = "unixstream:c.sock"; format = "json"; }'
}
receives() { # NAME PATTERN N: so many messages, each of that form
	rm -f "$D/$1.sock" "$D/$1.out"
	receive "unixstream:$D/$1.sock" octets "$D/$1.out"
	ok "$1 gets all that was meant for it" within 60 has_lines "$D/$1.out" "$3"
	is "and nothing else" "$(grep -c "$2" "$D/$1.out")" "$3"
	end_receiver
}
to_three a b c
start_on_pipe
send 1 20
within 60 has_spooled 20
to_three b c a
reload 1
send 21 30
to_three c a b
reload 2
config '{ name = "a"; type = "syslog"; to = "unixstream:c.sock"; format = "json"; },
	{ name = "b"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; }'
reload 3
LEFT="state/c\.spool holds [0-9]+ bytes of messages that nobody sends: give a syslog output the name 'c'"
like "what was meant for the receiver that has gone is said" "$(cat "$D/err")" "$LEFT"
receives a 'number [0-9]* end$' 30
receives c '\] {' 30
stop_on_pipe
to_three a c b
start_on_pipe
receives b 'verdict="clean"' 30
stop_on_pipe

# Something else under the name of a spool is said, whoever it was of.
echo nothing > "$D/state/d.spool"
start_on_pipe
like "what is no spool is said" "$(cat "$D/err")" "state/d\.spool is no spool, or damaged"
stop_on_pipe

# One goes, and its name is another's at once: nobody gets what was meant for it.
rm -rf "$D/state"
to_both a b
sed -i 's/select = "flagged"/redact = "none"/' "$CONF"
start_on_pipe
send 1 20
within 60 has_spooled 20
config '{ name = "b"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; },
	{ name = "a"; type = "syslog"; to = "unixstream:c.sock"; format = "record"; }'
reload 1
like "what was meant for one that has gone is said, under a name that is nobody's" \
	"$(cat "$D/err")" \
	"state/b-2\.spool holds [0-9]+ bytes of messages that nobody sends: give a syslog output the name 'b-2'"
receives a 'number [0-9]* end$' 20
rm -f "$D/c.sock" "$D/c.out"
receive "unixstream:$D/c.sock" octets "$D/c.out"
send 21 30
ok "who has a name anew gets what is new" within 60 has_lines "$D/c.out" 10
is "and nothing else" "$(numbers "$D/c.out" | xargs)" "$(seq 21 30 | xargs)"
stop_on_pipe
end_receiver
config '{ name = "b-2"; type = "syslog"; to = "unixstream:b.sock"; format = "record"; }'
start_on_pipe
receives b 'number [0-9]* end$' 20
stop_on_pipe

# Two of before could be meant: neither is, and it is said of both.
rm -rf "$D/state" "$D/elsewhere" "$D/a.sock"
two() { # NAME NAME
	config '{ name = "'"$1"'"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; },
		{ name = "'"$2"'"; type = "syslog"; to = "unixstream:a.sock"; format = "tag"; }'
}
two a b
start_on_pipe
send 1 10
within 60 has_spooled 10
two c d
reload 1
is "where it is not plain which is which, both spools are said" \
	"$(grep -oE "state/[ab]\.spool holds [0-9]+ bytes" "$D/err" | cut -c 1-13 | sort | xargs)" \
	"state/a.spool state/b.spool"
stop_on_pipe

done_testing
