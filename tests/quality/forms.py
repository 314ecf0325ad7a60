#!/usr/bin/env python3
"""Checked values in every record form and encoding: found exactly where they are valid, else not.

usage: forms.py [--seed N] [--show N]      $PURPOSED is the binary (build/purposed); prints TAP

Every kind of value (tests/quality/values.py) is put, right and wrong, in every way of writing it, into
every record form below that may carry it, in every encoding that the form may have; then several
kinds into one record. A right value must be found with its element and its exact bytes, once; of a
wrong one, of which only the check is spoilt, no byte may be found with that element. In no record may
two findings of one element overlap. The same seed gives the same records. --show tells how many
failures of each kind are printed.
"""
import argparse
import html
import json
import os
import random
import subprocess
import sys
from urllib.parse import quote, quote_plus

import values

# --- Encodings: name -> function of the value, None where the form cannot carry it so ---------------

QUERY_SAFE = set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$()*,;:@/?')


def each(value, keep, write):
    return ''.join(c if keep(c) else write(c) for c in value)


def never(_):
    return False


def percent_all(value):
    return ''.join('%%%02X' % b for b in value.encode())


QUERY = {
    'plain': lambda v: v if set(v) <= QUERY_SAFE else None,
    'percent': lambda v: quote(v, safe=''),
    'percent, small': lambda v: each(v, str.isalnum, lambda c: '%%%02x' % ord(c)),
    'percent, all': percent_all,
    'percent twice': lambda v: quote(quote(v, safe=''), safe=''),
    'percent twice, all': lambda v: quote(percent_all(v), safe=''),
    'plus': lambda v: quote_plus(v) if ' ' in v else None,
    'hexadecimal': lambda v: each(v, str.isalnum, lambda c: '\\x%02X' % ord(c)),
    'hexadecimal, all': lambda v: each(v, never, lambda c: '\\x%02x' % ord(c)),
}
PATH = {name: QUERY[name] for name in ('percent', 'percent, small', 'percent, all', 'percent twice')}
PLAIN = {'plain': lambda v: v}
# As typesetters part groups of digits, and words that are to stay together.
SPACED = {
    'no-break blanks': lambda v: v.replace(' ', '\u00a0') if ' ' in v else None,
    'narrow blanks': lambda v: v.replace(' ', '\u202f') if ' ' in v else None,
}
QUOTED = {'plain': lambda v: v, 'hexadecimal': QUERY['hexadecimal']}


def json_text(v):
    return json.dumps(v, ensure_ascii=False)[1:-1]


JSON = {
    'plain': json_text,
    'with slashes escaped': lambda v: json_text(v).replace('/', '\\/') if '/' in v else None,
    'unicode': lambda v: each(v, str.isalnum, lambda c: '\\u%04x' % ord(c)),
    'unicode, all': lambda v: each(v, never, lambda c: '\\u%04X' % ord(c)),
}
# A JSON text that is a string in another one.
JSON_TWICE = {name: lambda v, write=write: write(v) and json_text(write(v)) for name, write in JSON.items()}
JSON_QUERY = {name: lambda v, write=QUERY[name]: write(v) and json_text(write(v)) for name in
              ('plain', 'percent', 'percent, all', 'percent twice', 'plus', 'hexadecimal')}
XML = {
    'plain': lambda v: html.escape(v, quote=False),
    'decimal references': lambda v: each(v, str.isalnum, lambda c: '&#%d;' % ord(c)),
    'hexadecimal references': lambda v: each(v, str.isalnum, lambda c: '&#x%x;' % ord(c)),
    'references, all': lambda v: each(v, never, lambda c: '&#%d;' % ord(c)),
}

# --- Record forms: name, encodings, template, and what it carries -----------------------------------
#
# {k} is the kind's word in the form's language, {v} the value. Without {k} the value stands alone.
# 'any': whatever kind; else only kinds that are "like" it.

