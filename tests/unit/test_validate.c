/*
 * Validators, against values computed by the published algorithms and examples
 * from the standards themselves.  Every value is tried in a buffer of exactly
 * its size, so that the sanitizers see a read past its end.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <time.h>

#include <purposed/engine/validate.h>

struct sample {
	const char *validator;
	const char *value;
};

static const struct sample valid[] = {
	{ "be-nn", "93.05.18-223.61" },
	{ "be-nn", "93051822361" },
	{ "be-nn", "930518-223.61" },
	{ "be-nn", "930518 223 61" },
	{ "be-nn", "93/05/18-223-61" },
	{ "be-nn", "93\xc2\xa0"
		   "05\xc2\xa0"
		   "18\xc2\xa0"
		   "223\xc2\xa0"
		   "61" },
	{ "be-nn", "93.05.18 - 223.61" },
	{ "be-nn", "04.02.29-017.16" }, /* a leap day, 2004 */
	{ "be-nn", "20000000556" },	/* month and day unknown, 2020 */
	{ "be-nn", "68.00.03-101.73" }, /* month unknown, day counts on */
	{ "be-nn", "58.02.35-009.76" }, /* day raised past the calendar */
	{ "be-nn-named", "77.07.18-000.59" },
	{ "be-nn-named", "77.07.18-999.30" },
	{ "be-bis", "61.24.12-118.01" },
	{ "be-bis", "61441211844" },
	{ "be-nn-or-bis", "61.24.12-118.01" },
	{ "be-nn-or-bis", "93.05.18-223.61" },

	{ "be-enterprise", "0200.451.290" },
	{ "be-enterprise", "200451290" },
	{ "be-enterprise", "200.451.290" },
	{ "be-enterprise", "1023456797" },
	{ "be-enterprise", "0812 345 603" },
	{ "be-vat", "BE 0200.451.290" },
	{ "be-vat", "BE0200451290" },
	{ "be-vat", "be200.451.290" },
	{ "be-vat", "BTW BE 0812.345.603" },
	{ "be-vat", "TVA: BE0812345603" },
	{ "be-vat", "btw-be-0812.345.603" },
	{ "be-vat", "0812345603" },
	{ "be-establishment", "2.198.765.415" },
	{ "be-establishment", "2198765415" },
	{ "be-account", "090-1234567-01" },
	{ "be-account", "001334455672" },
	{ "be-eid", "591-8273645-35" },
	{ "be-eid", "591827364535" },
	{ "be-eid", "000-0000097-97" }, /* remainder 0 is written 97 */
	{ "be-ogm", "+++090/1234/56701+++" },
	{ "be-ogm", "***090/1234/56701***" },
	{ "be-ogm", "090/1234/56701" },
	{ "be-plate", "1-ABC-123" },
	{ "be-plate", "2-DEF-001" },
	{ "be-plate", "8-XYZ-100" },
	{ "be-plate", "1ABC123" },
	{ "be-plate", "1 abc 123" },
	{ "be-plate", "1-QAB-123" }, /* trailer */
	{ "be-plate", "O-ABC-123" }, /* oldtimer */
	{ "be-plate", "S-ABC-123" }, /* moped */
	{ "be-plate", "ABC-123" },
	{ "be-plate", "TXA.123" },
	{ "be-plate", "123-ABC" },
	{ "be-pv", "BR.43.LL.012345/2019" },
	{ "be-pv", "AN.30.L6.004711/21" },
	{ "be-pv", "11.17.98.000123/2003" },
	{ "be-passport", "EH123456" },
	{ "be-passport", "eh 123456" },
	{ "be-driving-licence", "1234567890" },

	{ "eu-vat", "DE136695976" },
	{ "eu-vat", "DE 136 695 976" },
	{ "eu-vat", "FR44732829320" },
	{ "eu-vat", "FR 44 732 829 320" },
	{ "eu-vat", "LU15027442" },
	{ "eu-vat", "NL111222333B01" },
	{ "eu-vat", "NL123456780B94" }, /* modulo 97 */
	{ "eu-vat", "123456782B90" },
	{ "eu-vat", "ATU12345678" },
	{ "eu-vat", "ESX1234567L" },
	{ "eu-vat", "IE1234567WA" },
	{ "eu-vat", "SE123456789001" },
	{ "iban", "BE42 5399 1234 5654" },
	{ "iban", "BE42539912345654" },
	{ "iban", "be42539912345654" },
	{ "iban", "BE42-5399-1234-5654" },
	{ "iban", "BE42\xc2\xa0"
		  "5399\xc2\xa0"
		  "1234\xc2\xa0"
		  "5654" },
	{ "iban", "LU740107778889991A2B" },
	{ "iban", "NL13TEST0123456789" },
	{ "iban", "FR7630001007941234567890185" },
	{ "iban", "DE44500105175407324931" },
	{ "iban", "ES7812345678029012345678" },
	{ "iban", "IE15ABCD12345612345678" },
	{ "card", "4111111111111111" },
	{ "card", "4111 1111 1111 1111" },
	{ "card", "4111-1111-1111-1111" },
	{ "card", "2221000000000009" },
	{ "card", "2720999999999996" },
	{ "card", "3782 822463 10005" },
	{ "card", "6011000990139424" },
	{ "card", "3056 930902 5904" },
	{ "card", "3530111333300000" },
	{ "card", "6703 0000 1111 1223" },
	{ "card", "6212345678901232" },

	{ "fr-nir", "2 84 05 78 006 084 90" },
	{ "fr-nir", "284057800608490" },
	{ "fr-nir", "184122A00411234" },
	{ "nl-bsn", "111222333" },
	{ "nl-bsn", "12345672" },
	{ "nl-bsn", "1112.22.333" },
	{ "de-tax-id", "50234819620" },
	{ "de-tax-id", "47 036 892 816" },
	{ "de-tax-id", "65929970489" }, /* one digit three times */
	{ "lu-matricule", "1983121604297" },
	{ "lu-matricule", "1983 12 16 042 97" },
	{ "es-dni", "12345678Z" },
	{ "es-dni", "12345678-z" },
	{ "es-dni", "X1234567L" },
	{ "it-cf", "RSSMRA85T10A562S" },
	{ "it-cf", "rssmra85t10a562s" },
	{ "uk-nino", "AB 12 34 56 C" },
	{ "uk-nino", "AB123456C" },
	{ "fi-hetu", "240603A017M" },
	{ "pl-pesel", "44051401359" },
	{ "pl-pesel", "02241500121" }, /* born in 2002 */
	{ "us-ssn", "219-09-9999" },

	{ "phone", "0493 71 82 60" },
	{ "phone", "0493/71.82.60" },
	{ "phone", "02 223 45 67" },
	{ "phone", "(02) 234 56 78" },
	{ "phone", "+32 (0)2 234 56 78" },
	{ "phone", "084 22 33 44" },
	{ "phone", "06-12345678" },
	{ "phone", "06 12 34 56 78" },
	{ "phone", "030 718260" },
	{ "phone", "0151 87182604" },
	{ "phone", "26 12 34 56" },
	{ "phone", "621 123 456" },
	{ "phone", "020 7946 0123" },
	{ "phone", "(212) 555-0123" },
	{ "phone", "+44 (20) 7946 0123" },
	{ "phone", "+48 22 123 45 67" },
	{ "phone", "+32 800 12 345" },
	{ "phone-be", "0493718260" },
	{ "phone-be", "03/234.56.78" },
	{ "phone-be", "081 23 45 67" },
	{ "phone-be", "0493 71\xe2\x80\xaf"
		      "82\xe2\x80\xaf"
		      "56" },
	{ "phone-intl", "+32493718260" },
	{ "phone-intl", "0032 493 71 82 60" },
	{ "phone-intl", "+352 621 123 456" },
	{ "phone-intl", "+1 212-555-0123" },
	{ "phone-intl", "+32.2.234.56.78" },

	{ "ipv4", "192.0.2.1" },
	{ "ipv4", "10.0.0.1" },
	{ "ipv4", "255.255.255.254" },
	{ "ipv4", "1.0.0.0" },
	{ "ipv6", "2001:db8::1" },
	{ "ipv6", "2001:DB8:0:0:8:800:200C:417A" },
	{ "ipv6", "fe80::1" },
	{ "ipv6", "fe80::1%eth0" },
	{ "ipv6", "fd00::17" },
	{ "ipv6", "::ffff:192.0.2.128" },
	{ "ipv6", "64:ff9b::192.0.2.33" },
	{ "ipv6", "2001:db8:1:2:3:4:5:6" },
	{ "ip", "192.0.2.1" },
	{ "ip", "2001:db8::1" },
	{ "mac", "00:00:5e:00:53:af" },
	{ "mac", "00-00-5E-00-53-AF" },
	{ "mac", "0000.5e00.53af" },

	{ "date", "1985-07-31" },
	{ "date", "31/12/1999" },
	{ "date", "1.2.1980" },
	{ "date", "29-02-2000" },
	{ "date", "19640229" },
	{ "date", "1985-07-31T00:00:00Z" },
	{ "date", "1985-07-31T12:30:45.123+02:00" },
	{ "date", "1985-07-31 00:00" },
	{ "ecli", "ECLI:BE:CASS:2014:ARR.20140101.1" },
	{ "ecli", "ECLI:EU:C:2012:123" },
	{ "ecli", "ecli:nl:hr:1999:aa1234" },
	{ "imei", "490154203237518" },
	{ "imei", "35-693803-564380-9" },
	{ "luhn", "490154203237518" },
	{ "isbn", "978-0-306-40615-7" },
	{ "isbn", "0-306-40615-2" },
	{ "isbn", "0-8044-2957-X" },
	{ "ean", "4006381333931" },
	{ "ean", "96385074" },
	{ "ean", "036000291452" },
	{ "uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" },
	{ "version", "1.2.3" },
	{ "version", "v10.4" },
	{ "version", "2.0.0-rc1" },
};

