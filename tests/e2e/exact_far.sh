#!/bin/bash
# Rules whose matches are long: what decoding changes lies far from where they are looked for.
#
# Goes in: made rules, two texts with a run of 44 to 90 bytes between them, and lines with such a
# match, a byte of which is an escape, between paddings.  Comes out: the flagged records and the
# tags that the oracle gives, whichever purpose.
. tests/support/tap.sh

python3 - "$T" << 'PYTHON'
import os, random, sys
folder = sys.argv[1]
random.seed(3)
texts = ['ab', 'key', 'usr=', '@x', 'abc', 'id:', 'q w', 'A-B', '12', 'zz9']
runs = {'[a-z]': 'abkey', '[^ ]': 'ab1=', '\\w': 'ab1', '[^@]': 'a b1', '.': 'a b=', '\\d': '0123'}
fronts = ['', '', '\\b', '(?<![\\w@])', '(?:^|(?<=[ ,]))']
escapes = ['%%%02X', '\\u%04x', '\\x%02x', '&#%d;', '%%25%02X']

def quoted(text):
    return '"' + text.replace('\\', '\\\\') + '"'

def padding():
    text = random.choice(['. ', 'x', 'a b ', '1', '-']) * random.choice([0, 30, 60, 100])
    for _ in range(random.choice([0, 0, 1, 2])):  # slices of their own, before it or behind
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(['%41', '%D9%85%DA', '\\u0041']) + text[at:]
    return text

def line(parts):
    parts = list(parts)
    for _ in range(random.choice([1, 1, 2])):
        i = random.choice([0, 0, 1, 2, 2])
        at = random.randrange(len(parts[i]))
        if len(parts[i][at]) == 1 and '%' not in parts[i] and '\\' not in parts[i] and '&' not in parts[i]:
            parts[i] = parts[i][:at] + random.choice(escapes) % ord(parts[i][at]) + parts[i][at + 1:]
    return padding() + random.choice(['', ' ', '=']) + ''.join(parts) + random.choice(['', ' ', '@']) + padding()

for number in range(10):
    rules, lines = [], []
    for i in range(10):
        run, n = random.choice(list(runs)), random.choice([44, 45, 46, 50, 55, 56, 57, 58, 60, 90])
        first, last = random.choice(texts), random.choice(texts)
        ahead = random.random() < .3
        parts = lambda: (first, ''.join(random.choice(runs[run]) for _ in range(n)), last)
        inside = parts()[1]
        front = random.choice(fronts) if first != '@x' else ''
        pattern = '%s%s%s%s{%d}%s%s' % (front, first, '(?=' if ahead else '', run, n, last, ')' if ahead else '')
        example = '[[%s]]%s%s' % (first, inside, last) if ahead else '[[%s%s%s]]' % (first, inside, last)
        rules.append('{ id = "r%d"; what = "Made."; pattern = %s; element = "%s"; rank = %d; examples = [ %s ]; counter_examples = [ "-" ]; }'
                     % (i, quoted(pattern), random.choice(['email', 'ipv4', 'username', 'none']), random.choice([20, 50, 90]), quoted(example)))
        lines += [line(parts()) for _ in range(20)]
    random.shuffle(lines)
    os.mkdir('%s/rules.%d' % (folder, number))
    with open('%s/rules.%d/made.conf' % (folder, number), 'w') as f:
        f.write('rules = (\n%s\n);\n' % ',\n'.join(rules))
    with open('%s/lines.%d' % (folder, number), 'w') as f:
        f.write('\n'.join(lines) + '\n')
PYTHON

# judge NUMBER ARGUMENT...: what may differ is taken out.
judge() {
	local number=$1
	shift
	"$PURPOSED" "$@" --rules "$T/rules.$number" --exit-zero -q "$T/lines.$number" 2>&1 |
		sed -E 's/"pseudonym":"[^"]*"//g; s/"time":"[^"]*"//'
}

# compare NUMBER ARGUMENT...: the oracle's output against that of the fast engine.
compare() {
	local number=$1
	judge "$@" --engine pcre2 > "$T/oracle"
	judge "$@" --cpu auto > "$T/fast"
	shift
	ok "rules $number, $*: $(wc -l < "$T/oracle") records" cmp -s "$T/oracle" "$T/fast"
	ok "of which some are flagged" test "$(grep -c '"out-of-purpose"' "$T/oracle")" -gt 20
}

for number in {0..9}; do
	compare "$number" scan -p website-management -o json
	compare "$number" filter -p website-traffic-analysis -o tag
done
done_testing
