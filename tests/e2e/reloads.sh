#!/bin/bash
# reloads.sh: a configuration that is another one with every reload, while records flow.
#
# In: numbered lines to a file that is renamed away now and again, and numbered messages
# over TCP; RELOADS reloads with inputs that get another name, another state folder, come and
# go, outputs that come and go (with windows, with a receiver that is not there), another
# number of workers; between them configurations that are refused, and outputs that are
# rotated.
#
# Out: of the output that is in all of them every number once; what is refused is said.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/net.sh || exit 1

RELOADS=${RELOADS:-5}
SEED=${RELOADS_SEED:-$RANDOM}
RANDOM=$SEED
diag "RELOADS_SEED=$SEED"
read -r TCP UDP <<<"$(free_ports 2)"
mkdir "$D/log" "$D/old"

maybe() { # TEXT: every other time
	[ $((RANDOM % 2)) = 0 ] || printf '%s' "$1"
}

config() {
	cat >"$CONF" <<-END
		state = "state$((RANDOM % 2))"; workers = $((RANDOM % 4 + 1));
		default_purposes = [ "website-traffic-analysis" ];
		inputs = (
		  { name = "tail$((RANDOM % 2))"; type = "tail"; path = "log/*.log"; from = "start"; },
		  { name = "tcp"; type = "syslog"; listen = "tcp://127.0.0.1:$TCP"; }
		  $(maybe ", { name = \"udp\"; type = \"syslog\"; listen = \"udp://127.0.0.1:$UDP\"; }") );
		outputs = (
		  { name = "one"; type = "file"; path = "one.log"; format = "record"; }
		  $(maybe ", { name = \"two\"; type = \"file\"; path = \"two.jsonl\"; select = \"flagged\";
			window = $((RANDOM % 3 + 1)); }")
		  $(maybe ", { name = \"away\"; type = \"syslog\"; to = \"unixstream:nobody.sock\";
			format = \"tag\"; }")
		  $(maybe ', { name = "null"; type = "file"; path = "/dev/null"; format = "tag"; }') );
	END
}

times() { # WORD
	grep -c "$1" "$D/err"
}

# Sends the signal, and waits for the answer.
reload() { # WORD
	local n

	n=$(times "$1")
	kill -HUP "$daemon_pid"
	said "$1" $((n + 1))
}

between() {
	case $((RANDOM % 3)) in
	0)
		# Before somebody has seen it, it must not go.
		within 60 has_open "$D/log/app.log" || diag "app.log is not open"
		rotations=$((rotations + 1))
		mv "$D/log/app.log" "$D/log/app.log.$rotations"
		kill -HUP "$writer"
		;;
	1) [ ! -e "$D/one.log" ] || mv "$D/one.log" "$D/old/one.$1" ;;
	2)
		echo 'nonsense = ;' >>"$CONF"
		reload 'is refused' || diag "a bad configuration was not refused"
		refused=$((refused + 1))
		;;
	esac
}

config
ok "the daemon starts" start
tests/support/writer.py "$D/log/app.log" 1 500 hup >"$T/last" &
writer=$!
python_net "$TCP" "$T/stop" <<-'END' >"$T/sent" &
	s = connect('tcp://127.0.0.1:' + args[0])
	n = 0
	while not os.path.exists(args[1]):
	    n += 1
	    s.sendall(b'<13>app: message %d of a@example.be\n' % n)
	    if n % 20 == 0:
	        time.sleep(0.01)
	s.close()
	print(n)
END
sender=$!
within 60 test -s "$D/log/app.log"
rotations=0
refused=0
for ((reloads = 0; reloads < RELOADS; reloads++)); do
	sleep "0.$((RANDOM % 9))"
	between "$reloads"
	config
	reload 'reloaded:' || break
done
is "$RELOADS reloads" "$reloads" "$RELOADS"
is "those that are refused are said" "$(times 'is refused')" "$refused"
touch "$T/stop"
kill "$writer"
wait "$writer" "$sender"
last=$(cat "$T/last")
sent=$(cat "$T/sent")
numbers() { # ERE BEFORE THEM
	find "$D/old" "$D/one.log" -type f -exec cat {} + | grep -oE "$1 [0-9]+" | grep -oE '[0-9]+$'
}
all_out() {
	[ "$(numbers '^number' | wc -l)" -ge "$last" ] &&
		[ "$(numbers 'app: message' | wc -l)" -ge "$sent" ]
}
within 60 all_out
status "it ends well" 0 finish TERM
is "each of $last lines comes out once, over $rotations rotations" \
	"$(numbers '^number' | sort -n | cksum)" "$(seq "$last" | cksum)"
is "as does each of $sent messages" \
	"$(numbers 'app: message' | sort -n | cksum)" "$(seq "$sent" | cksum)"
done_testing
