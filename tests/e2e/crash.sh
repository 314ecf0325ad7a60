#!/bin/bash
# crash.sh: kill -9 at random moments while files are tailed and a journal is read.
#
# In: numbered lines at a steady rate, to a file that is renamed away now and again,
# and numbered entries to a journal.  The daemon is killed CRASHES times for each,
# after a random time, and started again at once.
#
# Out: after the last start every number that was written, at least once.  A number
# may come out again once for each kill, if it was read after the last checkpoint:
# the share of those is bounded by checkpoint_interval, counted, and said.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/journal.sh || exit 1

CRASHES=${CRASHES:-5}
SEED=${CRASH_SEED:-$RANDOM}
RANDOM=$SEED
diag "CRASH_SEED=$SEED"
RATE=500 # lines a second
OUT="$D/out.log"

config() { # INPUT
	rm -rf "$D/state" "$OUT"
	cat >"$CONF" <<-END
		state = "state"; checkpoint_interval = 1;
		inputs = ( { $1 from = "start"; } );
		outputs = ( { name = "record"; type = "file"; path = "out.log"; format = "record"; } );
	END
}

# Kills the daemon again and again; every other time at any moment of its start.
crash() { # COMMAND BETWEEN TWO LIVES...
	local i

	for ((i = 0; i < CRASHES; i++)); do
		: >"$D/err"
		"$PURPOSED" serve -c "$CONF" >"$D/stdout" 2>"$D/err" &
		daemon_pid=$!
		[ $((i % 4)) = 0 ] || said 'ready:' || return 1
		sleep "$((RANDOM % 2)).$((RANDOM % 10))$((RANDOM % 10))"
		kill -KILL "$daemon_pid"
		wait "$daemon_pid" 2>/dev/null
		"$@" || return 1
	done
}

# The numbers of whole lines of the output, sorted; a kill may leave half a line.
numbers() {
	grep -oaE '^number [0-9]+ end$' "$OUT" | grep -oE '[0-9]+' | sort -n
}

# The last number may be out before those of files that were rotated away.
all_are_out() {
	[ "$(numbers | uniq | wc -l)" -ge "$last" ]
}

# One more life, in which nobody is killed; sets $last, the number that was written last.
read_to_the_end() {
	last=$(cat "$D/last")
	start
	within 60 all_are_out
	sleep 1
	finish TERM
}

# What is missing of 1..LAST, and whether what came twice is bounded.
check() { # WHAT LAST
	local twice most bound

	numbers >"$D/numbers"
	is "$1: nothing is missing of $2 records, after $CRASHES kills" \
		"$(seq "$2" | comm -13 <(uniq "$D/numbers" | sort) <(seq "$2" | sort) | head -n 5)" ""
	is "$1: nothing came out that was not written" "$(awk -v last="$2" '$1 > last' "$D/numbers" | head -n 3)" ""
	twice=$(($(wc -l <"$D/numbers") - $(uniq "$D/numbers" | wc -l)))
	most=$(uniq -c "$D/numbers" | sort -rn | head -n 1 | awk '{ print $1 - 1 }')
	# The interval, as long a time as a life may begin with, and what a start takes.
	bound=$((CRASHES * RATE * 3))
	diag "$1: $twice of $2 came out again, one of them $most times; at most $bound may"
	ok "$1: what came out again is bounded by the checkpoint interval" test "$twice" -le "$bound"
}

# --- Files ----------------------------------------------------------------------

mkdir "$D/log"
config 'name = "files"; type = "tail"; path = "log/*.log";'
tests/support/writer.py "$D/log/app.log" 1 "$RATE" hup >"$D/last" &
writer=$!
rotations=0
rotate_now() {
	[ $((RANDOM % 3)) = 0 ] || return 0
	rotations=$((rotations + 1))
	mv "$D/log/app.log" "$D/log/app.log.$rotations"
	kill -HUP "$writer"
}
while [ ! -s "$D/log/app.log" ]; do sleep 0.05; done
# Before the first checkpoint nobody has ever seen the file: it must not go yet.
start
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
ok "$CRASHES kills while a file is tailed" crash rotate_now
kill -TERM "$writer"
wait "$writer"
read_to_the_end
check "files, $rotations rotations" "$last"

# --- A journal --------------------------------------------------------------------

mkdir "$D/journal"
config 'name = "journal"; type = "journal"; path = "journal";'
mkfifo "$D/entries"
"$JOURNAL_REMOTE" -o "$D/journal/a.journal" - <"$D/entries" >/dev/null 2>&1 &
remote=$!
python3 - "$RATE" "$D/entries" >"$D/last" <<'END' &
import signal, sys, time
going = True
def stop(*_):
    global going
    going = False
signal.signal(signal.SIGTERM, stop)
rate, number, start = int(sys.argv[1]), 0, time.monotonic()
with open(sys.argv[2], "w") as out:
    while going:
        number += 1
        print(f"__REALTIME_TIMESTAMP={1700000000000000 + number * 1000}\n"
              f"__MONOTONIC_TIMESTAMP={number * 1000}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n"
              f"MESSAGE=number {number} end\n", file=out, flush=True)
        time.sleep(max(0, start + number / rate - time.monotonic()))
print(number)
END
writer=$!
ok "$CRASHES kills while a journal is read" crash true
kill -TERM "$writer"
wait "$writer"
wait "$remote"
read_to_the_end
check "journal" "$last"
done_testing
