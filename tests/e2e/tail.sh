#!/bin/bash
# tail.sh: files that grow, are rotated, vanish, cannot be read or are no text; and
# a named pipe.
#
# In: lines, numbered within each file, written by shells to files that a glob
# names.  Files are renamed, deleted, copied and truncated, replaced; the daemon is
# stopped, killed and reloaded in between, and its state is damaged, foreign, full.
#
# Out: every line once, with its file's path and its byte offset; after a kill, at
# most what was read since the last checkpoint again; a clear word, said once, where
# a file cannot be read.  What must be zero: lines that are missing, lines that come
# out twice without a kill, words of a record in the daemon's messages.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1

LOG="$D/log"
OUT="$D/out.jsonl"
mkdir -p "$LOG"

config() { # [INPUTS] [SETTINGS]
	cat >"$CONF" <<-END
		state = "state"; $2
		inputs = ( ${1:-"$FILES"} );
		outputs = ( { name = "json"; type = "file"; path = "out.jsonl"; with_text = true; },
			{ name = "record"; type = "file"; path = "out.log"; format = "record"; } );
	END
}
FILES='{ name = "files"; type = "tail"; path = "log/*.log"; from = "start"; }'

# The texts of all records, one a line; of those from FILE.
texts() { # [FILE]
	jq -r "${1:+select(.path == \"$LOG/$1\") | }.text" "$OUT"
}

# Starts with no output and no state.
afresh() {
	rm -rf "$D/state" "$OUT" "$D/out.log" "$LOG" && mkdir "$LOG"
}

# --- What a record says, and what it is bound to -------------------------------

printf 'client 192.0.2.1\nsecond\n' >"$LOG/a.log"
printf 'client 192.0.2.2\n' >"$LOG/b.log"
config '{ name = "files"; type = "tail"; path = "log/*.log"; from = "start";
	purposes = [ "website-traffic-analysis" ];
	bind = ( { path = "*/b.log"; purposes = [ "website-management" ]; } ); }'
ok "the daemon starts" start
ok "what is in the files comes out" has_lines "$OUT" 3
is "with input, path, number, offset" \
	"$(jq -r 'select(.path == "'"$LOG"'/a.log") | "\(.input) \(.offset) \(.text)"' "$OUT")" \
	"files 0 client 192.0.2.1
files 17 second"
is "record counts all of the input" "$(jq .record "$OUT" | tr '\n' ' ')" "1 2 3 "
is "a binding by path decides" \
	"$(jq -r '"\(.path | ltrimstr("'"$LOG"'/")) \(.purposes | join(","))"' "$OUT" | sort -u)" \
	"a.log website-traffic-analysis
b.log website-management"
echo third >>"$LOG/a.log"
ok "what is added comes out" has_lines "$OUT" 4
printf 'fir' >>"$LOG/a.log"
sleep 0.3
is "half a line does not" "$(wc -l <"$OUT")" 4
printf 'st half\r\n' >>"$LOG/a.log"
ok "until it is whole" has_lines "$OUT" 5
is "and its end is taken off" "$(tail -n 1 "$OUT" | jq -r '"\(.offset) \(.text)"')" "30 first half"
is "the records pass unchanged" "$(sort "$D/out.log" | tr -d '\r')" "$(cat "$LOG"/*.log | tr -d '\r' | sort)"

# --- Names come and go --------------------------------------------------------

mv "$LOG/a.log" "$LOG/a.log.1"
echo "old writer" >>"$LOG/a.log.1"
ok "a renamed file is read on" has_lines "$OUT" 6
echo "new writer" >"$LOG/a.log"
ok "and the new one of its name" has_lines "$OUT" 7
echo "old writer again" >>"$LOG/a.log.1"
ok "also while that is written to" has_lines "$OUT" 8
is "all under the name of the first" "$(texts a.log | tail -n 3 | tr '\n' ',')" \
	"old writer,new writer,old writer again,"
exec 7>>"$LOG/gone.log"
echo "before" >&7
ok "a new file" has_lines "$OUT" 9
rm "$LOG/gone.log"
echo "after" >&7
exec 7>&-
ok "is read to its end though it was deleted" has_lines "$OUT" 10
mkdir "$D/elsewhere"
echo "moved away" >>"$LOG/b.log" && mv "$LOG/b.log" "$D/elsewhere/"
echo "and written" >>"$D/elsewhere/b.log"
ok "or moved to another folder" has_lines "$OUT" 12

echo "one" >"$LOG/c.log"
ok "a file" has_lines "$OUT" 13
cp "$LOG/c.log" "$LOG/c.log.1" && echo "unread" >>"$LOG/c.log.1" && echo "after" >"$LOG/c.log"
ok "is copied and truncated: the rest of the copy comes out, and what is new" has_lines "$OUT" 15
is "in that order" "$(texts c.log | tr '\n' ' ')" "one unread after "
# Larger than before at once: the size does not tell.
cp "$LOG/c.log" "$LOG/c.log.2" && echo "more than there was before" >"$LOG/c.log"
ok "truncated, and larger than before" has_lines "$OUT" 16
is "is read from its start" "$(texts c.log | tail -n 1)" "more than there was before"
status "SIGTERM ends it with status 0" 0 finish TERM
is "it has said no more than this" "$(cat "$D/err")" "purposed: ready: 1 input, 2 outputs"

