#!/bin/bash
# net.sh: syslog over the network, from real senders, into the daemon.
#
# In: logger (RFC 3164, RFC 5424, octets counted, structured data) and an nginx over UDP,
# TCP, TLS and unix sockets, of IPv4 and IPv6; connections that go on over a reload;
# senders without, with the wrong, and with another's certificate; purposes that records
# carry, from inputs that trust them and from one that does not; sockets that systemd
# passes.
#
# Out: every record once, under the purpose that its binding, or else the record itself
# where it is trusted, or else its input gives; nothing from senders that are refused.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1
. tests/support/nginx.sh || exit 1

WEB=website-traffic-analysis
MANAGE=website-management
SECURITY=network-security-investigation

(cd "$D" && make_ca ca && make_ca rogue &&
	make_cert ca server 'DNS:localhost,IP:127.0.0.1' &&
	make_cert ca shop 'DNS:shop.example.be' && make_cert ca other 'DNS:other.example.org' &&
	make_cert rogue thief 'DNS:shop.example.be')
read -r UDP TCP TLS TRUST <<<"$(free_ports 4)"
STREAM="unixstream:$D/stream.sock"
DGRAM="unix:$D/log.sock"
OUTPUTS='outputs = (
	{ name = "json"; type = "file"; path = "out.jsonl"; format = "json"; with_text = true; },
	{ name = "tag"; type = "file"; path = "out.log"; format = "tag"; } );'

# What arrived since the last time: input and purposes and text, a line each.
arrived() { # N
	local seen

	seen=$(cat "$T/seen")
	has_lines "$D/out.jsonl" $((seen + $1))
	tail -n "+$((seen + 1))" "$D/out.jsonl" |
		jq -r '"\(.input) \(.purposes | join(",")): \(.text | sub("^.*TEXT "; ""))"'
	wc -l <"$D/out.jsonl" >"$T/seen"
}

# The outputs begin anew; not while the daemon runs.
forget() {
	rm -f "$D/out.jsonl" "$D/out.log"
	echo 0 >"$T/seen"
}
forget

cat >"$CONF" <<-END
	inputs = (
	  { name = "udp"; type = "syslog"; listen = "udp://*:$UDP"; receive_bytes = 65536;
	    bind = ( { peer = "::1"; app = "shop"; purposes = [ "$MANAGE" ]; },
	             { facility = "auth*"; purposes = [ "$SECURITY" ]; },
	             { host = "www*"; purposes = [ "$WEB", "$MANAGE" ]; } ); },
	  { name = "tcp"; type = "syslog"; listen = "tcp://*:$TCP"; purposes = [ "$WEB" ]; },
	  { name = "tls"; type = "syslog"; listen = "tls://localhost:$TLS";
	    tls = { cert = "server.pem"; key = "server.key"; ca = "ca.pem";
	            peers = [ "*.example.be" ]; };
	    bind = ( { peer = "shop.*"; purposes = [ "$WEB" ]; } ); },
	  { name = "stream"; type = "syslog"; listen = "$STREAM"; },
	  { name = "local"; type = "syslog"; listen = "$DGRAM"; } );
	$OUTPUTS
END
ok "the daemon listens everywhere" start
like "it says what the kernel gave for receive_bytes" "$(cat "$D/err")" \
	"input 'udp': receive buffer of [0-9]+ bytes"

# --- Senders -------------------------------------------------------------------

logger --udp -n 127.0.0.1 -P "$UDP" --rfc3164 -t shop 'TEXT udp 3164'
is "logger, RFC 3164 over UDP" "$(arrived 1)" 'udp : udp 3164'
logger --udp -n ::1 -P "$UDP" --rfc5424 -t shop 'TEXT udp 5424'
is "RFC 5424 over UDP and IPv6, bound by peer and application" "$(arrived 1)" \
	"udp $MANAGE: udp 5424"
