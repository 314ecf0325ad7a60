#!/usr/bin/env python3
"""Precision and recall of a purposed binary on the labelled records in tests/quality/cases.

usage: score.py [--errors ELEMENT] [--tap] [FILE...]      $PURPOSED is the binary (build/purposed)

A case file is UTF-8 text, one record a line, values marked in place and resolved from the inside:
    GET [[request_uri:/x?mail=[[email:a%40example.be]]]] HTTP/1.1
A line without marks is a hard negative: nothing may be found in it. Lines that start with # are
comments, three of which set properties of the lines that follow:
    # form: NAME               what the records are, for the reader and for --errors
    # lang: nl                 their language
    # partial: email,phone     only these elements are labelled exhaustively ("# partial:": all)

Elements are scored strictly, (element, start, end) in bytes of the record; phrases, whose ends are a
matter of taste, by sharing at least half of their bytes. Categories are scored per record: there or
not, over the records that are labelled exhaustively. Thresholds are (precision, recall), and the
scorer ends with 1 when one is missed; what has no label in any case is not judged. --errors prints
the misses and false findings of an element (or "all"), --tap the judgements as TAP.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
from collections import Counter

# Elements that are one kind of thing in two notations or registers are scored as one.
GROUP = {'ipv4': 'ip', 'ipv6': 'ip', 'bis_number': 'national_number',
         'vat_number': 'enterprise_number', 'establishment_number': 'enterprise_number',
         'postcode': 'postal_address', 'bsn': 'foreign_id'}
PHRASES = {'family', 'sanction', 'content', 'postal_address', 'message_id', 'user_agent'}
CATEGORIES = {
    'identification': 'email phone person_name username national_number iban card postal_address '
                      'plate passport eid_card driving_licence enterprise_number date_of_birth '
                      'family foreign_id',
    'navigation': 'ip mac user_agent request_uri referer url session_id message_id queue_id imei',
    'video-surveillance': 'camera_id recording_file',
    'sanctions': 'pv_number ecli sanction sanction_file',
    'outside-annex': 'content'}
CATEGORY = {e: c for c, elements in CATEGORIES.items() for e in elements.split()}
THRESHOLDS = [
    (0.995, 0.995, 'email ip national_number iban mac ecli pv_number request_uri'),
    (0.99, 0.98, 'card enterprise_number user_agent referer session_id message_id queue_id '
                 'eid_card passport driving_licence'),
    (0.98, 0.96, 'phone plate camera_id recording_file sanction_file username date_of_birth'),
    (0.95, 0.92, 'person_name postal_address family sanction content'),
    (0.99, 0.98, 'identification'),
    (0.99, 0.99, 'navigation'),
    (0.98, 0.97, 'video-surveillance'),
    (0.98, 0.96, 'sanctions'),
    (0.98, 0.95, 'outside-annex')]
NEGATIVES_MAX = 0.002
OPEN = re.compile(rb'\[\[([a-z0-9_]+):')


class Case:
    """One record: its text without marks, and the labels that the marks were."""

    def __init__(self, where, line, form, exhaustive):
        self.where, self.form, self.exhaustive = where, form, exhaustive
        text, self.labels, stack, i = bytearray(), set(), [], 0
        while i < len(line):
            mark = OPEN.match(line, i)
            if mark:
                stack.append((GROUP.get(mark[1].decode(), mark[1].decode()), len(text)))
                i = mark.end()
            elif stack and line.startswith(b']]', i):
                element, start = stack.pop()
                self.labels.add((element, start, len(text)))
                i += 2
            else:
                text.append(line[i])
                i += 1
        if stack:
            sys.exit('%s: a mark is not closed' % where)
        unknown = {l[0] for l in self.labels} - CATEGORY.keys()
        if unknown:
            sys.exit('%s: unknown element %s' % (where, ', '.join(unknown)))
        self.text = bytes(text)


def read_cases(path):
    form, partial = '', None
    with open(path, 'rb') as f:
        for number, line in enumerate(f.read().split(b'\n'), 1):
            header = re.match(rb'# (form|lang|partial): *(.*)', line)
            if header and header[1] == b'form':
                form = header[2].decode()
            elif header and header[1] == b'partial':
                names = header[2].decode().replace(',', ' ').split()
                partial = {GROUP.get(e, e) for e in names} or None
            if line and not line.startswith(b'#'):
                yield Case('%s:%d' % (os.path.basename(path), number), line, form, partial)


def find(binary, cases):
    """What the binary finds in every case, as sets of (element, start, end)."""
    args = [binary, 'filter', '-p', 'nis2-supervision', '-o', 'json', '--select', 'all',
            '--exit-zero']
    p = subprocess.run(args, input=b''.join(c.text + b'\n' for c in cases),
                       stdout=subprocess.PIPE, check=False)
    if p.returncode:
        sys.exit('score: the filter ended with status %d' % p.returncode)
    out = [json.loads(l) for l in p.stdout.split(b'\n') if l]
    if len(out) != len(cases):
        sys.exit('score: %d records in, %d out' % (len(cases), len(out)))
    return [{(GROUP.get(f.get('element'), f.get('element')), f['start'], f['end'])
             for f in o['findings']} for o in out]


def same(found, label):
    if found == label:
        return True
    shared = min(found[2], label[2]) - max(found[1], label[1])
    longest = max(found[2] - found[1], label[2] - label[1])
    return found[0] == label[0] and found[0] in PHRASES and 2 * shared >= longest


def score_elements(case, found, tally, errors):
    left = set(found)
    for label in sorted(case.labels):
        hit = next((f for f in sorted(left) if same(f, label)), None)
        left.discard(hit)
        tally[label[0], 'TP' if hit else 'FN'] += 1
        if not hit:
            report(case, 'missed', label, errors)
    for f in sorted(left, key=str):
        if case.exhaustive is None or f[0] in case.exhaustive:
            tally[f[0], 'FP'] += 1
            report(case, 'false', f, errors)


def report(case, what, f, errors):
    if errors in (f[0], 'all'):
        print('%-6s %-16s %r\n\t%s %s: %s' % (
            what, f[0], case.text[f[1]:f[2]].decode('utf-8', 'replace'), case.where, case.form,
            case.text.decode()))


def score_categories(case, found, tally):
    """True when a record without personal data was flagged."""
    want = {CATEGORY[l[0]] for l in case.labels}
    got = {CATEGORY.get(f[0], 'outside-annex') for f in found}
    for c in want | got:
        tally[c, 'TP' if c in want & got else 'FN' if c in want else 'FP'] += 1
    return not want and bool(got)


def ratio(a, b):
    return a / (a + b) if a + b else 1.0


def judge(tally):
    """(name, figure, value, threshold) for everything that has labels and a threshold."""
    for precision, recall, names in THRESHOLDS:
        for n in names.split():
            tp, fp, fn = (tally[n, k] for k in ('TP', 'FP', 'FN'))
            if tp + fn:
                yield n, 'precision', ratio(tp, fp), precision
                yield n, 'recall', ratio(tp, fn), recall


def print_table(tally, negatives, flagged):
    print('%-20s %6s %5s %5s %7s %7s' % ('', 'TP', 'FP', 'FN', 'P', 'R'))
    for n in list(CATEGORY) + list(CATEGORIES):
        tp, fp, fn = (tally[n, k] for k in ('TP', 'FP', 'FN'))
        if tp + fp + fn:
            print('%-20s %6d %5d %5d %7.4f %7.4f' % (n, tp, fp, fn, ratio(tp, fp), ratio(tp, fn)))
    print('records without personal data: %d, of which flagged: %d' % (negatives, flagged))


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--errors', metavar='ELEMENT')
    ap.add_argument('--tap', action='store_true')
    ap.add_argument('file', nargs='*')
    a = ap.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    files = a.file or sorted(glob.glob(os.path.join(here, 'cases', '*.txt')))
    cases = [c for f in files for c in read_cases(f)]
    tally, negatives, flagged = Counter(), 0, 0
    for case, found in zip(cases, find(os.environ.get('PURPOSED', 'build/purposed'), cases)):
        score_elements(case, found, tally, a.errors)
        if case.exhaustive is None:
            negatives += not case.labels
            flagged += score_categories(case, found, tally)

    judged = [('%s: %s %.4f, at least %.3f' % (n, figure, value, least), value >= least)
              for n, figure, value, least in judge(tally)]
    judged.append(('records without personal data: %d of %d flagged, at most %.1f %%'
                   % (flagged, negatives, 100 * NEGATIVES_MAX),
                   flagged <= NEGATIVES_MAX * negatives))
    if a.tap:
        for i, (text, held) in enumerate(judged, 1):
            print('%s %d - %s' % ('ok' if held else 'not ok', i, text))
        print('1..%d' % len(judged))
    elif not a.errors:
        print_table(tally, negatives, flagged)
        for text, held in judged:
            if not held:
                print('missed: ' + text)
    sys.exit(0 if all(held for _, held in judged) else 1)


if __name__ == '__main__':
    main()
