"""Made-up values of every checked kind, right and wrong, for tests/quality/forms.py.

The checks are computed here anew, from the same public sources that daemon/engine/validate_*.c
name, so that a mistake in one of the two shows. Nothing is drawn from a register: dates, serials and
accounts are random, and only the check makes a value one of its kind.

A Kind has a function right(r) that gives a value as its issuer writes it, wrong(r) for one that only
something spoils (where that is only the check, the same styles serve it), and styles(value) for the
ways in which people write it. keys are the words before it, by language; where bare(style) holds it
must be found without any of them. like names what else it can be in a record: an address, a mailbox.
"""
import datetime

DIGITS = '0123456789'


class Kind:
    def __init__(self, name, element, right, wrong, styles, keys, bare, like=()):
        self.name, self.element, self.right, self.wrong = name, element, right, wrong
        self.styles, self.keys, self.bare, self.like = styles, keys, bare, like


def digits(r, n):
    return ''.join(r.choice(DIGITS) for _ in range(n))


def groups(value, sizes, separator):
    out, at = [], 0
    for n in sizes:
        out.append(value[at:at + n])
        at += n
    return separator.join(out)


def spoilt(value, at, is_right, r):
    """value with the digit at `at` changed so that it is right in no reading."""
    for d in r.sample(DIGITS, 10):
        other = value[:at] + d + value[at + 1:]
        if not is_right(other):
            return other
    raise AssertionError(value)


# --- Belgium ---------------------------------------------------------------------------------------

def nn_check(base, since_2000):
    return '%02d' % (97 - int(('2' if since_2000 else '') + base) % 97)


def nn_base(r, month_more):
    day = datetime.date(1930, 1, 1) + datetime.timedelta(days=r.randrange(34000))
    base = '%02d%02d%02d%03d' % (day.year % 100, day.month + month_more, day.day, r.randint(1, 997))
    return base, day.year >= 2000


def nn(r):
    base, since = nn_base(r, 0)
    return base + nn_check(base, since)


def bis(r):
    base, since = nn_base(r, r.choice([20, 40]))
    return base + nn_check(base, since)


def is_nn(v):
    return v[9:] in (nn_check(v[:9], False), nn_check(v[:9], True))


def nn_styles(v):
    return [v, groups(v, [2, 2, 2, 3, 2], '.')[:8] + '-' + v[6:9] + '.' + v[9:],
            v[:6] + '-' + v[6:9] + '-' + v[9:], groups(v, [2, 2, 2, 3, 2], ' '),
            groups(v, [2, 2, 2], '/') + '-' + v[6:9] + '-' + v[9:], v[:6] + ' ' + v[6:9] + ' ' + v[9:]]


def kbo(first):
    def make(r):
        base = r.choice(first) + digits(r, 7)
        return base + '%02d' % (97 - int(base) % 97)
    return make


def is_kbo(v):
    return int(v[8:10]) == 97 - int(v[:8]) % 97


def mod97_12(r, first=DIGITS):
    base = r.choice(first) + digits(r, 9)
    return base + '%02d' % (int(base) % 97 or 97)


def is_mod97_12(v):
    return int(v[10:]) == (int(v[:10]) % 97 or 97)


# --- Accounts and cards ----------------------------------------------------------------------------

# Country: what follows the check digits, as the registry writes it (n digits, a capitals, c either).
IBAN = {'BE': None, 'ES': None, 'NL': '4a10n', 'FR': '10n11c2n', 'DE': '18n', 'LU': '3n13c',
        'GB': '4a14n', 'IT': '1a10n12c', 'AT': '16n', 'CH': '5n12c', 'PL': '24n', 'PT': '21n',
        'SE': '20n', 'DK': '14n', 'FI': '14n', 'NO': '11n', 'IE': '4a14n', 'CZ': '20n', 'GR': '7n16c',
        'RO': '4a16c', 'HU': '24n', 'BG': '4a6n8c', 'HR': '17n', 'LT': '16n', 'LV': '4a13c',
        'EE': '16n', 'SI': '15n', 'SK': '20n', 'MT': '4a5n18c', 'CY': '8n16c', 'TR': '6n16c',
        'MA': '24n', 'TN': '20n'}


