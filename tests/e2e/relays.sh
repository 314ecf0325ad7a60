#!/bin/bash
# relays.sh: other log daemons send to purposed, which is not always there.
#
# In: rsyslogd (omfwd over TCP, octets counted and lines, and over TLS with certificates)
# and syslog-ng (syslog() and network()), each fed by logger through a socket of its own;
# purposed is stopped and started again in between.  Then loggen, as fast as it can.
#
# Out: every numbered message at least once, none torn, in the forms that each of them
# sends; what loggen says it sent.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1
. tests/support/unpacked.sh || exit 1

(cd "$D" && make_ca ca && make_cert ca server 'DNS:purposed.example.be,IP:127.0.0.1' &&
	make_cert ca relay 'DNS:relay.example.be')
read -r TCP TLS UDP <<<"$(free_ports 3)"
cat >"$CONF" <<-END
	inputs = (
	  { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP";
	    bind = ( { app = "shop"; purposes = [ "website-traffic-analysis" ]; } ); },
	  { name = "tls"; type = "syslog"; listen = "tls://127.0.0.1:$TLS";
	    tls = { cert = "server.pem"; key = "server.key"; ca = "ca.pem";
	            peers = [ "relay.example.be" ]; };
	    bind = ( { peer = "relay.*"; purposes = [ "website-management" ]; } ); },
	  { name = "udp"; type = "syslog"; listen = "udp://127.0.0.1:$UDP"; receive_bytes = 4194304; },
	  { name = "local"; type = "syslog"; listen = "unix:$D/local.sock"; },
	  { name = "stream"; type = "syslog"; listen = "unixstream:$D/stream.sock"; } );
	outputs = ( { name = "json"; type = "file"; path = "out.jsonl"; with_text = true; },
	            { name = "record"; type = "file"; path = "out.log"; format = "record"; } );
END

forget() {
	rm -f "$D/out.jsonl" "$D/out.log"
}

# Which of the numbers 1..N an input has not given, and which are torn.
missing() { # INPUT N
	comm -23 <(seq "$2" | sort) \
		<(jq -r "select(.input == \"$1\") | .text" "$D/out.jsonl" |
			sed -n 's/.*number \([0-9]*\) end$/\1/p' | sort -u)
}

none_missing() { # INPUT FROM N
	[ -e "$D/out.jsonl" ] && missing "$1" "$3" | awk -v from="$2" \
		'$1 >= from { bad = 1 } END { exit bad }'
}

all_after() { # INPUT FROM N
	within 60 none_missing "$@" && return 0
	diag "missing: $(missing "$1" "$3" | xargs | cut -c 1-200)"
	return 1
}

all_there() { # INPUT N
	all_after "$1" 1 "$2"
}

feed() { # SOCKET FROM TO
	seq -f 'number %.0f end' "$2" "$3" | logger -u "$1" -t shop
}

# 600 messages: 200 while purposed runs, 200 while it does not, 200 when it does again.
through() { # SOCKET INPUT
	feed "$1" 1 200
	ok "$2: what is sent while it runs arrives" all_there "$2" 200
	finish TERM
	# A relay that keeps nothing lets its own senders wait.
	feed "$1" 201 400 &
	local feed_pid=$!
	sleep 1
	start
	wait "$feed_pid"
	feed "$1" 401 600
}

# --- rsyslogd ------------------------------------------------------------------------

rsyslog() { # NAME ACTION
	cat >"$T/$1.conf" <<-END
		global(workDirectory="$T/$1.d" net.enableDNS="off")
		module(load="imuxsock" SysSock.Use="off")
		input(type="imuxsock" Socket="$T/$1.sock" CreatePath="on" RateLimit.Interval="0")
		action(type="omfwd" $2 action.resumeRetryCount="-1" action.resumeInterval="1"
		  queue.type="LinkedList" queue.size="10000" queue.timeoutEnqueue="-1")
	END
	mkdir -p "$T/$1.d"
	rsyslogd -n -i "$T/$1.pid" -f "$T/$1.conf" >"$T/$1.err" 2>&1 &
	relay_pid=$!
	within 60 test -S "$T/$1.sock"
}

end_relay() {
	kill -TERM "$relay_pid"
	wait "$relay_pid" 2>/dev/null
}

if ! command -v rsyslogd >/dev/null; then
	skip "rsyslogd" "rsyslogd is not installed"
