# daemon: starts `purposed serve`, watches what it says, and ends it.  To be sourced by
# bash after tests/support/tap.sh.
#
# $D is the daemon's folder, $CONF its configuration, $D/err its standard error;
# $daemon_pid is the one that was started last.  Whatever still runs at the end of
# the script is killed.

D="$T/d"
CONF="$D/purposed.conf"
mkdir -p "$D"

daemon_pid=

# Starts the daemon in the background and waits until it is ready (or gone).
start() { # [CONF]
	: >"$D/err"
	"$PURPOSED" serve -c "${1:-$CONF}" >"$D/stdout" 2>"$D/err" &
	daemon_pid=$!
	said 'ready:'
}

# The same without the right of root to read everything.
start_unprivileged() {
	local -a bare=()

	[ "$(id -u)" != 0 ] || bare=(setpriv --bounding-set=-dac_override,-dac_read_search)
	: >"$D/err"
	"${bare[@]}" "$PURPOSED" serve -c "$CONF" >"$D/stdout" 2>"$D/err" &
	daemon_pid=$!
	said 'ready:'
}

# What the daemon has said so far.  A line longer than PIPE_BUF is written in pieces: one that is
# not whole yet was not said.
told() {
	head -n "$(wc -l <"$D/err")" "$D/err"
}

# Waits until the daemon has said something N times.
said() { # ERE [N]
	local i

	for ((i = 0; i < 1200; i++)); do
		[ "$(told | grep -cE "$1")" -lt "${2:-1}" ] || return 0
		kill -0 "$daemon_pid" 2>/dev/null || break
		sleep 0.05
	done
	[ "$(told | grep -cE "$1")" -ge "${2:-1}" ]
}

# What a filter of jq, its first dot left out, makes of the daemon's counters as they are now.
counter() { # FILTER
	local before

	before=$(told | grep -c '^{')
	kill -USR1 "$daemon_pid"
	said '^\{"records"' $((before + 1))
	told | grep '^{' | tail -n 1 | jq ".$1"
}

# Waits until the checkpoint of a tail says that FILE was read to its end: all of it is
# accepted by every output, or saved with their state.
checkpointed() { # NAME FILE
	within 60 is_checkpointed "$@"
}

is_checkpointed() {
	awk -v size="$(stat -c %s "$2")" -v path="$2" '
		$1 == "file" && $NF == path && $4 == size { found = 1 }
		END { exit !found }' "$D/state/$1.checkpoint" 2>/dev/null
}

# Milliseconds of processor time that the daemon has taken: load does not change them much.
cpu_ms() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' \
		"/proc/$daemon_pid/stat"
}

# Memory of the daemon.
rss_kb() {
	awk '/^VmRSS/ { print $2 }' "/proc/$daemon_pid/status"
}

# Sends a signal and waits until the daemon has taken it: another one of its kind that comes
# before that is none.
deliver() { # SIGNAL
	kill "-$1" "$daemon_pid"
	within 60 is_delivered "$1"
}

is_delivered() { # SIGNAL
	local pending

	pending=$(awk '/^ShdPnd/ { print $2 }' "/proc/$daemon_pid/status" 2>/dev/null)
	[ $((16#${pending:-0} >> ($(kill -l "$1") - 1) & 1)) = 0 ]
}

# Whether the daemon has FILE open under that name.
has_open() { # FILE
	readlink /proc/"$daemon_pid"/fd/* | grep -qxF "$1"
}

# Sends a signal and gives the exit status of the daemon.
finish() { # SIGNAL
	kill "-$1" "$daemon_pid"
	wait "$daemon_pid"
}

kill_all() {
	local pid

	for pid in $(jobs -p); do
		kill -KILL "$pid" 2>/dev/null
	done
}
at_end kill_all

# As start, with the pipe "$D/pipe" as standard input; lines go to descriptor 9.
start_on_pipe() {
	: >"$D/err"
	"$PURPOSED" serve -c "$CONF" <"$D/pipe" >"$D/stdout" 2>"$D/err" &
	daemon_pid=$!
	exec 9>"$D/pipe"
	said 'ready:'
}

stop_on_pipe() {
	exec 9>&- # nobody else may have it open: whoever is started meanwhile is given none
	wait "$daemon_pid"
}