def as_number(text):
    return int(''.join(str(int(c, 36)) for c in text))


def bban(r, structure):
    sets = {'n': DIGITS, 'a': 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'c': DIGITS + 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'}
    out, count = '', ''
    for c in structure:
        if c.isdigit():
            count += c
        else:
            out += ''.join(r.choice(sets[c]) for _ in range(int(count)))
            count = ''
    return out


def bban_spain(r):
    def check(text):
        rest = 11 - sum(int(d) * w for d, w in zip(text, (1, 2, 4, 8, 5, 10, 9, 7, 3, 6))) % 11
        return str(rest if rest < 10 else 11 - rest)
    bank, account = digits(r, 8), digits(r, 10)
    return bank + check('00' + bank) + check(account) + account


def iban(r):
    country = r.choice(sorted(IBAN))
    if country == 'BE':
        body = mod97_12(r)
    elif country == 'ES':
        body = bban_spain(r)
    else:
        body = bban(r, IBAN[country])
    return country + '%02d' % (98 - as_number(body + country + '00') % 97) + body


def is_iban(v):
    return as_number(v[4:] + v[:4]) % 97 == 1


def iban_styles(v):
    fours = ' '.join(v[i:i + 4] for i in range(0, len(v), 4))
    return [v, fours, fours.replace(' ', '-'), v.lower()]


def luhn_sum(v):
    return sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(v)))


def as_is(v):
    return [v]


def is_luhn(v):
    return luhn_sum(v) % 10 == 0


def with_luhn(body):
    return body + str(-luhn_sum(body + '0') % 10)


def card(r):
    prefix, length = r.choice([('4', 16), ('5%d' % r.randint(1, 5), 16), ('2%d' % r.randint(300, 699), 16),
                               ('34', 15), ('37', 15), ('36', 14), ('6011', 16), ('3530', 16), ('67', 16),
                               ('62', 16)])
    return with_luhn(prefix + digits(r, length - len(prefix) - 1))


def card_styles(v):
    if len(v) == 16:
        return [v, groups(v, [4] * 4, ' '), groups(v, [4] * 4, '-')]
    return [v, groups(v, [4, 6, len(v) - 10], ' '), groups(v, [4, 6, len(v) - 10], '-')]


# --- Abroad ----------------------------------------------------------------------------------------

def nir(r):
    place = r.choice(['75', '59', '13', '2A', '2B', '33'])
    body = '%d%02d%02d%s%s%s' % (r.randint(1, 2), r.randint(30, 99), r.randint(1, 12), place,
                                 '%03d' % r.randint(1, 900), '%03d' % r.randint(1, 999))
    return body + nir_key(body)


def nir_key(body):
    return '%02d' % (97 - int(body.replace('2A', '19').replace('2B', '18')) % 97)


def is_nir(v):
    return v[13:] == nir_key(v[:13])


def bsn(r):
    while True:
        body = str(r.randint(1, 9)) + digits(r, 7)
        check = sum(int(d) * w for d, w in zip(body, range(9, 1, -1))) % 11
        if check < 10:
            return body + str(check)


def is_bsn(v):
    return sum(int(d) * w for d, w in zip(v, (9, 8, 7, 6, 5, 4, 3, 2, -1))) % 11 == 0


def steuer_check(body):
    product = 10
    for d in body:
        rest = (int(d) + product) % 10 or 10
        product = rest * 2 % 11
    return str((11 - product) % 10)


def steuer(r):
    """Ten digits of which one stands twice and one is missing, then the check."""
    while True:
        chosen = r.sample(DIGITS, 9)
        body = chosen + [r.choice(chosen)]
        r.shuffle(body)
        body = ''.join(body)
        if body[0] != '0':
            return body + steuer_check(body)


def is_steuer(v):
    return v[10] == steuer_check(v[:10])


# --- Networks and devices ----------------------------------------------------------------------------

