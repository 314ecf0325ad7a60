#!/bin/bash
# serve.sh: the daemon between real senders and real files.
#
# In: logger and nginx over unix sockets, a pipe on standard input.  Under them
# the daemon is reloaded with good and bad configurations, its output is rotated
# away, its disk is full, it is killed, and it is stopped with a full queue.
#
# Out: every record that a sender got rid of, once, in order, under the purpose
# that its input or its application name is bound to; and a clear word where
# something is refused.  Counting is done by numbering: what is sent is 1..N,
# and 1..N must be in the outputs.

. tests/support/tap.sh || exit 1
. tests/support/run.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/nginx.sh || exit 1

SOCK="$D/log.sock"

config() { # OUTPUTS [MORE SETTINGS OF THE INPUT]
	cat >"$CONF" <<-END
		state = "state"; inputs = ( { name = "local"; type = "syslog"; listen = "unix:$SOCK"; $2 } );
		outputs = ( $1 );
	END
}

JSON='{ name = "json"; type = "file"; path = "out.jsonl"; format = "json"; with_text = true; }'
TAG='{ name = "tag"; type = "file"; path = "out.log"; format = "tag"; }'
WEB='purposes = [ "website-traffic-analysis" ];'

# Sends records "number N" from FROM to TO; logger waits when the queue is full.
send() { # FROM TO
	seq -f 'number %.0f end' "$1" "$2" | logger -u "$SOCK" -t counter
}

# The numbers in a file of records, on one line.
numbers() { # FILE...
	cat "$@" | grep -oE 'number [0-9]+ end' | grep -oE '[0-9]+' | tr '\n' ' '
}

# --- Real senders, bindings, formats ----------------------------------------

