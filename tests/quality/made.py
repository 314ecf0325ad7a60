#!/usr/bin/env python3
"""Made-up values that no check tells from others, in the record forms that say what they are.

usage: made.py [--seed N] [--each N] [--show N]      $PURPOSED is the binary (build/purposed); prints TAP

What stands where a form says that a name, a street, a plate, a session or a user agent follows is one,
whatever it looks like. So the values here are those that a list would not know: names that are words
for things, seasons, months and rooms, names of no language, with accents, hyphens and initials;
streets of every kind of ending; ids with many digits, few and none; programs that do not exist. A
form is written as in tests/quality/cases, with @KIND where a made value goes: every mark must be found
with its element and its exact bytes, and nothing else. The same seed gives the same records.
"""
import argparse
import os
import random
import re
import string
import sys

import score

CONSONANTS, VOWELS = 'b d f g k l m n p r s t v z br dr kl st vr š ž č ł'.split(), 'a e i o u é ö ü ij ou'.split()
SEASONS = 'Winter Zomer Sommer Summer'.split()
NOUNS = ('Lente Herbst April Mei Oktober Noël Pasen Montag Vendredi Keller Kamer Blum Stein Vogel Koning Bisschop '
         'Smit Visser Roos Berg Bos Wald Feld Stone Rivers Woods Page-Brun').split()
ROOMS = 'Hall Zaal Saal Salle Station Bank Street Office Radio Reader Power Brief'.split()
PARTICLES = ['', '', '', '', 'van ', 'van de ', 'Van den ', 'De ', 'von ', 'du ', "D'", 'zu ']
STREETS = ('Kerkstraat|Wagenweg|Autohof|Carlaan|Platenlei|Heuvel|Ter Eiken|Onder den Toren|Zavel|Klapdorp|Hoge Weg'
           '|Steenbakkerij|Sint-Jansvliet|rue Haute|Les Trois Tilleuls|Fond de Ville|Thier de la Fontaine|Pré Madame'
           '|Clos des Érables|Hauptstraße|Am Markt|Unter den Linden|Vor dem Tor|Kaperberg|Aachener Straße').split('|')
TOWNS = '9000 Gent|4700 Eupen|5000 Namur|1050 Bruxelles|4780 Sankt Vith|B-8000 Brugge'.split('|')
LETTERS = string.ascii_letters
MIXED = LETTERS + string.digits
BASE52 = 'BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz'


def some(r, alphabet, n):
    return ''.join(r.choice(alphabet) for _ in range(n))


def invented(r):
    return ''.join(r.choice(CONSONANTS) + r.choice(VOWELS) for _ in range(r.randint(2, 3))).capitalize()


def given(r):
    return r.choice([invented(r), invented(r), r.choice(NOUNS), invented(r) + '-' + invented(r), 'J.-' + invented(r)])


def family(r):
    return r.choice(PARTICLES) + r.choice([invented(r), r.choice(NOUNS + SEASONS)])


def name(r):
    return given(r) + ' ' + family(r)


def roomy(r):
    """Behind a key for a person even words for places, firms and seasons are names."""
    return r.choice([given(r), r.choice(SEASONS)]) + ' ' + r.choice(ROOMS)


def address(r):
    return '%s %s, %s' % (r.choice(STREETS), r.choice(['3', '12', '123', '318', '7A', '5 bus 2']), r.choice(TOWNS))


def plate(r):
    letters, digits = some(r, 'ABCDEFGHKLNPRSTVXZ', 3), str(r.randint(100, 999))
    return r.choice(['1-%s-%s' % (letters, digits), '2%s%s' % (letters, digits), '%s-%s' % (letters, digits),
                     '%s-%s' % (digits, letters)])


def session(r):
    hexadecimal = some(r, '0123456789abcdef', 32)
    uuid = '-'.join((hexadecimal[:8], hexadecimal[8:12], '4' + hexadecimal[12:15], 'a' + hexadecimal[15:18],
                     hexadecimal[20:]))
    return r.choice([hexadecimal, uuid, hexadecimal + some(r, '0123456789abcdef', 32),
                     'k7' + some(r, MIXED, 12) + '9q2x8'])


