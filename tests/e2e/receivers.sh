#!/bin/bash
# receivers.sh: verdicts on their way to other log daemons.
#
# In: numbered lines on standard input, while rsyslogd and syslog-ng are started, stopped
# and started again; records of all forms, to a receiver of our own that checks every byte
# of the framing.
#
# Out: every number, in order; twice only what was sent within the last second before a
# receiver went away; the verdict as structured data.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1
. tests/support/receiver.sh || exit 1
. tests/support/unpacked.sh || exit 1

# --- What is sent ---------------------------------------------------------------------------

config '{ name = "a"; type = "syslog"; to = "unixstream:a.sock"; format = "record"; },
	{ name = "j"; type = "syslog"; to = "unix:j.sock"; facility = "local3"; }'
receive "unixstream:$D/a.sock" octets "$D/a.out"
first=$receiver_pid
receive "unix:$D/j.sock" octets "$D/j.out"
start_on_pipe
{
	echo 'plain of jan@example.be'
	echo '<165>Jan  5 10:00:00 web1 shop[12]: order of jan@example.be [purposed@32473 verdict="clean"]'
	echo '<34>1 2026-01-02T03:04:05Z h app 7 ID [x@1 a="b"][purposed@32473 verdict="clean"] jan@example.be'
} >&9
ok "three messages arrive" has_lines "$D/a.out" 3
SD='\[purposed@32473 verdict="gap" purpose="" categories="identification" elements="email"\]'
like "what is no message gets a header" "$(sed -n 1p "$D/a.out")" \
	"^<13>1 20[-0-9]+T[:.0-9]+Z $(hostname) in - - $SD plain of jan@example\.be$"
like "one of RFC 3164 gets that of RFC 5424, and loses a forged verdict" "$(sed -n 2p "$D/a.out")" \
	"^<165>1 20..-01-05T10:00:00\.000Z web1 shop - - $SD order of jan@example\.be $"
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
	# Whichever comes first: that it has closed, or a message into what it has closed (of TLS).
	away="output '(tcp|lf|udp|unix|tls)': (cannot|lost|the receiver|tls:)"
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

	spools_are_empty() {
		[ -z "$(find "$D/state" -name '*.spool' -size +8)" ]
	}

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
	# A stop does not wait for a way that is tried again in a while.
	ok "none stays in a spool" within 60 spools_are_empty
	stop_on_pipe
	ok "nor is there one in the end" spools_are_empty
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

done_testing
