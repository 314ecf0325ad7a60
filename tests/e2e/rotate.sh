#!/bin/bash
# rotate.sh: real logrotate under load, in both of its ways, while files are tailed.
#
# In: numbered lines, some thousand a second: by nginx (which reopens its log on a
# signal), by a program that does the same, and by one that never reopens (so that
# its log is copied and truncated).  logrotate rotates every half second, also with
# compression, also where the glob takes in what was rotated.
#
# Out: every line that is on the disk in the end, in whatever file, once.  In the way
# of copying, a line that was written between logrotate's copying and truncating is
# on no disk: it may be missing, and is counted; nothing else may.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1
. tests/support/nginx.sh || exit 1

LOG="$D/log"
OUT="$D/out.log"
ROTATIONS=${ROTATIONS:-6}

config() { # GLOB
	rm -rf "$D/state" "$OUT" "$LOG" && mkdir "$LOG"
	cat >"$CONF" <<-END
		state = "state";
		inputs = ( { name = "files"; type = "tail"; path = "log/$1"; from = "start"; } );
		outputs = ( { name = "record"; type = "file"; path = "out.log"; format = "record"; } );
	END
}

rotation() { # LINES OF THE CONFIGURATION
	printf '%s {\n%s\n}\n' "$LOG/app.log" "rotate 100
$1" >"$D/logrotate.conf"
	rm -f "$D/logrotate.state"
}

# A file that is compressed, or truncated, before the daemon has found it is lost.
rotate() { # TIMES
	local i

	for ((i = 0; i < $1; i++)); do
		sleep 0.5
		within 60 has_open "$LOG/app.log" || return 1
		logrotate -f -s "$D/logrotate.state" "$D/logrotate.conf" || return 1
	done
}

# Whether the output has come to a number.
is_out() { # NUMBER
	[ "$(last_whole "$OUT")" -ge "$1" ] 2>/dev/null
}

has_line() {
	now=$(last_whole "$LOG/app.log")
	[ -n "$now" ]
}

# The number of the last line, once that is whole: where it goes over a page a reader may see a
# part of it.
last_whole() { # FILE
	tail -n 1 "$1" | sed -nE 's/^number ([0-9]+) end$/\1/p'
}

# The same, but what was copied before is out: a copy that is compressed is lost, too.
rotate_copies() { # TIMES
	local i now

	for ((i = 0; i < $1; i++)); do
		rotate 1 && within 60 has_line && within 60 is_out "$now" || return 1
	done
}

# The numbers in files, compressed or not, sorted.
numbers() { # FILE...
	zcat -f "$@" | grep -oaE '[0-9]+ end$' | grep -oE '[0-9]+' | sort -n
}

# Waits for the last line (a request, or a number), and until the output has grown no more
# for a second.
settle() { # ERE
	local size=-1

	within 60 grep -qE "$1" "$OUT"
	while [ "$(stat -c %s "$OUT")" != "$size" ]; do
		size=$(stat -c %s "$OUT")
		sleep 1
	done
}

end_writer() { # sets $last
	kill -TERM "$writer"
	wait "$writer"
	last=$(cat "$D/last")
}

write() { # MODE
	tests/support/writer.py "$LOG/app.log" 1 4000 "$1" >"$D/last" &
	writer=$!
}

# --- Renaming ------------------------------------------------------------------

config '*.log'
write hup
rotation "create
compress
postrotate
	kill -HUP $writer
endscript"
start
ok "rotation by renaming, compressed at once" rotate "$ROTATIONS"
end_writer
settle "number $last end"
is "every line comes out once, in order" \
	"$(grep -oE '[0-9]+' "$OUT" | cksum)" "$(seq "$last" | cksum)"
is "from $((ROTATIONS + 1)) files" "$(ls "$LOG" | wc -l)" $((ROTATIONS + 1))
finish TERM
is "the daemon has nothing to say" "$(cat "$D/err")" "purposed: ready: 1 input, 1 output"

# What is left of nginx's own rotation: it writes to the renamed file until the signal.
config '*.log'
nginx_start <<END
	access_log $LOG/app.log;
	keepalive_requests 1000000;
	server { listen 127.0.0.1:PORT; location / { return 204; } }
END
start
rotation "create
delaycompress
compress
postrotate
	kill -USR1 $(cat "$NGINX/pid")
endscript"
(for ((i = 0; i < 20; i++)); do
	curl -s "http://127.0.0.1:$HTTP/n$i-[1-400]"
	sleep 0.1
done) >/dev/null &
client=$!
ok "nginx is rotated" rotate 4
wait "$client"
has_lines "$OUT" 8000
settle "/n19-400"
is "every request comes out once" "$(grep -oE '/n[0-9]+-[0-9]+' "$OUT" | sort | uniq -c |
	awk '$1 == 1' | wc -l) $(wc -l <"$OUT")" "8000 8000"
nginx_stop
finish TERM

# --- Copying and truncating -------------------------------------------------------

for glob in '*.log' 'app.log*'; do
	config "$glob"
	write open
	rotation "copytruncate
delaycompress
compress"
	start
	ok "rotation by copying, glob $glob" rotate_copies "$ROTATIONS"
	end_writer
	settle "number $last end"
	numbers "$LOG"/* >"$D/disk"
	numbers "$OUT" >"$D/out"
	is "no line comes out twice" "$(uniq -d "$D/out")" ""
	is "none is missing that is on the disk" "$(comm -23 <(sort "$D/disk") <(sort "$D/out"))" ""
	lost=$((last - $(wc -l <"$D/out")))
	diag "$last lines in $ROTATIONS rotations, $(wc -l <"$D/disk") on the disk; lost to everybody: $lost"
	ok "most are on some disk" test "$lost" -lt $((last / 2))
	finish TERM
done
like "what was compressed is said" "$(cat "$D/err")" 'app\.log\.[0-9]+\.gz: it is no text, and not read'
ok "no more than once for each file" test "$(grep -c 'no text' "$D/err")" -le "$(ls "$LOG" | grep -c 'gz$')"
done_testing