static const struct sample invalid[] = {
	{ "be-nn", "93.05.18-223.62" },
	{ "be-nn", "9305.1822.361" }, /* separators in no usual place */
	{ "be-nn", "93..05.18-223.61" },
	{ "be-nn", "93.05.18-223.6" },
	{ "be-nn", "93.05.18-223.611" },
	{ "be-nn", ".93051822361" },
	{ "be-nn", "93051822361 " },
	{ "be-nn", "93O51822361" },	/* a letter */
	{ "be-nn", "77.13.18-044.57" }, /* month 13 */
	{ "be-nn-named", "77.07.18-000.58" },
	{ "be-nn", "77.07.18-000.59" },
	{ "be-nn", "77.07.18-999.30" },
	{ "be-nn", "72.02.30-281.54" }, /* 30 February */
	{ "be-nn", "01.02.29-017.50" }, /* 2001 has no leap day */
	{ "be-nn", "61.05.40-118.95" },
	{ "be-nn", "99.01.01-005.43" }, /* born in 2099 */
	{ "be-nn", "61.24.12-118.01" }, /* a BIS number */
	{ "be-bis", "93.05.18-223.61" },
	{ "be-bis", "61.33.12-118.64" }, /* month 13 */
	{ "be-bis", "61.24.12-118.02" },
	{ "be-nn-or-bis", "61.33.12-118.64" },

	{ "be-enterprise", "0200.451.291" },
	{ "be-enterprise", "02004.51.290" },
	{ "be-enterprise", "2198765415" }, /* an establishment unit */
	{ "be-enterprise", "0000000097" },
	{ "be-enterprise", "BE0200451290" },
	{ "be-vat", "NL0200451290" },
	{ "be-vat", "BE0200451291" },
	{ "be-vat", "BTW" },
	{ "be-vat", "BE" },
	{ "be-establishment", "1023456797" },
	{ "be-establishment", "9000001280" },
	{ "be-establishment", "2198765416" },
	{ "be-account", "090-1234567-02" },
	{ "be-account", "0901-234567-01" },
	{ "be-account", "000-0000000-00" },
	{ "be-eid", "591-8273645-36" },
	{ "be-eid", "000-0000097-00" },
	{ "be-ogm", "+++090/1234/56702+++" },
	{ "be-ogm", "+++090/1234/56701***" },
	{ "be-ogm", "++++++" },
	{ "be-plate", "0-ABC-123" },
	{ "be-plate", "1-AIC-123" },
	{ "be-plate", "1-ABC-000" },
	{ "be-plate", "1-ABC-12" },
	{ "be-plate", "1ABC-123" },
	{ "be-plate", "AB-C123" },
	{ "be-plate", "X-ABC-123" },
	{ "be-plate", "000-ABC" },
	{ "be-pv", "BR.43.LL.012345/2999" },
	{ "be-pv", "BR.43.LL.012345/219" },
	{ "be-pv", "BR43LL012345/2019" },
	{ "be-pv", "BRU.43.LL.012345/2019" },
	{ "be-pv", "B1.43.LL.012345/2019" },
	{ "be-passport", "E1234567" },
	{ "be-passport", "EH1234567" },
	{ "be-driving-licence", "123456789" },
	{ "be-driving-licence", "0000000000" },

	{ "eu-vat", "DE136695977" },
	{ "eu-vat", "DE036695976" },
	{ "eu-vat", "FR45732829320" },
	{ "eu-vat", "FR44732829321" },
	{ "eu-vat", "LU15027443" },
	{ "eu-vat", "NL123456780B95" },
	{ "eu-vat", "123456780B95" },
	{ "eu-vat", "AT12345678" },
	{ "eu-vat", "ZZ12345678" },
	{ "iban", "BE43 5399 1234 5654" },
	{ "iban", "BE45539912345600" }, /* MOD 97 holds, the account's own check does not */
	{ "iban", "ES4012345678129012345678" },
	{ "iban", "ES1612345678039012345678" },
	{ "iban", "bE42539912345654" },
	{ "iban", "BE4253991234565" },
	{ "iban", "QQ3587654321" },
	{ "iban", "NL590EST0123456789" },
	{ "iban", "BE" },
	{ "iban", "BE42" },
	{ "card", "4111111111111112" },
	{ "card", "2721000000000004" }, /* beyond Mastercard's range */
	{ "card", "1606060606060606" }, /* Luhn holds, nobody issues it */
	{ "card", "41 1111 1111 1111 11" },
	{ "card", "411111111111116" },
	{ "card", "4444444444444444444" },
	{ "card", "0000000000000000" },

	{ "fr-nir", "284057800608491" },
	{ "fr-nir", "184137800608474" }, /* month 13 */
	{ "fr-nir", "984057800608490" },
	{ "nl-bsn", "111222334" },
	{ "nl-bsn", "000000000" },
	{ "nl-bsn", "1234567" },
	{ "de-tax-id", "50234819621" },
	{ "de-tax-id", "55234819625" }, /* two digits repeated */
	{ "de-tax-id", "12345678903" }, /* no digit repeated */
	{ "de-tax-id", "11123456786" }, /* three in a row */
	{ "lu-matricule", "1983121604298" },
	{ "lu-matricule", "1983121604287" },
	{ "lu-matricule", "1983131604282" }, /* month 13 */
	{ "es-dni", "12345678A" },
	{ "es-dni", "A1234567L" },
	{ "it-cf", "RSSMRA85T10A562T" },
	{ "it-cf", "RSSMRA85F10A562S" }, /* no such month */
	{ "uk-nino", "QQ123456C" },
	{ "uk-nino", "GB123456C" },
	{ "uk-nino", "AB123456E" },
	{ "fi-hetu", "240603A017N" },
	{ "fi-hetu", "310452-308K" },
	{ "fi-hetu", "240603*017M" },
	{ "pl-pesel", "44051401358" },
	{ "pl-pesel", "44131401350" },
	{ "us-ssn", "666-12-3456" },
	{ "us-ssn", "900-12-3456" },
	{ "us-ssn", "219-00-9999" },

	{ "phone", "0493 71 82" },
	{ "phone", "0903 71 826" }, /* a service */
	{ "phone", "+999 12345678" },
	{ "phone", "+32 123" },
	{ "phone", "+32 00493718260" },
	{ "phone", "24.12.1985" },
	{ "phone", "0 4 9 3 7 1 8 2 6 0" },
	{ "phone", "2125550123" },
	{ "phone", "((02) 234 56 78" },
	{ "phone", "0000000000" },
	{ "phone", "0493 71 82 60 ext" },
	{ "phone-be", "+32 493 71 82 60" },
	{ "phone-be", "06 12 34 56 78" },
	{ "phone-be", "0800 12 345" },
	{ "phone-be", "062 34 56 78" },
	{ "phone-intl", "0493 71 82 60" },
	{ "phone-intl", "+1234567890123456" },
	{ "phone-intl", "+" },
	{ "phone-intl", "00" },

	{ "ipv4", "0.0.0.0" },
	{ "ipv4", "127.0.0.1" },
	{ "ipv4", "127.1.2.3" },
	{ "ipv4", "255.255.255.255" },
	{ "ipv4", "256.1.1.1" },
	{ "ipv4", "192.0.02.1" },
	{ "ipv4", "192.0.2" },
	{ "ipv4", "192.0.2.1.5" },
	{ "ipv6", "::" },
	{ "ipv6", "::1" },
	{ "ipv6", "0:0:0:0:0:0:0:1" },
	{ "ipv6", "a::" },
	{ "ipv6", "dead::beef" },
	{ "ipv6", "feed::1" },
	{ "ipv6", "12:34::" },
	{ "ipv6", "::8" },
	{ "ipv6", "::ffff:127.0.0.1" },
	{ "ipv6", "00:11:22:33:44:55:66:77" }, /* an EUI-64 */
	{ "ipv6", "2001:db8::1::2" },
	{ "ipv6", "2001:db8::1%" },
	{ "ipv6", "2001:db8::1%eth0/64" },
	{ "ipv6", "192.0.2.1" },
	{ "ip", "127.0.0.1" },
	{ "ip", "::1" },
	{ "mac", "00:00:00:00:00:00" },
	{ "mac", "ff:ff:ff:ff:ff:ff" },
	{ "mac", "00:00-5e:00:53:af" },
	{ "mac", "0000-5e00-53af" },
	{ "mac", "00:00:5e:00:53:ag" },
	{ "mac", "00:00:5e:00:53" },

	{ "date", "1985-02-29" },
	{ "date", "1900-02-29" }, /* a hundred years, no leap year */
	{ "date", "1985-13-01" },
	{ "date", "00/01/1985" },
	{ "date", "1899-12-31" },
	{ "date", "2999-01-01" },
	{ "date", "31/12-1999" },
	{ "date", "31/12/99" },
	{ "date", "1985-07" },
	{ "date", "1985-07-" },
	{ "date", "1985-07-31T" },
	{ "date", "1985-07-31T12:60" },
	{ "date", "1985-07-31T12:30:" },
	{ "date", "1985-07-31T12:30+" },
	{ "date", "198507310" },
	{ "ecli", "ECLI:BE:CASS:2014" },
	{ "ecli", "ECLI:BE:CASS:2999:ARR.1" },
	{ "ecli", "ECLI:BEL:CASS:2014:ARR.1" },
	{ "ecli", "ECLI:BE:CASSATION:2014:ARR.1" },
	{ "ecli", "ECLI:BE:1CASS:2014:ARR.1" },
	{ "ecli", "ECLI:BE:CASS:2014:ARR.20140101.123456789012X" },
	{ "ecli", "ECLI:BE:CASS:2014:ARR.1:2" },
	{ "imei", "490154203237519" },
	{ "imei", "49015420323751" },
	{ "luhn", "490154203237519" },
	{ "luhn", "18" },
	{ "isbn", "978-0-306-40615-8" },
	{ "isbn", "0-306-40615-3" },
	{ "isbn", "4006381333931" },
	{ "ean", "4006381333932" },
	{ "ean", "123" },
	{ "uuid", "f81d4fae7dec11d0a76500a0c91e6bf6" },
	{ "uuid", "g81d4fae-7dec-11d0-a765-00a0c91e6bf6" },
	{ "version", "1" },
	{ "version", "1..2" },
	{ "version", "1.2." },
	{ "version", "1.2-" },
	{ "version", "v" },
};

