#!/usr/bin/env python3
"""Random patterns, as rules, and records that nearly match them.

patterns.py FOLDER SEED N: writes FOLDER/rules/made.conf with up to N rules and
FOLDER/text with records.  A piece of a pattern is its text and a function that
makes a sample of what it may match; what lookarounds ask for is only nearly
kept, which is the point.  Rules that $PURPOSED refuses (for the pattern, or for
the example, of which only PCRE2 knows what it yields) are left out; of every
second seed, so are those that have no anchor, since one of them ends all first
looks.
"""
import os
import random
import re
import subprocess
import sys

WORDS = ['foo', 'bar', 'key=', 'id:', 'zq', 'user ', 'X-', 'abc', 'Kk', 'no', '::', '=>', 'nr. ', '\xe9', 'a', 'b', '-', ':', ' ']
META = '\\^$.[|()?*+{'
CLASSES = [
    ('[0-9]', '0159'), ('[a-f]', 'abf'), ('[^a-z]', 'A0-. '), ('[]x]', ']x'), ('[^]]', 'a1 '), ('[a-z0-9_-]', 'a0_-z'),
    ('[\\d.]', '1.'), ('[\\w\\x80-\\xff]', 'a_\xe9\x80'), ('[\\x00-\\x1f]', '\t\x01'), ('[[:alpha:]]', 'aZ'),
    ('[[:digit:]x]', '1x'), ('[[:word:]]', 'a_1'), ('[[:^alpha:]]', '1. '), ('[[:blank:]]', ' \t'), ('[[:upper:]]', 'AZ'),
    ('[[:punct:]]', '.:'), ('[[:xdigit:]]', 'aF9'), ('[[:cntrl:]]', '\x01\t'), ('[[:graph:]]', 'a.'), ('[[:space:]]', ' \t'),
    ('[\\s:]', ' :\t'), ('[\\S]', 'a.'), ('[\\h,]', ' ,'), ('[\\v]', '\x0b'), ('[^\\W\\d]', 'a_'), ('[\\b]', '\x08'),
    ('[\\Q]a\\E]', ']a'), ('[a\\]b]', 'a]b'), ('[--/]', '-./'), ('[\\x{41}-C]', 'ABC'), ('[ -~]', 'a ~'), ('[ ^a]', ' ^ab1'),
    ('[a-]', 'a-'), ('[[:alpha]', '[:alph'), ('[\\-\\\\]', '-\\'), ('[A-Z]', 'AQ'), ('[\xe0-\xef]', '\xe9'), ('[:=]', ':='),
    ('[b ]', 'b '), ('[\\n ]', ' \n'), ('[\\r\\n]', '\r\n'), ('[\\101]', 'A'), ('[^\\n]', 'a '), ('[^a]', 'bA1 '),
]
ESCAPES = [
    ('\\d', '0179'), ('\\D', 'a. '), ('\\w', 'a_9'), ('\\W', ' .\xe9'), ('\\s', ' \t'), ('\\S', 'a.'), ('\\h', ' \t\xa0'),
    ('\\H', 'a1'), ('\\v', '\x0b\x85'), ('\\V', 'a '), ('.', 'a1 .'), ('\\N', 'a1'), ('\\x41', 'A'), ('\\x{e9}', '\xe9'),
    ('\\.', '.'), ('\\/', '/'), ('\\-', '-'), ('\\t', '\t'), ('\\x20', ' '), ('\\R', '\x0b\x85'), ('\\X', 'a'), ('\\C', 'a'),
    ('\\101', 'A'), ('\\o{101}', 'A'), ('\\cA', '\x01'), ('\\x4', '\x04'), ('\\p{L}', 'aZ'), ('\\Qa+b\\E', ['a+b']), ('\\Q.\\E', '.'),
    ('\\e', '\x1b'), ('\\ ', ' '), ('\\#', '#'), ('\\x5', '\x05'), ('\\N{2}', ['ab']), ('\\0', '\x00'),
]
EMPTY = ['\\b', '\\b', '\\B', '^', '$', '\\A', '\\z', '\\Z', '(?#c)', '(?:)', '()', '\\b\\b', '\\G', '\\E']
FLAGS = ['(?i)', '(?-i)', '(?s)', '(?x)', '(?m)', '(?xx)', '(?U)', '(?J)', '(?n)', '(?i-s)', '(?^)', '(?-x)', '(?)', '(?is)']
QUANTIFIERS = [('?', 0, 1), ('*', 0, 4), ('+', 1, 4), ('{2}', 2, 2), ('{3}', 3, 3), ('{0}', 0, 0), ('{0,0}', 0, 0), ('{1}', 1, 1),
               ('{2,}', 2, 5), ('{1,3}', 1, 3), ('{0,2}', 0, 2), ('{4,20}', 4, 20), ('{1,63}', 1, 30), ('{12}', 12, 12),
               ('{0,300}', 0, 40), ('{5,6}', 5, 6), ('{,3}', 0, 0), ('{ 1,2}', 1, 1), ('{1', 1, 1), ('{2}{2}', 4, 4), ('{1,2}?*', 0, 3),
               ('{2}?', 2, 2), ('**', 0, 3), ('+{2}', 2, 4), ('? ?', 0, 1), ('+ +', 1, 2)]


