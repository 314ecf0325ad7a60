/*
 * validate_belgium: numbers that Belgian registers give out.
 *
 * Nearly all of them carry the same check, a remainder modulo 97, in one of two
 * dresses: the complement (97 minus the remainder: national register, KBO/BCE)
 * and the remainder itself with 97 for 0 (accounts, eID cards, references).
 *
 * Sources:
 *	IT 000 "Rijksregisternummer", instructions of the National Register (IBZ/RRN)
 *		and royal decree of 3 April 1984 (national register number)
 *	royal decree of 8 February 1991, Crossroads Bank for Social Security (BIS)
 *	royal decree of 24 June 2003, Crossroads Bank for Enterprises (KBO/BCE)
 *	Febelfin: account number 3-7-2, structured communication (OGM/VCS)
 *	royal decree of 20 July 2001 on registration of vehicles (plates)
 *	Fedict/BOSA eID card specification (card number)
 */
#include <purposed/engine/validate_private.h>

/* --- National register and BIS numbers --------------------------------------- */

#define NN_DIGITS 11
#define NN_BREAKS (BREAK(2) | BREAK(4) | BREAK(6) | BREAK(9))
#define NN_SEPARATORS " .-/"
#define NN_SEQUENCE_MAX 998
#define NN_MONTH_UNKNOWN_SEX 20 /* a BIS number adds one of these to the month */
#define NN_MONTH_KNOWN_SEX 40

/*
 * The date part of a register number.  Zeros stand for what was not known, and
 * for the month and day of a date on which all sequence numbers were used up;
 * when those ran out too, the tens of the day were raised, past the calendar.
 */
static bool nn_date_is_valid(unsigned year, unsigned month, unsigned day)
{
	bool off_calendar = month == 0 || day == 0 || day > 31;

	if (day > 39 || month > 12)
		return false;
	if (off_calendar)
		return date_has_come(year, month == 0 ? 1 : month, 1);
	return date_has_come(year, month, day);
}

static bool nn_sequence_is_valid(const struct plain *plain)
{
	uint64_t sequence = plain_number(plain, 6, 9);

	return sequence >= 1 && sequence <= NN_SEQUENCE_MAX;
}

static bool nn_is_valid(const struct plain *plain, unsigned month_offset)
{
	unsigned year = (unsigned)plain_number(plain, 0, 2);
	unsigned month = (unsigned)plain_number(plain, 2, 4);
	unsigned day = (unsigned)plain_number(plain, 4, 6);
	uint64_t serial = plain_number(plain, 0, 9);
	uint64_t check = plain_number(plain, 9, 11);

	if (month < month_offset)
		return false;
	month -= month_offset;
	if (97 - serial % 97 == check && nn_date_is_valid(1900 + year, month, day))
		return true;
	/* Born since 2000: the check is computed with a 2 before the number. */
	return 97 - (2000000000 + serial) % 97 == check &&
	       nn_date_is_valid(2000 + year, month, day);
}

bool belgium_nn(struct span value)
{
	struct plain plain;

	return plain_read_digits(&plain, value, NN_SEPARATORS, NN_DIGITS, NN_BREAKS) &&
	       nn_sequence_is_valid(&plain) && nn_is_valid(&plain, 0);
}

/*
 * Published validators disagree on sequences that the register does not give
 * out.  Where the number's name stands before it, it is better found than missed.
 */
bool belgium_nn_named(struct span value)
{
	struct plain plain;

	return plain_read_digits(&plain, value, NN_SEPARATORS, NN_DIGITS, NN_BREAKS) &&
	       nn_is_valid(&plain, 0);
}

bool belgium_bis(struct span value)
{
	struct plain plain;

	return plain_read_digits(&plain, value, NN_SEPARATORS, NN_DIGITS, NN_BREAKS) &&
	       nn_sequence_is_valid(&plain) &&
	       (nn_is_valid(&plain, NN_MONTH_UNKNOWN_SEX) ||
		nn_is_valid(&plain, NN_MONTH_KNOWN_SEX));
}

bool belgium_nn_or_bis(struct span value)
{
	return belgium_nn(value) || belgium_bis(value);
}

/* --- Enterprises -------------------------------------------------------------- */

/* Ten digits with a check over the first eight, of which the first lies in first..last. */
static bool kbo_is_valid(const struct plain *plain, char first, char last)
{
	uint64_t base = plain_number(plain, 0, 8);

	return plain->text[0] >= first && plain->text[0] <= last && base != 0 &&
	       97 - base % 97 == plain_number(plain, 8, 10);
}

static bool enterprise_is_valid(struct plain *plain)
{
	if (!plain_is_digits(plain))
		return false;
	if (plain->len == 9) { /* as written before 2005: without the leading 0 */
		memmove(plain->text + 1, plain->text, plain->len + 1);
		plain->text[0] = '0';
		plain->len++;
		plain->breaks <<= 1;
	}
	return plain->len == 10 && (plain->breaks & ~(BREAK(4) | BREAK(7))) == 0 &&
	       kbo_is_valid(plain, '0', '1');
}