STAMP = '12/Mar/2024:08:01:02 +0100'
AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0'
FORMS = [
    # Web servers: the query, the path, the referrer.
    ('common log, query', QUERY, 'nl', '192.0.2.99 - - [%s] "GET /loket?stap=2&{k}={v}&taal=nl HTTP/1.1" 200 512' % STAMP, 'any'),
    ('common log, query, last', QUERY, 'fr', '192.0.2.99 - - [%s] "GET /guichet?{k}={v} HTTP/1.1" 302 -' % STAMP, 'any'),
    ('common log, query, no word', QUERY, 'en', '192.0.2.99 - - [%s] "GET /search?q={v} HTTP/1.1" 200 512' % STAMP, 'any'),
    ('combined log, path', PATH, 'en', '192.0.2.99 - - [%s] "GET /file/{v}/edit HTTP/2.0" 200 77 "-" "%s"' % (STAMP, AGENT), 'path'),
    ('combined log, query', QUERY, 'en', '192.0.2.99 - k7 [%s] "POST /form?{k}={v}#top HTTP/1.1" 200 77 "https://www.example.be/" "%s"' % (STAMP, AGENT), 'any'),
    ('combined log, referrer', QUERY, 'de', '192.0.2.99 - - [%s] "GET /a.css HTTP/1.1" 200 77 "https://www.example.be/x?{k}={v}" "%s"' % (STAMP, AGENT), 'any'),
    ('vhost combined log, query', QUERY, 'nl', 'www.example.be:443 192.0.2.99 - - [%s] "GET /x?{k}={v}&a=1 HTTP/1.1" 200 77 "-" "%s"' % (STAMP, AGENT), 'any'),
    ('proxied log, client', PLAIN, 'en', '192.0.2.99 - - [%s] "GET / HTTP/1.1" 200 77 "-" "%s" "{v}"' % (STAMP, AGENT), 'ip'),
    ('access log, client', PLAIN, 'en', '{v} - - [%s] "GET / HTTP/1.1" 200 77 "-" "%s"' % (STAMP, AGENT), 'ip'),
    ('nginx error log, request', QUERY, 'nl', '2024/03/12 08:01:02 [error] 71#71: *7 open() "/srv/x" failed (2: No such file or directory), client: 192.0.2.99, server: www.example.be, request: "GET /x?{k}={v} HTTP/1.1", host: "www.example.be"', 'any'),
    ('nginx error log, client', PLAIN, 'en', '2024/03/12 08:01:02 [error] 71#71: *7 access forbidden by rule, client: {v}, server: www.example.be, request: "GET / HTTP/1.1", host: "www.example.be"', 'ip'),
    ('Apache error log, client', PLAIN, 'en', '[Tue Mar 12 08:01:02.123456 2024] [authz_core:error] [pid 71:tid 72] [client {v}:40123] AH01630: client denied by server configuration: /srv/www', 'ip'),
    ('HAProxy, request', QUERY, 'en', 'Mar 12 08:01:02 lb7 haproxy[71]: 192.0.2.99:40123 [12/Mar/2024:08:01:02.123] www~ app/app1 0/0/1/7/8 200 512 - - ---- 1/1/0/0/0 0/0 "GET /x?{k}={v} HTTP/1.1"', 'any'),
    ('HAProxy, client', PLAIN, 'en', 'Mar 12 08:01:02 lb7 haproxy[71]: {v}:40123 [12/Mar/2024:08:01:02.123] www~ app/app1 0/0/1/7/8 200 512 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"', 'ip'),
    ('nginx JSON, request', JSON_QUERY, 'nl', '{{"time":"2024-03-12T08:01:02+01:00","remote_addr":"192.0.2.99","request":"GET /x?{k}={v}&s=1 HTTP/1.1","status":200,"http_user_agent":"%s"}}' % AGENT, 'any'),
    ('Caddy JSON, uri', JSON_QUERY, 'en', '{{"level":"info","ts":1710230462.123,"logger":"http.log.access","msg":"handled request","request":{{"remote_ip":"192.0.2.99","method":"GET","host":"www.example.be","uri":"/x?{k}={v}","headers":{{"User-Agent":["%s"]}}}},"status":200}}' % AGENT, 'any'),
    ('Traefik JSON, path', JSON_QUERY, 'fr', '{{"ClientHost":"192.0.2.99","DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/x?{k}={v}","RequestProtocol":"HTTP/2.0","time":"2024-03-12T08:01:02Z"}}', 'any'),
    ('Traefik JSON, client', JSON, 'en', '{{"ClientHost":"{v}","DownstreamStatus":200,"RequestMethod":"GET","RequestPath":"/x","time":"2024-03-12T08:01:02Z"}}', 'ip'),
    ('ECS JSON, url', JSON_QUERY, 'en', '{{"@timestamp":"2024-03-12T08:01:02Z","http.request.method":"GET","url.original":"/x?{k}={v}","source.ip":"192.0.2.99"}}', 'any'),
    ('IIS W3C, query', QUERY, 'nl', '2024-03-12 08:01:02 10.0.0.4 GET /x {k}={v}&a=1 443 - 192.0.2.99 Mozilla/5.0+(Windows+NT+10.0) - 200 0 0 15', 'any'),
    ('IIS W3C, client', PLAIN, 'en', '2024-03-12 08:01:02 10.0.0.4 GET /x - 443 - {v} Mozilla/5.0+(Windows+NT+10.0) - 200 0 0 15', 'ip'),
    # Applications: JSON, logfmt, prose, XML.
    ('JSON, key', JSON, 'nl', '{{"level":"info","{k}":"{v}","ms":7}}', 'any'),
    ('JSON, key, spaced', JSON, 'en', '{{ "level" : "info", "{k}" : "{v}" }}', 'any'),
    ('JSON, nested', JSON, 'fr', '{{"event":{{"data":{{"{k}":"{v}","n":[1,2]}}}}}}', 'any'),
    ('JSON, message', JSON, 'de', '{{"severity":"warn","msg":"{k}: {v} ok"}}', 'any'),
    ('JSON in JSON', JSON_TWICE, 'nl', '{{"log":"{{\\"level\\":\\"info\\",\\"{k}\\":\\"{v}\\"}}\\n","stream":"stdout"}}', 'any'),
    ('logfmt, quoted', JSON, 'en', 'ts=2024-03-12T08:01:02Z level=info {k}="{v}" ms=7', 'any'),
    ('logfmt, bare', PLAIN, 'nl', 'ts=2024-03-12T08:01:02Z level=info {k}={v} ms=7', 'word'),
    ('prose, Dutch', PLAIN, 'nl', '2024-03-12 08:01:02,123 INFO loket - {k}: {v} opgezocht', 'any'),
    ('prose, French', PLAIN, 'fr', '2024-03-12 08:01:02,123 INFO guichet - {k} : {v} recherché', 'any'),
    ('prose, German', PLAIN, 'de', '2024-03-12 08:01:02,123 INFO schalter - {k}: {v} gesucht', 'any'),
    ('prose, English', PLAIN, 'en', '2024-03-12 08:01:02,123 INFO desk - {k}: {v} looked up', 'any'),
    ('prose, typeset', SPACED, 'fr', 'échec pour {k}\u00a0: {v}\u00a0!', 'any'),
    ('coloured logfmt', PLAIN, 'en', '\x1b[90m08:01\x1b[0m \x1b[32mINF\x1b[0m looked up \x1b[36m{k}=\x1b[0m{v}\x1b[0m', 'word'),
    ('environment', PLAIN, 'en', 'A=1\0{k}={v}\0HOME=/root\0', 'word'),
    ('prose, in parentheses', PLAIN, 'nl', '[2024-03-12] app.WARNING: dubbele aanvraag ({k} {v}), zie boven', 'any'),
    ('prose, at the end', PLAIN, 'fr', 'échec pour {k} {v}', 'any'),
    ('prose, no word', PLAIN, 'en', 'INFO lookup of [{v}] took 7 ms', 'any'),
    ('CSV, no word', PLAIN, 'en', '2024-03-12;import;"{v}";ok', 'any'),
    ('form body', QUERY, 'nl', 'POST /x 200 body="a=1&{k}={v}&s=Opslaan"', 'any'),
    ('cookie', {'percent': QUERY['percent'], 'percent, all': percent_all}, 'en', 'Cookie: theme=dark; {k}={v}; lang=nl', 'any'),
    ('header', PLAIN, 'en', 'X-{k}: {v}', 'any'),
    ('Ruby hash', PLAIN, 'nl', 'Parameters: {{"utf8"=>"x", "{k}"=>"{v}", "commit"=>"Zoek"}}', 'any'),
    ('PHP array', PLAIN, 'fr', 'Array ( [id] => 7 [{k}] => {v} )', 'any'),
    ('Python dict', PLAIN, 'en', "payload {{'id': 7, '{k}': '{v}', 'x': None}}", 'quotable'),
    ('Java record', PLAIN, 'nl', 'aanvraag Aanvraag[id=7, {k}={v}, staat=OPEN] bewaard', 'any'),
    ('Go struct', PLAIN, 'en', 'got {{Id:7 {k}:{v} Open:true}}', 'any'),
    ('GraphQL', JSON_TWICE, 'en', '{{"query":"{{ person({k}: \\"{v}\\") {{ id }} }}"}}', 'any'),
    ('YAML', PLAIN, 'fr', '- {k}: "{v}"', 'any'),
    ('XML, element', XML, 'nl', '<req><id>7</id><{k}>{v}</{k}></req>', 'any'),
    ('XML, namespace', XML, 'fr', '<ns2:req xmlns:ns2="urn:x"><ns2:{k}>{v}</ns2:{k}></ns2:req>', 'any'),
    ('XML, attribute', XML, 'en', '<call {k}="{v}" ms="7"/>', 'any'),
    ('SQL error detail', PLAIN, 'nl', 'ERROR:  duplicate key value violates unique constraint "u7" DETAIL:  Key ({k})=({v}) already exists.', 'any'),
    ('SQL condition', PLAIN, 'en', "LOG:  statement: SELECT id FROM t WHERE {k} = '{v}' LIMIT 1", 'quotable'),
    ('Java trace', PLAIN, 'nl', 'java.lang.IllegalArgumentException: ongeldig {k}: {v} at be.example.Loket.zoek(Loket.java:77)', 'any'),
    ('Python trace', PLAIN, 'en', "ValueError: invalid {k}: '{v}' File \"/srv/app/x.py\", line 7, in parse", 'quotable'),
    # Syslog in both forms, with structured data.
    ('RFC 3164', PLAIN, 'nl', '<134>Mar 12 08:01:02 app7 loket[71]: {k}={v}', 'word'),
    ('RFC 5424', PLAIN, 'fr', '<134>1 2024-03-12T08:01:02.123Z app7 guichet 71 ID7 - {k}: {v}', 'any'),
    ('RFC 5424, structured data', PLAIN, 'en', '<134>1 2024-03-12T08:01:02Z app7 desk 71 ID7 [req@32473 {k}="{v}" n="7"] done', 'any'),
    # Programs that name addresses.
    ('sshd, failed', PLAIN, 'en', 'Mar 12 08:01:02 srv7 sshd[71]: Failed password for invalid user k7 from {v} port 40123 ssh2', 'ip'),
    ('sshd, closed', PLAIN, 'en', 'Mar 12 08:01:02 srv7 sshd[71]: Connection closed by {v} port 40123 [preauth]', 'ip'),
    ('PAM, rhost', PLAIN, 'en', 'Mar 12 08:01:02 srv7 sshd[71]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={v}  user=k7', 'ip'),
    ('sudo, command', PLAIN, 'en', 'Mar 12 08:01:02 srv7 sudo:   k.maes : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/usr/bin/ping {v}', 'ip'),
    ('Postfix, to', PLAIN, 'en', 'Mar 12 08:01:02 mx7 postfix/smtp[71]: 4F1D2C3B9A: to=<{v}>, relay=mx.example.net[192.0.2.99]:25, delay=1, dsn=2.0.0, status=sent (250 ok)', 'mail'),
    ('Postfix, client', PLAIN, 'en', 'Mar 12 08:01:02 mx7 postfix/smtpd[71]: connect from unknown[{v}]', 'ip'),
    ('Postfix, sasl', PLAIN, 'en', 'Mar 12 08:01:02 mx7 postfix/smtpd[71]: 4F1D2C3B9A: client=x[192.0.2.99], sasl_method=PLAIN, sasl_username={v}', 'mail'),
    ('Dovecot, login', PLAIN, 'en', 'Mar 12 08:01:02 mx7 dovecot: imap-login: Login: user=<{v}>, method=PLAIN, rip=192.0.2.99, lip=10.0.0.4, mpid=77, TLS, session=<77aaVvK5qqIzWkM1>', 'mail'),
    ('Dovecot, rip', PLAIN, 'en', 'Mar 12 08:01:02 mx7 dovecot: imap-login: Aborted login (auth failed, 1 attempts): user=<k7>, method=PLAIN, rip={v}, lip=10.0.0.4', 'ip'),
    ('netfilter, SRC', PLAIN, 'en', 'Mar 12 08:01:02 fw7 kernel: [77.1] DROP IN=eth0 OUT= MAC=02:1b:44:11:3a:b7:02:1b:44:99:3a:01:08:00 SRC={v} DST=10.0.0.4 LEN=60 PROTO=TCP SPT=40123 DPT=22', 'ip'),
    ('Cisco ASA', PLAIN, 'en', '%ASA-4-106023: Deny tcp src outside:{v}/40123 dst inside:10.0.0.4/22 by access-group "out"', 'ip4'),
    ('DHCP, address', PLAIN, 'en', 'Mar 12 08:01:02 gw7 dhcpd: DHCPACK on {v} to 02:1b:44:11:3a:b7 (pc7) via eth1', 'ip4'),
    ('DHCP, hardware', PLAIN, 'en', 'Mar 12 08:01:02 gw7 dhcpd[71]: DHCPREQUEST for 10.0.0.77 from {v} via eth1', 'mac'),
    ('hostapd', PLAIN, 'en', 'Mar 12 08:01:02 ap7 hostapd: wlan0: STA {v} IEEE 802.11: associated', 'mac'),
    ('auditd, addr', PLAIN, 'en', 'type=USER_LOGIN msg=audit(1710230462.123:77): pid=71 uid=0 auid=1000 ses=7 msg=\'op=login acct="k7" exe="/usr/sbin/sshd" hostname=? addr={v} terminal=ssh res=failed\'', 'ip'),
    ('fail2ban', PLAIN, 'en', '2024-03-12 08:01:02,123 fail2ban.actions [71]: NOTICE [sshd] Ban {v}', 'ip'),
]


