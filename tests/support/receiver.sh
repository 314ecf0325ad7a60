# receiver: a daemon that reads numbered lines from a pipe, and receivers of what it sends.
# To be sourced by bash after tests/support/daemon.sh and net.sh.
#
# $TCP, $LF, $TLS, $UDP and $OTHER are free ports; in $D are the certificates server and
# client, the authority ca that vouches for them, and another one, otherca.

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

accepts() { # PORT
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Starts tests/support/receiver.py; what it takes is added to OUT.
receive() { # ADDRESS octets|lf|silent OUT
	: >"$D/receiver.err" # what the one before it said must not be taken for this one's
	tests/support/receiver.py "$1" "$2" >>"$3" 2>"$D/receiver.err" 9>&- &
	receiver_pid=$!
	within 60 grep -q listens "$D/receiver.err"
}

end_receiver() {
	kill "$receiver_pid"
	wait "$receiver_pid" 2>/dev/null
}