/* Asks a validator about bytes in a buffer that ends where they end. */
static bool ask(const char *name, const char *bytes, size_t len)
{
	const struct validator *validator = validate_find(name);
	char *copy = malloc(len == 0 ? 1 : len);
	bool answer;

	assert_non_null(validator);
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	answer = validator->valid(span_of(copy, len));
	free(copy);
	return answer;
}

static void check_samples(const struct sample *samples, size_t n, bool expected)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++) {
		const char *value = samples[i].value;

		if (ask(samples[i].validator, value, strlen(value)) != expected) {
			print_error("%s: \"%s\" should be %s\n", samples[i].validator, value,
				    expected ? "valid" : "invalid");
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void test_valid_values_are_accepted(void **state)
{
	(void)state;
	check_samples(valid, COUNT(valid), true);
}

static void test_invalid_values_are_refused(void **state)
{
	(void)state;
	check_samples(invalid, COUNT(invalid), false);
}

static bool has_sample(const struct sample *samples, size_t n, const char *validator)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(samples[i].validator, validator) == 0)
			return true;
	}
	return false;
}

static void test_table_is_sound(void **state)
{
	size_t n;
	const struct validator *all = validate_all(&n);

	(void)state;
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		/* Found as itself: so the names are unique. */
		assert_ptr_equal(validate_find(all[i].name), &all[i]);
		assert_true(strlen(all[i].what) > 0);
		assert_true(has_sample(valid, COUNT(valid), all[i].name));
		assert_true(has_sample(invalid, COUNT(invalid), all[i].name));
	}
	assert_null(validate_find("no-such-validator"));
	assert_null(validate_find(""));
}

