#!/bin/bash
# journal.sh: the journal as an input.
#
# In: entries that systemd-journal-remote writes into journal files, numbered in
# MESSAGE; the journal gets a second file, its first one is taken away, entries are
# long, have no message, carry a purpose, or are the daemon's own.
#
# Out: every entry once, with its own time, under the purpose that its unit, or the
# entry itself where that is trusted, says; over reloads, stops and a kill.  None of
# the daemon's own.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/journal.sh || exit 1

J="$D/journal"
OUT="$D/out.jsonl"
mkdir -p "$J"

config() { # [MORE OF THE INPUT]
	cat >"$CONF" <<-END
		state = "state";
		inputs = ( { name = "journal"; type = "journal"; path = "journal"; $1 } );
		outputs = ( { name = "json"; type = "file"; path = "out.jsonl"; with_text = true; } );
	END
}

numbers() {
	jq -r .text "$OUT" | grep -oE '[0-9]+' | tr '\n' ' '
}

afresh() {
	rm -rf "$D/state" "$OUT" "$J" && mkdir "$J"
}

# --- What an entry says ---------------------------------------------------------

entries 1 4 | journal_add "$J/a.journal"
entries 5 6 MESSAGE='<13>sshd: client 192.0.2.1' PURPOSE=website-management | journal_add "$J/a.journal"
config 'from = "start"; purposes = [ ];
	bind = ( { unit = "nginx.*"; purposes = [ "website-traffic-analysis" ]; } );
	trust_record_purpose = true; allow_purposes = [ "website-management" ];'
ok "the daemon starts" start
ok "what is in the journal comes out" has_lines "$OUT" 6
is "with the time of the entry, and no offset" \
	"$(sed -n 2p "$OUT" | jq -r '"\(.input) \(.record) \(.time) \(.offset) \(.text)"')" \
	"journal 2 2023-11-14T22:13:20.002Z null number 2 end"
is "a binding by unit decides, then the purpose that the entry carries, then that of the input" \
	"$(jq -r '"\(.record) \(.purposes | join(","))"' "$OUT")" \
	"1 website-traffic-analysis
2 
3 website-traffic-analysis
4 
5 website-traffic-analysis
6 website-management"
entries 7 8 | journal_add "$J/a.journal"
ok "what is added comes out" has_lines "$OUT" 8
entries 9 10 | journal_add "$J/b.journal"
ok "also in another file" has_lines "$OUT" 10
entries 11 12 MESSAGE= | sed '/^MESSAGE/d' | journal_add "$J/b.journal"
python3 - >"$D/long" <<END
import sys
print("__CURSOR=i=13\n__REALTIME_TIMESTAMP=1700000000013000\n__MONOTONIC_TIMESTAMP=13000")
print("_BOOT_ID=$OTHER_BOOT\nMESSAGE=" + "x" * 400000 + "\n")
END
journal_add "$J/b.journal" <"$D/long"
ok "an entry without a message is none, a long one" has_lines "$OUT" 11
is "is unscanned behind the limit" "$(tail -n 1 "$OUT" | jq -r '"\(.record) \(.verdict)"')" \
	"11 unscanned"
entries 14 14 _PID="$daemon_pid" _BOOT_ID="$(tr -d - </proc/sys/kernel/random/boot_id)" |
	journal_add "$J/b.journal"
entries 15 15 _PID="$daemon_pid" | journal_add "$J/b.journal"
ok "the daemon's own are left out, and others of its number are not" has_lines "$OUT" 12
is "of another boot" "$(tail -n 1 "$OUT" | jq -r .text)" "number 15 end"
kill -HUP "$daemon_pid"
ok "a reload" said 'reloaded'
entries 16 16 | journal_add "$J/b.journal"
ok "lets it go on" has_lines "$OUT" 13
status "SIGTERM ends it" 0 finish TERM
is "it has said no more than this" "$(cut -d: -f1-2 "$D/err" | sort -u)" \
	"purposed: ready
purposed: reloaded"

# --- Positions --------------------------------------------------------------------

is "the checkpoint is ours alone" "$(stat -c %a "$D/state/journal.checkpoint")" 600
entries 17 19 | journal_add "$J/b.journal"
position() { # all but when it was written
	grep -v '^end' "$D/state/journal.checkpoint" | cksum
}
moved() {
	[ "$(position)" != "$before" ]
}
before=$(position)
ok "started again" start
ok "it goes on behind the last one" has_lines "$OUT" 16
is "and only there" "$(tail -n 3 "$OUT" | jq -r .text | tr '\n' ,)" \
	"number 17 end,number 18 end,number 19 end,"
within 60 moved
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
entries 20 20 | journal_add "$J/b.journal"
ok "after a kill" start
ok "too" has_lines "$OUT" 17
finish TERM
rm "$J/b.journal"
entries 30 31 | journal_add "$J/c.journal"
ok "without the entry that was read last" start
ok "it goes on with the next one" has_lines "$OUT" 19
ok "and says so" said 'the entry that was read last is in the journal no more'
is "nothing else comes again" "$(tail -n 2 "$OUT" | jq -r .text | tr '\n' ,)" \
	"number 30 end,number 31 end,"
finish TERM
printf 'x' >>"$D/state/journal.checkpoint"
ok "a damaged checkpoint" start
ok "is said" said 'checkpoint .*/state/journal\.checkpoint is damaged'
ok "and everything is read again" has_lines "$OUT" $((19 + 10))
finish TERM

# --- Matches, and the end -----------------------------------------------------------

afresh
entries 1 4 | journal_add "$J/a.journal"
config 'match = [ "_SYSTEMD_UNIT=nginx.service" ];'
start
entries 5 8 | journal_add "$J/a.journal"
ok "from the end, with a match" has_lines "$OUT" 2
is "only what is added and fits" "$(numbers)" "5 7 "
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
config 'match = [ "_SYSTEMD_UNIT=nginx.service", "PRIORITY=6", "+", "SYSLOG_IDENTIFIER=sshd" ];'
entries 9 12 | journal_add "$J/a.journal"
start
ok "matches of two fields must both fit, and + is an alternative" has_lines "$OUT" 6
is "in order" "$(jq -r .text "$OUT" | tail -n 4 | grep -oE '[0-9]+' | tr '\n' ' ')" "9 10 11 12 "
finish TERM
config 'match = [ "nonsense" ];'
like "a match that is none is refused" "$("$PURPOSED" serve -c "$CONF" 2>&1)" 'match "nonsense" is none'
config 'path = "nowhere";'
sed -i 's/path = "journal"; //' "$CONF"
like "so is a folder that is not there" "$("$PURPOSED" serve -c "$CONF" 2>&1)" \
	'cannot read the journal .*/nowhere: No such file'

afresh
config ''
ok "an empty journal" start
entries 1 2 | journal_add "$J/a.journal"
ok "is read from its first entry" has_lines "$OUT" 2
head -c 100000 /dev/urandom >"$J/broken.journal"
entries 3 4 | journal_add "$J/a.journal"
ok "a file that is no journal does not stop the others" has_lines "$OUT" 4
finish TERM
done_testing
