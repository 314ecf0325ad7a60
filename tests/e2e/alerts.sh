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
	state = "first";
	inputs = ( { name = "in"; type = "stdin"; } );
	outputs = (
	  { name = "all"; type = "file"; path = "all.jsonl"; },
	  { name = "grouped"; type = "file"; path = "grouped.jsonl"; select = "flagged"; window = 10; },
	  { name = "limited"; type = "file"; path = "limited.jsonl"; rate_limit = 5; },
	  { name = "gone"; type = "file"; path = "gone.jsonl"; select = "flagged"; window = 3600; },
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
has_lines "$D/grouped.jsonl" 1
ok "nothing is written before the window is over" awk -v at="$(stat -c %.3Y "$D/grouped.jsonl")" \
	-v first="$(date -d "$(head -n 1 "$D/grouped.jsonl" | jq -r .first)" +%s.%3N)" \
	'BEGIN { exit at < first + 9.9 }' # clocks of files are a little behind
ok "then one alert for each kind" has_lines "$D/grouped.jsonl" 2
is "with a count of every record" "$(jq -rc '[.findings[0].rule, .count]' "$D/grouped.jsonl" | paste -sd' ')" \
	'["email",100] ["be-national-number-keyed",1]'
is "and the first and the last time" "$(jq -r 'select(.count == 100) | .first + " " + .last' "$D/grouped.jsonl")" \
	"$(jq -rs 'map(select(.findings[0].rule == "email")) | .[0].time + " " + .[-1].time' "$D/all.jsonl")"
is "a limit lets so many through" "$(wc -l <"$D/limited.jsonl")" 5
echo "b@example.be" >&9
has_lines "$D/all.jsonl" 202
sed -i '/"gone"/d' "$CONF"
kill -HUP "$daemon_pid"
said reloaded:
is "a reload with alerts that wait is no trouble" "$(grep -cE 'does not take|checkpoint stays' "$D/err")" 0
is "a reload writes what waits" "$(jq -r .count "$D/grouped.jsonl" | paste -sd' ')" "100 1 1"
is "also of an output that it does away with" "$(jq -r .count "$D/gone.jsonl" | paste -sd' ')" "101 1"
is "of which nothing is kept, as it is of the others" "$(cd "$D/first" && ls | grep '^alerts' | xargs)" \
	"alerts%20of%20output%20cef.checkpoint alerts%20of%20output%20ecs.checkpoint \
alerts%20of%20output%20grouped.checkpoint"
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

# --- kill -9 ------------------------------------------------------------------------------

# What was read of a file is past its checkpoint: it must not be lost in a window.
cat >"$CONF" <<-END
	state = "state";
	inputs = ( { name = "f"; type = "tail"; path = "$D/in.log"; from = "start"; } );
	outputs = ( { name = "all"; type = "file"; path = "all"; },
	            { name = "w"; type = "file"; path = "w.jsonl"; select = "flagged"; window = 3600; } );
END
for i in 1 2 3; do
	for ((k = 0; k < 20; k++)); do
		echo "a@example.be"
	done >>"$D/in.log"
	start
	has_lines "$D/all" $((i * 20))
	checkpointed f "$D/in.log"
	kill -KILL "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null
done
ok "killed three times, it starts again" start
like "and says what waits" "$(cat "$D/err")" "output 'w': 1 alerts go on waiting"
is "nothing was written before the window is over" "$(cat "$D/w.jsonl")" ""
finish TERM
is "at the end every record is counted" "$(jq -c '[.count, .first <= .last]' "$D/w.jsonl")" "[60,true]"
start
finish TERM
is "and not once more by the next daemon" "$(wc -l <"$D/w.jsonl")" 1

# A kill tears no checkpoint, but a disk may.
start
echo "a@example.be" >>"$D/in.log"
has_lines "$D/all" 61
checkpointed f "$D/in.log"
kill -KILL "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
truncate -s -5 "$D/state/alerts%20of%20output%20w.checkpoint"
ok "a damaged checkpoint of alerts" start
like "is said, and what it means" "$(cat "$D/err")" \
	"alerts%20of%20output%20w.checkpoint is damaged.*output 'w': .*waited in their windows some are lost"
is "no input is said to be read again" "$(grep -c "from the beginning" "$D/err")" 0
finish TERM

# --- Pseudonyms: whose key, and which -----------------------------------------------------

pseudonym() { # KEY-SETTINGS
	echo "pseudonym_key = { $1 };" >"$D/key.conf"
	"$PURPOSED" filter --exit-zero -c "$D/key.conf" -o json <<<'a@example.be' |
		jq -r '.findings[0].pseudonym'
}
mkdir "$D/credentials"
printf 'sixteen bytes ok' >"$D/credentials/key"
printf 'sixteen other 12' >"$D/other"
export CREDENTIALS_DIRECTORY="$D/credentials"
first=$(pseudonym 'id = 1; file = "credentials/key";')
like "a pseudonym says by which key" "$first" '^k1:[0-9a-f]{16}$'
is "a credential of systemd is as good as a file" "$(pseudonym 'id = 1; credential = "key";')" "$first"
like "another key, another id" "$(pseudonym 'id = 2; file = "other";')" '^k2:'
ok "and other pseudonyms" test "$(pseudonym 'id = 1; file = "other";')" != "$first"

: >"$D/err"
cat >"$CONF" <<-END
	pseudonym_key = { id = 1; credential = "key"; };
	inputs = ( { name = "in"; type = "stdin"; } );
	outputs = ( { name = "all"; type = "file"; path = "all.jsonl"; } );
END
rm "$D/all.jsonl"
"$PURPOSED" serve -c "$CONF" <"$D/pipe" 2>"$D/err" &
daemon_pid=$!
exec 9>"$D/pipe"
said ready:
echo 'a@example.be' >&9
has_lines "$D/all.jsonl" 1
kill -HUP "$daemon_pid"
said reloaded:
is "a reload with the same key says nothing" "$(grep -c 'key has changed' "$D/err")" 0
cp "$D/other" "$D/credentials/key"
kill -HUP "$daemon_pid"
ok "one with another key under the same id is said" said 'the pseudonym key has changed, but not its id'
sed -i 's/id = 1/id = 2/' "$CONF"
kill -HUP "$daemon_pid"
said reloaded: 3
echo 'a@example.be' >&9
has_lines "$D/all.jsonl" 2
is "rotation by id" "$(jq -r '.findings[0].pseudonym[:3]' "$D/all.jsonl" | paste -sd' ')" "k1: k2:"
exec 9>&-
wait "$daemon_pid"

done_testing
