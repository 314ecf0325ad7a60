/*
 * Reading a time: a cursor walks over the text; every reader moves it only when it succeeds.
 */
#include <purposed/engine/timestamp.h>

enum { SEARCH_MAX = 1024 };

struct cursor {
	const char *at;
	const char *end;
};

static bool take_char(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

static bool take_number(struct cursor *c, int digits, int *out_r)
{
	int value = 0;

	if (c->end - c->at < digits)
		return false;
	for (int i = 0; i < digits; i++) {
		if (c->at[i] < '0' || c->at[i] > '9')
			return false;
		value = value * 10 + (c->at[i] - '0');
	}
	c->at += digits;
	*out_r = value;
	return true;
}

static bool take_month(struct cursor *c, int *month_r)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (c->end - c->at < 3)
		return false;
	for (int i = 0; i < 12; i++) {
		if (memcmp(c->at, names + 3 * (size_t)i, 3) == 0) {
			c->at += 3;
			*month_r = i + 1;
			return true;
		}
	}
	return false;
}

static bool take_clock(struct cursor *c, struct tm *tm)
{
	struct cursor t = *c;

	if (!take_number(&t, 2, &tm->tm_hour) || !take_char(&t, ':') ||
	    !take_number(&t, 2, &tm->tm_min) || !take_char(&t, ':') ||
	    !take_number(&t, 2, &tm->tm_sec) || tm->tm_hour > 23 || tm->tm_min > 59 ||
	    tm->tm_sec > 60)
		return false;
	*c = t;
	return true;
}

/* ".123" or ",123": nanoseconds; 0 where there is none. */
static long take_fraction(struct cursor *c)
{
	long value = 0;
	int digits = 0;

	if (c->end - c->at < 2 || (*c->at != '.' && *c->at != ',') || c->at[1] < '0' ||
	    c->at[1] > '9')
		return 0;
	for (c->at++; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		if (digits++ < 9)
			value = value * 10 + (*c->at - '0');
	}
	for (; digits < 9; digits++)
		value *= 10;
	return value;
}

