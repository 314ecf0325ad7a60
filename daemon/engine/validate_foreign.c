/*
 * validate_foreign: personal numbers of other countries.
 *
 * Belgium's neighbours first, since their residents appear in Belgian logs,
 * then others whose check is cheap.  Sources stand at each function.
 */
#include <purposed/engine/validate_private.h>

static unsigned digit_at(const struct plain *plain, size_t i)
{
	return (unsigned)(plain->text[i] - '0');
}

/*
 * France, NIR: decree no. 82-103 of 22 January 1982, INSEE.  Sex, year, month,
 * department, commune, sequence, and a key of 97 minus the remainder modulo 97;
 * Corsica's 2A and 2B count as 19 and 18.
 */
static bool nir_month_is_valid(uint64_t month)
{
	/* From 20 on: month unknown, or the civil register gave no month. */
	return month >= 1 && (month <= 12 || (month >= 20 && month <= 42) || month >= 50);
}

bool foreign_fr_nir(struct span value)
{
	const uint64_t breaks = BREAK(1) | BREAK(3) | BREAK(5) | BREAK(7) | BREAK(10) | BREAK(13);
	struct plain plain;

	if (!plain_read(&plain, value, " .-") || plain.len != 15 || (plain.breaks & ~breaks) != 0)
		return false;
	if (plain.text[5] == '2' && (plain.text[6] == 'A' || plain.text[6] == 'B')) {
		plain.text[5] = '1';
		plain.text[6] = plain.text[6] == 'A' ? '9' : '8';
	}
	return plain_is_digits(&plain) && strchr("123478", plain.text[0]) != NULL &&
	       nir_month_is_valid(plain_number(&plain, 3, 5)) && plain_number(&plain, 5, 7) != 0 &&
	       plain_number(&plain, 10, 13) != 0 &&
	       97 - plain_number(&plain, 0, 13) % 97 == plain_number(&plain, 13, 15);
}

bool foreign_nl_eleven_test(const char *digits, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i + 1 < n; i++)
		sum += (digits[i] - '0') * (int)(n - i);
	return (sum - (digits[n - 1] - '0')) % 11 == 0;
}

/* Netherlands, BSN: Wet algemene bepalingen burgerservicenummer; RvIG, the eleven-test. */
bool foreign_nl_bsn(struct span value)
{
	struct plain plain;

	return plain_read(&plain, value, " .-") && plain_is_digits(&plain) &&
	       (plain.len == 8 || plain.len == 9) && !plain_is_uniform(&plain) &&
	       foreign_nl_eleven_test(plain.text, plain.len);
}

/*
 * Germany, tax identification number: section 139b AO; BZSt.  Of the first ten
 * digits exactly one occurs twice, or (since 2016) three times but not in a row.
 */
static bool tax_id_digits_repeat(const char *digits)
{
	unsigned seen[10] = { 0 };
	unsigned twice = 0;
	unsigned thrice = 0;

	for (size_t i = 0; i < 10; i++) {
		if (i >= 2 && digits[i] == digits[i - 1] && digits[i] == digits[i - 2])
			return false;
		seen[digits[i] - '0']++;
	}
	for (size_t i = 0; i < 10; i++) {
		twice += seen[i] == 2;
		thrice += seen[i] == 3;
		if (seen[i] > 3)
			return false;
	}
	return twice + thrice == 1;
}

bool foreign_de_tax_id(struct span value)
{
	struct plain plain;

	return plain_read_digits(&plain, value, " ./", 11, BREAK(2) | BREAK(5) | BREAK(8)) &&
	       plain.text[0] != '0' && tax_id_digits_repeat(plain.text) &&
	       plain_mod_11_10(plain.text, 11);
}

/*
 * Luxembourg, matricule: grand-ducal regulation of 21 December 2013.  Birth
 * date, sequence, a Luhn digit and a Verhoeff digit, both over the first eleven.
 */
static unsigned char verhoeff_product(unsigned a, unsigned b)
{
	/* Multiplication in the dihedral group D5: rotations 0..4, reflections 5..9. */
	if (a < 5)
		return (unsigned char)(b < 5 ? (a + b) % 5 : 5 + (a + b) % 5);
	return (unsigned char)(b < 5 ? 5 + (a - b) % 5 : (a - b + 5) % 5);
}

static bool verhoeff(const char *digits, size_t n, char check)
{
	static const unsigned char step[] = { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 };
	unsigned sum = (unsigned)(check - '0');

	for (size_t i = 0; i < n; i++) {
		unsigned digit = (unsigned)(digits[n - 1 - i] - '0');

		/* The permutation repeats itself after eight places. */
		for (size_t turn = 0; turn < (i + 1) % 8; turn++)
			digit = step[digit];
		sum = verhoeff_product(sum, digit);
	}
	return sum == 0;
}

bool foreign_lu_matricule(struct span value)
{
	const uint64_t breaks = BREAK(4) | BREAK(6) | BREAK(8) | BREAK(11);
	struct plain plain;

	return plain_read_digits(&plain, value, " .-", 13, breaks) &&
	       date_has_come((unsigned)plain_number(&plain, 0, 4),
			     (unsigned)plain_number(&plain, 4, 6),
			     (unsigned)plain_number(&plain, 6, 8)) &&
	       plain_number(&plain, 0, 4) >= 1850 && plain_luhn(plain.text, 12) &&
	       verhoeff(plain.text, 11, plain.text[12]);
}

