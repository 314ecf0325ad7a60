/*
 * validate_code: codes of things, and of court decisions.
 *
 * Most of these serve decoys: a number that is surely an article's EAN or a
 * software version is surely no telephone number.
 *
 * Sources: ISO/IEC 7812-1 (Luhn), 3GPP TS 23.003 (IMEI), ISO 2108 (ISBN),
 * GS1 General Specifications (EAN), RFC 9562 (UUID), Council conclusions
 * 2011/C 127/01 (ECLI).
 */
#include <purposed/engine/validate_private.h>

#define LUHN_DIGITS_MIN 8 /* below, one number in ten passes and it means nothing */

bool code_luhn(struct span value)
{
	struct plain plain;

	return plain_read(&plain, value, " .-") && plain_is_digits(&plain) &&
	       plain.len >= LUHN_DIGITS_MIN && !plain_is_uniform(&plain) &&
	       plain_luhn(plain.text, plain.len);
}

bool code_imei(struct span value)
{
	const uint64_t breaks = BREAK(2) | BREAK(6) | BREAK(8) | BREAK(14);
	struct plain plain;

	return plain_read_digits(&plain, value, " -/", 15, breaks) && !plain_is_uniform(&plain) &&
	       plain_luhn(plain.text, plain.len);
}

static bool isbn_10_is_valid(const char *text)
{
	int sum = 0;

	for (int i = 0; i < 10; i++)
		sum += (10 - i) * (text[i] == 'X' ? 10 : text[i] - '0');
	return sum % 11 == 0;
}

bool code_isbn(struct span value)
{
	struct plain plain;

	if (!plain_read(&plain, value, " -"))
		return false;
	if (plain_has_form(&plain, "##########") || plain_has_form(&plain, "#########X"))
		return !plain_is_uniform(&plain) && isbn_10_is_valid(plain.text);
	return plain_has_form(&plain, "#############") &&
	       (memcmp(plain.text, "978", 3) == 0 || memcmp(plain.text, "979", 3) == 0) &&
	       plain_gs1(plain.text, 13);
}

bool code_ean(struct span value)
{
	struct plain plain;

	return plain_read(&plain, value, " -") && plain_is_digits(&plain) &&
	       (plain.len == 8 || (plain.len >= 12 && plain.len <= 14)) &&
	       !plain_is_uniform(&plain) && plain_gs1(plain.text, plain.len);
}

bool code_uuid(struct span value)
{
	struct plain plain;

	return value.len == 36 && plain_read(&plain, value, "-") && plain.len == 32 &&
	       plain.breaks == (BREAK(8) | BREAK(12) | BREAK(16) | BREAK(20)) &&
	       strspn(plain.text, "0123456789ABCDEF") == plain.len;
}

static bool is_version_suffix(struct span suffix)
{
	if (suffix.len < 2 || memchr("-+~_", suffix.ptr[0], 4) == NULL)
		return false;
	for (size_t i = 1; i < suffix.len; i++) {
		char c = (char)(suffix.ptr[i] | 0x20);
		bool digit = suffix.ptr[i] >= '0' && suffix.ptr[i] <= '9';

		if (!digit && (c < 'a' || c > 'z') && memchr(".-+~_", suffix.ptr[i], 5) == NULL)
			return false;
	}
	return true;
}

/* Two to five numbers between dots, the v before and the suffix behind optional: v1.2.3-rc1 */
bool code_version(struct span value)
{
	size_t at = value.len > 0 && (value.ptr[0] | 0x20) == 'v';
	unsigned numbers = 0;

	for (;;) {
		size_t start = at;

		while (at < value.len && value.ptr[at] >= '0' && value.ptr[at] <= '9')
			at++;
		if (at == start || ++numbers > 5)
			return false;
		if (at == value.len || value.ptr[at] != '.')
			break;
		at++;
	}
	return numbers >= 2 &&
	       (at == value.len || is_version_suffix(span_slice(value, at, value.len)));
}

/* --- ECLI ------------------------------------------------------------------------- */

#define ECLI_COURT_MAX 7
#define ECLI_ORDINAL_MAX 25
#define ECLI_YEAR_MIN 1800

/* The part of rest up to the next colon, which is dropped with it. */
static struct span ecli_part(struct span *rest)
{
	const char *colon = rest->len == 0 ? NULL : memchr(rest->ptr, ':', rest->len);
	size_t n = colon == NULL ? rest->len : (size_t)(colon - rest->ptr);
	struct span part = span_slice(*rest, 0, n);

	*rest = span_slice(*rest, n + (colon != NULL), rest->len);
	return part;
}

bool code_ecli(struct span value)
{
	struct span word = ecli_part(&value);
	struct span country = ecli_part(&value);
	struct span court = ecli_part(&value);
	struct span year = ecli_part(&value);
	struct plain plain;
	uint64_t number;

	if (!plain_read(&plain, word, "") || !plain_has_form(&plain, "ECLI") ||
	    !plain_read(&plain, country, "") || !plain_has_form(&plain, "@@") ||
	    !plain_read(&plain, court, "") || plain.text[0] < 'A' || plain.len > ECLI_COURT_MAX ||
	    !plain_read(&plain, year, "") || !plain_has_form(&plain, "####"))
		return false;
	number = plain_number(&plain, 0, 4);
	/* The limit of the ordinal counts its dots. */
	return number >= ECLI_YEAR_MIN && number <= date_this_year() &&
	       value.len <= ECLI_ORDINAL_MAX && plain_read(&plain, value, ".");
}