def word(form, kind, language, r):
    """The kind's word as the form can carry it: keys of queries, JSON and XML have no spaces."""
    key = r.choice(kind.keys[language])
    if form.startswith(('prose', 'RFC 5424, str', 'Java', 'Python', 'JSON, message', 'RFC 5424')) and \
            'structured' not in form:
        return key
    key = key.replace(' ', '_').replace("'", '_')
    if form.startswith(('common', 'combined', 'vhost', 'nginx', 'HAProxy', 'Caddy', 'Traefik', 'ECS', 'IIS',
                        'XML', 'RFC', 'SQL')):
        key = key.translate(str.maketrans('éèô', 'eeo'))
    return key


def carries(what, kind, style, template):
    if '{k}' not in template and what in ('any', 'path') and not (kind.bare and kind.bare(style)):
        return False
    if what == 'path':
        return 'ip' not in kind.like and not (kind.element == 'phone' and style[0] == '0')
    if what == 'word':
        return ' ' not in style
    if what == 'quotable':
        return "'" not in style
    return what == 'any' or what in kind.like


class Value:
    """A value in a record: bytes [start, end)."""

    def __init__(self, kind, style, right, start, end):
        self.kind, self.style, self.right, self.start, self.end = kind, style, right, start, end


class Case:
    def __init__(self, form, encoding, record, placed):
        self.form, self.encoding, self.record, self.placed = form, encoding, record, placed


