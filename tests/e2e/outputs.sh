#!/bin/bash
# outputs.sh: where verdicts go on this machine: files as they are asked for, and
# the journal.
#
# In: lines on standard input.  Out: files with the mode and the owner that were set,
# rotated by a real logrotate; entries in a real journal, with fields of their own,
# however long; nothing lost while the journal is away.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1

# --- A daemon on a pipe -----------------------------------------------------------------

mkfifo "$D/pipe"

config() { # OUTPUTS [TOP LEVEL]
	printf 'inputs = ( { name = "in"; type = "stdin"; } ); outputs = ( %s ); %s\n' "$1" "$2" \
		>"$CONF"
}

send() { # FROM TO
	seq -f 'number %.0f of a@example.be' "$1" "$2" >&9
}

# --- Files ------------------------------------------------------------------------------

config '{ name = "a"; type = "file"; path = "a.jsonl"; mode = "0604"; group = "'"$(id -gn)"'"; }'
(umask 077 && start_on_pipe; send 1 1; stop_on_pipe)
is "a file has the mode and the group that were set, whatever the umask" \
	"$(stat -c '%a %G' "$D/a.jsonl")" "604 $(id -gn)"
chmod 600 "$D/a.jsonl"
start_on_pipe
send 2 2
stop_on_pipe
is "one that is there keeps its own" "$(stat -c %a "$D/a.jsonl") $(wc -l <"$D/a.jsonl")" "600 2"
if [ "$(id -u)" -eq 0 ]; then
	config '{ name = "b"; type = "file"; path = "b.jsonl"; owner = "daemon"; group = "adm"; }'
	start_on_pipe
	stop_on_pipe
	is "and the owner" "$(stat -c '%a %U:%G' "$D/b.jsonl")" "640 daemon:adm"
	O=$(mktemp -d /tmp/purposed-test.XXXXXX)
	at_end rm -rf "$O"
	chmod 755 "$O"
	mkdir -m 777 "$O/open"
	config '{ name = "b"; type = "file"; path = "open/b.jsonl"; owner = "root"; }'
	cp "$CONF" "$O/purposed.conf"
	status "who may not give it away says so" 2 timeout 30 setpriv --reuid=65534 \
		--regid=65534 --clear-groups "$PURPOSED" serve -c "$O/purposed.conf"
	like "in words" "$(cat "$T/.output")" 'set owner, group or mode of .*open/b\.jsonl: Operation not'
	is "and leaves no file behind" "$(ls "$O/open")" ""
else
	skip "owners" "only root can give files away"
fi
config '{ name = "c"; type = "file"; path = "c"; mode = "888"; },
	{ name = "d"; type = "file"; path = "d"; owner = "nobody-of-that-name"; },
	{ name = "e"; type = "stdout"; mode = "0640"; }'
status "a mode, an owner or a place that is wrong is refused" 2 "$PURPOSED" check -q -c "$CONF"
like "each with its line" "$(cat "$T/.output")" \
	'mode = "888" is no octal number.*there is no user .nobody-of-that-name.*needs an output of type "file"'

# Rotation by the real thing, with the snippet that is shipped, under load.
config '{ name = "alerts"; type = "file"; path = "alerts.jsonl"; mode = "0640"; }'
mkdir -p "$D/bin"
cat >"$D/bin/systemctl" <<END
#!/bin/sh
case "\$*" in
"-q is-active purposed.service") exit 0 ;;
"kill --signal=HUP --kill-whom=main purposed.service") kill -HUP \$(cat "$D/pid") ;;
*) exit 1 ;;
esac
END
chmod 755 "$D/bin/systemctl"
sed "s|/var/log/purposed|$D|g; s|[*].log|none.log|" systemd/purposed.logrotate >"$D/rotate"
chmod 644 "$D/rotate"
start_on_pipe
echo "$daemon_pid" >"$D/pid"
for i in 1 2 3; do
	send $((i * 1000 - 999)) $((i * 1000)) &
	sender=$!
	has_lines "$D/alerts.jsonl" 1
	PATH="$D/bin:$PATH" logrotate -f -s "$D/rotate.state" "$D/rotate" || break
	wait "$sender"
	said 'reloaded:' $i