static bool at_digit(const struct cursor *c)
{
	return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* Z, +01:00, +0100 or +01; false: no zone is given, or none that there is. */
static bool take_zone(struct cursor *c, long *seconds_r)
{
	struct cursor t = *c;
	int hours;
	int minutes = 0;
	bool minus;

	if (take_char(&t, 'Z') || take_char(&t, 'z')) {
		*c = t;
		*seconds_r = 0;
		return true;
	}
	minus = t.at < t.end && *t.at == '-';
	if (!take_char(&t, '+') && !take_char(&t, '-'))
		return false;
	if (!take_number(&t, 2, &hours))
		return false;
	take_char(&t, ':');
	take_number(&t, 2, &minutes);
	if (hours > 23 || minutes > 59 || at_digit(&t))
		return false;
	*c = t;
	*seconds_r = (minus ? -1 : 1) * (hours * 3600L + minutes * 60L);
	return true;
}

/* Behind a space stands a zone that is in use, written out: " -10" and " -1234" are other things.
 */
static bool take_spaced_zone(struct cursor *c, long *seconds_r)
{
	struct cursor t = *c;
	const char *sign;
	long seconds;

	if (!take_char(&t, ' ') || t.at == t.end || (*t.at != '+' && *t.at != '-'))
		return false;
	sign = t.at;
	if (!take_zone(&t, &seconds) || t.at - sign < 5 || seconds % 900 != 0 ||
	    seconds < -12 * 3600L || seconds > 14 * 3600L)
		return false;
	*c = t;
	*seconds_r = seconds;
	return true;
}

static int days_of(int year, int month)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

/* No log is older than the clock; and a zone must not carry a year past four digits. */
static bool is_date(const struct tm *tm)
{
	return tm->tm_year >= 1970 && tm->tm_year <= 9998 && tm->tm_mon >= 1 && tm->tm_mon <= 12 &&
	       tm->tm_mday >= 1 && tm->tm_mday <= days_of(tm->tm_year, tm->tm_mon);
}

/*
 * Days from 1970 to a day of the Gregorian calendar, which timegm(3) takes ten times as long
 * for.  A year begins with March here: what is irregular stands at its end.
 */
static long days_until(int year, int month, int day)
{
	long y = month > 2 ? year : year - 1L;
	long m = month > 2 ? month - 3L : month + 9L;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 719469;
}

/* Turns calendar fields (tm_year and tm_mon as written) and a zone into a time. */
static bool finish(struct tm *tm, struct cursor *c, struct timespec *time_r)
{
	struct timespec time = { 0 };
	long zone = 0;
	bool zoned;

	if (!is_date(tm))
		return false;
	time.tv_nsec = take_fraction(c);
	zoned = take_zone(c, &zone) || take_spaced_zone(c, &zone);
	if (zoned) {
		time.tv_sec = days_until(tm->tm_year, tm->tm_mon, tm->tm_mday) * 86400 +
			      tm->tm_hour * 3600L + tm->tm_min * 60L + tm->tm_sec - zone;
	} else {
		tm->tm_year -= 1900;
		tm->tm_mon -= 1;
		tm->tm_isdst = -1;
		time.tv_sec = mktime(tm);
	}
	*time_r = time;
	return true;
}

static bool read_iso(struct cursor c, struct timespec *time_r)
{
	struct tm tm = { 0 };
	char separator;

	if (!take_number(&c, 4, &tm.tm_year) || c.at == c.end)
		return false;
	separator = *c.at;
	if ((separator != '-' && separator != '/') || !take_char(&c, separator) ||
	    !take_number(&c, 2, &tm.tm_mon) || !take_char(&c, separator) ||
	    !take_number(&c, 2, &tm.tm_mday))
		return false;
	if (!take_char(&c, 'T') && !take_char(&c, ' ') && !take_char(&c, 't'))
		return false;
	return take_clock(&c, &tm) && finish(&tm, &c, time_r);
}

static bool read_rfc3164(struct cursor c, const struct timespec *now, struct timespec *time_r)
{
	const long day = 24L * 3600;
	struct timespec time;
	struct tm today;
	struct tm tm = { 0 };
	struct tm again;

	if (!take_month(&c, &tm.tm_mon) || !take_char(&c, ' '))
		return false;
	if (take_char(&c, ' ')) {
		if (!take_number(&c, 1, &tm.tm_mday))
			return false;
	} else if (!take_number(&c, 2, &tm.tm_mday)) {
		return false;
	}
	if (!take_char(&c, ' ') || !take_clock(&c, &tm) ||
	    localtime_r(&now->tv_sec, &today) == NULL)
		return false;
	tm.tm_year = today.tm_year + 1900;
	again = tm;
	again.tm_year--;
	/* What follows is not the record's zone: RFC 3164 has none. */
	c.end = c.at;
	/* The 29th of February may not be in this year, but in the one before. */
	if ((!finish(&tm, &c, &time) || time.tv_sec > now->tv_sec + day) &&
	    !finish(&again, &c, &time))
		return false;
	*time_r = time;
	return true;
}

/* 05/Jan/2026:10:00:00 +0100 */
static bool read_clf_date(struct cursor c, struct timespec *time_r)
{
	struct tm tm = { 0 };

	return take_number(&c, 2, &tm.tm_mday) && take_char(&c, '/') &&
	       take_month(&c, &tm.tm_mon) && take_char(&c, '/') &&
	       take_number(&c, 4, &tm.tm_year) && take_char(&c, ':') && take_clock(&c, &tm) &&
	       finish(&tm, &c, time_r);
}

static bool read_clf(struct cursor c, struct timespec *time_r)
{
	while (c.at < c.end) {
		c.at = memchr(c.at, '[', (size_t)(c.end - c.at));
		if (c.at == NULL)
			return false;
		c.at++;
		if (read_clf_date(c, time_r))
			return true;
	}
	return false;
}

/* Seconds since 1970 with a fraction, or an integer of finer units, told by its size. */
static bool read_epoch(struct cursor c, struct timespec *time_r)
{
	unsigned long long value = 0;
	unsigned long long unit = 1;
	int digits = 0;

	for (; at_digit(&c) && digits < 19; c.at++, digits++)
		value = value * 10 + (unsigned)(*c.at - '0');
	if (at_digit(&c))
		return false;
	if (digits != 10 && digits != 13 && digits != 16 && digits != 19)
		return false;
	for (int i = 10; i < digits; i++)
		unit *= 10;
	time_r->tv_sec = (time_t)(value / unit);
	time_r->tv_nsec =
		digits == 10 ? take_fraction(&c) : (long)(value % unit * (1000000000 / unit));
	return true;
}

static bool is_key(const char *at, size_t len)
{
	static const char *const keys[] = { "time", "ts", "timestamp", "@timestamp",
					    /* nginx's variables */
					    "time_local", "time_iso8601", "msec",
					    /* Traefik, Envoy */
					    "StartUTC", "StartLocal", "start_time",
					    /* Serilog, Monolog, Python's logging, Log4j */
					    "Timestamp", "@t", "datetime", "asctime", "timeMillis",
					    /* journalctl */
					    "__REALTIME_TIMESTAMP" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (len == strlen(keys[i]) && memcmp(at, keys[i], len) == 0)
			return true;
	}
	return false;
}

/* A longer name is another thing: response-time, x.time, timeout. */
static bool in_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '@' || c == '_' || c == '-' || c == '.';
}

/* "time": "..." or time=...: the value of the first such key that has a time. */
static bool read_keyed(struct cursor c, struct timespec *time_r)
{
	while (c.at < c.end) {
		const char *key = c.at;

		while (c.at < c.end && in_key(*c.at))
			c.at++;
		if (is_key(key, (size_t)(c.at - key))) {
			struct cursor t = c;

			if (take_char(&t, '"'))
				take_char(&t, ' ');
			if (take_char(&t, ':') || take_char(&t, '=')) {
				take_char(&t, ' ');
				take_char(&t, '"');
				if (read_iso(t, time_r) || read_clf_date(t, time_r) ||
				    read_epoch(t, time_r))
					return true;
			}
		}
		if (c.at == key)
			c.at++;
	}
	return false;
}

/* <134> and RFC 5424's version. */
static void skip_priority(struct cursor *c)
{
	struct cursor t = *c;
	int digit;

	if (!take_char(&t, '<'))
		return;
	for (int i = 0; i < 3 && take_number(&t, 1, &digit); i++)
		continue;
	if (!take_char(&t, '>'))
		return;
	*c = t;
	if (take_char(&t, '1') && take_char(&t, ' '))
		*c = t;
}

bool timestamp_find(struct span record, const struct timespec *now, struct timespec *time_r)
{
	size_t len = record.len < SEARCH_MAX ? record.len : SEARCH_MAX;
	struct cursor c = { record.ptr, record.ptr + len };

	if (len == 0)
		return false;
	skip_priority(&c);
	return read_iso(c, time_r) || read_rfc3164(c, now, time_r) || read_clf(c, time_r) ||
	       read_keyed(c, time_r);
}
