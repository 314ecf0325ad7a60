#!/bin/bash
# alerts.sh: alerts that are selected, grouped and limited.
#
# In: a flood of the same, and a few of something else, on standard input.  Out: with a
# window one alert for each kind, with a count and the first and the last time, when the
# window is over and not before; with a limit so many, and one that says how many were
# held back; every record counted, through reloads and to the end.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1

mkfifo "$D/pipe"
cat >"$CONF" <<-END
	inputs = ( { name = "in"; type = "stdin"; } );
	outputs = (
	  { name = "all"; type = "file"; path = "all.jsonl"; },
	  { name = "grouped"; type = "file"; path = "grouped.jsonl"; select = "flagged"; window = 2; },
	  { name = "limited"; type = "file"; path = "limited.jsonl"; rate_limit = 5; },
	  { name = "ecs"; type = "file"; path = "ecs"; format = "ecs"; select = "flagged"; window = 3600; },
	  { name = "cef"; type = "file"; path = "cef"; format = "cef"; select = "flagged"; window = 3600;
	    rate_limit = 1; } );
END
"$PURPOSED" serve -c "$CONF" <"$D/pipe" 2>"$D/err" &
daemon_pid=$!
exec 9>"$D/pipe"
said ready:
for ((i = 0; i < 100; i++)); do
	echo "a$i@example.be"
	echo "nothing"
done >&9
echo 'rrn 85.07.30-033.28' >&9
has_lines "$D/all.jsonl" 201
is "nothing before the window is over" "$(cat "$D/grouped.jsonl")" ""
ok "then one alert for each kind" has_lines "$D/grouped.jsonl" 2
is "with a count of every record" "$(jq -rc '[.findings[0].rule, .count]' "$D/grouped.jsonl" | paste -sd' ')" \
	'["email",100] ["be-national-number-keyed",1]'
is "and the first and the last time" "$(jq -r 'select(.count == 100) | .first + " " + .last' "$D/grouped.jsonl")" \
	"$(jq -rs 'map(select(.findings[0].rule == "email")) | .[0].time + " " + .[-1].time' "$D/all.jsonl")"
is "a limit lets so many through" "$(wc -l <"$D/limited.jsonl")" 5
echo "b@example.be" >&9
has_lines "$D/all.jsonl" 202
kill -HUP "$daemon_pid"
said reloaded:
is "a reload writes what waits" "$(jq -r .count "$D/grouped.jsonl" | paste -sd' ')" "100 1 1"
is "and says what was held back" "$(sed -n 6p "$D/limited.jsonl" | jq -c '[.output, .held_back, .verdicts]')" \
	'["limited",197,{"gap":99,"clean":98}]'
echo "c@example.be" >&9
has_lines "$D/all.jsonl" 203
exec 9>&-
wait "$daemon_pid"
is "the end too: no record is uncounted" "$(jq -s 'map(.count) | add' "$D/grouped.jsonl")" 103
is "in ecs" "$(jq -s 'map(."purposed.count") | add' "$D/ecs")" 103
is "with the times where ecs has them" "$(jq -r '.event.start <= .event.end' "$D/ecs" | sort -u)" true
is "in cef, with what the limit held back" "$(grep -oE ' cnt=[0-9]+' "$D/cef" | paste -sd' ')" \
	" cnt=101  cnt=1  cnt=1"
is "that is said on standard error too" "$(grep -c 'held back (rate_limit' "$D/err")" 2

cat >"$CONF" <<-END
	outputs = ( { name = "a"; type = "file"; path = "a"; format = "tag"; window = 1; },
	  { name = "b"; type = "stdout"; format = "record"; rate_limit = 1; } );
END
status "records that are passed on are neither grouped nor limited" 2 "$PURPOSED" check -q -c "$CONF"
like "and why is said" "$(cat "$T/.output")" \
	"'window' is for alerts: format \"tag\" .*'rate_limit' is for alerts: format \"record\""

done_testing