logger --udp -n 127.0.0.1 -P "$UDP" --rfc5424 -p auth.info -t shop 'TEXT udp auth'
logger --udp -n 127.0.0.1 -P "$UDP" --rfc3164 -p authpriv.info -t shop 'TEXT udp authpriv'
is "bound by facility" "$(arrived 2)" "udp $SECURITY: udp auth
udp $SECURITY: udp authpriv"
printf '<134>Jan  5 10:00:00 www7 shop: TEXT udp host\n' | send_to "udp://127.0.0.1:$UDP"
is "bound by host" "$(arrived 1)" "udp $MANAGE,$WEB: udp host"

logger --tcp -n 127.0.0.1 -P "$TCP" --rfc3164 -t shop 'TEXT tcp 3164'
logger --tcp -n ::1 -P "$TCP" --rfc5424 -t shop 'TEXT tcp 5424'
logger --tcp --octet-count -n 127.0.0.1 -P "$TCP" --rfc5424 -t shop 'TEXT tcp counted'
is "logger over TCP, lines and octets counted" "$(arrived 3)" "tcp $WEB: tcp 3164
tcp $WEB: tcp 5424
tcp $WEB: tcp counted"
seq -f 'TEXT number %.0f' 1 500 |
	logger --tcp --octet-count -n 127.0.0.1 -P "$TCP" --rfc3164 -t shop
is "500 messages on one connection" "$(arrived 500)" "$(seq -f "tcp $WEB: number %.0f" 1 500)"
printf '22 <13>shop: TEXT one\ntwo<13>shop: TEXT three\n\n22 \xef\xbb\xbf<13>shop: TEXT four\nlast' |
	send_to "$STREAM"
is "octets counted and lines on one connection, the last without its end" "$(arrived 4)" \
	'stream : one
two
stream : three
stream : four
stream : last'
# Records stand side by side in memory: what is behind one must not hide its end.
python_net "$STREAM" <<-'END'
	s = connect(args[0])
	for n in range(40, 130):
	    s.sendall(b''.join(b'TEXT %d 192.0.2.1\n' % i + b'y' * n + b'\n' for i in range(20)))
END
is "an address at the end of a message is found, however long the next one is" \
	"$(has_lines "$D/out.jsonl" $(($(cat "$T/seen") + 3600)) && tail -n 3600 "$D/out.jsonl" |
		jq -r 'select(.text | startswith("TEXT")) | .verdict' | sort | uniq -c | xargs)" \
	"1800 gap"
arrived 3600 >/dev/null
logger -u "$D/log.sock" -t shop 'TEXT unix'
is "a unix datagram" "$(arrived 1)" 'local : unix'

# --- TLS --------------------------------------------------------------------------

printf '<13>shop: TEXT tls line\n' | send_to "tls://localhost:$TLS" "$D/shop" "$D/ca.pem"
printf '22 <13>shop: TEXT counted' | send_to "tls://localhost:$TLS" "$D/shop" "$D/ca.pem"
is "a known certificate, and bound by its name" "$(arrived 2)" "tls $WEB: tls line
tls $WEB: counted"
printf '<13>shop: TEXT no\n' | send_to "tls://localhost:$TLS" 2>/dev/null
printf '<13>shop: TEXT no\n' | send_to "tls://localhost:$TLS" "$D/thief" 2>/dev/null
printf '<13>shop: TEXT no\n' | send_to "tls://localhost:$TLS" "$D/other" 2>/dev/null
printf '<13>shop: TEXT in the clear\n' | send_to "tcp://127.0.0.1:$TLS"
printf '<13>shop: TEXT good\n' | send_to "tls://localhost:$TLS" "$D/shop" "$D/ca.pem"
is "nothing arrives without one, with a stranger's, with another name, or in the clear" \
	"$(arrived 1)" "tls $WEB: good"
like "the first refusal is logged" "$(cat "$D/err")" \
	"input 'tls': the connection of (127.0.0.1|::1) is closed: TLS handshake: "

# --- A reload -----------------------------------------------------------------------