def ipv4(r):
    return r.choice(['203.0.113.%d', '198.51.100.%d', '192.0.2.%d', '10.11.12.%d']) % r.randint(1, 254)


def ipv4_wrong(r):
    parts = ['203', '0', '113', str(r.randint(1, 254))]
    parts[r.randrange(4)] = str(r.randint(256, 999))
    return '.'.join(parts)


def ipv6(r):
    full = ['2001', 'db8'] + ['%x' % r.randint(1, 0xffff) for _ in range(6)]
    return r.choice([':'.join(full), '2001:db8::' + full[2] + ':' + full[3],
                     '2001:db8:' + full[2] + '::' + full[3], 'fe80::' + ':'.join(full[2:6]),
                     ':'.join(full).upper()])


def ipv6_wrong(r):
    full = ['2001', 'db8'] + ['%x' % r.randint(0x100, 0xffff) for _ in range(6)]
    return r.choice([':'.join(full[:7]), ':'.join(full + ['77']), '2001:db8::1::' + full[3],
                     ':'.join(full[:7] + ['1' + full[7].zfill(4)])])


def mac(r):
    return '02' + ''.join('%02x' % r.randint(0, 255) for _ in range(5))


def mac_styles(v):
    pairs = [v[i:i + 2] for i in range(0, 12, 2)]
    return [':'.join(pairs), '-'.join(pairs).upper(), ':'.join(pairs).upper()]


def imei(r):
    return with_luhn('35' + digits(r, 12))


# --- Everything else ---------------------------------------------------------------------------------

def ecli(r):
    court, number = r.choice([('CASS', 'ARR.%d' % r.randint(1, 9999)), ('GHCC', 'ARR.%03d' % r.randint(1, 200)),
                              ('RVSCE', 'ARR.%d' % r.randint(100000, 270000)), ('HBANT', 'ARR.20190312.7')])
    return 'ECLI:BE:%s:%d:%s' % (court, r.randint(1990, 2024), number)


def notice(r):
    return '%s.%s.%s.%06d/%d' % (r.choice(['BR', 'AN', 'GE', 'LE', 'NA']), r.choice(['30', '43', '20', '17']),
                                 r.choice(['L1', 'LA', 'F1', '98']), r.randint(1, 99999), r.randint(2001, 2024))


def notice_wrong(r):
    good = notice(r)
    return r.choice([good[:6] + good[7:], good[:9] + good[10:], good[:-4] + '1' + good[-4:]])


def plate_be(r):
    letters = 'ABCDEFGHJKLMNPRSTUVWXYZ'
    return '%d-%s-%03d' % (r.randint(1, 2), ''.join(r.choice(letters) for _ in range(3)), r.randint(1, 999))


def plate_wrong(r):
    letters = 'ABCDEFGHJKLMNPRSTUVWXYZ'
    return '1-%s%s%s-%03d' % (r.choice(letters), r.choice('IOQ'), r.choice(letters), r.randint(1, 999))


def phone_be_mobile(r):
    while True:
        number = '04' + r.choice('6789') + digits(r, 7)
        # Behind "&#43;" the eleven digits stand alone: one in 97 is a BIS number, too.
        if not is_nn('32' + number[1:]):
            return number


def phone_styles(v):
    if len(v) != 10 or v[0] == '+':
        return [v]
    significant = v[1:]
    return [v, groups(v, [4, 2, 2, 2], ' '), v[:4] + '/' + groups(v[4:], [2, 2, 2], '.'),
            '+32' + significant, '+32 ' + groups(significant, [3, 2, 2, 2], ' '), '0032' + significant,
            '+32 (0)' + groups(significant, [3, 2, 2, 2], ' ')]


def phone_wrong(r):
    return r.choice(['+3247' + digits(r, 4), '+999' + digits(r, 8), '04' + digits(r, 11)])