done
stop_on_pipe
is "logrotate rotates three times" "$(ls "$D" | grep -c '^alerts\.jsonl')" 4
is "and nothing is lost or doubled" "$({ zcat "$D"/alerts.jsonl.*.gz; cat "$D"/alerts.jsonl \
	"$D"/alerts.jsonl.1; } | jq -r .record | sort -n | cksum)" "$(seq 1 3000 | cksum)"
is "the new file is as the first was" "$(stat -c %a "$D/alerts.jsonl")" 640

# Somebody removes a file, and then its folder: what comes later is not written to nowhere.
mkdir "$D/sub"
config '{ name = "a"; type = "file"; path = "sub/out.jsonl"; }'
start_on_pipe
send 1 1
has_lines "$D/sub/out.jsonl" 1
rm "$D/sub/out.jsonl"
send 2 3
ok "an output file that was removed is made anew" has_lines "$D/sub/out.jsonl" 2
ok "which is said" said 'output file .*/sub/out\.jsonl was removed; it is made anew'
rm -r "$D/sub"
send 4 5
ok "where it cannot be, inputs wait" \
	said 'cannot open output file .*/sub/out\.jsonl: No such file or directory; inputs wait'
mkdir "$D/sub"
ok "until it can" has_lines "$D/sub/out.jsonl" 2
stop_on_pipe
is "and nothing of what came since is lost" "$(jq .record "$D/sub/out.jsonl" | xargs)" "4 5"

# A folder that may no longer be written to: the old file goes on, and it is said.
L="$D/lost"
as_user=()
if [ "$(id -u)" -eq 0 ]; then
	L="$O/lost"
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
mkdir -m 777 "$L"
config "{ name = \"lost\"; type = \"file\"; path = \"$L/out.jsonl\"; }"
cp "$CONF" "$L/../lost.conf"
: >"$D/err"
"${as_user[@]}" "$PURPOSED" serve -c "$L/../lost.conf" <"$D/pipe" 2>"$D/err" &
daemon_pid=$!
exec 9>"$D/pipe"
if said ready:; then
	send 1 2
	has_lines "$L/out.jsonl" 2
	mv "$L/out.jsonl" "$L/out.jsonl.1"
	chmod 555 "$L"
	kill -HUP "$daemon_pid"
	ok "a folder that may no longer be written to is said" \
		said 'cannot open output file .*lost/out\.jsonl: Permission denied'
	send 3 4
	ok "and the old file goes on" has_lines "$L/out.jsonl.1" 4
	chmod 777 "$L"
	kill -HUP "$daemon_pid"
	said reloaded:
	send 5 5
	ok "until the new one can be made" has_lines "$L/out.jsonl" 1
else
	skip "a folder that may no longer be written to" "an ordinary user cannot run $PURPOSED"
fi
stop_on_pipe

# --- The journal: what is sent ------------------------------------------------------------

# A journal of our own that checks each entry by the protocol, and writes it as JSON.
cat >"$D/journal.py" <<'END'
import array, fcntl, json, os, re, socket, sys

s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
for _ in range(int(sys.argv[2])):
    data, control, _, _ = s.recvmsg(1 << 24, socket.CMSG_SPACE(4))
    how = "datagram"
    if control:
        how = "file"
        assert data == b""
        fd = array.array("i", control[0][2])[0]
        seals = fcntl.fcntl(fd, 1034)  # F_GET_SEALS
        assert seals & 15 == 15, "SEAL, SHRINK, GROW, WRITE"
        os.lseek(fd, 0, os.SEEK_SET)
        data = os.fdopen(fd, "rb").read()
    fields = {"how": how}
    for line in data.decode().removesuffix("\n").split("\n"):
        name, value = line.split("=", 1)
        assert re.fullmatch("[A-Z][A-Z0-9_]{0,63}", name), name
        fields.setdefault(name, []).append(value)
    fields["MESSAGE"] = [fields["MESSAGE"][0][-60:]]
    print(json.dumps(fields), flush=True)
END
journal() { # N
	rm -f "$D/journal.sock"
	python3 "$D/journal.py" "$D/journal.sock" "$1" >"$D/entries" 2>"$D/journal.err" &
	journal_pid=$!
	within 60 test -S "$D/journal.sock"
}