def cases(kind, r):
    for form, encodings, language, template, what in FORMS:
        for encoding, write in encodings.items():
            for right, make in ((True, kind.right), (False, kind.wrong)):
                styles = kind.styles(make(r)) if make else []
                for style in r.sample(styles, min(2, len(styles))):
                    text = write(style)
                    if text is None or not carries(what, kind, style, template):
                        continue
                    key = word(form, kind, language, r) if '{k}' in template else ''
                    head, tail = (part.format(k=key) for part in template.split('{v}'))
                    start = len(head.encode())
                    value = Value(kind, style, right, start, start + len(text.encode()))
                    yield Case(form, encoding, (head + text + tail).encode(), [value])


# Forms of several values: encodings, head, one value with its word, what parts two, tail.
MIXED = {
    'common log, several': (QUERY, '192.0.2.99 - - [%s] "GET /x?' % STAMP, '{k}={v}', '&', ' HTTP/1.1" 200 5'),
    'JSON, several': (JSON, '{"level":"info",', '"{k}":"{v}"', ',', '}'),
    'JSON in JSON, several': (JSON_TWICE, '{"log":"{', '\\"{k}\\":\\"{v}\\"', ',', '}\\n","stream":"stdout"}'),
    'logfmt, several': (JSON, 'level=info ', '{k}="{v}"', ' ', ' ms=7'),
    'XML, several': (XML, '<req>', '<{k}>{v}</{k}>', '', '</req>'),
    'prose, several': (PLAIN, '2024-03-12 08:01:02 INFO desk - ', '{k}: {v}', '; ', '.'),
}


