#!/bin/bash
# tests/run must count right, and must not believe a suite that proves nothing:
# each way for a suite to fail is tried once, and must be seen.
. tests/support/tap.sh

suite() { # NAME: makes a suite of standard input
	{ echo '#!/bin/bash'; cat; } >"$T/$1"
	chmod +x "$T/$1"
}

run() {
	env -u ASAN_OPTIONS -u TSAN_OPTIONS -u UBSAN_OPTIONS tests/run "$@" 2>&1
}

gone() { # PID: ended long before it would by itself; a zombie has ended
	local i

	for ((i = 0; i < 200; i++)); do
		grep -qs '^State:[^Z]*$' "/proc/$1/status" || return 0
		sleep 0.1
	done
	return 1
}

last() {
	run "$@" | tail -n 1
}

suite good <<<'echo 1..2; echo ok 1 - a; echo ok 2 - b'
suite tail_plan <<<'echo ok 1 - a; echo 1..1'
suite two_plans <<<'echo 1..1; echo ok 1 - a; echo 1..1; echo ok 1 - b'
suite skips <<<'echo 1..3; echo ok 1 - a; echo "not ok 2 # SKIP b"; echo "ok 3 - c # skip why"'
suite bad <<<'echo 1..2; echo ok 1 - a; echo not ok 2 - b; echo "# the diagnosis"; exit 1'
suite no_plan <<<'echo ok 1 - a'
suite nothing <<<'echo 1..0'
suite silent <<<''
suite short <<<'echo 1..3; echo ok 1 - a'
suite long <<<'echo 1..1; echo ok 1 - a; echo ok 2 - b'
suite status <<<'echo 1..1; echo ok 1 - a; exit 3'
suite signal <<<'echo 1..1; echo ok 1 - a; kill -SEGV $$'
suite slow <<<"echo 1..1; echo ok 1 - a; sleep 60 & echo \$! >$T/slow.pid; wait"
suite stubborn <<<"trap '' TERM; echo 1..1; echo ok 1 - a; while :; do sleep 1; done"
suite daemon <<<"sleep 60 & echo \$! >$T/daemon.pid; echo 1..1; echo ok 1 - a"
suite litter <<<"touch \$TMPDIR/litter; echo \$TMPDIR >$T/litter.path; echo 1..1; echo ok 1 - a"
suite sees <<<'echo 1..1; [ "$SEEN" = "$WANTED" ] && echo ok 1 - a || echo not ok 1 - a'
suite report <<<'echo "==1== ERROR" >"${ASAN_OPTIONS##*log_path=}.1"; echo 1..1; echo ok 1 - a'

is "tests that pass are counted" "$(last "$T/good" "$T/tail_plan")" "3 passed, 0 failed"
is "a suite may have several plans" "$(last "$T/two_plans")" "2 passed, 0 failed"
is "skipped tests are counted apart" "$(last "$T/skips")" "1 passed, 0 failed, 2 skipped"
is "a failed test is counted" "$(last "$T/bad" "$T/good")" "3 passed, 1 failed"
is "no plan" "$(last "$T/no_plan")" "1 passed, 1 failed"
is "no test" "$(last "$T/nothing")" "0 passed, 1 failed"
is "no output" "$(last "$T/silent")" "0 passed, 1 failed"
is "fewer tests than planned" "$(last "$T/short")" "1 passed, 1 failed"
is "more tests than planned" "$(last "$T/long")" "2 passed, 1 failed"
is "an exit status" "$(last "$T/status")" "1 passed, 1 failed"
is "a signal" "$(last "$T/signal")" "1 passed, 1 failed"
is "no such suite" "$(last "$T/none")" "0 passed, 1 failed"
is "out of time" "$(last -t 5 "$T/slow")" "1 passed, 1 failed"
is "out of time, deaf to SIGTERM" "$(last -t 5 "$T/stubborn")" "1 passed, 1 failed"
is "a sanitizer's report" "$(last "$T/report")" "1 passed, 1 failed"
is "what a suite left running is fine" "$(last "$T/daemon")" "1 passed, 0 failed"
ok "and ended" gone "$(cat "$T/daemon.pid")"
ok "also after a timeout" gone "$(cat "$T/slow.pid")"
is "what a suite left lying is fine" "$(last "$T/litter")" "1 passed, 0 failed"
status "and removed" 1 test -e "$(cat "$T/litter.path")"
is "variables reach the suites that follow, up to the next group" \
	"$(last @a SEEN=1 WANTED=1 "$T/sees" @b WANTED= "$T/sees")" "2 passed, 0 failed"
status "status of success" 0 run "$T/good"
status "status of a failure" 1 run "$T/good" "$T/bad"
status "status of a complaint" 1 run "$T/no_plan"
status "no suite is an error" 2 run
status "an empty group is a failure" 1 run @empty
is "also beside others" "$(last @empty A=1 @full "$T/good")" "2 passed, 1 failed"
output=$(run "$T/good" "$T/bad" "$T/signal")
like "a failed suite's output is shown" "$output" "the diagnosis"
like "a signal is named" "$output" "SIGSEGV"
like "the table has a row for each suite" "$output" "good +2 +0 +[0-9.]+"
done_testing