def mailsession(r):
    return 'aK' + some(r, LETTERS + '+/', 14)


def queue(r):
    return '4' + some(r, BASE52, r.randint(9, 15))


def epoch(r):
    return '17%s.%s' % (some(r, string.digits, 8), r.choice(['264', '265', some(r, string.digits, 3)]))


def agent(r):
    comment = r.choice([' (X11; Linux x86_64)', ' (kiosk, loket 7; nl-BE)', ' (compatible; +https://bot.example.net)'])
    program = 'k' + invented(r).encode('ascii', 'ignore').decode() + r.choice(['app', 'bot', '-client', 'Kiosk'])
    return r.choice([program + '/' + r.choice(['1.2', '2024.1', 'v2']), program + '/7' + comment, program + comment])


def birth(r):
    return '%02d/%02d/19%02d' % (r.randint(1, 28), r.randint(1, 12), r.randint(40, 99))


def account(r):
    """Of every shape, and some that end as words for programs do: Lambot, Knapp."""
    first, last = r.choice('jan els lien marc sofie anke omar nadia'.split()), r.choice(
        'baert claes dhondt hermans lambot huet knapp schmitz okafor yilmaz vranckx'.split())
    return r.choice([first[0] + last, first + '.' + last, last + str(r.randint(1, 99)), first + '_' + last,
                     first + '-' + last, 'u%06d' % r.randint(100000, 999999)])


KINDS = {f.__name__: f for f in (given, family, name, roomy, address, plate, session, mailsession, queue, epoch, agent,
                                 birth, account)}

HAPROXY = ('haproxy[14]: [[ip:203.0.113.9]]:33317 [06/Feb/2024:12:14:14.655] in st/s1 10/0/30/69/109 200 2750 - - ---- '
           '1/1/1/1/0 0/0 {%s} "GET [[request_uri:/x]] HTTP/1.1"')