def mixed_cases(kinds, r, n):
    for i in range(n):
        form, (encodings, record, one, between, tail) = r.choice(list(MIXED.items()))
        encoding, write = r.choice(list(encodings.items()))
        placed = []
        for kind in r.sample(kinds, r.randint(2, 5)):
            style = r.choice(kind.styles(kind.right(r)))
            text = next(filter(None, (w(style) for w in (write, *encodings.values()))))
            key = word(form, kind, 'en', r)
            head, rest = (part.format(k=key) for part in one.split('{v}'))
            record += (between if placed else '') + head
            start = len(record.encode())
            placed.append(Value(kind, style, True, start, start + len(text.encode())))
            record += text + rest
        yield Case(form, encoding, (record + tail).encode(), placed)


def find(binary, all_cases):
    args = [binary, 'filter', '-p', 'nis2-supervision', '-o', 'json', '--select', 'all', '--exit-zero']
    p = subprocess.run(args, input=b''.join(c.record + b'\n' for c in all_cases), stdout=subprocess.PIPE,
                       check=False)
    out = [json.loads(line) for line in p.stdout.split(b'\n') if line]
    if p.returncode or len(out) != len(all_cases):
        sys.exit('forms: status %d, %d records in, %d out' % (p.returncode, len(all_cases), len(out)))
    return [[(f.get('element'), f['start'], f['end']) for f in o['findings']] for o in out]