bool belgium_enterprise(struct span value)
{
	struct plain plain;

	return plain_read(&plain, value, " .-") && enterprise_is_valid(&plain);
}

bool belgium_vat(struct span value)
{
	static const char *const words[] = { "BTW", "TVA", "MWST", "VAT" };
	struct plain plain;

	if (!plain_read(&plain, value, " .-:"))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (plain_skip_prefix(&plain, words[i]))
			break;
	}
	plain_skip_prefix(&plain, "BE");
	return enterprise_is_valid(&plain);
}

bool belgium_establishment(struct span value)
{
	struct plain plain;

	return plain_read_digits(&plain, value, " .-", 10, BREAK(1) | BREAK(4) | BREAK(7)) &&
	       kbo_is_valid(&plain, '2', '8');
}

/* --- Twelve digits, the last two the first ten modulo 97 ----------------------- */

static bool twelve_is_valid(struct span value, const char *separators, uint64_t breaks)
{
	struct plain plain;
	uint64_t rest;

	if (!plain_read_digits(&plain, value, separators, 12, breaks) || plain_is_uniform(&plain))
		return false;
	rest = plain_number(&plain, 0, 10) % 97;
	return (rest == 0 ? 97 : rest) == plain_number(&plain, 10, 12);
}

bool belgium_account(struct span value)
{
	return twelve_is_valid(value, " .-", BREAK(3) | BREAK(10));
}

bool belgium_eid(struct span value)
{
	return twelve_is_valid(value, " .-", BREAK(3) | BREAK(10));
}

/* +++123/4567/89012+++ or ***...***, or the digits alone. */
bool belgium_ogm(struct span value)
{
	if (value.len > 6 && (span_starts(value, "+++") || span_starts(value, "***"))) {
		if (memcmp(value.ptr, value.ptr + value.len - 3, 3) != 0)
			return false;
		value = span_slice(value, 3, value.len - 3);
	}
	return twelve_is_valid(value, " ./", BREAK(3) | BREAK(7));
}

/* --- Vehicles ------------------------------------------------------------------ */

/*
 * Letters of a series: I, O and Q would be read as 1 and 0.  The first letter
 * may tell the kind of vehicle (O: oldtimer, Q: trailer), so those two are met there.
 */
static bool plate_letters_are_issued(const char *letters)
{
	return letters[0] != 'I' && strchr("IOQ", letters[1]) == NULL &&
	       strchr("IOQ", letters[2]) == NULL;
}

/* A series since 2010 (8: international), or the kind of vehicle: moped, trailer ... */
static bool plate_index_is_issued(char index)
{
	return strchr("123456789GLMOQSTUWYZ", index) != NULL;
}

bool belgium_plate(struct span value)
{
	struct plain plain;

	if (!plain_read(&plain, value, " -."))
		return false;
	if (plain_has_form(&plain, "###@@@"))
		return (plain.breaks & ~BREAK(3)) == 0 && plain_number(&plain, 0, 3) != 0 &&
		       plate_letters_are_issued(plain.text + 3);
	if (plain_has_form(&plain, "*@@@###")) {
		if (!plate_index_is_issued(plain.text[0]) || plain.breaks == BREAK(4))
			return false;
		plain_skip(&plain, 1);
	}
	return plain_has_form(&plain, "@@@###") && (plain.breaks & ~BREAK(3)) == 0 &&
	       plain_number(&plain, 3, 6) != 0 && plate_letters_are_issued(plain.text);
}

/* --- Police, papers -------------------------------------------------------------- */

/*
 * BR.43.LL.012345/2019: judicial district (two letters, or its number), kind of
 * offence (the prosecution service's two-digit code), drafting service, number,
 * year in two or four digits.
 */
bool belgium_pv(struct span value)
{
	static const char *const forms[] = { "@@##**########", "@@##**##########", "####**########",
					     "####**##########" };
	const uint64_t breaks = BREAK(2) | BREAK(4) | BREAK(6) | BREAK(12);
	struct plain plain;
	uint64_t year;

	if (!plain_read(&plain, value, " .-/") || plain.breaks != breaks)
		return false;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!plain_has_form(&plain, forms[i]))
			continue;
		year = plain_number(&plain, 12, plain.len);
		return plain.len == 14 || (year >= 1950 && year <= date_this_year());
	}
	return false;
}

bool belgium_passport(struct span value)
{
	struct plain plain;

	return plain_read(&plain, value, " -") && plain_has_form(&plain, "@@######") &&
	       (plain.breaks & ~BREAK(2)) == 0;
}

bool belgium_driving_licence(struct span value)
{
	struct plain plain;

	return plain_read(&plain, value, " ") && plain_has_form(&plain, "##########") &&
	       !plain_is_uniform(&plain);
}