mkfifo "$T/go"
python_net "tcp://127.0.0.1:$TCP" "tls://localhost:$TLS" "$T/go" "$D/shop" "$D/ca.pem" <<-'END' &
	both = connect(args[0]), connect(args[1], args[3], args[4])
	for i, line in enumerate(open(args[2])):
	    for s in both:
	        # a message that a reload comes in the middle of
	        s.sendall(b'%d\n<13>shop: TEXT round %d, be' % (i, i))
	both[0].sendall(b'\n'), both[1].sendall(b'\n')
END
exec 3>"$T/go"
echo >&3
ok "two connections begin a message" has_lines "$D/out.jsonl" $(($(cat "$T/seen") + 2))
kill -HUP "$daemon_pid"
ok "the daemon reloads" said 'reloaded:'
echo >&3
ok "the connections have stayed" has_lines "$D/out.jsonl" $(($(cat "$T/seen") + 4))
exec 3>&-
wait "$!"
is "and no byte is missing" "$(arrived 6 | sort)" "tcp $WEB: 0
tcp $WEB: round 0, be1
tcp $WEB: round 1, be
tls $WEB: 0
tls $WEB: round 0, be1
tls $WEB: round 1, be"
mv "$D/server.key" "$D/server.key.away"
kill -HUP "$daemon_pid"
ok "without a key a reload is refused" said 'the configuration is refused'
like "and it says why" "$(cat "$D/err")" 'cannot use the private key .*/server\.key: '
mv "$D/server.key.away" "$D/server.key"
printf '<13>shop: TEXT after\n' | send_to "tls://localhost:$TLS" "$D/shop" "$D/ca.pem"
is "and everything goes on" "$(arrived 1)" "tls $WEB: after"

# --- A stop ---------------------------------------------------------------------------

# Everything that the sockets hold when SIGTERM comes: the daemon sleeps meanwhile.
kill -STOP "$daemon_pid"
python_net "$TCP" "$UDP" "$D" <<-'END'
	lines = lambda kind: [b'<13>shop: TEXT %s %d' % (kind, i) for i in range(1, 101)]
	tcp = connect('tcp://127.0.0.1:' + args[0])
	tcp.sendall(b''.join(line + b'\n' for line in lines(b'tcp')))
	stream = connect('unixstream:' + args[2] + '/stream.sock')
	stream.sendall(b''.join(line + b'\n' for line in lines(b'stream')))
	udp = connect('udp://127.0.0.1:' + args[1])
	for line in lines(b'udp')[:50]:
	    udp.send(line)
END
kill -TERM "$daemon_pid"
kill -CONT "$daemon_pid"
status "SIGTERM ends it with status 0" 0 wait "$daemon_pid"
is "what was queued in the sockets is out" "$(arrived 250 | sort)" \
	"$( (seq -f "tcp $WEB: tcp %.0f" 1 100 && seq -f 'stream : stream %.0f' 1 100 &&
		seq -f 'udp : udp %.0f' 1 50) | sort)"
ok "the unix sockets are gone" test ! -e "$D/stream.sock" -a ! -e "$D/log.sock"

# --- nginx, over UDP and a unix socket -------------------------------------------------

cat >"$CONF" <<-END
	inputs = ( { name = "udp"; type = "syslog"; listen = "udp://127.0.0.1:$UDP";
	             bind = ( { app = "ng"; purposes = [ "$WEB" ]; } ); },
	           { name = "local"; type = "syslog"; listen = "$DGRAM"; } );
	$OUTPUTS
END
forget
start
nginx_start <<-END
	access_log syslog:server=127.0.0.1:$UDP,tag=ng,severity=info combined;
	access_log syslog:server=unix:$D/log.sock,nohostname,facility=local1 combined;
	server { listen 127.0.0.1:PORT; location / { return 204; } }
END
for i in 1 2 3; do
	curl -s "http://127.0.0.1:$HTTP/item/$i" -A 'Example/1.0'
done
ok "each request arrives twice" has_lines "$D/out.jsonl" 6
is "by its tag nginx's are bound, and its records are web traffic" \
	"$(jq -r '"\(.input) \(.purposes | join(",")) \(.kind) \(.text | capture("(?<r>/item/.)").r)"' \
		"$D/out.jsonl" | sort)" \
	"local  web-traffic-log /item/1
