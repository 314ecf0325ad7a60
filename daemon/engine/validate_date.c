/*
 * validate_date: calendar dates, as dates of birth.
 *
 * The calendar is the Gregorian one of ISO 8601.  Nobody is born in the
 * future, so these ask the clock: alone among the validators their answer
 * changes, from false to true, once a day.
 *
 * Days before months (Belgium and its neighbours write no other way) unless
 * the year comes first; years have four digits, since with two a date is any
 * three numbers.
 */
#include <time.h>

#include <purposed/engine/validate_private.h>

#define BIRTH_YEAR_MIN 1900

struct day {
	unsigned year;
	unsigned month;
	unsigned day;
};

static struct day today(void)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	return (struct day){ .year = (unsigned)tm.tm_year + 1900,
			     .month = (unsigned)tm.tm_mon + 1,
			     .day = (unsigned)tm.tm_mday };
}

unsigned date_this_year(void)
{
	return today().year;
}

static unsigned days_in(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

bool date_has_come(unsigned year, unsigned month, unsigned day)
{
	struct day now = today();

	if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return false;
	if (year != now.year)
		return year < now.year;
	return month < now.month || (month == now.month && day <= now.day);
}

/* Takes up to max digits from the front of rest; *n_r receives how many. */
static unsigned take_number(struct span *rest, size_t max, size_t *n_r)
{
	unsigned number = 0;
	size_t n = 0;

	while (n < max && n < rest->len && rest->ptr[n] >= '0' && rest->ptr[n] <= '9')
		number = number * 10 + (unsigned)(rest->ptr[n++] - '0');
	*rest = span_slice(*rest, n, rest->len);
	*n_r = n;
	return number;
}

static bool take_byte(struct span *rest, char c)
{
	if (rest->len == 0 || rest->ptr[0] != c)
		return false;
	*rest = span_slice(*rest, 1, rest->len);
	return true;
}

/* Two digits below limit. */
static bool take_pair(struct span *rest, unsigned limit)
{
	size_t n;

	return take_number(rest, 2, &n) < limit && n == 2;
}

static bool is_zone(struct span rest)
{
	if (rest.len == 0 || span_is(rest, "Z") || span_is(rest, "z"))
		return true;
	if (!take_byte(&rest, '+') && !take_byte(&rest, '-'))
		return false;
	if (!take_pair(&rest, 24))
		return false;
	take_byte(&rest, ':');
	return rest.len == 0 || (take_pair(&rest, 60) && rest.len == 0);
}

/* 30, 30.5, 30,123456 */
static bool take_seconds(struct span *rest)
{
	size_t n;

	if (!take_pair(rest, 61))
		return false;
	if (!take_byte(rest, '.') && !take_byte(rest, ','))
		return true;
	take_number(rest, 9, &n);
	return n > 0;
}

/* Nothing, or a time of day as ISO 8601 and RFC 3339 write it. */
static bool is_time(struct span rest)
{
	if (rest.len == 0)
		return true;
	if (!take_byte(&rest, 'T') && !take_byte(&rest, 't') && !take_byte(&rest, ' '))
		return false;
	if (!take_pair(&rest, 25) || !take_byte(&rest, ':') || !take_pair(&rest, 60))
		return false;
	if (take_byte(&rest, ':') && !take_seconds(&rest))
		return false;
	return is_zone(rest);
}

/* 19850730 */
static bool take_compact(struct span *rest, struct day *day_r)
{
	unsigned number;
	size_t n;

	number = take_number(rest, 9, &n);
	*day_r = (struct day){ number / 10000, number / 100 % 100, number % 100 };
	return n == 8;
}

/* 1985-07-30, 30/7/1985 */
static bool take_separated(struct span *rest, struct day *day_r)
{
	unsigned number[3];
	size_t n[3];
	char separator;

	number[0] = take_number(rest, 4, &n[0]);
	if (rest->len == 0 || memchr("-/.", rest->ptr[0], 3) == NULL)
		return false;
	separator = rest->ptr[0];
	take_byte(rest, separator);
	number[1] = take_number(rest, 2, &n[1]);
	if (!take_byte(rest, separator))
		return false;
	number[2] = take_number(rest, n[0] == 4 ? 2 : 4, &n[2]);
	if (n[1] == 0)
		return false;
	if (n[0] == 4) {
		*day_r = (struct day){ number[0], number[1], number[2] };
		return n[2] > 0;
	}
	*day_r = (struct day){ number[2], number[1], number[0] };
	return n[0] <= 2 && n[2] == 4;
}

bool date_of_birth(struct span value)
{
	struct day day;
	struct span rest = value;

	if (!take_compact(&rest, &day)) {
		rest = value;
		if (!take_separated(&rest, &day))
			return false;
	}
	return is_time(rest) && day.year >= BIRTH_YEAR_MIN &&
	       date_has_come(day.year, day.month, day.day);
}