class Maker:
    def __init__(self, rng, odd):
        self.rng = rng
        self.odd = odd  # how odd it gets, of 1
        self.groups = 0
        self.names = []

    def rarely(self, p):
        return self.rng.random() < p * self.odd

    # Pieces: a text, and a function from what groups caught so far to a sample.
    def literal(self):
        rng = self.rng
        word = rng.choice(WORDS) if rng.random() < .6 else ''.join(rng.choice('abAB01:-. ') for _ in range(rng.randint(1, 4)))
        text = ''.join('\\' + c if c in META or (c == ' ' and rng.random() < .3) else c for c in word)
        return text, lambda caught: word

    def of(self, table):
        text, samples = self.rng.choice(table)
        return text, lambda caught: self.rng.choice(samples)

    def empty(self):
        return self.rng.choice(EMPTY[:6] if self.rng.random() < .7 else EMPTY), lambda caught: ''

    def group(self, depth):
        rng = self.rng
        kind = rng.choice(['(?:', '(?:', '(', '(?<', '(?>', '(?i:', '(?s:', '(?x:', '(?-i:', '(?|', "(?'", '(?P<', '(?is-x:', '(*atomic:', '(?xi: '])
        if kind in ('(?|', '(*atomic:') and not self.rarely(.5):
            kind = '(?:'
        number = None
        if kind in ('(', '(?<', "(?'", '(?P<'):
            self.groups += 1
            number = self.groups
        name = ''
        if kind in ('(?<', "(?'", '(?P<'):
            name = 'n%d' % (number if not self.rarely(.05) else 1)
            self.names.append((name, number))
            name += "'" if kind == "(?'" else '>'
        inner, sample = self.alternatives(depth - 1)
        if kind == '(?x:' and rng.random() < .7:
            inner = ' ' + inner + ' # note\n '

        def make(caught):
            made = sample(caught)
            if number is not None:
                caught[number] = made[:60]
            return made
        return kind + name + inner + ')', make

    def reference(self):
        rng = self.rng
        if self.groups == 0:
            return self.literal()
        number = rng.randint(1, self.groups + (1 if self.rarely(.1) else 0))
        forms = ['\\%d' % number, '\\g{%d}' % number, '\\g%d' % number, '\\g{-1}'] + (['(?%d)' % number, '\\g<%d>' % number] if self.rarely(.2) else [])
        for name, n in self.names:
            if n == number:
                forms += ['\\k<%s>' % name, '\\k{%s}' % name, '(?P=%s)' % name, "\\k'%s'" % name]
        text = rng.choice(forms)
        return text, lambda caught: rng.choice([str.lower, str.upper, str, str, str])(caught.get(number, ''))

    def look(self, depth):
        rng = self.rng
        kind = rng.choice(['(?=', '(?!', '(?<=', '(?<!'])
        simple = rng.random() < .5
        if simple:
            parts = [rng.choice([self.literal, lambda: self.of(CLASSES), lambda: self.of(ESCAPES), self.empty])() for _ in range(rng.randint(1, 3))]
            if rng.random() < .3:
                parts = [(t + rng.choice(['$', '\\b', '\\z', '\\B']), s) if rng.random() < .5 else (rng.choice(['^', '\\b', '\\B']) + t, s)
                         for t, s in parts]
            inner = '|'.join(t for t, s in parts)
            samples = [s for t, s in parts]
        else:
            inner, s = self.alternatives(depth - 1)
            samples = [s]
        keep = {'(?<=': .9, '(?<!': .2, '(?=': .4, '(?!': .2}[kind]
        return kind + inner + ')', lambda caught: rng.choice(samples)(caught) if rng.random() < keep else ''

    def condition(self, depth):
        rng = self.rng
        yes, s1 = self.sequence(depth - 1)
        no, s2 = self.sequence(depth - 1)
        test = rng.choice(['(%d)' % rng.randint(1, max(1, self.groups)), '(?=a)', '(DEFINE)', '(R)', '(<n1>)', '(?<=a)'])
        if rng.random() < .4:
            return '(?' + test + yes + ')', lambda caught: s1(caught) if rng.random() < .5 else ''
        return '(?' + test + yes + '|' + no + ')', lambda caught: rng.choice([s1, s2])(caught)

    def atom(self, depth):
        rng = self.rng
        r = rng.random()
        if depth > 0 and r < .28:
            return self.group(depth)
        if depth > 0 and r < .40:
            return self.look(depth)
        if r < .43:
            return self.reference()
        if r < .47:
            return self.empty()
        if self.rarely(.04) and depth > 0:
            return self.condition(depth)
        if self.rarely(.05):
            return rng.choice(FLAGS), lambda caught: ''
        if self.rarely(.01):
            return rng.choice(['(*SKIP)', '(*ACCEPT)', '(*FAIL)', '\\K', '(?C1)', '(*PRUNE)', '(?R)']), lambda caught: ''
        if r < .62:
            return self.of(CLASSES[:9] if rng.random() < .5 else CLASSES)
        if r < .75:
            return self.of(ESCAPES[:5] if rng.random() < .5 else ESCAPES)
        return self.literal()

    def item(self, depth):
        rng = self.rng
        text, sample = self.atom(depth)
        if rng.random() < .3:
            q, low, high = rng.choice(QUANTIFIERS[:17] if rng.random() < .8 else QUANTIFIERS)
            if len(text) > 30 and high > 6:
                q, low, high = '{1,2}', 1, 2
            suffix = rng.choice(['', '', '', '?', '+'])
            blank = ' ' if self.rarely(.05) else ''
            literal = len(text) > 1 and text[0] not in '\\[('  # its last byte is repeated

            def make(caught, low=low, high=high):
                n = rng.randint(low, high)
                if literal:
                    whole = sample(caught)
                    return whole[:-1] + whole[-1:] * n
                made = ''
                for _ in range(n):
                    if caught['left'] > 0:  # repeats in repeats grow fast
                        caught['left'] -= 1
                        made += sample(caught)
                return made
            return text + blank + q + suffix, make
        return text, sample

    def sequence(self, depth):
        rng = self.rng
        items = [self.item(depth) for _ in range(rng.choice([1, 1, 2, 2, 3, 3, 4, 5]) if rng.random() > .06 * self.odd else 0)]
        return ''.join(t for t, s in items), lambda caught: ''.join(s(caught) for t, s in items)

    def alternatives(self, depth):
        rng = self.rng
        parts = [self.sequence(depth) for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4]))]
        return '|'.join(t for t, s in parts), lambda caught: rng.choice(parts)[1](caught)


