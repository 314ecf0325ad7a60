#!/bin/bash
# receivers.sh: verdicts on their way to other log daemons, which are not always there.
#
# In: numbered lines on standard input, while receivers (rsyslogd, syslog-ng, and one of
# our own that checks every byte of the framing) are started, stopped, silent, slow or
# away; while the spool is full or its disk is; while the daemon is killed.
#
# Out: every number, in order; twice only what was sent within the last second before a
# receiver went away, or what was in doubt when the daemon was killed; and a clear word.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1
. tests/support/unpacked.sh || exit 1

mkfifo "$D/pipe"
read -r TCP LF TLS UDP OTHER <<<"$(free_ports 5)"
(cd "$D" && make_ca ca && make_cert ca server 'DNS:siem.example.be,IP:127.0.0.1' &&
	make_cert ca client 'DNS:purposed.example.be' && make_ca otherca)

config() { # OUTPUTS
	printf 'state = "state"; inputs = ( { name = "in"; type = "stdin"; } ); outputs = ( %s );\n' \
		"$1" >"$CONF"
}

send() { # FROM TO
	seq -f 'number %.0f end' "$1" "$2" >&9
}

numbers() { # FILE
	grep -aoE 'number [0-9]+ end' "$1" 2>/dev/null | grep -oE '[0-9]+'
}

has_numbers() { # FILE N
	[ "$(numbers "$1" | sort -nu | wc -l)" -ge "$2" ]
}

# Waits until FILE has every number up to N.
has_all() { # FILE N
	within 60 has_numbers "$@" && return 0
	diag "$1 has $(numbers "$1" | sort -nu | wc -l) of $2; the daemon said: $(tail -5 "$D/err")"
	return 1
}

each_once() { # DESCRIPTION FILE N
	is "$1" "$(numbers "$2" | cksum)" "$(seq "$3" | cksum)"
}

# --- A receiver of our own ------------------------------------------------------------------

# Takes what comes to ADDRESS as octet-counted frames, lines, or datagrams, whatever it is,
# and writes a message a line; "silent": accepts, and never reads.
cat >"$D/receiver.py" <<'END'
import os, re, socket, ssl, sys

address, how = sys.argv[1:3]
kind, rest = address.split(":", 1)
stream = kind != "udp" and kind != "unix"
if kind.startswith("unix"):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    if os.path.exists(rest):
        os.unlink(rest)
    s.bind(rest)
else:
    host, port = rest[2:].split(":")
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if how == "silent":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.bind((host, int(port)))
if stream:
    s.listen(5)
print("listens", file=sys.stderr, flush=True)

HEAD = re.compile(rb"<\d{1,3}>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) \S+ \S+ \S+ \S+ "
                  rb"(\[[^ ]+( [^ =]+=\"([^\"\\\]]|\\.)*\")*\])+ ")

def emit(message):
    assert HEAD.match(message), message
    sys.stdout.buffer.write(message + b"\n")
    sys.stdout.buffer.flush()

while not stream:
    emit(s.recv(1 << 20))
while True:
    connection, _ = s.accept()
    if how == "silent":
        held = [connection]
        while True:
            held.append(s.accept())
    file = connection.makefile("rb")
    while True:
        if how == "lf":
            line = file.readline()
            if not line:
                break
            if line.endswith(b"\n"):
                emit(line[:-1])
            continue
        count = b""
        while (c := file.read(1)) not in (b" ", b""):
            assert c.isdigit(), count + c
            count += c
        if not c:
            break
        message = file.read(int(count))
        if len(message) == int(count):
            emit(message)
END