local  web-traffic-log /item/2
local  web-traffic-log /item/3
udp $WEB web-traffic-log /item/1
udp $WEB web-traffic-log /item/2
udp $WEB web-traffic-log /item/3"
finish TERM

# --- Purposes that records carry ----------------------------------------------------------

trusting() { # LISTEN MORE
	cat >"$CONF" <<-END
		inputs = (
		  { name = "trusted"; type = "syslog"; listen = "$1"; purposes = [ "$MANAGE" ];
		    trust_record_purpose = true; allow_purposes = [ "$WEB", "$SECURITY" ];
		    bind = ( { app = "bound"; purposes = [ "$MANAGE" ]; } ); },
		  { name = "other"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP";
		    purposes = [ "$MANAGE" ]; allow_purposes = [ "$WEB", "$SECURITY" ]; } );
		$OUTPUTS
	END
}
trusting "tcp://127.0.0.1:$TRUST"
forget
start
carry() { # PORT
	logger --tcp -n 127.0.0.1 -P "$1" --rfc5424 -t shop --sd-id purpose@32473 \
		--sd-param "id=\"$WEB\"" '192.0.2.1 TEXT sd'
	logger --tcp --octet-count -n 127.0.0.1 -P "$1" --rfc5424 -t bound --sd-id purpose@32473 \
		--sd-param "id=\"$WEB\"" '192.0.2.1 TEXT bound'
	logger --tcp -n 127.0.0.1 -P "$1" --rfc5424 -t shop --sd-id purpose@32473 \
		--sd-param 'id="domestic-animals"' '192.0.2.1 TEXT unknown'
	logger --tcp -n 127.0.0.1 -P "$1" --rfc5424 -t shop --sd-id purpose@32473 \
		--sd-param 'id="coordinate-cybersecurity-authorities"' '192.0.2.1 TEXT not allowed'
	logger --tcp -n 127.0.0.1 -P "$1" --rfc3164 -t shop \
		"{\"ip\": \"192.0.2.1\", \"purpose\": \"$WEB\", \"m\": \"TEXT json\"}"
	logger --tcp -n 127.0.0.1 -P "$1" --rfc3164 -t shop \
		"ip=192.0.2.1 purpose=$SECURITY m=\"TEXT logfmt\""
	logger --tcp -n 127.0.0.1 -P "$1" --rfc3164 -t shop \
		"192.0.2.1 agent \"x purpose=$WEB\" TEXT visitor"
}
carry "$TRUST"
is "a trusted record's purpose counts where it is allowed and nothing is bound" \
	"$(arrived 7)" "trusted $WEB: sd
trusted $MANAGE: bound
trusted : unknown
trusted $MANAGE: not allowed
trusted $WEB: json\"}
trusted $SECURITY: logfmt\"
trusted $MANAGE: visitor"
is "one that the policy does not know is a gap, and says so" \
	"$(sed -n 3p "$D/out.jsonl" | jq -r '"\(.verdict) \(.findings[0].reason)"')" \
	"gap unknown-purpose"
carry "$TCP"
is "from an untrusted sender nothing of it has a say" "$(arrived 7 | cut -d: -f1 | sort -u)" \
	"other $MANAGE"

# A tag of ours that came with a record is taken out, and counted.
logger --tcp -n 127.0.0.1 -P "$TCP" --rfc5424 -t shop --sd-id purposed@32473 \
	--sd-param 'verdict="clean"' '192.0.2.1 TEXT forged'
arrived 1 >/dev/null
is "a forged tag is gone" "$(tail -n 1 "$D/out.log" | grep -o 'purposed@32473 verdict="[a-z-]*"')" \
	"purposed@32473 verdict=\"$(tail -n 1 "$D/out.jsonl" | jq -r .verdict)\""
kill -USR1 "$daemon_pid"
said '^\{"records"'
is "and counted" "$(grep '^{' "$D/err" | jq .forged_tags)" 1
finish TERM

