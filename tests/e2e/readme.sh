#!/bin/bash
# readme.sh: the README shows what the program prints.
#
# In: every block of README.md that begins with "$ purposed", run where the logs of
# conf/examples lie, /var/log/nginx being a folder with one of them.  Out: the lines
# of the block, and others between them only where the block has an ellipsis.  What it
# shows of a configuration passes the check.

. tests/support/tap.sh || exit 1
. tests/support/net.sh || exit 1

mkdir "$T/logs" "$T/bin"
cp conf/examples/access.log "$T/logs/"
ln -s "$PURPOSED" "$T/bin/purposed"
PATH="$T/bin:$PATH"

shown() ( # COMMAND: what a reader sees who types it
	cd conf/examples && COLUMNS=80 TERM=dumb script -qec "${1//\/var\/log\/nginx/$T/logs}" /dev/null </dev/null |
		sed "s|$T/logs|/var/log/nginx|g; s/\r\$//; s/\x1b\[[0-9;]*[mK]//g"
)

cat >"$T/compare.py" <<'END'
"""compare.py SHOWN PRINTED: names the first line where they part."""
import re
import sys

shown, printed = ([line.rstrip() for line in open(name, encoding="utf-8")] for name in sys.argv[1:])
# What differs from run to run, and what the README leaves out.
VARIES = [("…", ".*"), (r"k0:[0-9a-f]{16}", "k0:[0-9a-f]{16}"), (r"in [0-9.]+ s \([0-9.]+ MiB/s\)",
          r"in [0-9.]+ s \([0-9.]+ MiB/s\)")]
VARYING = re.compile("(" + "|".join(what for what, _ in VARIES) + ")")


def pattern(line):
    parts = VARYING.split(line)
    return "".join(re.escape(part) if i % 2 == 0 else
                   next(by for what, by in VARIES if re.fullmatch(what, part))
                   for i, part in enumerate(parts))


at = 0
gap = False
for line in shown + [None]:
    if line is not None and line.strip() == "…":
        gap = True
        continue
    start = at
    while gap and at < len(printed) and not (line and re.fullmatch(pattern(line), printed[at])):
        at += 1
    if line is None and any(printed[at:]):
        sys.exit("not shown: " + printed[at])
    if line is not None and (at == len(printed) or not re.fullmatch(pattern(line), printed[at])):
        sys.exit(f"shown: {line}\nprinted: {printed[start] if start < len(printed) else 'nothing'}")
    at += 1
    gap = False
END

# Of each block: its command and, in files of their own, what the README shows.
awk -v to="$T" '
	/^```/ { inside = !inside; fresh = inside; next }
	fresh && /^\$ purposed / { n++; print substr($0, 3) > (to "/commands"); taken = n }
	fresh && !/^\$ purposed / { taken = 0 }
	inside && !fresh && taken { print > (to "/shown-" n) }
	{ fresh = 0 }' README.md
is "blocks with a command" "$(wc -l <"$T/commands")" 5
n=0
while read -r command; do
	n=$((n + 1))
	shown "$command" >"$T/printed"
	ok "as it looks: $command" python3 "$T/compare.py" "$T/shown-$n" "$T/printed"
done <"$T/commands"

# Configurations, of which the README shows the inputs here and the outputs there, hold together.
awk -v to="$T/shown.conf" '
	/^```/ { inside = !inside; fresh = inside; next }
	fresh { conf = /^(inputs|outputs) = \($/ }
	inside && conf { print > to }
	{ fresh = 0 }' README.md
is "inputs and outputs are shown" "$(grep -c '^inputs = ($\|^outputs = ($' "$T/shown.conf")" 2
(cd "$T" && make_ca ca)
ok "and are a configuration" "$PURPOSED" check -q -c "$T/shown.conf"
is "of which nothing is to be said" "$(cat "$T/.output")" ""

# The matrix's last rows stand behind a sentence.
{
	sed -n '/^row  purpose/{p;s/.*/…/p;q}' README.md
	sed -n '/^row  purpose/,/^```/{/^row\|^```/!p}' README.md
	echo …
} >"$T/shown-table"
"$PURPOSED" policy table | sed '1,/^$/d' >"$T/printed"
is "the matrix is there: its head, seven rows, two gaps" "$(wc -l <"$T/shown-table")" 10
ok "and is as it looks" python3 "$T/compare.py" "$T/shown-table" "$T/printed"
done_testing