/* Spain, DNI and NIE: royal decree 1553/2005, order INT/2058/2008; letter by modulo 23. */
bool foreign_es_dni(struct span value)
{
	static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
	struct plain plain;

	if (!plain_read(&plain, value, " .-") || plain.len != 9)
		return false;
	if (plain_has_form(&plain, "@#######@") && plain.text[0] >= 'X' && plain.text[0] <= 'Z')
		plain.text[0] = (char)(plain.text[0] - 'X' + '0');
	return plain_has_form(&plain, "########@") && plain_number(&plain, 0, 8) != 0 &&
	       plain.text[8] == letters[plain_number(&plain, 0, 8) % 23];
}

/*
 * Italy, codice fiscale: ministerial decree no. 13814 of 23 December 1976.
 * Digits may be written as letters where two people would get the same code.
 */
static bool cf_has_form(const char *text)
{
	static const char form[] = "@@@@@@##@##@###@";

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		const char *allowed =
			form[i] == '@' ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "0123456789LMNPQRSTUV";

		if (strchr(allowed, text[i]) == NULL)
			return false;
	}
	return strchr("ABCDEHLMPRST", text[8]) != NULL;
}

bool foreign_it_cf(struct span value)
{
	/* What a character in an odd place counts; digits count as the letters A..J. */
	static const unsigned char odd[] = { 1,	 0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
					     20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23 };
	struct plain plain;
	int sum = 0;

	if (!plain_read(&plain, value, " ") || plain.len != 16 || !cf_has_form(plain.text))
		return false;
	for (size_t i = 0; i < 15; i++) {
		char c = plain.text[i];
		int number = c <= '9' ? c - '0' : c - 'A';

		sum += i % 2 == 0 ? odd[number] : number;
	}
	return plain.text[15] == 'A' + sum % 26;
}

/* United Kingdom, National Insurance number: HMRC manual NIM39110 (form only). */
bool foreign_uk_nino(struct span value)
{
	static const char *const unused[] = { "BG", "GB", "KN", "NK", "NT", "TN", "ZZ" };
	const uint64_t breaks = BREAK(2) | BREAK(4) | BREAK(6) | BREAK(8);
	struct plain plain;

	if (!plain_read(&plain, value, " -.") || (plain.breaks & ~breaks) != 0 ||
	    !plain_has_form(&plain, "@@######@") || plain.text[8] > 'D')
		return false;
	for (size_t i = 0; i < sizeof(unused) / sizeof(unused[0]); i++) {
		if (memcmp(plain.text, unused[i], 2) == 0)
			return false;
	}
	return strchr("DFIQUV", plain.text[0]) == NULL && strchr("DFIOQUV", plain.text[1]) == NULL;
}

/*
 * Finland, henkilötunnus: DVV; decree 690/2022 (century signs).  Date, sign,
 * number, and a character by modulo 31.
 */
bool foreign_fi_hetu(struct span value)
{
	static const char checks[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
	struct plain plain;
	struct plain number;
	unsigned century;
	char sign;

	if (value.len != 11)
		return false;
	sign = value.ptr[6];
	if (sign != '\0' && strchr("+", sign) != NULL)
		century = 1800;
	else if (sign != '\0' && strchr("-YXWVU", sign) != NULL)
		century = 1900;
	else if (sign != '\0' && strchr("ABCDEF", sign) != NULL)
		century = 2000;
	else
		return false;
	if (!plain_read_digits(&plain, span_slice(value, 0, 6), "", 6, 0) ||
	    !plain_read(&number, span_slice(value, 7, 11), "") ||
	    !plain_has_form(&number, "###*") || plain_number(&number, 0, 3) < 2)
		return false;
	return date_has_come(century + (unsigned)plain_number(&plain, 4, 6),
			     (unsigned)plain_number(&plain, 2, 4),
			     (unsigned)plain_number(&plain, 0, 2)) &&
	       number.text[3] ==
		       checks[(plain_number(&plain, 0, 6) * 1000 + plain_number(&number, 0, 3)) %
			      31];
}

/* Poland, PESEL: act of 24 September 2010 on population registration; weights 1, 3, 7, 9. */
bool foreign_pl_pesel(struct span value)
{
	static const unsigned weights[] = { 1, 3, 7, 9 };
	static const unsigned centuries[] = { 1900, 2000, 2100, 2200, 1800 };
	struct plain plain;
	unsigned month;
	unsigned sum = 0;

	if (!plain_read_digits(&plain, value, "", 11, 0))
		return false;
	for (size_t i = 0; i < 10; i++)
		sum += weights[i % 4] * digit_at(&plain, i);
	month = (unsigned)plain_number(&plain, 2, 4);
	return (sum + digit_at(&plain, 10)) % 10 == 0 &&
	       date_has_come(centuries[month / 20] + (unsigned)plain_number(&plain, 0, 2),
			     month % 20, (unsigned)plain_number(&plain, 4, 6));
}

/* United States, social security number: SSA, POMS RM 10201 (form only). */
bool foreign_us_ssn(struct span value)
{
	struct plain plain;
	uint64_t area;

	if (!plain_read_digits(&plain, value, " -.", 9, BREAK(3) | BREAK(5)))
		return false;
	area = plain_number(&plain, 0, 3);
	return area != 0 && area != 666 && area < 900 && plain_number(&plain, 3, 5) != 0 &&
	       plain_number(&plain, 5, 9) != 0 && !plain_is_uniform(&plain);
}