accepts() { # PORT
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

receive() { # ADDRESS octets|lf|silent OUT
	python3 "$D/receiver.py" "$1" "$2" >>"$3" 2>"$D/receiver.err" 9>&- &
	receiver_pid=$!
	within 60 grep -q listens "$D/receiver.err"
}

end_receiver() {
	kill "$receiver_pid"
	wait "$receiver_pid" 2>/dev/null
}

# --- What is sent ---------------------------------------------------------------------------

config '{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; },
	{ name = "j"; type = "syslog"; to = "unix:j.sock"; facility = "local3"; }'
receive "unixstream:$D/a.sock" octets "$D/a.out"
first=$receiver_pid
receive "unix:$D/j.sock" octets "$D/j.out"
start_on_pipe
{
	echo 'plain of jan@example.be'
	echo '<165>Jan  5 10:00:00 web1 shop[12]: order of jan@example.be'
	echo '<34>1 2026-01-02T03:04:05Z h app 7 ID [x@1 a="b"][purposed@32473 verdict="clean"] jan@example.be'
} >&9
ok "three messages arrive" has_lines "$D/a.out" 3
SD='\[purposed@32473 verdict="gap" purpose="" categories="identification" elements="email"\]'
like "what is no message gets a header" "$(sed -n 1p "$D/a.out")" \
	"^<13>1 20[-0-9]+T[:.0-9]+Z $(hostname) in - - $SD plain of jan@example\.be$"
like "one of RFC 3164 gets that of RFC 5424" "$(sed -n 2p "$D/a.out")" \
	"^<165>1 20..-01-05T10:00:00\.000Z web1 shop - - $SD order of jan@example\.be$"
like "one of RFC 5424 keeps its own, but for a forged verdict" "$(sed -n 3p "$D/a.out")" \
	"^<34>1 2026-01-02T03:04:05Z h app 7 ID \[x@1 a=\"b\"\]$SD jan@example\.be$"
ok "an alert too" has_lines "$D/j.out" 3
like "comes from purposed, with the verdict as its id" "$(sed -n 1p "$D/j.out")" \
	"^<157>1 20[-0-9]+T[:.0-9]+Z $(hostname) purposed $daemon_pid gap $SD \{\"input\":\"in\","
is "every alert is whole" "$(sed 's/^[^{]*//' "$D/j.out" | jq -r .record | tr '\n' ' ')" "1 2 3 "
stop_on_pipe
end_receiver
kill "$first"

# The verdict is that of the tag, whatever is found.
rm -f "$D/a.out" "$D/a.sock"
printf 'state = "state"; default_purposes = [ "website-traffic-analysis" ];
	inputs = ( { name = "in"; type = "stdin"; } );
	outputs = ( { name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "tag"; },
		{ name = "f"; type = "file"; path = "f.tag"; format = "tag"; } );\n' >"$CONF"
receive "unixstream:$D/a.sock" octets "$D/a.out"
start_on_pipe
cat conf/examples/access.log conf/examples/app.log >&9
stop_on_pipe
has_lines "$D/a.out" "$(wc -l <"$D/f.tag")"
end_receiver
tags() {
	grep -aoE '\[purposed@32473 [^]]*\]' "$1"
}
is "the structured data says what a tag says" "$(tags "$D/a.out" | cksum)" "$(tags "$D/f.tag" | cksum)"
ok "of several verdicts" test "$(tags "$D/f.tag" | grep -o 'verdict="[^"]*"' | sort -u | wc -l)" -ge 3
like "what leaves the machine is redacted unless it is said otherwise" \
	"$(printf 'outputs = ( { name = "a"; type = "syslog"; to = "tcp://127.0.0.1:9"; },
		{ name = "b"; type = "syslog"; to = "unix:/x"; },
		{ name = "c"; type = "syslog"; to = "udp://127.0.0.1:9"; redact = "none"; } );' >"$D/r.conf"
	"$PURPOSED" check --dump-config -c "$D/r.conf" | grep -oE 'name = "[abc]"|redact = "[a-z]*"' |
		paste -sd' ')" \
	'name = "a" redact = "element" name = "b" redact = "none" name = "c" redact = "none"'

# --- rsyslogd, stopped and started ------------------------------------------------------------