"$PURPOSED" check -c "$CONF" >"$T/out" 2>"$T/err"
is "check has nothing against trust in TCP" "$(cat "$T/err")" ""
trusting "udp://127.0.0.1:$TRUST"
"$PURPOSED" check -c "$CONF" >"$T/out" 2>"$T/err"
like "but warns where it is given to UDP" "$(cat "$T/err")" \
	"purposed.conf:2: input 'trusted' trusts the purpose that a record carries, but over UDP"

# --- Socket activation ------------------------------------------------------------------

if ! command -v systemd-socket-activate >/dev/null; then
	skip "socket activation" "systemd-socket-activate is not installed"
else
	activated() { # NAMES LISTEN-OPTIONS...
		local names=$1

		shift
		: >"$D/err"
		systemd-socket-activate "$@" --fdname="$names" -E "ASAN_OPTIONS=$ASAN_OPTIONS" \
			-E "UBSAN_OPTIONS=$UBSAN_OPTIONS" -E "TSAN_OPTIONS=$TSAN_OPTIONS" \
			"$PURPOSED" serve -c "$CONF" >"$D/stdout" 2>"$D/err" &
		daemon_pid=$!
		said 'Listening on'
	}
	cat >"$CONF" <<-END
		inputs = ( { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TRUST"; },
		           { name = "stream"; type = "syslog"; listen = "$STREAM"; } );
		$OUTPUTS
	END
	forget
	activated tcp:stream:stranger -l "127.0.0.1:$TCP" -l "$D/passed.sock" -l "$D/stranger.sock"
	printf '<13>shop: TEXT passed\n' | send_to "tcp://127.0.0.1:$TCP"
	printf '<13>shop: TEXT too\n' | send_to "unixstream:$D/passed.sock"
	is "the sockets that systemd passes serve the inputs of their names" \
		"$(arrived 2 | sort)" "stream : too
tcp : passed"
	like "one that is for nobody is mentioned" "$(cat "$D/err")" \
		"socket named 'stranger', but there is no input of that name"
	kill -HUP "$daemon_pid"
	said 'reloaded:'
	printf '<13>shop: TEXT still\n' | send_to "tcp://127.0.0.1:$TCP"
	is "over a reload too" "$(arrived 1)" "tcp : still"
	finish TERM
	# As purposed.socket and a unit beside it pass them: datagrams, two sockets of one name.
	cat >"$CONF" <<-END
		inputs = ( { name = "local"; type = "syslog"; listen = "$DGRAM"; },
		           { name = "udp"; type = "syslog"; listen = "udp://127.0.0.1:$TRUST"; } );
		$OUTPUTS
	END
	forget
	activated local:udp:udp -d -l "$D/passed.dgram" -l "127.0.0.1:$UDP" -l "[::1]:$UDP"
	for when in before after; do
		logger -u "$D/passed.dgram" -t shop "TEXT $when"
		arrived 1
		logger --udp -n 127.0.0.1 -P "$UDP" -t shop "TEXT $when, IPv4"
		arrived 1
		logger --udp -n ::1 -P "$UDP" -t shop "TEXT $when, IPv6"
		arrived 1
		[ "$when" = after ] || kill -HUP "$daemon_pid"
		said 'reloaded:'
	done >"$T/activated"
	is "datagrams too, of several sockets for one input, over a reload" "$(cat "$T/activated")" \
		"local : before
udp : before, IPv4
udp : before, IPv6
local : after
udp : after, IPv4
udp : after, IPv6"
	status "which ends well" 0 finish TERM
	ok "and leaves the socket to the service manager" test -S "$D/passed.dgram"
	cat >"$CONF" <<-END
		inputs = ( { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TRUST"; } );
		$OUTPUTS
	END
	activated tcp -d -l "127.0.0.1:$UDP"
	printf 'x' | send_to "udp://127.0.0.1:$UDP"
	ok "a socket of another kind is refused" said \
		"the socket that the service manager passed is none for tcp://127.0.0.1:$TRUST"
	status "and the daemon does not start" 2 wait "$daemon_pid"
fi

done_testing