def make_pattern(rng):
    maker = Maker(rng, rng.choice([0, .3, 1, 1]))
    text, sample = maker.alternatives(rng.choice([1, 2, 3, 3]))
    if rng.random() < .25:
        text, sample = text + 'zq', (lambda s: lambda caught: s(caught) + 'zq')(sample)
    if rng.random() < .15:
        text = '(?i)' + text
    return text, lambda: sample({'left': 400})


NOISE = ['', ' ', 'x', '9', '.', '_', 'foo ', ': ', '\xe9', '-', 'ab', '"', '\t', 'key=', '0', 'A', '\x00', '+', ' zq ', '\r', '\xc3', '/']


def near(rng, sample):
    """A record, as latin-1 text, with something like the sample."""
    text = sample()
    r = rng.random()
    if r < .35 and text:
        i = rng.randrange(len(text))
        kind = rng.randrange(5)
        if kind == 0:
            text = text[:i] + rng.choice('aA0.: -zq\xe9\xa0') + text[i + 1:]
        elif kind == 1:
            text = text[:i] + text[i + 1:]
        elif kind == 2:
            text = text[:i] + rng.choice('aA0.: -\xe9') + text[i:]
        elif kind == 3:
            text = text.swapcase()
        else:
            text = text[:i]
    elif r < .5:
        text = text + rng.choice(NOISE) + sample()
    elif r < .58:
        text = ''.join('%%%02X' % ord(c) if rng.random() < .3 else c for c in text)
    return rng.choice(NOISE) * rng.choice([1, 1, 1, rng.randrange(150)]) + text + rng.choice(NOISE) * rng.choice([1, 1, 2])