R="$D/rsyslog"
mkdir -p "$R"
cat >"$R/conf" <<-END
	global(workDirectory="$R" maxMessageSize="64k"
	  defaultNetstreamDriverCAFile="$D/ca.pem" defaultNetstreamDriverCertFile="$D/server.pem"
	  defaultNetstreamDriverKeyFile="$D/server.key")
	module(load="imuxsock" SysSock.Use="off")
	module(load="imudp")
	module(load="imtcp")
	module(load="imptcp")
	template(name="line" type="string" string="%structured-data% %msg%\n")
	ruleset(name="tcp") { action(type="omfile" file="$R/tcp.out" template="line") }
	ruleset(name="lf") { action(type="omfile" file="$R/lf.out" template="line") }
	ruleset(name="udp") { action(type="omfile" file="$R/udp.out" template="line") }
	ruleset(name="tls") { action(type="omfile" file="$R/tls.out" template="line") }
	ruleset(name="unix") { action(type="omfile" file="$R/unix.out" template="line") }
	input(type="imptcp" address="127.0.0.1" port="$TCP" ruleset="tcp")
	input(type="imptcp" address="127.0.0.1" port="$LF" ruleset="lf")
	input(type="imudp" address="127.0.0.1" port="$UDP" ruleset="udp" rcvbufSize="1m")
	$(! ls /usr/lib/*/rsyslog/lmnsd_ossl.so >/dev/null 2>&1 || echo "input(type=\"imtcp\"
	  address=\"127.0.0.1\" port=\"$TLS\" ruleset=\"tls\" streamdriver.name=\"ossl\"
	  streamdriver.mode=\"1\" streamdriver.authmode=\"x509/name\"
	  permittedpeer=[\"purposed.example.be\"])")
	input(type="imuxsock" socket="$R/sock" createpath="on" ruleset="unix" useSysTimeStamp="off"
	  usespecialparser="off" parsehostname="on" ratelimit.interval="0")
END
rsyslogd_listens() {
	[ -S "$R/sock" ] && accepts "$TCP"
}
start_rsyslogd() {
	rsyslogd -n -f "$R/conf" -i "$R/pid" >"$R/log" 2>&1 9>&- &
	rsyslogd_pid=$!
	within 60 rsyslogd_listens
}
stop_rsyslogd() {
	kill "$rsyslogd_pid"
	wait "$rsyslogd_pid"
	rm -f "$R/sock"
}
WAYS="tcp lf udp unix"
! grep -q 'ruleset="tls" streamdriver' "$R/conf" || WAYS="$WAYS tls"

outputs() {
	cat <<-END
		{ name = "tcp"; type = "syslog"; to = "tcp://127.0.0.1:$TCP"; format = "record"; },
		{ name = "lf"; type = "syslog"; to = "tcp://localhost:$LF"; format = "record";
		  framing = "lf"; },
		{ name = "udp"; type = "syslog"; to = "udp://127.0.0.1:$UDP"; format = "record"; },
		{ name = "unix"; type = "syslog"; to = "unix:$R/sock"; format = "record"; }
	END
	[[ $WAYS != *tls* ]] || cat <<-END
		, { name = "tls"; type = "syslog"; to = "tls://127.0.0.1:$TLS"; format = "record";
		  tls = { ca = "ca.pem"; peers = [ "siem.*" ]; cert = "client.pem"; key = "client.key"; }; }
	END
}

if ! command -v rsyslogd >/dev/null || ! start_rsyslogd; then
	skip "rsyslogd" "it is not installed, or does not start: $(tail -1 "$R/log" 2>/dev/null)"
else
	rm -rf "$D/state"
	config "$(outputs)"
	start_on_pipe
	send 1 200
	for way in $WAYS; do
		ok "rsyslogd, $way: what is sent while it runs arrives" has_all "$R/$way.out" 200
	done
	like "with the verdict as structured data" "$(head -1 "$R/tcp.out")" \
		'^\[purposed@32473 verdict="clean" purpose="" categories="" elements=""\] number 1 end$'
	sleep 3 # no message is in doubt any more: a second, and some for a machine that is busy
	stop_rsyslogd
	send 201 400
	away="output '(tcp|lf|udp|unix|tls)': (cannot|lost|the receiver)"
	said "$away" "$(wc -w <<<"$WAYS")"
	start_rsyslogd
	send 401 600
	for way in $WAYS; do
		ok "rsyslogd, $way: stopped and started, it gets all" has_all "$R/$way.out" 600
		each_once "rsyslogd, $way: each once, in order" "$R/$way.out" 600
	done
	is "that it was away was said once for each" \
		"$(grep -cE "$away" "$D/err")" \
		"$(wc -w <<<"$WAYS")"

	# Under load, at any moment.
	for ((i = 601; i <= 3600; i += 20)); do
		send $i $((i + 19))
		sleep 0.005
	done &
	sender=$!
	for i in 1 2 3; do
		sleep 0.4
		stop_rsyslogd
		start_rsyslogd
	done
	wait "$sender"
	for way in ${WAYS/udp/}; do
		ok "rsyslogd, $way: stopped three times under load, it gets all" \
			has_all "$R/$way.out" 3600
		diag "$way: $(($(numbers "$R/$way.out" | wc -l) - 3600)) of 3600 came twice"
	done
	stop_on_pipe
	ok "none stays in a spool" test -z "$(find "$D/state" -name '*.spool' -size +8)"
	stop_rsyslogd
fi

# --- syslog-ng --------------------------------------------------------------------------------

if ! SNG=$(unpacked syslog-ng-core libivykis0 libnet1 libwrap0); then
	skip "syslog-ng" "its package cannot be fetched"
else
	cat >"$T/ng.conf" <<-END
		@version: 3.38
		template t { template("\${.SDATA.purposed@32473.verdict} \$PROGRAM \$MSGID \$MSG\n"); };
		source tcp { syslog(ip("127.0.0.1") port($TCP) transport("tcp") log-msg-size(262144)); };
		source udp { syslog(ip("127.0.0.1") port($UDP) transport("udp") log-msg-size(262144)); };
		source tls { syslog(ip("127.0.0.1") port($TLS) transport("tls") log-msg-size(262144)
		  tls(cert-file("$D/server.pem") key-file("$D/server.key") ca-file("$D/ca.pem")
		  peer-verify(required-trusted))); };
		source unix { unix-stream("$D/ng.sock" flags(syslog-protocol)); };
		destination tcp { file("$D/ng.tcp" template(t)); };
		destination udp { file("$D/ng.udp" template(t)); };
		destination tls { file("$D/ng.tls" template(t)); };
		destination unix { file("$D/ng.unix" template(t)); };
		log { source(tcp); destination(tcp); };
		log { source(udp); destination(udp); };
		log { source(tls); destination(tls); };
		log { source(unix); destination(unix); };
	END
	start_ng() {
		run_unpacked "$SNG" usr/sbin/syslog-ng -F --no-caps -f "$T/ng.conf" -p "$T/ng.pid" \
			-R "$T/ng.persist" -c "$T/ng.ctl" \
			--module-path "$SNG/usr/lib/syslog-ng/3.38" >"$T/ng.err" 2>&1 9>&- &
		ng_pid=$!
		within 60 accepts "$TCP"
	}
	stop_ng() {
		kill "$(cat "$T/ng.pid")" # the job is a shell around it
		wait "$ng_pid" 2>/dev/null
	}
	rm -rf "$D/state"
	config '{ name = "tcp"; type = "syslog"; to = "tcp://127.0.0.1:'$TCP'"; },
		{ name = "udp"; type = "syslog"; to = "udp://127.0.0.1:'$UDP'"; format = "tag"; },
		{ name = "unix"; type = "syslog"; to = "unixstream:ng.sock"; format = "cef"; framing = "lf";
		  with_text = true; },
		{ name = "tls"; type = "syslog"; to = "tls://127.0.0.1:'$TLS'"; format = "ecs";
		  with_text = true;
		  tls = { ca = "ca.pem"; cert = "client.pem"; key = "client.key"; }; }'
	start_on_pipe
	send 1 100
	ok "syslog-ng starts after the daemon" start_ng
	for way in udp unix tls; do
		ok "syslog-ng, $way: what was sent before arrives" has_all "$D/ng.$way" 100
	done
	sleep 3
	stop_ng
	send 101 200
	start_ng
	send 201 300
	for way in udp unix tls; do
		ok "syslog-ng, $way: stopped and started, it gets all" has_all "$D/ng.$way" 300
		each_once "syslog-ng, $way: each once, in order" "$D/ng.$way" 300
	done
	ok "syslog-ng, tcp: alerts too" has_lines "$D/ng.tcp" 300
	is "syslog-ng reads them as RFC 5424" "$(sed 's/^clean purposed clean //' "$D/ng.tcp" |
		jq -r .record | cksum)" "$(seq 300 | cksum)"
	stop_on_pipe
	stop_ng
fi

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

# Datagrams do not wait: what their queue has no room for is lost, and counted.
rm -rf "$D/state" "$D/a.sock" "$D/a.out"
cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "u"; type = "syslog"; listen = "udp://127.0.0.1:$UDP"; } );
	outputs = ( { name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record";
	  spool_bytes = 65536; } );
END
start
python_net "udp://127.0.0.1:$UDP" <<-'END'
	s = connect(args[0])
	for i in range(1, 20001):
	    s.send(b'<13>x: number %d end' % i)
	    if i % 100 == 0:
	        time.sleep(0.001)
END
ok "a flood of datagrams fills the spool" said "output 'a': the spool is full"
receive "unixstream:$D/a.sock" octets "$D/a.out"
asked=0
counted() { # FILTER
	asked=$((asked + 1))
	kill -USR1 "$daemon_pid"
	said '^{"records"' "$asked"
	grep '^{"records"' "$D/err" | tail -1 | jq -r "$1"
}
for ((i = 0; i < 600; i++)); do
	[ "$(counted '.inputs[0].messages + .inputs[0].dropped')" != 20000 ] || break
	sleep 0.1
done
is "every datagram was taken or is counted as dropped" \
	"$(counted '.inputs[0].messages + .inputs[0].dropped')" 20000
ok "some were dropped" test "$(counted '.inputs[0].dropped')" -gt 0
taken=$(counted '.inputs[0].messages')
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
	# "f" is written before "a": whoever answers has done with both.
	kill -USR1 "$daemon_pid"
	said '^{"records"'
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
sleep 0.2
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
kill "$sender" 2>/dev/null
exec 9>&-
start_on_pipe
last=$(numbers "$D/f.log" | tail -1)
has_all "$D/a.out" "$last"
is "killed while it sends, none is missing but of the last batch" \
	"$(comm -23 <(seq $((last - 50)) | sort) <(numbers "$D/a.out" | sort -u) | wc -l)" 0
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
sleep 0.3
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

done_testing