config "$JSON, $TAG, { name = \"flagged\"; type = \"file\"; path = \"flagged.jsonl\";
	select = \"flagged\"; }" "$WEB
	bind = ( { app = \"ng*\"; purposes = [ \"website-management\" ]; },
	         { app = \"none\"; purposes = [ ]; } );"
ok "the daemon starts" start
is "its socket is open to all, as /dev/log is" "$(stat -c '%F %a' "$SOCK")" "socket 666"
is "its output is not" "$(stat -c %a "$D/out.jsonl")" 640

logger -u "$SOCK" -t shop 'client 192.0.2.1 connected'
logger -u "$SOCK" -t nginx 'client 192.0.2.2 connected'
logger -u "$SOCK" -t none 'client 192.0.2.3 connected'
logger -u "$SOCK" --rfc5424=notime,notq,nohost -t ngircd --sd-id 'x@32473' \
	--sd-param 'k="v"' 'client 192.0.2.4 connected'
logger -u "$SOCK" -t shop 'nothing in here'
ok "five messages arrive" has_lines "$D/out.jsonl" 5
is "each under the purpose of its application" \
	"$(jq -r '"\(.record) \(.purposes | join(","))"' "$D/out.jsonl")" \
	"1 website-traffic-analysis
2 website-management
3 
4 website-management
5 website-traffic-analysis"
is "and judged by it" "$(jq -r .verdict "$D/out.jsonl" | tr '\n' ' ')" \
	"out-of-purpose $("$PURPOSED" filter -p website-management -o json \
		<<<'client 192.0.2.2 connected' | jq -r .verdict) gap $("$PURPOSED" filter \
		-p website-management -o json <<<'client 192.0.2.4 connected' |
		jq -r .verdict) clean "
is "messages have no offset" "$(jq -r 'has("offset")' "$D/out.jsonl" | sort -u)" false
like "the tag of RFC 3164 stands at the end" "$(sed -n 1p "$D/out.log")" \
	'client 192\.0\.2\.1 connected \[purposed@32473 verdict="out-of-purpose" .*\]$'
like "that of RFC 5424 among the structured data" "$(sed -n 4p "$D/out.log")" \
	'\[x@32473 k="v"\]\[purposed@32473 [^]]*\] client 192\.0\.2\.4 connected$'
is "the clean one is not among the flagged" \
	"$(jq -r 'select(.verdict == "clean")' "$D/flagged.jsonl")" ""
like "standard error says no value" "$(cat "$D/err")" '^purposed: ready: 1 input, 3 outputs$'

# A datagram as long as an ordinary process can send; with a line end inside, NUL at the end.
python3 - "$SOCK" <<-'END'
	import socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.connect(sys.argv[1])
	s.send(b'<13>long: ' + b'x' * 150000 + b' 192.0.2.9 end\n\0\n')
	s.send(b'<13>two: first\nsecond\0\0')
	s.send(b'')
END
ok "long, odd and empty datagrams arrive" has_lines "$D/out.jsonl" 8
is "the long one is whole, and beyond the limit unscanned" \
	"$(sed -n 6p "$D/out.log" | wc -c) $(jq -r 'select(.record == 6) | .verdict' "$D/out.jsonl")" \
	"$((10 + 150000 + 14 + $(sed -n 6p "$D/out.log" | grep -oE ' \[purposed@.*$' | wc -c))) unscanned"
like "a message is one line" "$(sed -n 7p "$D/out.log")" '^<13>two: first#012second \[purposed'

kill -USR1 "$daemon_pid"
ok "SIGUSR1 prints counters" said '^\{"records"'
is "as JSON" "$(grep '^{' "$D/err" | jq -r '"\(.records) \(.verdicts.clean) \(.cut_messages)"')" \
	"8 3 0"
status "SIGTERM ends it with status 0" 0 finish TERM
ok "and the socket is gone" test ! -e "$SOCK"

# --- nginx ------------------------------------------------------------------

config "$JSON" "$WEB"
if ! start; then
	skip "nginx" "the daemon did not start"
elif ! command -v nginx >/dev/null; then
	skip "nginx" "nginx is not installed"
	finish TERM
else
	rm -f "$D/out.jsonl"
	kill -HUP "$daemon_pid"
	said 'reloaded:'
	nginx_start <<-END
		access_log syslog:server=unix:$SOCK,tag=web,nohostname combined;
		server { listen 127.0.0.1:PORT; location / { return 204; } }
	END
	for i in 1 2 3; do
		curl -s "http://127.0.0.1:$HTTP/search?q=$i" -A 'Example/1.0'
	done
	curl -s "http://127.0.0.1:$HTTP/?email=jan.peeters%40politie.be"
	ok "nginx's access log arrives" has_lines "$D/out.jsonl" 4
	is "four records are web traffic" \
		"$(jq -r .kind "$D/out.jsonl" | sort | uniq -c | xargs)" "4 web-traffic-log"
	is "the address in the request is out of purpose, the rest is permitted" \
		"$(jq -r .verdict "$D/out.jsonl" | tr '\n' ' ')" \
		"permitted permitted permitted out-of-purpose "
	nginx_stop
	finish TERM
fi
rm -f "$D"/out.* "$D"/flagged.*

# --- Reload, with messages on their way ---------------------------------------

config "$TAG" "$WEB"
start
send 1 2000 &
sender=$!
for ((i = 1; i <= 3; i++)); do
	kill -HUP "$daemon_pid"
	said 'reloaded:' "$i" || break
done
is "three reloads while messages flow" "$(grep -c reloaded: "$D/err")" 3
cp "$CONF" "$D/good.conf"
sed -i 's/website-traffic-analysis/website-trafic-analysis/' "$CONF"
kill -HUP "$daemon_pid"
ok "a bad configuration is refused" said 'the configuration is refused'
like "which says where and what" "$(cat "$D/err")" \
	"purposed\.conf:1: .*website-trafic-analysis.*website-traffic-analysis"
wait "$sender"
ok "2000 messages sent through all of it are here" has_lines "$D/out.log" 2000
is "each once, in order" "$(numbers "$D/out.log")" "$(seq 1 2000 | tr '\n' ' ')"
is "under the purpose as it was" \
	"$(grep -c 'purpose="website-traffic-analysis"' "$D/out.log")" 2000

# What logrotate does; the configuration on disk is still the bad one.
mv "$D/out.log" "$D/out.log.1"
send 2001 2002
has_lines "$D/out.log.1" 2002
kill -HUP "$daemon_pid"
said 'the configuration is refused' 2
send 2003 2004
ok "after rotation and SIGHUP a new file is written, even so" has_lines "$D/out.log" 2
is "and what came before is in the old one" \
	"$(numbers "$D/out.log.1" "$D/out.log")" "$(seq 1 2004 | tr '\n' ' ')"

cp "$D/good.conf" "$CONF"
printf '@include "%s"\n' "$D" >>"$CONF"
kill -HUP "$daemon_pid"
ok "a configuration that includes a folder is refused, too" said 'the configuration is refused' 3
like "which says so" "$(cat "$D/err")" "purposed\.conf:[0-9]+: cannot include $D: Is a directory"

# Somebody removes the socket: the daemon cannot know, but a reload makes it anew.
rm "$SOCK"
cp "$D/good.conf" "$CONF"
kill -HUP "$daemon_pid"
ok "a reload" said 'reloaded:' 4
ok "makes a socket anew that was removed" test -S "$SOCK"
send 2005 2005
ok "and reads from it" has_lines "$D/out.log" 3

# Another purpose, another socket, the old one gone.
sed 's/website-traffic-analysis/website-management/; s/log\.sock/new.sock/' \
	"$D/good.conf" >"$CONF"
kill -HUP "$daemon_pid"
said 'reloaded:' 5
ok "a reload changes sockets" test -S "$D/new.sock" -a ! -e "$SOCK"
SOCK="$D/new.sock" send 2006 2006
has_lines "$D/out.log" 4
like "and purposes" "$(tail -n 1 "$D/out.log")" 'number 2006 end \[.*purpose="website-management"'
status "SIGINT ends it too" 0 finish INT
rm -f "$D"/out.*

# --- Stopping with a full queue -----------------------------------------------

# The daemon is stopped (SIGSTOP) while the kernel's queue fills, and then told
# to end: it must read what was accepted before it goes.
config "$TAG" "$WEB"
start
kill -STOP "$daemon_pid"
accepted=$(python3 - "$SOCK" <<-'END'
	import socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.setblocking(False)
	s.connect(sys.argv[1])
	n = 0
	try:
	    while n < 100000:
	        s.send(b'<13>counter: number %d end' % (n + 1))
	        n += 1
	except BlockingIOError:
	    pass
	print(n)
END
)
kill -TERM "$daemon_pid"
kill -CONT "$daemon_pid"
status "SIGTERM with $accepted messages queued" 0 wait "$daemon_pid"
ok "there were some" test "$accepted" -gt 0
is "every one of them is written" "$(numbers "$D/out.log")" "$(seq 1 "$accepted" | tr '\n' ' ')"
rm -f "$D"/out.*

# --- Who may have the socket ----------------------------------------------------

start
timeout 30 "$PURPOSED" serve -c "$CONF" >"$D/second" 2>&1
is "a second daemon on the same socket is refused" $? 2
like "with a clear word" "$(cat "$D/second")" "cannot listen on $SOCK: another process does"
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
ok "kill -9 leaves a socket" test -S "$SOCK"
ok "which the next daemon takes over" start
send 1 1
ok "and reads from" has_lines "$D/out.log" 1
finish TERM
echo precious >"$SOCK"
status "a file in the socket's place is refused" 2 timeout 30 "$PURPOSED" serve -c "$CONF"
is "and left alone" "$(cat "$SOCK")" precious
rm -f "$SOCK" "$D"/out.*

# --- A full disk ------------------------------------------------------------------

ln -s /dev/full "$D/full.log"
config "$TAG, { name = \"full\"; type = \"file\"; path = \"full.log\"; format = \"tag\"; }" "$WEB"
start
send 1 1
ok "a full disk is said" said 'cannot write to .*full\.log: No space left on device; inputs wait'
send 2 5
sleep 1.5
is "nothing is read meanwhile" "$(numbers "$D/out.log")" "1 "
is "and it is not said every second" "$(grep -c 'No space left' "$D/err")" 1
rm "$D/full.log" # and now there is room, in a new file
kill -HUP "$daemon_pid"
ok "when there is room again that is said" said 'every output works again'
ok "everything comes" has_lines "$D/full.log" 5
is "to the output that failed, and to the other" \
	"$(numbers "$D/full.log"); $(numbers "$D/out.log")" "1 2 3 4 5 ; 1 2 3 4 5 "
rm "$D/full.log"
ln -s /dev/full "$D/full.log"
kill -HUP "$daemon_pid"
said 'reloaded:' 2
send 6 6
said 'No space left' 2
deliver TERM
status "an output that still fails at the second SIGTERM is status 2" 2 finish TERM
like "and its loss is said" "$(cat "$D/err")" "output 'full' failed until the end: [0-9]+ bytes"
rm -f "$D"/out.* "$D"/full.*

# A limit on the size of files is an output that fails, not the end of the daemon.
config "$TAG" "$WEB"
start
prlimit --pid "$daemon_pid" --fsize=4096
send 1 40 &
sender=$!
ok "a file that may not grow further is said" said 'cannot write to .*out\.log: File too large; inputs wait'
mv "$D/out.log" "$D/out.log.1"
kill -HUP "$daemon_pid"
ok "and after rotation it goes on" said 'every output works again'
wait "$sender"
has_lines "$D/out.log" 10
is "with nothing lost" "$(cat "$D/out.log.1" "$D/out.log" | grep -oE 'number [0-9]+ end' | sort -u | wc -l)" 40
like "it leaves no core dump" "$(cat /proc/"$daemon_pid"/limits)" 'Max core file size +0 +0 '
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
rm -f "$D"/out.*

# A disk that fills up within a line, which only root can make.
mkdir "$D/small"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=64k tmpfs "$D/small" 2>/dev/null; then
	at_end umount "$D/small"
	config '{ name = "small"; type = "file"; path = "small/out.log"; format = "tag"; }' "$WEB"
	start
	send 1 2000 &
	sender=$!
	ok "a disk fills up" said 'No space left on device'
	is "within a line" "$(tail -c 1 "$D/small/out.log" | xxd -p | grep -c 0a)" 0
	mount -o remount,size=8m "$D/small"
	wait "$sender"
	ok "and when it has room the rest follows" has_lines "$D/small/out.log" 2000
	is "from the very next byte" "$(numbers "$D/small/out.log")" "$(seq 1 2000 | tr '\n' ' ')"
	is "every line whole" "$(grep -vcE 'end \[purposed@[^]]*\]$' "$D/small/out.log")" 0
	finish TERM
else
	skip "a disk that fills up within a line" "no tmpfs can be mounted"
fi

# --- Standard input ----------------------------------------------------------------

cat >"$D/stdin.conf" <<-END
	inputs = ( { name = "lines"; type = "stdin"; $WEB } );
	outputs = ( { name = "out"; type = "stdout"; format = "tag"; } );
END
printf 'one 192.0.2.1\r\n\ntwo' | timeout 60 "$PURPOSED" serve -c "$D/stdin.conf" >"$D/stdout" 2>"$D/err"
is "the end of standard input ends the daemon" "${PIPESTATUS[1]}" 0
is "with every line out, as filter writes them" "$(cat "$D/stdout")" \
	"$(printf 'one 192.0.2.1\r\n\ntwo' | "$PURPOSED" filter -p website-traffic-analysis)"
seq 1 20000 >"$D/lines"
head -c 1000000 /dev/zero | tr '\0' x >>"$D/lines"
printf '\nlast\n' >>"$D/lines"
"$PURPOSED" filter -p website-traffic-analysis <"$D/lines" >"$D/wanted"
"$PURPOSED" serve -c "$D/stdin.conf" <"$D/lines" >"$D/stdout" 2>"$D/err"
ok "a file, and a line longer than a batch" cmp "$D/wanted" "$D/stdout"
(cat "$D/lines" | "$PURPOSED" serve -c "$D/stdin.conf" 2>"$D/err") |
	(sleep 1; cat) >"$D/stdout"
ok "a slow reader of standard output gets all" cmp "$D/wanted" "$D/stdout"

with_broken_stdin $'nothing\nnothing in h' timeout 60 "$PURPOSED" serve -c "$D/stdin.conf" \
	>"$D/stdout" 2>"$D/err"
is "standard input that fails ends the daemon with status 2" $? 2
is "and the record that it tore is not called clean" \
	"$(grep -oE '^no.*verdict="[a-z]+"' "$D/stdout")" \
'nothing [purposed@32473 verdict="clean"
nothing in h [purposed@32473 verdict="unscanned"'

mkfifo "$D/pipe"
"$PURPOSED" serve -c "$D/stdin.conf" <"$D/pipe" >"$D/stdout" 2>"$D/err" &
daemon_pid=$!
exec 9>"$D/pipe"
said ready:
printf 'first\nsecond\n' >&9
has_lines "$D/stdout" 2
kill -STOP "$daemon_pid"
printf 'third\nfour' >&9
kill -TERM "$daemon_pid"
kill -CONT "$daemon_pid"
status "SIGTERM while the pipe is open" 0 wait "$daemon_pid"
exec 9>&-
is "what was in the pipe is out" "$(cut -d' ' -f1 "$D/stdout" | tr '\n' ' ')" \
	"first second third four "

# --- Mistakes ------------------------------------------------------------------------

echo 'inputs = ( ); outputs = ( );' >"$D/empty.conf"
status "without inputs there is nothing to do" 2 timeout 30 "$PURPOSED" serve -c "$D/empty.conf"
cat >"$D/twice.conf" <<-END
	inputs = ( { name = "a"; type = "syslog"; listen = "unix:x.sock"; },
	           { name = "b"; type = "syslog"; listen = "unix:x.sock"; } );
	outputs = ( $TAG, $TAG );
END
timeout 30 "$PURPOSED" serve -c "$D/twice.conf" >"$D/second" 2>&1
like "one socket for two inputs is an error" "$(cat "$D/second")" \
	'twice\.conf:[0-9]+: there is an input that listens on'
like "as is a name for two outputs" "$(cat "$D/second")" \
	"twice\.conf:[0-9]+: there is an output 'tag' already"
status "a missing configuration is status 2" 2 timeout 30 "$PURPOSED" serve -c "$D/none.conf"
status "purposes come from the configuration" 2 timeout 30 "$PURPOSED" serve -p website-management

# --- The service manager -----------------------------------------------------------------

# As under MemoryDenyWriteExecute=: no memory becomes executable (prctl(PR_SET_MDWE)).
cat >"$T/mdwe.py" <<-'END'
	import ctypes, os, sys
	if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:
	    sys.exit(1)
	os.execvp(sys.argv[1], sys.argv[1:])
END
if ! python3 "$T/mdwe.py" true; then
	skip "without machine code" "the kernel cannot forbid it"
else
	printf 'inputs = ( { name = "in"; type = "stdin"; } );\noutputs = ( { name = "out"; type = "stdout"; } );' \
		>"$D/mdwe.conf"
	printf 'client 192.0.2.1\nmail jan@example.be\n' |
		python3 "$T/mdwe.py" "$PURPOSED" serve -c "$D/mdwe.conf" >"$T/mdwe" 2>"$D/err"
	printf 'client 192.0.2.1\nmail jan@example.be\n' |
		"$PURPOSED" serve -c "$D/mdwe.conf" >"$T/jit" 2>/dev/null
	like "without machine code it says so" "$(cat "$D/err")" 'patterns are interpreted, since'
	is "and finds the same" "$(jq -c '[.verdict, .findings[].rule]' "$T/mdwe")" \
		"$(jq -c '[.verdict, .findings[].rule]' "$T/jit")"
fi

# How it searches is told on the command line: it finds the same.
printf '%s\n' 'client 192.0.2.1' 'mail jan@example.be' nothing >"$T/three"
run serve -c "$D/stdin.conf" <"$T/three"
mv "$T/out" "$T/best"
for how in '--engine pcre2' '--cpu baseline'; do
	# shellcheck disable=SC2086
	status "serve $how" 0 run serve -c "$D/stdin.conf" $how <"$T/three"
	ok "finds the same" cmp "$T/out" "$T/best"
done
is "which are two" "$(wc -l <"$T/best") $(grep -c 'verdict="out-of-purpose"' "$T/best")" "3 2"
status "serve --cpu: a level that there is not is an error" 2 run serve -c "$D/stdin.conf" --cpu abacus
like "and is said" "$(cat "$T/err")" "--cpu: 'abacus' is not a level that this processor has"

# The service manager is told: a socket of our own stands for it.
python3 - "$PURPOSED" "$D/stdin.conf" "$D/notify" >"$D/told" <<-'END'
	import os, signal, socket, subprocess, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(sys.argv[3])
	s.settimeout(30)
	p = subprocess.Popen([sys.argv[1], 'serve', '-c', sys.argv[2]], stdin=subprocess.PIPE,
	                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
	                     env=dict(os.environ, NOTIFY_SOCKET=sys.argv[3]))
	def until(word):
	    while True:
	        text = s.recv(4096).decode()
	        print(' '.join(text.split('\n')))
	        if text.startswith(word):
	            return
	until('READY')
	p.send_signal(signal.SIGHUP)
	until('READY')
	p.send_signal(signal.SIGTERM)
	until('STOPPING')
	p.wait()
END
is "systemd is told of start, reload and stop" \
	"$(grep -v STATUS "$D/told" | sed 's/USEC=[0-9]*/USEC=N/')" \
	"READY=1
RELOADING=1 MONOTONIC_USEC=N
READY=1
STOPPING=1"
like "and how many records" "$(cat "$D/told")" 'STATUS=0 records \(0/s\), 0 flagged'

done_testing
