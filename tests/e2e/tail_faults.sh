#!/bin/bash
# tail_faults.sh: what may go wrong around files that are tailed.
#
# In: numbered lines, while the output's disk is full, the state folder's disk is
# full or its permission is lost, an inode is used again, a file has a hole, and
# the daemon is stopped or killed in each of these.
#
# Out: every number; once, where no kill says otherwise; and a clear word, once.
# What must be zero: positions that are saved before an output has accepted.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1

LOG="$D/log"
OUT="$D/out.log"

config() { # [OUTPUT] [MORE OF THE INPUT] [SETTINGS]
	cat >"$CONF" <<-END
		state = "state"; $3
		inputs = ( { name = "files"; type = "tail"; path = "log/*.log"; from = "start"; $2 } );
		outputs = ( { name = "record"; type = "file"; path = "${1:-out.log}"; format = "record"; } );
	END
}

afresh() {
	rm -rf "$D/state" "$OUT" "$LOG" && mkdir "$LOG"
	config
}

write() { # FROM TO [FILE]
	seq -f 'number %.0f end' "$1" "$2" >>"$LOG/${3:-a.log}"
}

numbers() { # FILE
	grep -oaE '^number [0-9]+ end$' "$1" | grep -oE '[0-9]+' | tr '\n' ' '
}

at() { # the byte that the checkpoint says
	awk '$1 == "file" { print $4 }' "$D/state/files.checkpoint"
}

# --- An output that takes nothing ---------------------------------------------

afresh
write 1 3
start
ok "three lines" has_lines "$OUT" 3
finish TERM
size=$(stat -c %s "$LOG/a.log")
is "are behind the position" "$(at)" "$size"
ln -s /dev/full "$D/full.log"
config full.log
write 4 6
start
ok "an output fails" said 'cannot write to .*full\.log: No space left on device'
sleep 1.5
is "the position stays" "$(at)" "$size"
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
config
start
ok "after a kill" has_lines "$OUT" 6
is "nothing is missed" "$(numbers "$OUT")" "1 2 3 4 5 6 "
finish TERM
size=$(stat -c %s "$LOG/a.log")
config full.log
write 7 9
start
said 'cannot write'
deliver TERM
kill -TERM "$daemon_pid"
wait "$daemon_pid"
is "given up, the position stays too" "$(at)" "$size"
config
start
ok "started again" has_lines "$OUT" 9
finish TERM

config full.log
write 10 12
start
said 'cannot write'
write 13 15
kill -USR1 "$daemon_pid"
said '^\{'
is "counters tell how many files are followed, and what waits in them" \
	"$(grep -m 1 '^{' "$D/err" | jq -c '.inputs[0] | [.files, .unread_bytes]')" "[1,42]"
config full.log 'kind = "web-traffic-log";'
kill -HUP "$daemon_pid"
said reloaded
sed -i 's,log/\*,log/[ab],' "$CONF"
kill -HUP "$daemon_pid"
said reloaded 2
rm "$D/full.log"
kill -HUP "$daemon_pid"
ok "reloaded while it fails, and with another glob" has_lines "$D/full.log" 6
sleep 0.3
is "every line comes out once" "$(numbers "$D/full.log")" "10 11 12 13 14 15 "
finish TERM

# Renamed while its output takes nothing, and killed then: it begins where the old name was.
afresh
config full.log 'from = "end";'
sed -i 's/from = "start"; //' "$CONF"
ln -sf /dev/full "$D/full.log"
write 1 3
start
write 4 6
said 'cannot write'
sed -i 's/"files"/"renamed"/' "$CONF"
kill -HUP "$daemon_pid"
said reloaded
sed -i 's/"renamed"/"again"/; s,"state","state2",' "$CONF"
kill -HUP "$daemon_pid"
said reloaded 2
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
sed -i 's/full.log/out.log/' "$CONF"
start
ok "an input that a reload renamed while an output failed" has_lines "$OUT" 3
is "begins after a kill where it was, also in another state folder" "$(numbers "$OUT")" "4 5 6 "
finish TERM

# Alerts that wait in a window are in no output yet: a position must not forget them.
afresh
cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "files"; type = "tail"; path = "log/*.log"; from = "start"; } );
	outputs = ( { name = "alerts"; type = "file"; path = "alerts.jsonl"; select = "flagged";
			window = 3600; },
		{ name = "record"; type = "file"; path = "out.log"; format = "record"; } );
