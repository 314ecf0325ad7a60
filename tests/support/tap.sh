# tap: what an end-to-end test needs, and not more.  To be sourced by bash.
#
#	. tests/support/tap.sh
#	is "nothing in, nothing out" "$("$PURPOSED" filter </dev/null)" ""
#	done_testing
#
# Prints TAP on standard output: "ok N - ..." or "not ok N - ..." with what was
# seen behind "#", and at the end the plan "1..N".  A test goes on after a
# failure, under set -e too; the exit status is 1 when something failed, or
# when the script ended before done_testing.
#
#	ok DESCRIPTION COMMAND...	passes when the command succeeds
#	is DESCRIPTION GOT WANTED	passes when both are the same bytes
#	like DESCRIPTION GOT ERE	passes when the expression matches within GOT
#	status DESCRIPTION WANTED COMMAND...	passes on that exit status
#	skip DESCRIPTION REASON		counts a test that cannot run here
#	within SECONDS COMMAND...	tries the command until it succeeds, so long at most
#	has_lines FILE N		waits until there are N lines or more
#	diag TEXT			says something behind "#"
#	at_end COMMAND...		runs the command when the script ends, however
#					it ends; the last one registered runs first
#	done_testing			ends the script's tests
#
# $T is a private folder, removed at the end.  $PURPOSED is the binary to test,
# as an absolute path, so that a test may change its folder.

T=$(mktemp -d "${TMPDIR:-/tmp}/purposed-test.XXXXXX") || exit 1
PURPOSED=$(realpath -ms "${PURPOSED:-build/asan/purposed}")
export PURPOSED LC_ALL=C

tap_count=0
tap_failed=0
tap_planned=no
tap_at_end=()

diag() {
	sed 's/^/# /' <<<"$1"
}

tap_result() { # ok|"not ok" DESCRIPTION
	tap_count=$((tap_count + 1))
	[ "$1" = ok ] || tap_failed=$((tap_failed + 1))
	# A newline or "#" in a description would end it for a reader of TAP.
	printf '%s %d - %s\n' "$1" "$tap_count" "$(tr '\n#' '  ' <<<"$2" | sed 's/ *$//')"
}

tap_excerpt() { # FILE: its first lines, as a diagnosis
	head -n 40 "$1" | cut -c 1-500 | sed 's/^/#   /'
}

ok() {
	local description=$1 got=0

	shift
	"$@" >"$T/.output" 2>&1 || got=$?
	if [ "$got" -eq 0 ]; then
		tap_result ok "$description"
	else
		tap_result "not ok" "$description"
		diag "exit status $got: $*"
		tap_excerpt "$T/.output"
	fi
}

status() {
	local description=$1 wanted=$2 got=0

	shift 2
	"$@" >"$T/.output" 2>&1 || got=$?
	if [ "$got" -eq "$wanted" ]; then
		tap_result ok "$description"
	else
		tap_result "not ok" "$description"
		diag "exit status $got, wanted $wanted: $*"
		tap_excerpt "$T/.output"
	fi
}

is() {
	if [ "$2" = "$3" ]; then
		tap_result ok "$1"
	else
		tap_result "not ok" "$1"
		diag "got (<) and wanted (>):"
		diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") >"$T/.output" || true
		tap_excerpt "$T/.output"
	fi
}

like() {
	if [[ $2 =~ $3 ]]; then
		tap_result ok "$1"
	else
		tap_result "not ok" "$1"
		diag "wanted a match of: $3"
		printf '%s\n' "$2" >"$T/.output"
		tap_excerpt "$T/.output"
	fi
}

skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

within() {
	local tap_turns=$(($1 * 20))

	shift
	for (( ; tap_turns > 0; tap_turns--)); do
		! "$@" || return 0
		sleep 0.05
	done
	"$@"
}

tap_lines() { # FILE N
	[ "$(cat "$1" 2>/dev/null | wc -l)" -ge "$2" ]
}

has_lines() {
	within 60 tap_lines "$@"
}

at_end() {
	tap_at_end+=("$(printf '%q ' "$@")")
}

done_testing() {
	tap_planned=yes
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" -eq 0 ]
}

tap_end() {
	local status=$? i

	trap '' INT TERM
	for ((i = ${#tap_at_end[@]} - 1; i >= 0; i--)); do
		eval "${tap_at_end[i]}" >&2 || true
	done
	rm -rf "$T"
	if [ "$tap_planned" = no ]; then
		diag "ended before done_testing, exit status $status"
		[ "$status" -ne 0 ] || status=1
	fi
	[ "$tap_failed" -eq 0 ] || [ "$status" -ne 0 ] || status=1
	exit "$status"
}

trap tap_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