# --- Positions ----------------------------------------------------------------

is "the checkpoint is ours alone" "$(stat -c %a "$D/state/files.checkpoint" "$D/state" | tr '\n' ' ')" \
	"600 700 "
echo "while away" >>"$LOG/a.log"
mv "$LOG/c.log" "$LOG/c.log.3" && echo "also away" >>"$LOG/c.log.3" && echo "anew" >"$LOG/c.log"
echo "came" >"$LOG/d.log"
ok "started again" start
ok "it reads what was written meanwhile, also to what was rotated" has_lines "$OUT" 20
is "and nothing else" "$(texts | tail -n 4 | sort | tr '\n' ',')" "also away,anew,came,while away,"
for name in a c d; do
	checkpointed files "$LOG/$name.log"
done
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
ok "after a kill" start
sleep 0.5
is "nothing that a checkpoint knows comes again" "$(wc -l <"$OUT")" 20
like "a second daemon is refused" "$("$PURPOSED" serve -c "$CONF" 2>&1)" \
	'^purposed: the state folder .*/state is in use by another purposed'
status "and ends with 2" 2 "$PURPOSED" serve -c "$CONF"

config "$FILES" "default_purposes = [ \"website-management\" ];"
kill -HUP "$daemon_pid"
said 'reloaded'
config '{ name = "files"; type = "tail"; path = "log/[a-z].log"; from = "start"; }'
kill -HUP "$daemon_pid"
said 'reloaded' 2
echo "after the reloads" >>"$LOG/a.log"
ok "reloads" has_lines "$OUT" 21
sleep 0.3
is "make nothing come again" "$(wc -l <"$OUT")" 21
# So soon after a line that the interval of checkpoints is not over.
config '{ name = "renamed"; type = "tail"; path = "log/[a-z].log"; from = "start"; }'
echo "before the new name" >>"$LOG/a.log"
has_lines "$OUT" 22
kill -HUP "$daemon_pid"
said 'reloaded' 3
is "under a new name there is a checkpoint at once" \
	"$(tail -n +2 "$D/state/renamed.checkpoint" | grep '^file ')" \
	"$(tail -n +2 "$D/state/files.checkpoint" | grep '^file ')"
config '{ name = "files"; type = "tail"; path = "log/[a-z].log"; from = "start"; }'
kill -HUP "$daemon_pid"
said 'reloaded' 4
finish TERM

sed -i 's/^file /fire /' "$D/state/files.checkpoint"
ok "a damaged checkpoint" start
like "is said" "$(cat "$D/err")" \
	"checkpoint .*/state/files\\.checkpoint is damaged.*input 'files' is read from the beginning"
ok "and put aside" test -s "$D/state/files.damaged"
all=$(cat "$LOG"/?.log | wc -l)
ok "everything is read again" has_lines "$OUT" $((22 + all))
is "nothing is missed" "$(texts | tail -n "$all" | sort)" "$(sort "$LOG"/?.log)"
finish TERM
sed -i '1s/tail/journal/' "$D/state/files.checkpoint"
{
	sed '$d' "$D/state/files.checkpoint"
} >"$D/foreign"
python3 - "$D/foreign" "$D/state/files.checkpoint" <<'END'
import sys
text = open(sys.argv[1], 'rb').read()
h = 0xcbf29ce484222325
for c in text:
    h = (h ^ c) * 0x100000001b3 % 2**64
open(sys.argv[2], 'wb').write(text + b'end %016x\n' % h)
END
status "one of another type is refused" 2 "$PURPOSED" serve -c "$CONF"
like "with what to do" "$("$PURPOSED" serve -c "$CONF" 2>&1)" 'another type of input.*move it away'

# --- From the end, and partial lines ---------------------------------------------

afresh
printf 'old\nold, in the mak' >"$LOG/a.log"
config '{ name = "files"; type = "tail"; path = "log/*.log"; }'
start
echo "ing" >>"$LOG/a.log"
ok "from the end: a line in the making is whole" has_lines "$OUT" 1
echo "first" >"$LOG/new.log"
ok "a new file is read from its start" has_lines "$OUT" 2
is "and nothing else" "$(texts | sort | tr '\n' ',')" "first,old, in the making,"
printf 'no end' >>"$LOG/new.log"
ok "a last line without an end comes after a while" has_lines "$OUT" 3
printf '\n' >>"$LOG/new.log"
echo "next" >>"$LOG/new.log"
ok "its end comes later" has_lines "$OUT" 4
is "and makes no record" "$(texts new.log | tr '\n' ',')" "first,no end,next,"
is "each record is a line" "$(sort "$D/out.log" | tr '\n' ',')" "first,next,no end,old, in the making,"
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
echo "unseen" >>"$LOG/a.log"
start
ok "killed and started again, the end is not the end of now" has_lines "$OUT" 5
finish TERM