END
echo "client 192.0.2.1" >>"$LOG/a.log"
start
has_lines "$OUT" 1
checkpointed files "$LOG/a.log"
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
is "killed within a window, the alert is in no output" "$(cat "$D/alerts.jsonl")" ""
echo "client 192.0.2.2" >>"$LOG/a.log"
start
has_lines "$OUT" 2
kill -HUP "$daemon_pid"
ok "but comes after the next start, when a reload writes what waits" has_lines "$D/alerts.jsonl" 1
is "with what came later" "$(jq -c .count "$D/alerts.jsonl")" 2
checkpointed files "$LOG/a.log"
is "and the position is past them" "$(at)" 34
echo "client 192.0.2.3" >>"$LOG/a.log"
has_lines "$OUT" 3
finish TERM
is "at the end what waits is written, and the position saved" \
	"$(jq -c .count "$D/alerts.jsonl" | tr '\n' ' ')$(at)" "2 1 51"

# A reader that is always behind: nearly at any moment the output does not take all.
afresh
write 1 180000
size=$(stat -c %s "$LOG/a.log")
mkfifo "$D/behind"
cat >"$CONF" <<-END
	state = "state"; checkpoint_interval = 1;
	inputs = ( { name = "files"; type = "tail"; path = "log/*.log"; from = "start"; } );
	outputs = ( { name = "record"; type = "stdout"; format = "record"; } );
END
: >"$D/err"
"$PURPOSED" serve -c "$CONF" >"$D/behind" 2>"$D/err" &
daemon_pid=$!
exec 8<"$D/behind"
said 'ready:'
sleep 1 # until all is full: nothing was held before
first=$(at)
for ((i = 0; i < 40; i++)); do # of 48 that there are
	head -c 65536 <&8 >>"$OUT"
	sleep 0.25
	[ "$(at)" = "$first" ] || break
done
saved=$(at)
ok "a reader that is always behind: the position moves ($first, then $saved of $size)" \
	test "$saved" -gt "$first" -a "$saved" -lt "$size"
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
cat <&8 >>"$OUT" # what it had taken, the last line perhaps torn
exec 8<&-
echo >>"$OUT"
before=$(stat -c %s "$OUT")
config
start
last_is_out() {
	tail -n 1 "$OUT" | grep -qx 'number 180000 end'
}
within 60 last_is_out
is "and after a kill nothing is missed" \
	"$(numbers "$OUT" | tr ' ' '\n' | sed '/^$/d' | sort -nu | cksum)" "$(seq 180000 | cksum)"
is "and what was saved does not come again" \
	"$(tail -c "+$((before + 1))" "$OUT" | cksum)" "$(tail -c "+$((saved + 1))" "$LOG/a.log" | cksum)"
finish TERM

# --- A state folder that takes nothing ------------------------------------------------

afresh
mkdir "$D/state"
if mount -t tmpfs -o size=64k,mode=700 tmpfs "$D/state" 2>/dev/null; then
	at_end eval "umount -l '$D/state' 2>/dev/null || true"
	write 1 3
	start
	ok "three lines" has_lines "$OUT" 3
	checkpointed files "$LOG/a.log"
	before=$(at)
	head -c 100000 /dev/zero >"$D/state/filler" 2>/dev/null
	write 4 6
	ok "a full state folder does not stop reading" has_lines "$OUT" 6
	ok "and is said" said 'cannot write the checkpoint .*files\.checkpoint: No space left on device'
	write 7 9
	has_lines "$OUT" 9
	sleep 1.3
	is "once" "$(grep -c 'No space' "$D/err")" 1
	is "the last checkpoint is there" "$(at)" "$before"
	kill -KILL "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null
	start
	ok "after a kill what it does not know comes again" has_lines "$OUT" 15
	is "and nothing is missed" "$(numbers "$OUT")" "1 2 3 4 5 6 7 8 9 4 5 6 7 8 9 "
	rm "$D/state/filler"
	ok "once there is room, that is said" said 'checkpoints can be written again'
	finish TERM
	is "and the position is there" "$(at)" "$(stat -c %s "$LOG/a.log")"
	is "and no draft of it" "$(ls "$D/state")" "files.checkpoint
lock"
	umount "$D/state"
else
	skip "a full state folder" "needs the right to mount a file system"
fi
afresh
write 1 3
start_unprivileged
has_lines "$OUT" 3
checkpointed files "$LOG/a.log"
chmod 500 "$D/state"
write 4 6
ok "permission for the state folder is lost, which is said" said \
	'cannot write the checkpoint .*: Permission denied'
chmod 700 "$D/state"
ok "and when it is back" said 'checkpoints can be written again'
finish TERM
chmod 000 "$D/state"
if [ "$(id -u)" = 0 ]; then
	bare="setpriv --bounding-set=-dac_override,-dac_read_search"
fi
like "without it there is no start" "$($bare "$PURPOSED" serve -c "$CONF" 2>&1)" \
	'cannot use the state folder .*: Permission denied'
chmod 700 "$D/state"
config '' '' 'checkpoint_interval = 3600;'
write 7 9
start
has_lines "$OUT" 9
finish TERM
is "a long interval: the end writes a checkpoint too" "$(at)" "$(stat -c %s "$LOG/a.log")"