def quote(text):
    """As a libconfig string."""
    out = ''
    for c in text:
        if c in '"\\':
            out += '\\' + c
        elif c == '\n':
            out += '\\n'
        elif ord(c) < 32 or ord(c) > 126:
            out += '\\x%02x' % ord(c)
        else:
            out += c
    return '"' + out + '"'


ELEMENTS = ['email', 'ipv4', 'camera_id', 'sanction', 'content', 'url', 'phone', 'none', 'request_uri']


def rule_text(number, rule, rng):
    pattern, _, example = rule
    kind = ' kind = "web-traffic-log";' if rng.random() < .3 else ''
    return '  { id = "r%d"; element = "%s"; what = "made"; rank = %d; container = true;%s\n    pattern = %s;\n' \
        '    examples = [ %s ]; counter_examples = [ "~" ]; }' % (
            number, rng.choice(ELEMENTS), rng.choice([50, 50, 60, 80]), kind, quote(pattern), quote(example))


def complaints(folder, rules, seed):
    """Of $PURPOSED about the rules: the numbers of those that are refused, and of the slow ones."""
    with open(folder + '/rules/made.conf', 'w') as f:
        f.write('rules = (\n' + ',\n'.join(rule_text(i, r, random.Random(seed + i)) for i, r in enumerate(rules)) + '\n);\n')
    run = subprocess.run([os.environ['PURPOSED'], 'check', '--rules', folder + '/rules'], capture_output=True)
    named = {True: set(), False: set()}
    for line in run.stderr.split(b'\n'):
        match = re.search(rb"rule 'r(\d+)'( is slow)?", line)
        if match:
            named[bool(match.group(2))].add(int(match.group(1)))
    return named[False], named[True]


def make_rules(folder, seed, n):
    rng = random.Random(seed)
    rules = []
    while len(rules) < 3 * n:
        pattern, sample = make_pattern(rng)
        text = sample()
        if len(pattern) < 300 and 0 < len(text) < 200 and not re.search(r'\[\[|\]\]|[%&\\+\0]', text):
            rules.append((pattern, sample, '[[' + text + ']]'))
    refused, _ = complaints(folder, rules, seed)
    # Once more, with something that is sure to match.
    rules = [('(?:%s)|=zq%d=' % (r[0], i), r[1], '[[=zq%d=]]' % i) if i in refused else r for i, r in enumerate(rules)]
    while rules:
        refused, slow = complaints(folder, rules, seed)
        drop = refused or (slow if seed % 2 == 0 else set())
        if not drop and len(rules) <= n:
            break
        rules = [r for i, r in enumerate(rules) if i not in drop]
        if not drop:
            rules = rng.sample(rules, n)
    return rules


def main():
    folder, seed, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.makedirs(folder + '/rules')
    rules = make_rules(folder, seed, n)
    rng = random.Random(seed)
    records = [near(rng, sample) for _, sample, _ in rules for _ in range(25)]
    rng.shuffle(records)
    with open(folder + '/text', 'wb') as f:
        for record in records:
            f.write(record.encode('latin-1') + rng.choice([b'\n', b'\n', b'\r\n', b'\n\n']))
    print(len(rules))


main()