def phone_foreign(r):
    return r.choice(['+31 6 %s' % r.choice('1234') + digits(r, 7), '+33 6 ' + groups(digits(r, 8), [2] * 4, ' '),
                     '+49 30 1' + digits(r, 5), '+352 621 ' + groups(digits(r, 6), [3, 3], ' '),
                     '+44 20 7946 0' + digits(r, 3), '+1 202-555-01' + digits(r, 2),
                     '+316' + r.choice('1234') + digits(r, 7), '+336' + digits(r, 8)])


def email(r):
    name = r.choice(['k.maes', 'zoe_7', 'an-marie.de.wit', 'info+test', "o'neil", 'R.Peeters', 'x7'])
    return '%s%d@%s' % (name, r.randint(1, 99), r.choice(['example.be', 'mail.example.org', 'post.example.co.uk',
                                                        'example.museum', 'sub-1.example.net']))


def email_wrong(r):
    return r.choice(['k..maes%d@example.be', '.maes%d@example.be', 'k%d@', '@example%d.be', 'k%d@example',
                     'k maes%d@', 'k%d@@example.be']) % r.randint(1, 99)


def keys(nl, fr, de, en):
    return {'nl': nl, 'fr': fr, 'de': de, 'en': en}


def never(_):
    return False


def always(_):
    return True


