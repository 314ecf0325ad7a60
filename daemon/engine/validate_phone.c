/*
 * validate_phone: telephone numbers, by numbering plan.
 *
 * Any nine digits may be somebody's number somewhere, so a number counts only
 * in one of two dresses: the international one ("+" or "00" and an assigned
 * country code), or the national one of Belgium, its neighbours, the United
 * Kingdom or North America.  Nationally, numbers of services (freephone,
 * premium rate) are left out: they name no person, and without a country code
 * too much looks like them.
 *
 * Sources: ITU-T E.164 and its list of assigned country codes; E.123 (how
 * numbers are written); BIPT/IBPT (BE), ACM (NL), Arcep (FR), BNetzA (DE), ILR
 * (LU), Ofcom (UK), NANPA (North America).
 */
#include <purposed/engine/validate_private.h>

#define E164_DIGITS_MIN 7
#define E164_DIGITS_MAX 15

/* National significant numbers: without the trunk prefix 0. */
static const struct digit_range be_persons[] = {
	{ "22", "28", 8, 8 }, { "32", "38", 8, 8 }, { "42", "43", 8, 8 }, { "92", "94", 8, 8 },
	{ "10", "16", 8, 8 }, { "19", "19", 8, 8 }, { "50", "59", 8, 8 }, { "60", "61", 8, 8 },
	{ "63", "65", 8, 8 }, { "67", "69", 8, 8 }, { "71", "71", 8, 8 }, { "802", "808", 8, 8 },
	{ "81", "87", 8, 8 }, { "89", "89", 8, 8 }, { "45", "49", 9, 9 }, /* mobile */
};

static const struct digit_range be_services[] = {
	{ "70", "70", 8, 8 },
	{ "78", "78", 8, 8 },
	{ "800", "800", 8, 8 },
	{ "900", "909", 8, 8 },
};

static const struct digit_range nl_persons[] = {
	{ "10", "11", 9, 9 }, { "13", "13", 9, 9 }, { "15", "18", 9, 9 }, { "20", "20", 9, 9 },
	{ "22", "26", 9, 9 }, { "29", "29", 9, 9 }, { "30", "36", 9, 9 }, { "38", "38", 9, 9 },
	{ "40", "41", 9, 9 }, { "43", "43", 9, 9 }, { "45", "59", 9, 9 }, { "70", "79", 9, 9 },
	{ "85", "85", 9, 9 }, { "88", "88", 9, 9 }, { "61", "65", 9, 9 }, { "68", "68", 9, 9 },
};

static const struct digit_range nl_services[] = {
	{ "800", "800", 7, 10 },
	{ "900", "909", 7, 10 },
};

static const struct digit_range fr_persons[] = {
	{ "1", "7", 9, 9 },
	{ "9", "9", 9, 9 },
};

static const struct digit_range fr_services[] = {
	{ "8", "8", 9, 9 },
};

static const struct digit_range de_persons[] = {
	{ "2", "7", 8, 10 },	{ "81", "89", 8, 10 },	{ "91", "99", 8, 10 },
	{ "15", "15", 11, 11 }, { "16", "17", 10, 11 },
};

/* Area codes and numbers are of many lengths; with +49 before them all may come. */
static const struct digit_range de_services[] = {
	{ "2", "9", 5, 11 },
};

static const struct digit_range lu_persons[] = {
	{ "22", "29", 8, 8 }, { "3", "5", 6, 6 },
	{ "7", "9", 6, 6 },   { "62", "62", 9, 9 }, /* mobile */
	{ "65", "69", 9, 9 },
};

static const struct digit_range lu_services[] = {
	{ "2", "9", 5, 11 },
};

static const struct digit_range uk_persons[] = {
	{ "1", "1", 9, 10 },
	{ "2", "2", 10, 10 },
	{ "7", "7", 10, 10 },
};

static const struct digit_range uk_services[] = {
	{ "3", "3", 10, 10 },
	{ "8", "8", 7, 10 },
	{ "9", "9", 10, 10 },
};