def judge_value(value, record, found):
    element = value.kind.element
    near = [f for f in found if f[0] == element and f[1] < value.end and value.start < f[2]]
    if not value.right:
        return 'found, though wrong' if near else None
    if near == [(element, value.start, value.end)]:
        return None
    return 'found as %r' % record[near[0][1]:near[0][2]] if near else 'missed'


def judge(case, found):
    """What is wrong with the findings of a case."""
    for i, a in enumerate(found):
        for b in found[i + 1:]:
            if a[0] == b[0] and a[1] < b[2] and b[1] < a[2]:
                yield '%s found twice' % a[0]
    for value in case.placed:
        why = judge_value(value, case.record, found)
        if why:
            yield '%s %r %s' % ('right' if value.right else 'wrong', value.style, why)


def report(number, what, judged, show):
    """Prints the test of these (case, findings, complaints); whether it passed."""
    bad = [j for j in judged if j[2]]
    print('%sok %d - %s: %d records, %d forms' % ('not ' if bad else '', number, what, len(judged),
                                                  len({case.form for case, _, _ in judged})))
    for case, found, complaints in bad[:show]:
        print('#   %s (%s, %s)' % ('; '.join(complaints), case.form, case.encoding))
        print('#     %s' % case.record.decode())
        print('#     %r' % found)
    if len(bad) > show:
        print('#   and %d more' % (len(bad) - show))
    return not bad


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--show', type=int, default=5)
    a = ap.parse_args()
    r = random.Random(a.seed)
    kinds = values.kinds()
    tests = {kind.name: list(cases(kind, r)) for kind in kinds}
    tests['several kinds'] = list(mixed_cases(kinds, r, 1000))
    found = iter(find(os.environ.get('PURPOSED', 'build/purposed'), sum(tests.values(), [])))
    passed = True
    for number, (what, group) in enumerate(tests.items(), 1):
        judged = [(case, f, list(judge(case, f))) for case, f in ((case, next(found)) for case in group)]
        passed = report(number, what, judged, a.show) and passed
    print('1..%d' % len(tests))
    sys.exit(0 if passed else 1)


if __name__ == '__main__':
    main()
