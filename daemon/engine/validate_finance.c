/*
 * validate_finance: bank accounts, payment cards, VAT numbers.
 *
 * Sources:
 *	ISO 13616-1 and the SWIFT IBAN registry (structures); the countries below
 *		the line use IBANs of the given form without being in the registry
 *	ISO/IEC 7812-1 (cards) and the schemes' published issuer ranges
 *	European Commission, VIES: structure of VAT identification numbers
 */
#include <stdlib.h>

#include <purposed/engine/validate_private.h>

/* --- IBAN ----------------------------------------------------------------------- */

#define IBAN_BBAN_AT 4 /* behind the country and the two check digits */

/*
 * What follows the check digits: runs of n digits, a letters, c either.  The
 * registry's own fields (bank, branch, account) are merged where of one kind.
 */
struct iban_country {
	char code[3];
	const char *bban;
};

static const struct iban_country iban_countries[] = {
	{ "AD", "8n12c" },
	{ "AE", "19n" },
	{ "AL", "8n16c" },
	{ "AT", "16n" },
	{ "AZ", "4a20c" },
	{ "BA", "16n" },
	{ "BE", "12n" },
	{ "BG", "4a6n8c" },
	{ "BH", "4a14c" },
	{ "BI", "23n" },
	{ "BR", "23n1a1c" },
	{ "BY", "4c4n16c" },
	{ "CH", "5n12c" },
	{ "CR", "18n" },
	{ "CY", "8n16c" },
	{ "CZ", "20n" },
	{ "DE", "18n" },
	{ "DJ", "23n" },
	{ "DK", "14n" },
	{ "DO", "4c20n" },
	{ "EE", "16n" },
	{ "EG", "25n" },
	{ "ES", "20n" },
	{ "FI", "14n" },
	{ "FK", "2a12n" },
	{ "FO", "14n" },
	{ "FR", "10n11c2n" },
	{ "GB", "4a14n" },
	{ "GE", "2a16n" },
	{ "GI", "4a15c" },
	{ "GL", "14n" },
	{ "GR", "7n16c" },
	{ "GT", "24c" },
	{ "HN", "4a20n" },
	{ "HR", "17n" },
	{ "HU", "24n" },
	{ "IE", "4a14n" },
	{ "IL", "19n" },
	{ "IQ", "4a15n" },
	{ "IS", "22n" },
	{ "IT", "1a10n12c" },
	{ "JO", "4a4n18c" },
	{ "KW", "4a22c" },
	{ "KZ", "3n13c" },
	{ "LB", "4n20c" },
	{ "LC", "4a24c" },
	{ "LI", "5n12c" },
	{ "LT", "16n" },
	{ "LU", "3n13c" },
	{ "LV", "4a13c" },
	{ "LY", "21n" },
	{ "MC", "10n11c2n" },
	{ "MD", "20c" },
	{ "ME", "18n" },
	{ "MK", "3n10c2n" },
	{ "MN", "16n" },
	{ "MR", "23n" },
	{ "MT", "4a5n18c" },
	{ "MU", "4a19n3a" },
	{ "NI", "4a20n" },
	{ "NL", "4a10n" },
	{ "NO", "11n" },
	{ "OM", "3n16c" },
	{ "PK", "4a16c" },
	{ "PL", "24n" },
	{ "PS", "4a21c" },
	{ "PT", "21n" },
	{ "QA", "4a21c" },
	{ "RO", "4a16c" },
	{ "RS", "18n" },
	{ "RU", "14n15c" },
	{ "SA", "2n18c" },
	{ "SC", "4a20n3a" },
	{ "SD", "14n" },
	{ "SE", "20n" },
	{ "SI", "15n" },
	{ "SK", "20n" },
	{ "SM", "1a10n12c" },
	{ "SO", "19n" },
	{ "ST", "21n" },
	{ "SV", "4a20n" },
	{ "TL", "19n" },
	{ "TN", "20n" },
	{ "TR", "6n16c" },
	{ "UA", "6n19c" },
	{ "VA", "18n" },
	{ "VG", "4a16n" },
	{ "XK", "16n" },
	{ "YE", "4a4n18c" },

	/* Not in the registry. */
	{ "AO", "21n" },
	{ "BF", "2c22n" },
	{ "BJ", "2c22n" },
	{ "CF", "23n" },
	{ "CG", "23n" },
	{ "CI", "2c22n" },
	{ "CM", "23n" },
	{ "CV", "21n" },
	{ "DZ", "22n" },
	{ "GA", "23n" },
	{ "GQ", "23n" },
	{ "GW", "2c19n" },
	{ "IR", "22n" },
	{ "KM", "23n" },
	{ "MA", "24n" },
	{ "MG", "23n" },
	{ "ML", "2c22n" },
	{ "MZ", "21n" },
	{ "NE", "2a22n" },
	{ "SN", "2a22n" },
	{ "TD", "23n" },
	{ "TG", "2a22n" },
};