# --- Files that are not what they were ----------------------------------------------

afresh
write 1 3
start
has_lines "$OUT" 3
finish TERM
inode=$(stat -c %i "$LOG/a.log")
rm "$LOG/a.log"
for ((i = 0; i < 100; i++)); do # until the inode is used again
	write 101 110
	[ "$(stat -c %i "$LOG/a.log")" != "$inode" ] && [ "$i" != 99 ] || break
	mv "$LOG/a.log" "$D/other.$i"
done
start
ok "another file is there, larger and of the same inode" has_lines "$OUT" 13
is "it is read from its start" "$(numbers "$OUT")" "1 2 3 101 102 103 104 105 106 107 108 109 110 "
[ "$(stat -c %i "$LOG/a.log")" = "$inode" ] || diag "the inode was not used again"
finish TERM

afresh
write 1 3
start
has_lines "$OUT" 3
python3 - "$LOG/a.log" <<'END'
import os, sys
# A program that does not append: it goes on where it was when its file was truncated.
fd = os.open(sys.argv[1], os.O_WRONLY)
os.lseek(fd, 0, os.SEEK_END)
os.truncate(sys.argv[1], 0)
os.lseek(fd, 1000000, os.SEEK_SET)
os.write(fd, b"number 4 end\n")
END
ok "a hole before the text is left out" has_lines "$OUT" 4
is "only the text is a record" "$(tail -n 1 "$OUT")" "number 4 end"
finish TERM

# --- Long lines, and the end --------------------------------------------------------

afresh
long_line() {
	head -c 3000000 /dev/zero | tr '\0' x
	echo
}
{
	write 1 1
	long_line
} >>"$LOG/a.log"
mkfifo "$D/slow"
cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "files"; type = "tail"; path = "log/*.log"; from = "start"; },
		{ name = "pipe"; type = "fifo"; path = "pipe"; } );
	outputs = ( { name = "record"; type = "stdout"; format = "record"; } );
END
# The records of the output, long ones by their length.
records() {
	awk '{ print (length($0) > 1000 ? length($0) : $0) }' "$OUT" | tr '\n' ','
}

: >"$D/err"
"$PURPOSED" serve -c "$CONF" >"$D/slow" 2>"$D/err" &
daemon_pid=$!
exec 8<"$D/slow"
said 'ready:'
head -c 100000 <&8 >"$OUT" # so that the long line has begun
echo "waits" >"$D/pipe"
head -c $((13 + 3000001 + 6 - 100000)) <&8 >>"$OUT"
is "a slow reader: a long line is whole, whatever else waits" "$(records)" \
	"number 1 end,3000000,waits,"
{
	long_line
	write 2 2
} >>"$LOG/a.log"
head -c 100000 <&8 >>"$OUT"
echo "waits, too" >"$D/pipe"
kill -TERM "$daemon_pid"
cat <&8 >>"$OUT"
wait "$daemon_pid"
status=$?
exec 8<&-
is "stopped within a long line, with a slow reader: status 0" "$status" 0
is "it is whole, too, and what waits in a pipe is taken" "$(records)" \
	"number 1 end,3000000,waits,3000000,waits, too,"
cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "files"; type = "tail"; path = "log/*.log"; from = "start"; } );
	outputs = ( { name = "record"; type = "file"; path = "out.log"; format = "record"; } );
END
start
ok "and what follows it comes the next time" has_lines "$OUT" 6
is "once" "$(tail -n 1 "$OUT")" "number 2 end"
finish TERM

# --- More files than descriptors --------------------------------------------------------

afresh
for ((i = 1; i <= 60; i++)); do
	write "$i" "$i" "$i.log"
done
: >"$D/err"
(
	ulimit -n 48
	exec "$PURPOSED" serve -c "$CONF" 2>"$D/err"
) &
daemon_pid=$!
said 'ready:'
ok "with more files than descriptors some are read" has_lines "$OUT" 5
like "and of the others it is said why not" "$(cat "$D/err")" 'too many files are open \(LimitNOFILE\)'
mv "$OUT" "$D/out.1"
kill -HUP "$daemon_pid"
ok "a reload has what it needs" said 'reloaded:'
status "it ends well" 0 finish TERM
is "and so has a checkpoint" "$(grep -c 'cannot write' "$D/err")" 0
start
all_out() {
	[ "$(cat "$D/out.1" "$OUT" | wc -l)" -ge 60 ]
}
ok "where there are enough, the others come" within 60 all_out
finish TERM
is "each once" "$(cat "$D/out.1" "$OUT" | sort | uniq -c | awk '$1 == 1 { n++ } END { print n, NR }')" "60 60"
done_testing