static const struct digit_range nanp_persons[] = {
	{ "2", "9", 10, 10 },
};

#define RANGES(array) (array), sizeof(array) / sizeof((array)[0])

struct phone_plan {
	const char *country;
	const struct digit_range *persons;
	size_t n_persons;
	const struct digit_range *services;
	size_t n_services;
	/* Whether a number without country code is one; NULL: where it begins with the trunk 0. */
	bool (*is_national)(const struct plain *plain);
};

/* No trunk prefix: only the usual groups tell a number from a date or an amount. */
static bool lu_is_national(const struct plain *plain)
{
	const uint64_t pairs = BREAK(2) | BREAK(4) | BREAK(6);

	if (plain->len == 6)
		return plain->breaks == (BREAK(2) | BREAK(4));
	if (plain->len == 8)
		return plain->breaks == 0 || plain->breaks == pairs || plain->breaks == BREAK(4);
	return true;
}

/* NXX NXX XXXX, with its groups. */
static bool nanp_is_national(const struct plain *plain)
{
	return plain->breaks == (BREAK(3) | BREAK(6)) && plain->text[3] >= '2';
}

static const struct phone_plan phone_plans[] = {
	{ "32", RANGES(be_persons), RANGES(be_services), NULL },
	{ "31", RANGES(nl_persons), RANGES(nl_services), NULL },
	{ "33", RANGES(fr_persons), RANGES(fr_services), NULL },
	{ "49", RANGES(de_persons), RANGES(de_services), NULL },
	{ "352", RANGES(lu_persons), RANGES(lu_services), lu_is_national },
	{ "44", RANGES(uk_persons), RANGES(uk_services), NULL },
	{ "1", RANGES(nanp_persons), NULL, 0, nanp_is_national },
};

/* Assigned country codes without a plan above, in ascending order of their text. */
static const char e164_codes[][4] = {
	"20",  "211", "212", "213", "216", "218", "220", "221", "222", "223", "224", "225", "226",
	"227", "228", "229", "230", "231", "232", "233", "234", "235", "236", "237", "238", "239",
	"240", "241", "242", "243", "244", "245", "246", "247", "248", "249", "250", "251", "252",
	"253", "254", "255", "256", "257", "258", "260", "261", "262", "263", "264", "265", "266",
	"267", "268", "269", "27",  "290", "291", "297", "298", "299", "30",  "34",  "350", "351",
	"353", "354", "355", "356", "357", "358", "359", "36",	"370", "371", "372", "373", "374",
	"375", "376", "377", "378", "379", "380", "381", "382", "383", "385", "386", "387", "389",
	"39",  "40",  "41",  "420", "421", "423", "43",	 "45",	"46",  "47",  "48",  "500", "501",
	"502", "503", "504", "505", "506", "507", "508", "509", "51",  "52",  "53",  "54",  "55",
	"56",  "57",  "58",  "590", "591", "592", "593", "594", "595", "596", "597", "598", "599",
	"60",  "61",  "62",  "63",  "64",  "65",  "66",	 "670", "672", "673", "674", "675", "676",
	"677", "678", "679", "680", "681", "682", "683", "685", "686", "687", "688", "689", "690",
	"691", "692", "7",   "800", "808", "81",  "82",	 "84",	"850", "852", "853", "855", "856",
	"86",  "870", "878", "880", "881", "882", "883", "886", "888", "90",  "91",  "92",  "93",
	"94",  "95",  "960", "961", "962", "963", "964", "965", "966", "967", "968", "970", "971",
	"972", "973", "974", "975", "976", "977", "979", "98",	"992", "993", "994", "995", "996",
	"998",
};

/* --- Reading ------------------------------------------------------------------------ */

#define PHONE_BYTES_MAX 40

/* A number as written: whether a "+" stood before it, and its digits. */
struct phone {
	bool plus;
	struct plain digits;
};

