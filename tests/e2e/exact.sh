#!/bin/bash
# The fast engine finds what the oracle finds, finding by finding, at every level of the processor.
#
# Goes in: the quality cases, corpora of the benchmark, lines made around what rules look for, random
# bytes.  Comes out: equal JSON, of all records (filter) and of the flagged ones (scan), and equal
# tags, for which less is looked at, whichever engine and level; only pseudonyms and the time of
# reading may differ.
#
# EXACT_MB: size of each corpus (a fraction is well: 0.4); `make check-exact` takes much more.
# EXACT_JOBS: workers of the oracle, which takes nearly all of the time.
. tests/support/tap.sh

mb=${EXACT_MB:-0.12}
mapfile -t levels < <(for level in avx512-gather avx512 avx2 baseline; do
	"$PURPOSED" check --cpu $level > /dev/null 2>&1 && echo $level; done)
bash tests/bench/build.sh > "$T/build" 2>&1

bytes=$(awk -v mb="$mb" 'BEGIN { printf "%d", mb * 1000000 }')
sed -E '/^#/d; s/\[\[[a-z0-9_]+://g; s/\]\]//g' tests/quality/cases/*.txt > "$T/cases"
build/bench/corpus access "$bytes" 11 > "$T/access"
build/bench/corpus mixed "$bytes" 12 > "$T/mixed"
build/bench/corpus line "$bytes" 13 | head -c 200000 > "$T/line"
python3 - "$T" "$bytes" << 'PYTHON'
import random, sys
folder, n = sys.argv[1], int(sys.argv[2])
random.seed(5)
with open(folder + '/cases', 'rb') as f:
    cases = f.read().split(b'\n')
# Lines around the edges of words and stretches: cases behind padding of every length, cut, joined,
# with a byte changed, with escapes.
with open(folder + '/made', 'wb') as f:
    while f.tell() < n:
        line = bytearray(random.choice(cases))
        kind = random.randrange(9)
        if kind == 0:
            line = bytearray(random.choice((b'.', b' ', b'x', b'9', b'=')) * random.randrange(300)) + line
        elif kind == 1 and line:
            line[random.randrange(len(line))] = random.choice(b' .,:=@-"\'a0\xc3\xa9')
        elif kind == 2 and line:
            line = line[random.randrange(len(line)):]
        elif kind == 3:
            line += random.choice(cases)
        elif kind == 4:
            line = bytearray(''.join('%%%02X' % c if random.random() < .1 else chr(c) for c in line), 'latin-1')
        elif kind == 5:
            parting = random.choice((b'\0', b'\0\0\0', b'\x1b[1;36m', b'\xc2\xa0', b'\xe2\x80\xaf'))
            line = b''.join(parting if c == b' '[0] and random.random() < .5 else bytes((c,)) for c in line)
        elif kind == 6 and line:  # one byte as an escape, near to what is found or far from it
            at = random.randrange(len(line))
            line[at:at + 1] = (random.choice(('%%%02X', '\\x%02x', '&#%d;', '\\u%04x')) % line[at]).encode()
        elif kind == 7:
            at = random.randrange(len(line) + 1)
            line[at:at] = random.choice((b' /?q=a+b', b'?q=a+', b' x=1&y=a+b ', b'+'))
        f.write(bytes(line).replace(b'\n', b'') + b'\n')
with open(folder + '/random', 'wb') as f:
    f.write(random.randbytes(min(n, 2000000) // 2))
PYTHON

# What may differ is taken out.
plain() {
	sed -E 's/"pseudonym":"[^"]*"//g; s/"time":"[^"]*"//'
}

# differ NAME FILE COMMAND...: the oracle's output against that of every level.
differ() {
	local name=$1 file=$2 level
	shift 2
	"$PURPOSED" "$@" --engine pcre2 -j "${EXACT_JOBS:-1}" --exit-zero -q "$file" 2> /dev/null | plain > "$T/oracle"
	for level in "${levels[@]}"; do
		"$PURPOSED" "$@" --cpu "$level" --exit-zero -q "$file" 2> /dev/null | plain > "$T/fast"
		ok "$name, $level: $(wc -l < "$T/oracle") records" cmp -s "$T/oracle" "$T/fast"
	done
}

ok "there is a level to test" test "${#levels[@]}" -ge 1
for corpus in cases access mixed line made random; do
	differ "all of $corpus" "$T/$corpus" filter -p service-statistics -o json
	for purpose in website-management website-traffic-analysis; do
		differ "flagged of $corpus, $purpose" "$T/$corpus" scan -p $purpose -o json
	done
done
differ "flagged without a purpose" "$T/cases" scan -o json
differ "flagged of a stated kind" "$T/mixed" scan -p website-traffic-analysis --kind web-traffic-log -o json
for purpose in website-management website-traffic-analysis nis2-supervision; do
	for corpus in cases access made; do
		differ "tags of $corpus, $purpose" "$T/$corpus" filter -p $purpose -o tag
	done
done
differ "tags without a purpose" "$T/cases" filter -o tag
done_testing