static const char *iban_structure(const char *country)
{
	for (size_t i = 0; i < sizeof(iban_countries) / sizeof(iban_countries[0]); i++) {
		if (memcmp(iban_countries[i].code, country, 2) == 0)
			return iban_countries[i].bban;
	}
	return NULL;
}

/* text, which ends in a NUL, has the structure and nothing behind it. */
static bool bban_has_structure(const char *text, const char *structure)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	while (*structure != '\0') {
		char *kind;
		size_t n = strtoul(structure, &kind, 10);
		const char *set = *kind == 'a' ? alphabet + 10 : alphabet;
		size_t set_len = *kind == 'n' ? 10 : strlen(set);

		for (; n > 0; n--, text++) {
			if (*text == '\0' || memchr(set, *text, set_len) == NULL)
				return false;
		}
		structure = kind + 1;
	}
	return *text == '\0';
}

/* Bank, branch, two check digits, account: each check digit is a sum modulo 11. */
static bool bban_spain_is_valid(const char *bban)
{
	static const int weights[] = { 1, 2, 4, 8, 5, 10, 9, 7, 3, 6 };
	int sums[2] = { 0, 0 };

	for (int i = 0; i < 10; i++) {
		if (i >= 2)
			sums[0] += weights[i] * (bban[i - 2] - '0');
		sums[1] += weights[i] * (bban[10 + i] - '0');
	}
	for (int i = 0; i < 2; i++) {
		int check = 11 - sums[i] % 11;

		if ((check >= 10 ? 11 - check : check) != bban[8 + i] - '0')
			return false;
	}
	return true;
}

/* National check digits, where the country has kept them and they are simple. */
static bool bban_check_is_valid(const char *country, const char *bban)
{
	unsigned long rest;

	if (memcmp(country, "ES", 2) == 0)
		return bban_spain_is_valid(bban);
	if (memcmp(country, "BE", 2) != 0)
		return true;
	rest = plain_mod_97(bban, 10);
	return (rest == 0 ? 97 : rest) == strtoul(bban + 10, NULL, 10);
}

/* The check digits are 02..98: 98 minus a remainder. */
static bool iban_check_is_valid(const struct plain *plain)
{
	char turned[PLAIN_MAX];
	size_t bban_len = plain->len - IBAN_BBAN_AT;

	memcpy(turned, plain->text + IBAN_BBAN_AT, bban_len);
	memcpy(turned + bban_len, plain->text, IBAN_BBAN_AT);
	return strspn(plain->text + 2, "0123456789") >= 2 && plain_number(plain, 2, 4) >= 2 &&
	       plain_number(plain, 2, 4) <= 98 && plain_mod_97(turned, plain->len) == 1;
}

bool finance_iban(struct span value)
{
	const char *structure;
	struct plain plain;

	/* Letters of both cases are the mark of Base64, not of an account. */
	if (!plain_read(&plain, value, " .-") || plain.len <= IBAN_BBAN_AT ||
	    (plain.upper && plain.lower))
		return false;
	structure = iban_structure(plain.text);
	return structure != NULL && bban_has_structure(plain.text + IBAN_BBAN_AT, structure) &&
	       iban_check_is_valid(&plain) &&
	       bban_check_is_valid(plain.text, plain.text + IBAN_BBAN_AT);
}

/* --- Cards ------------------------------------------------------------------------ */

static const struct digit_range card_issuers[] = {
	{ "4", "4", 13, 13 },	    { "4", "4", 16, 16 },	/* Visa */
	{ "4", "4", 19, 19 },	    { "51", "55", 16, 16 },	/* Mastercard */
	{ "2221", "2720", 16, 16 }, { "34", "34", 15, 15 },	/* American Express */
	{ "37", "37", 15, 15 },	    { "6011", "6011", 16, 19 }, /* Discover */
	{ "644", "659", 16, 19 },   { "300", "305", 14, 19 },	/* Diners Club */
	{ "3095", "3095", 14, 19 }, { "36", "36", 14, 19 },	{ "38", "39", 14, 19 },
	{ "3528", "3589", 16, 19 },				/* JCB */
	{ "5018", "5019", 12, 19 }, { "5020", "5020", 12, 19 }, /* Maestro, Dankort */
	{ "5038", "5038", 12, 19 }, { "5612", "5612", 12, 19 }, { "5893", "5893", 12, 19 },
	{ "6304", "6304", 12, 19 }, { "6390", "6390", 12, 19 }, { "67", "67", 12, 19 },
	{ "62", "62", 16, 19 },	    { "81", "81", 16, 19 }, /* UnionPay */
};