else
	for kind in lines counted; do
		forget
		start
		rsyslog "$kind" "target=\"127.0.0.1\" port=\"$TCP\" protocol=\"tcp\" KeepAlive=\"on\"
			$([ "$kind" = lines ] || echo 'TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"')"
		through "$T/$kind.sock" tcp
		ok "rsyslogd, $kind: all arrive" all_there tcp 600
		is "each bound by its application" "$(jq -r '.purposes | join(",")' "$D/out.jsonl" |
			sort -u)" website-traffic-analysis
		is "none is torn" "$(jq -r .verdict "$D/out.jsonl" | sort -u)" clean
		end_relay
		finish TERM
	done
	forget
	start
	rsyslog tls "target=\"127.0.0.1\" port=\"$TLS\" protocol=\"tcp\" StreamDriver=\"ossl\"
		StreamDriverMode=\"1\" StreamDriverAuthMode=\"x509/name\"
		StreamDriverPermittedPeers=\"purposed.example.be\"
		StreamDriver.CAFile=\"$D/ca.pem\" StreamDriver.CertFile=\"$D/relay.pem\"
		StreamDriver.KeyFile=\"$D/relay.key\" TCP_Framing=\"octet-counted\""
	through "$T/tls.sock" tls
	# With TLS rsyslogd does not look whether its connection is closed before it writes: the
	# first messages after the stop are lost, whatever the receiver.
	ok "rsyslogd, TLS: the last arrives" all_after tls 401 600
	missing tls 600 >"$T/missing"
	ok "and before it all but what was written into a closed connection ($(wc -l <"$T/missing"))" \
		awk '$1 < 201 || $1 > 400 { bad = 1 } END { exit bad }' "$T/missing"
	is "bound by the name in its certificate" "$(jq -r '.purposes | join(",")' "$D/out.jsonl" |
		sort -u)" website-management
	end_relay
	finish TERM
fi

# --- syslog-ng ------------------------------------------------------------------------

if ! SNG=$(unpacked syslog-ng-core libivykis0 libnet1 libwrap0); then
	skip "syslog-ng" "its package cannot be fetched"
	done_testing
	exit
fi

syslog_ng() { # NAME DESTINATION
	mkdir -p "$T/$1.d"
	cat >"$T/$1.conf" <<-END
		@version: 3.38
		options { time-reopen(1); keep-hostname(yes); stats-freq(0); };
		source s { unix-dgram("$T/$1.sock"); };
		destination d { $2 };
		log { source(s); destination(d); flags(flow-control); };
	END
	run_unpacked "$SNG" usr/sbin/syslog-ng -F --no-caps -f "$T/$1.conf" -p "$T/$1.pid" \
		-R "$T/$1.d/persist" -c "$T/$1.d/ctl" \
		--module-path "$SNG/usr/lib/syslog-ng/3.38" >"$T/$1.err" 2>&1 &
	relay_pid=$!
	within 60 test -S "$T/$1.sock"
}

for kind in syslog network; do
	forget
	start
	syslog_ng "$kind" "$kind(\"127.0.0.1\" transport(\"tcp\") port($TCP));"
	through "$T/$kind.sock" tcp
	ok "syslog-ng, $kind(): all arrive" all_there tcp 600
	is "each bound by its application" "$(jq -r '.purposes | join(",")' "$D/out.jsonl" | sort -u)" \
		website-traffic-analysis
	end_relay
	finish TERM
done
forget
start
syslog_ng tls "syslog(\"127.0.0.1\" transport(\"tls\") port($TLS)
	tls(ca-file(\"$D/ca.pem\") cert-file(\"$D/relay.pem\") key-file(\"$D/relay.key\")));"
feed "$T/tls.sock" 1 200
ok "syslog-ng, TLS: all arrive" all_there tls 200
end_relay
finish TERM

# --- loggen ----------------------------------------------------------------------------

# Runs loggen, and prints how many messages it says it sent; of itself it ends after 10 seconds.
flood() { # OPTIONS...
	SYSLOGNG_PREFIX="$SNG/usr" run_unpacked "$SNG" usr/bin/loggen --quiet --interval 600 "$@" >"$T/loggen" 2>&1
	sed -n 's/.*count=\([0-9]*\).*/\1/p' "$T/loggen" | tail -n 1
}

flood_one() { # WHAT MESSAGES-A-CONNECTION OPTIONS...
	local what=$1 n=$2 sent

	shift 2
	forget
	start
	sent=$(flood -r 100000 -n "$n" -s 200 "$@")
	ok "loggen, $what: it sent $sent" test "${sent:-0}" -ge 9000
	ok "and so many arrive" has_lines "$D/out.log" "${sent:-1}"
	sleep 0.2
	is "not one more" "$(wc -l <"$D/out.log")" "$sent"
	is "each of them whole" "$(grep -cE '^<[0-9]+>.*PADD[A-Z]*$' "$D/out.log")" "$sent"
	finish TERM
}
flood_one "RFC 3164 over TCP" 10000 --inet --stream 127.0.0.1 "$TCP"
flood_one "RFC 5424 over TCP, octets counted" 10000 --inet --stream --syslog-proto 127.0.0.1 "$TCP"
flood_one "8 connections" 1250 --inet --stream --syslog-proto --active-connections=8 127.0.0.1 "$TCP"
flood_one "a unix stream" 10000 --unix --stream "$D/stream.sock"
flood_one "unix datagrams" 10000 --unix --dgram "$D/local.sock"

done_testing