# --- What cannot be read ----------------------------------------------------------

afresh
config "$FILES"
gzip -c /etc/passwd >"$LOG/z.log"
mkdir "$LOG/folder.log"
echo "text" >"$LOG/a.log"
start
ok "text is read" has_lines "$OUT" 1
mv "$LOG/z.log" "$LOG/y.log"
sleep 6
is "what is no text, and no file, is said once" "$(grep -c 'no text\|no regular' "$D/err")" 2
ln -s "$D/far.log" "$LOG/link.log"
echo "through a link" >"$D/far.log"
ok "a symbolic link is followed" has_lines "$OUT" 2
echo "and again" >>"$D/far.log"
ok "and looked at, as no event tells of it" has_lines "$OUT" 3
finish TERM

afresh
echo "secret" >"$LOG/a.log"
chmod 000 "$LOG/a.log"
echo "open" >"$LOG/b.log"
start_unprivileged
ok "a file without permission does not stop the others" has_lines "$OUT" 1
like "it is said" "$(cat "$D/err")" 'a\.log: cannot be read: Permission denied; it is tried again'
chmod 644 "$LOG/a.log"
ok "and read as soon as it may be" has_lines "$OUT" 2
ok "which is said too" said 'a\.log: it is read again'
chmod 000 "$LOG/b.log"
echo "still open" >>"$LOG/b.log"
ok "permission that is lost does not matter to what is open" has_lines "$OUT" 3
chmod 000 "$LOG"
sleep 6
ok "nor does that of the folder, which is said" said 'cannot watch the folder: Permission denied'
chmod 755 "$LOG"
echo "in the folder" >"$LOG/c.log"
ok "once it is there again, so is what is new" has_lines "$OUT" 4
finish TERM

# --- Long lines --------------------------------------------------------------------

afresh
{
	echo "before"
	head -c 700000 /dev/zero | tr '\0' x
	echo " 192.0.2.7"
	echo "after"
} >"$LOG/a.log"
start
ok "a line longer than a batch" has_lines "$OUT" 3
is "passes whole" "$(cmp "$D/out.log" "$LOG/a.log" && echo same)" same
is "is unscanned behind the limit" "$(jq -r '"\(.record) \(.offset) \(.verdict)"' "$OUT" | sed -n '2,3p')" \
	"2 7 unscanned
3 700018 clean"
head -c 700000 /dev/zero | tr '\0' y >>"$LOG/a.log"
echo "meanwhile" >"$LOG/b.log"
ok "one that is not whole yet does not keep others back" has_lines "$OUT" 4
echo >>"$LOG/a.log"
ok "until it is" has_lines "$OUT" 5
finish TERM

# --- Thousands of files --------------------------------------------------------------

afresh
for ((i = 0; i < 3000; i++)); do
	echo "file $i" >"$LOG/$i.log"
done
start
took=$(cpu_ms)
# 2 to 6 s under a sanitizer, by the processor.
ok "3000 files are open in time that grows with their number (took $took ms)" test "$took" -lt 30000
ok "and read" has_lines "$OUT" 3000
for ((i = 0; i < 3000; i++)); do
	echo "more $i" >>"$LOG/$i.log"
done
ok "and read on" has_lines "$OUT" 6000
is "each line once" "$(texts | sort -u | wc -l)" 6000
finish TERM

# --- A named pipe ---------------------------------------------------------------------

afresh
rm -f "$D/pipe"
config '{ name = "pipe"; type = "fifo"; path = "pipe"; }, { name = "two"; type = "fifo"; path = "two"; },
	{ name = "three"; type = "fifo"; path = "three"; }, { name = "four"; type = "fifo"; path = "four"; },
	{ name = "five"; type = "fifo"; path = "five"; }'
start
is "a pipe is made" "$(stat -c '%F %a' "$D/pipe")" "fifo 622"
for pipe in pipe two three four five; do
	printf 'half' >"$D/$pipe"
done
for pipe in pipe two three four five; do
	echo " and half in $pipe" >"$D/$pipe"
done
ok "writers come and go, and none keeps the others back" has_lines "$OUT" 5
is "with offsets and no path" "$(jq -c 'select(.input == "pipe") | [.record, .offset, .path, .text]' "$OUT")" \
	'[1,0,null,"half and half in pipe"]'
kill -STOP "$daemon_pid"
(seq 1000 >"$D/pipe") &
writer=$!
wait "$writer"
kill -TERM "$daemon_pid"
kill -CONT "$daemon_pid"
status "a stop takes what is in the pipe" 0 wait "$daemon_pid"
is "all of it" "$(wc -l <"$OUT")" 1005
rm "$D/two" && echo "no pipe" >"$D/two"
like "what is no pipe is refused" "$("$PURPOSED" serve -c "$CONF" 2>&1)" 'two is no named pipe'
done_testing