/* Printed in fours, or as 4-6-5 and 4-6-4; the last group may be any. */
static bool card_is_grouped(const struct plain *plain)
{
	const uint64_t fours = BREAK(4) | BREAK(8) | BREAK(12) | BREAK(16);

	return (plain->breaks & ~fours) == 0 || plain->breaks == (BREAK(4) | BREAK(10));
}

bool finance_card(struct span value)
{
	struct plain plain;

	return plain_read(&plain, value, " -.") && plain_is_digits(&plain) &&
	       card_is_grouped(&plain) && !plain_is_uniform(&plain) &&
	       plain_in_ranges(plain.text, plain.len, card_issuers,
			       sizeof(card_issuers) / sizeof(card_issuers[0])) &&
	       plain_luhn(plain.text, plain.len);
}

/* --- VAT numbers of other member states ---------------------------------------------- */

/* digits: the number behind the country's two letters. */
static bool vat_germany_is_valid(const char *digits)
{
	return digits[0] != '0' && plain_mod_11_10(digits, 9);
}

/* A key of two digits over the SIREN; keys with letters are checked by the SIREN alone. */
static bool vat_france_is_valid(const char *digits)
{
	unsigned siren = plain_mod_97(digits + 2, 9);

	if (!plain_luhn(digits + 2, 9))
		return false;
	if (strspn(digits, "0123456789") < 2)
		return true;
	return (12 + 3 * siren) % 97 == plain_mod_97(digits, 2) && memcmp(digits, "97", 2) < 0;
}

static bool vat_luxembourg_is_valid(const char *digits)
{
	unsigned long number = strtoul(digits, NULL, 10);

	return number / 100 % 89 == number % 100;
}

/* Since 2020 the check of sole traders is modulo 97 over letters and digits. */
static bool vat_netherlands_is_valid(const char *digits)
{
	char whole[14] = "NL";

	memcpy(whole + 2, digits, 12);
	return foreign_nl_eleven_test(digits, 9) || plain_mod_97(whole, 14) == 1;
}

struct vat_form {
	const char *form; /* see plain_has_form */
	bool (*check)(const char *digits);
};

static const struct vat_form vat_forms[] = {
	{ "ATU########", NULL },
	{ "BG#########", NULL },
	{ "BG##########", NULL },
	{ "CY########@", NULL },
	{ "CZ########", NULL },
	{ "CZ#########", NULL },
	{ "CZ##########", NULL },
	{ "DE#########", vat_germany_is_valid },
	{ "DK########", NULL },
	{ "EE#########", NULL },
	{ "EL#########", NULL },
	{ "ES@########", NULL },
	{ "ES########@", NULL },
	{ "ES@#######@", NULL },
	{ "FI########", NULL },
	{ "FR**#########", vat_france_is_valid },
	{ "HR###########", NULL },
	{ "HU########", NULL },
	{ "IE#*#####@", NULL },
	{ "IE#######@@", NULL },
	{ "IT###########", NULL },
	{ "LT#########", NULL },
	{ "LT############", NULL },
	{ "LU########", vat_luxembourg_is_valid },
	{ "LV###########", NULL },
	{ "MT########", NULL },
	{ "NL#########B##", vat_netherlands_is_valid },
	{ "PL##########", NULL },
	{ "PT#########", NULL },
	{ "RO######", NULL },
	{ "RO#######", NULL },
	{ "RO########", NULL },
	{ "RO#########", NULL },
	{ "RO##########", NULL },
	{ "SE##########01", NULL },
	{ "SI########", NULL },
	{ "SK##########", NULL },
	{ "XI#########", NULL }, /* Northern Ireland */
	{ "XI############", NULL },
};

bool finance_eu_vat(struct span value)
{
	struct plain plain;

	if (!plain_read(&plain, value, " .-"))
		return false;
	/* The Dutch form is known by its B and is often written without the country. */
	if (plain_has_form(&plain, "#########B##"))
		return vat_netherlands_is_valid(plain.text);
	for (size_t i = 0; i < sizeof(vat_forms) / sizeof(vat_forms[0]); i++) {
		if (plain_has_form(&plain, vat_forms[i].form))
			return vat_forms[i].check == NULL || vat_forms[i].check(plain.text + 2);
	}
	return false;
}