ACCESS = '[[ip:203.0.113.9]] - - [12/Mar/2024:08:01:02 +0100] "GET [[request_uri:/a]] HTTP/1.1" 200 512 '
FORMS = {
    'names behind their key': [
        '{"aanvrager":"[[person_name:@name]]","status":"open"}',
        '{"overtreder":"[[person_name:@roomy]]"}',
        '<demandeur>[[person_name:@name]]</demandeur>',
        'level=info antragsteller="[[person_name:@roomy]]" ok=1',
        '{"naam":"[[person_name:@name]]","geboren":"x"}',
        '{"voornaam":"[[person_name:@given]]","achternaam":"[[person_name:@family]]"}',
        '<prenom>[[person_name:@given]]</prenom><nom>[[person_name:@family]]</nom>'],
    'names in sentences': [
        'dossier van [[person_name:@name]], geboren [[date_of_birth:@birth]]',
        'klant [[person_name:@name]] belde',
        'Antrag von [[person_name:@name]] angelegt',
        'Brief an [[person_name:@name]] verschickt',
        '[[person_name:@name]] woont nu op [[postal_address:Kerkstraat 7, 9000 Gent]]',
        'rendez-vous avec [[person_name:@name]] à 14h'],
    'addresses': [
        'Levering op [[postal_address:@address]] uitgevoerd',
        'colis livré à [[postal_address:@address]], signé',
        'Lieferung an [[postal_address:@address]] zugestellt',
        '{"adres":"[[postal_address:@address]]"}'],
    'plates': [
        'wagen [[plate:@plate]] op plaats 7',
        '{"plate":"[[plate:@plate]]"}',
        'nummerplaat [[plate:@plate]] geregistreerd'],
    'sessions and queues': [
        'INFO session [[session_id:@session]] closed',
        'sessie [[session_id:@session]] verlopen',
        '<AuthnStatement SessionIndex="[[session_id:@session]]">',
        'imap-login: Login: user=<[[username:k7jan]]>, method=PLAIN, session=<[[session_id:@mailsession]]>',
        'opendkim[77]: [[queue_id:@queue]]: DKIM verification successful',
        'postfix/qmgr[7]: [[queue_id:@queue]]: removed'],
    'user agents': [
        HAPROXY % 'www.example.net|[[user_agent:@agent]]',
        ACCESS + '"[[user_agent:@agent]]"',
        ACCESS + '"-" "[[user_agent:@agent]]"',
        'client=[[ip:203.0.113.9]] ua=[[user_agent:@agent]] status=200'],
    'accounts in sentences of case work': [
        "INFO [[username:@account]]'s session expired",
        "badge of '[[username:@account]]' revoked",
        'boîte aux lettres de « [[username:@account]] » verrouillée',
        'case 771 put on hold by [[username:@account]]',
        'zaak 771 in behandeling genomen door [[username:@account]], termijn drie dagen',
        'dossier 771 pris en charge par [[username:@account]]',
        'Akte 771 von [[username:@account]] wiederhergestellt',
        'dossier 771 confié à [[username:@account]], sans délai',
        'zaak 771: behandelaar gewijzigd van [[username:@account]] naar [[username:@account]]',
        'INFO [[username:@account]] has no access to case 771',
        'INFO [[username:@account]] handelt im Namen von [[username:@account]]',
        'toegang geweigerd: [[username:@account]]',
        'note ajoutée par [[username:@account]] au dossier 771',
        'verlof 7: aanvrager [[username:@account]], goedkeurder [[username:@account]]'],
    'accounts behind their key': [
        '{"leidinggevende":"[[username:@account]]","zaak":771}',
        '{"attribueA":"[[username:@account]]","dossier":771}',
        '{"vertreter":"[[username:@account]]","akte":771}',
        'case=771 on_behalf_of=[[username:@account]] ok=1',
        '<gewijzigdDoor>[[username:@account]]</gewijzigdDoor>',
        "UPDATE dossier SET behandelaar = '[[username:@account]]' WHERE id = 7",
        'token issued: sub=[[username:@account]] aud=portaal'],
    'what is no account': [
        'case 771 closed by timeout', 'zaak 771 afgesloten door verjaring', 'dossier 771 clôturé par erreur',
        'Akte 771 von Amts wegen geschlossen', 'access denied: policy', '{"owner":"platform-team"}',
        '{"vertreter":"dienst"}', "server's certificate expired", 'ticket 771 escalated to management',
        'INFO token has no permission', 'note de service au dossier 771', '<agent>system</agent>'],
    'times': [
        'type=SYSCALL msg=audit(@epoch:77): arch=c000003e syscall=59 success=yes',
        '{"ts":@epoch,"level":"info","msg":"ok"}'],
}


def cases(form, r, each):
    for _ in range(each):
        line = re.sub(r'@(\w+)', lambda m: KINDS[m[1]](r), form)
        yield score.Case('made', line.encode(), form, None)


def complaints(case, found):
    for f in sorted(case.labels - found):
        yield 'missed %s %r' % (f[0], case.text[f[1]:f[2]].decode())
    for f in sorted(found - case.labels, key=str):
        yield 'found %s %r' % (f[0], case.text[f[1]:f[2]].decode())


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--each', type=int, default=30, help='values of every form')
    ap.add_argument('--show', type=int, default=5)
    a = ap.parse_args()
    r = random.Random(a.seed)
    passed = True
    for number, (what, forms) in enumerate(FORMS.items(), 1):
        made = [case for form in forms for case in cases(form, r, a.each)]
        bad = [(case, why) for case, found in zip(made, score.find(os.environ.get('PURPOSED', 'build/purposed'), made))
               if (why := list(complaints(case, found)))]
        print('%sok %d - %s: %d records, %d forms' % ('not ' if bad else '', number, what, len(made), len(forms)))
        for case, why in bad[:a.show]:
            print('#   %s\n#     %s' % ('; '.join(why), case.text.decode()))
        passed = passed and not bad
    print('1..%d' % len(FORMS))
    sys.exit(0 if passed else 1)


if __name__ == '__main__':
    main()
