#!/usr/bin/env python3
"""Damaged records: whatever the bytes, every span lies in its record and cuts no character.

usage: bytes.py [--seed N] [--records N]      $PURPOSED is the binary (build/purposed); prints TAP

The records of tests/quality/cases are damaged: bytes changed, taken out, repeated, put in from other
records or at random, stretches encoded anew, characters cut. Of each record that comes in one must
come out, its findings in order, within it, and never with an edge inside a UTF-8 sequence that is
whole in the record. The same seed gives the same records.
"""
import argparse
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
from urllib.parse import quote_from_bytes

import score

BLOCK = 2000  # records of one run


def read_cases():
    here = os.path.dirname(os.path.abspath(__file__))
    return [case.text for path in sorted(glob.glob(os.path.join(here, 'cases', '*.txt')))
            for case in score.read_cases(path)]


def encode(part, r):
    how = r.randrange(5)
    if how == 0:
        return quote_from_bytes(part, safe='').encode()
    if how == 1:
        return b''.join(b'%%%02X' % b for b in part)
    if how == 2:
        return b''.join(b'\\x%02x' % b for b in part)
    if how == 3:
        return b''.join(b'\\u%04x' % ord(c) if ord(c) < 0xd800 else b'\\ud83d\\ude00'
                        for c in part.decode('utf-8', 'ignore'))
    return b''.join(b'&#%d;' % ord(c) for c in part.decode('utf-8', 'ignore'))


def damage(record, records, r):
    a = r.randrange(len(record) + 1)
    b = min(len(record), a + r.choice([1, 1, 2, 3, 8, 40, 400]))
    other = r.choice(records)
    at = r.randrange(len(other))
    how = r.randrange(9)
    if how == 0:
        part = bytes([r.randrange(256)])
    elif how == 1:
        part = b''
    elif how == 2:
        part = record[a:b] * r.choice([2, 3, 20])
    elif how == 3:
        part = other[at:at + r.choice([1, 4, 30])] + record[a:b]
    elif how == 4:
        part = r.randbytes(r.choice([1, 2, 3, 16]))
    elif how == 5:
        part = r.choice(['é', 'ß', '€', '語', '😀', '\u00a0', '\u2011']).encode()[:r.choice([1, 2, 3, 4, 4])] + record[a:b]
    elif how == 6:
        part = r.choice([b'\\', b'"', b'%', b'%25', b'&', b'+', b'[', b'\0', b'\r', b'\t', b' ']) * r.choice([1, 2, 9])
    else:
        part = encode(record[a:b], r)
    return record[:a] + part + record[b:]


def make(records, n, r):
    for _ in range(n):
        record = r.choice(records)
        for _ in range(r.choice([1, 1, 2, 3, 6, 12])):
            record = damage(record or b'x', records, r)
        if r.randrange(20) == 0:
            record = r.randbytes(r.choice([1, 10, 300, 3000]))
        yield record[:70000].replace(b'\n', b' ')


def inside(record):
    """The offsets that lie inside a whole UTF-8 sequence."""
    out, i = set(), 0
    while i < len(record):
        n = next((n for n, low, high in ((2, 0xc2, 0xdf), (3, 0xe0, 0xef), (4, 0xf0, 0xf4))
                  if low <= record[i] <= high), 1)
        try:
            record[i:i + n].decode()
        except UnicodeDecodeError:
            n = 1
        out.update(range(i + 1, min(i + n, len(record))))
        i += n
    return out


def complaint(record, found):
    cut = inside(record)
    last = 0
    for f in found['findings']:
        start, end = f['start'], f['end']
        if not 0 <= start < end <= len(record):
            return 'is not in the record: %r' % f
        if start in cut or (end in cut and end < len(record)):
            return 'cuts a character: %r' % f
        if start < last:
            return 'stands before the one before it: %r' % f
        last = start
    return None


def run(binary, records):
    args = [binary, 'filter', '-p', 'nis2-supervision', '-o', 'json', '--select', 'all', '--exit-zero']
    with tempfile.TemporaryFile() as data:
        data.write(b''.join(record + b'\n' for record in records))
        data.seek(0)
        p = subprocess.run(args, stdin=data, stdout=subprocess.PIPE, check=False)
    out = [json.loads(line) for line in p.stdout.split(b'\n') if line]
    if p.returncode or len(out) != len(records):
        return ['status %d, %d records in, %d out' % (p.returncode, len(records), len(out))]
    return ['%r: a span %s' % (record[:300], why) for record, found in zip(records, out)
            for why in [complaint(record, found)] if why]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--records', type=int, default=6000)
    a = ap.parse_args()
    r = random.Random(a.seed)
    cases = read_cases()
    bad = []
    for begun in range(0, a.records, BLOCK):
        bad += run(os.environ.get('PURPOSED', 'build/purposed'),
                   list(make(cases, min(BLOCK, a.records - begun), r)))
    print('%sok 1 - spans of %d damaged records' % ('not ' if bad else '', a.records))
    for why in bad[:10]:
        print('#   ' + why)
    print('1..1')
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