/* Cut short, lengthened or with a byte replaced by NUL, no value may be over-read or accepted. */
static void test_mangled_values_are_safe(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(valid); i++) {
		const char *name = valid[i].validator;
		size_t len = strlen(valid[i].value);
		char mangled[128];

		for (size_t cut = 0; cut < len; cut++) {
			memcpy(mangled, valid[i].value, len);
			ask(name, mangled, cut);
			mangled[cut] = '\0';
			assert_false(ask(name, mangled, len));
			mangled[cut] = '\xff';
			assert_false(ask(name, mangled, len));
		}
		memset(mangled, '1', sizeof(mangled));
		assert_false(ask(name, mangled, sizeof(mangled)));
	}
}

/* Whether inet_pton takes the text for an address that names a host. */
static bool names_host(const char *text)
{
	struct in_addr addr;
	uint32_t host;

	if (inet_pton(AF_INET, text, &addr) != 1)
		return false;
	host = ntohl(addr.s_addr);
	return host != 0 && host != UINT32_MAX && host >> 24 != 127;
}

/* Numbers, and what only looks like them: an address is what inet_pton says it is. */
static void test_ipv4_as_inet_pton(void **state)
{
	static const char *const parts[] = {
		"0",   "7",   "07",  "00",  "10",   "99", "100", "127",
		"255", "256", "300", "999", "1000", "",	  "1a",	 " 1"
	};
	uint64_t dice = 88172645463325252ULL;
	size_t hosts = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char text[64] = "";
		size_t n = unit_below(&dice, 8) != 0 ? 4 : unit_below(&dice, 6);
		bool host;

		for (size_t i = 0; i < n; i++) {
			size_t few = unit_below(&dice, 3) != 0 ? 9 : COUNT(parts);

			strcat(text, i != 0 ? "." : "");
			strcat(text, parts[unit_below(&dice, few)]);
		}
		if (unit_below(&dice, 20) == 0)
			strcat(text, ".");
		host = names_host(text);
		hosts += host;
		if (ask("ipv4", text, strlen(text)) != host)
			fail_msg("'%s': not as inet_pton", text);
	}
	assert_true(hosts > 1000);
}

static void test_empty_values_are_refused(void **state)
{
	size_t n;
	const struct validator *all = validate_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_false(all[i].valid(span_of(NULL, 0)));
		assert_false(ask(all[i].name, " ", 1));
		assert_false(ask(all[i].name, "-", 1));
	}
}

static bool date_at(time_t when)
{
	char text[16];
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	return ask("date", text, strlen(text));
}

static void test_nobody_is_born_tomorrow(void **state)
{
	const time_t day = 24 * 60 * 60;
	time_t now = time(NULL);

	(void)state;
	assert_true(date_at(now - day));
	assert_true(date_at(now));
	assert_false(date_at(now + 2 * day));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_values_are_accepted),
		cmocka_unit_test(test_invalid_values_are_refused),
		cmocka_unit_test(test_table_is_sound),
		cmocka_unit_test(test_mangled_values_are_safe),
		cmocka_unit_test(test_ipv4_as_inet_pton),
		cmocka_unit_test(test_empty_values_are_refused),
		cmocka_unit_test(test_nobody_is_born_tomorrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