journal 3
config '{ name = "j"; type = "journal"; socket = "journal.sock"; }' 'limits = { record_bytes = 1024; };'
start_on_pipe
echo 'nothing' >&9
echo 'mail jan@example.be and 85.07.30-033.28' >&9
journal_ended() {
	! kill -0 "$journal_pid" 2>/dev/null
}
ok "two entries" has_lines "$D/entries" 2
is "of a clean record" "$(sed -n 1p "$D/entries" | jq -c .)" \
	'{"how":"datagram","PRIORITY":["6"],"SYSLOG_IDENTIFIER":["purposed"],"PURPOSED_VERDICT":["clean"],"PURPOSED_INPUT":["in"],"PURPOSED_RECORD":["1"],"MESSAGE":["in:1: clean   nothing"]}'
is "of one with findings" "$(sed -n 2p "$D/entries" | jq -c '[.PURPOSED_VERDICT, .PURPOSED_REASON,
	.PURPOSED_ELEMENT, .PURPOSED_RULE, .PURPOSED_CATEGORY, .MESSAGE]')" \
	'[["gap"],["no-purpose"],["email","national_number"],["email","be-national-number"],["identification"],["in:2: gap email,national_number  mail j***@e***.be and 8***"]]'
stop_on_pipe
kill "$journal_pid" 2>/dev/null
config '{ name = "j"; type = "journal"; socket = "journal.sock"; format = "json"; }'
journal 1
start_on_pipe
seq -f 'a%.0f@example.be' 1 3000 | tr '\n' ' ' >&9
echo >&9
ok "what is too long for a datagram" within 60 journal_ended
is "goes as a sealed file, whole" "$(cat "$D/journal.err"; jq -r '.how, .MESSAGE[0][-3:]' \
	"$D/entries")" "file
}]}"
send 2 3
ok "a journal that is away is said" said "cannot write to the journal at .*journal\.sock: .*inputs wait"
journal 2
ok "and when it is back" said 'every output works again'
ok "nothing is lost" within 60 journal_ended
is "or doubled" "$(jq -r '.PURPOSED_RECORD[0]' "$D/entries" | tr '\n' ' ')" "2 3 "
stop_on_pipe

# --- The journal: what is received ----------------------------------------------------------

NAMESPACE="purposed-test-$$"
remove_journal() {
	rm -rf "/run/systemd/journal.$NAMESPACE" /var/log/journal/*."$NAMESPACE" \
		/run/log/journal/*."$NAMESPACE"
}
if [ "$(id -u)" -eq 0 ] && [ -x /lib/systemd/systemd-journald ] && [ -s /etc/machine-id ]; then
	at_end remove_journal
	timeout 600 /lib/systemd/systemd-journald "$NAMESPACE" >"$D/journald.log" 2>&1 &
	journald_pid=$!
	at_end kill "$journald_pid"
	within 60 test -S "/run/systemd/journal.$NAMESPACE/socket"
fi
if [ -S "/run/systemd/journal.$NAMESPACE/socket" ]; then
	config '{ name = "j"; type = "journal"; socket = "/run/systemd/journal.'"$NAMESPACE"'/socket"; }'
	start_on_pipe
	send 1 100
	{ head -c 250000 /dev/zero | tr '\0' x; echo ' a@example.be'; } >&9
	stop_on_pipe
	entries() {
		journalctl --namespace="$NAMESPACE" --no-pager -o json "$@" 2>/dev/null
	}
	all_entries() {
		[ "$(entries PURPOSED_INPUT=in | wc -l)" -ge 101 ]
	}
	within 60 all_entries
	is "a real journald has them, found by element" "$(entries PURPOSED_ELEMENT=email |
		jq -r .PURPOSED_RECORD | tr '\n' ' ')" "$(seq 1 100 | tr '\n' ' ')"
	is "and the long one" "$(entries PURPOSED_VERDICT=unscanned | jq -r .PURPOSED_REASON)" \
		record-limit
	is "no value is in it" "$(entries | grep -c 'a@example')" 0
else
	skip "a real journald" "it cannot be run here"
fi

done_testing