/*
 * Takes "+" and one pair of parentheses out: those of an area code, "(02)" and
 * "+44 (20)", or those of a trunk 0 that is not dialled from abroad, "+32 (0)2",
 * which goes with its 0.
 */
static bool phone_read(struct phone *phone_r, struct span value)
{
	char text[PHONE_BYTES_MAX];
	size_t len = 0;
	unsigned open = 0;
	unsigned closed = 0;

	if (value.len == 0 || value.len > sizeof(text))
		return false;
	phone_r->plus = value.ptr[0] == '+';
	for (size_t i = phone_r->plus; i < value.len; i++) {
		struct span rest = span_slice(value, i, value.len);

		if (span_starts(rest, "(0)") && i > 0) {
			text[len++] = ' ';
			i += 2;
		} else if (value.ptr[i] == '(' || value.ptr[i] == ')') {
			open += value.ptr[i] == '(';
			closed += value.ptr[i] == ')';
			if (len > 0)
				text[len++] = ' ';
		} else {
			text[len++] = value.ptr[i];
		}
	}
	return open == closed && open <= 1 &&
	       plain_read(&phone_r->digits, span_of(text, len), " .-/") &&
	       plain_is_digits(&phone_r->digits) && !plain_is_uniform(&phone_r->digits);
}

/* --- Judging ------------------------------------------------------------------------- */

static const struct phone_plan *plan_of(const char *digits)
{
	for (size_t i = 0; i < sizeof(phone_plans) / sizeof(phone_plans[0]); i++) {
		if (strncmp(digits, phone_plans[i].country, strlen(phone_plans[i].country)) == 0)
			return &phone_plans[i];
	}
	return NULL;
}

static bool has_e164_code(const char *digits)
{
	for (size_t i = 0; i < sizeof(e164_codes) / sizeof(e164_codes[0]); i++) {
		if (strncmp(digits, e164_codes[i], strlen(e164_codes[i])) == 0)
			return true;
	}
	return false;
}

/* digits: country code and national number. */
static bool is_international(const char *digits)
{
	size_t n = strlen(digits);
	const struct phone_plan *plan = plan_of(digits);
	size_t code;

	if (n < E164_DIGITS_MIN || n > E164_DIGITS_MAX)
		return false;
	if (plan == NULL)
		return has_e164_code(digits);
	code = strlen(plan->country);
	return plain_in_ranges(digits + code, n - code, plan->persons, plan->n_persons) ||
	       plain_in_ranges(digits + code, n - code, plan->services, plan->n_services);
}

/* No group is a single digit: "0 2 3 ..." is a list. */
static bool is_grouped(const struct plain *plain)
{
	uint64_t breaks = plain->breaks | BREAK(0) | BREAK(plain->len);

	return (breaks & breaks >> 1) == 0;
}

static bool is_national(const struct plain *plain, const struct phone_plan *plan)
{
	bool trunk = plan->is_national == NULL;

	if (trunk ? plain->text[0] != '0' : !plan->is_national(plain))
		return false;
	return is_grouped(plain) && plain_in_ranges(plain->text + trunk, plain->len - trunk,
						    plan->persons, plan->n_persons);
}

bool phone_be(struct span value)
{
	struct phone phone;

	return phone_read(&phone, value) && !phone.plus &&
	       is_national(&phone.digits, plan_of("32"));
}

bool phone_intl(struct span value)
{
	struct phone phone;

	if (!phone_read(&phone, value))
		return false;
	if (phone.plus)
		return is_international(phone.digits.text);
	return phone.digits.text[0] == '0' && phone.digits.text[1] == '0' &&
	       is_international(phone.digits.text + 2);
}

bool phone_any(struct span value)
{
	struct phone phone;

	if (phone_intl(value))
		return true;
	if (!phone_read(&phone, value) || phone.plus)
		return false;
	for (size_t i = 0; i < sizeof(phone_plans) / sizeof(phone_plans[0]); i++) {
		if (is_national(&phone.digits, &phone_plans[i]))
			return true;
	}
	return false;
}