def kinds():
    national = keys(['rijksregisternummer', 'rrn', 'INSZ'], ['numéro national', 'NISS'],
                    ['Nationalregisternummer'], ['national number', 'ssin'])
    vat = keys(['btw-nummer', 'BTW'], ['TVA', 'numéro de TVA'], ['MwSt'], ['VAT number', 'vat'])
    enterprise = keys(['ondernemingsnummer', 'KBO'], ['BCE', "numéro d'entreprise"], ['Unternehmensnummer'],
                      ['company', 'enterprise number'])
    establishment = keys(['vestigingsnummer'], ["unité d'établissement"], ['Niederlassung'], ['establishment'])
    account = keys(['rekening', 'rekeningnummer'], ['compte', 'numéro de compte'], ['Konto'], ['account number'])
    telephone = keys(['tel', 'gsm', 'telefoon'], ['tél', 'téléphone'], ['Telefon', 'Handy'], ['phone', 'mobile'])
    plate = keys(['nummerplaat', 'kenteken'], ['plaque', 'immatriculation'], ['Kennzeichen'], ['plate', 'licence plate'])
    paper = keys(['pv', 'proces-verbaal', 'notitienummer'], ['procès-verbal', 'notice'], ['Protokoll'], ['notice'])
    eid = keys(['identiteitskaart', 'eID'], ["carte d'identité"], ['Personalausweis'], ['identity card'])
    return [
        Kind('national register number', 'national_number', nn,
             lambda r: spoilt(nn(r), r.choice([9, 10]), is_nn, r), nn_styles, national, always),
        Kind('BIS number', 'bis_number', bis, lambda r: spoilt(bis(r), r.choice([9, 10]), is_nn, r), nn_styles,
             national, always),
        Kind('enterprise number', 'enterprise_number', kbo('01'),
             lambda r: spoilt(kbo('01')(r), r.choice([8, 9]), is_kbo, r),
             lambda v: [groups(v, [4, 3, 3], '.'), v, groups(v, [4, 3, 3], ' ')], enterprise,
             lambda s: '.' in s),
        Kind('establishment number', 'establishment_number', kbo('2345678'),
             lambda r: spoilt(kbo('2345678')(r), r.choice([8, 9]), is_kbo, r),
             lambda v: [groups(v, [1, 3, 3, 3], '.'), v, groups(v, [1, 3, 3, 3], ' ')], establishment,
             lambda s: '.' in s),
        Kind('Belgian VAT number', 'vat_number', lambda r: 'BE' + kbo('01')(r),
             lambda r: 'BE' + spoilt(kbo('01')(r), r.choice([8, 9]), is_kbo, r),
             lambda v: [v, 'BE ' + groups(v[2:], [4, 3, 3], '.'), 'BE' + groups(v[2:], [4, 3, 3], '.'), v.lower()],
             vat, always),
        Kind('IBAN', 'iban', iban, lambda r: spoilt(iban(r), r.choice([2, 3]), is_iban, r), iban_styles,
             keys(['iban', 'rekening'], ['IBAN'], ['Konto'], ['iban', 'account']), always),
        Kind('Belgian account number', 'iban', mod97_12, lambda r: spoilt(mod97_12(r), 11, is_mod97_12, r),
             lambda v: [groups(v, [3, 7, 2], '-')], account, never),
        Kind('payment card', 'card', card, lambda r: spoilt(card(r), 9, is_luhn, r), card_styles,
             keys(['kaartnummer', 'kredietkaart'], ['carte bancaire', 'numéro de carte'], ['Kreditkarte'],
                  ['card number', 'pan']), always),
        Kind('eID card', 'eid_card', lambda r: mod97_12(r, '56'),
             lambda r: spoilt(mod97_12(r, '56'), 11, is_mod97_12, r),
             lambda v: [groups(v, [3, 7, 2], '-'), v, groups(v, [3, 7, 2], ' ')], eid,
             lambda s: '-' in s),
        Kind('French NIR', 'foreign_id', nir, lambda r: spoilt(nir(r), 14, is_nir, r),
             lambda v: [v, groups(v, [1, 2, 2, 2, 3, 3, 2], ' ')],
             keys(['nir'], ['NIR', 'numéro de sécurité sociale'], ['NIR'], ['nir']), always),
        Kind('Dutch BSN', 'foreign_id', bsn, lambda r: spoilt(bsn(r), 8, is_bsn, r),
             lambda v: [v, groups(v, [3, 3, 3], ' '), groups(v, [4, 2, 3], '.')],
             keys(['bsn', 'burgerservicenummer'], ['BSN'], ['BSN'], ['bsn']), never),
        Kind('German tax number', 'foreign_id', steuer, lambda r: spoilt(steuer(r), 10, is_steuer, r),
             lambda v: [v, groups(v, [2, 3, 3, 3], ' ')],
             keys(['tax_id'], ['tax_id'], ['Steuer-ID', 'Steueridentifikationsnummer'], ['tax id']), never),
        Kind('IMEI', 'imei', imei, lambda r: spoilt(imei(r), 14, is_luhn, r),
             lambda v: [v, groups(v, [2, 6, 6, 1], '-')],
             keys(['imei'], ['IMEI'], ['IMEI'], ['imei']), never),
        Kind('IPv4 address', 'ipv4', ipv4, ipv4_wrong, as_is,
             keys(['adres', 'ip'], ['adresse ip'], ['IP-Adresse'], ['ip', 'client']), always, ('ip', 'ip4')),
        Kind('IPv6 address', 'ipv6', ipv6, ipv6_wrong, as_is,
             keys(['ip'], ['adresse ip'], ['IP-Adresse'], ['ip', 'client']), always, ('ip',)),
        Kind('MAC address', 'mac', mac, None, mac_styles,
             keys(['mac-adres'], ['adresse mac'], ['MAC-Adresse'], ['mac']), always, ('mac',)),
        Kind('ECLI', 'ecli', ecli, lambda r: ecli(r).rsplit(':', 1)[0], as_is,
             keys(['arrest', 'ecli'], ['arrêt'], ['Urteil'], ['case']), always),
        Kind('notice number', 'pv_number', notice, notice_wrong,
             lambda v: [v, v.replace('.', ' '), v.lower()], paper,
             lambda s: '.' in s and s.isupper()),
        Kind('Belgian plate', 'plate', plate_be, plate_wrong,
             lambda v: [v, v.lower(), v.replace('-', '')], plate, lambda s: '-' in s and s.isupper()),
        Kind('Belgian telephone number', 'phone', phone_be_mobile, phone_wrong, phone_styles, telephone,
             always),
        Kind('telephone number abroad', 'phone', phone_foreign, None, as_is, telephone, always),
        Kind('e-mail address', 'email', email, email_wrong, as_is,
             keys(['e-mailadres', 'email'], ['courriel', 'adresse e-mail'], ['E-Mail'], ['email', 'mail']), always,
             ('mail',)),
    ]
