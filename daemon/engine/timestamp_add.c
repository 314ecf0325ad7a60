/*
 * Writing a time.  The calendar is counted here: gmtime_r(3) looks after the local zone, under
 * a lock, at every call, and most records that are said have a time.
 */
#include <purposed/engine/timestamp.h>

/* The last n digits of a number, and what follows them. */
static void add_digits(struct buf *out, long number, size_t n, char behind)
{
	char *at = buf_reserve(out, n + 1);

	at[n] = behind;
	for (size_t i = n; i-- > 0; number /= 10)
		at[i] = (char)('0' + number % 10);
	out->len += n + 1;
}

enum {
	DAY = 24 * 3600,
	ERA_DAYS = 146097, /* after 400 years the calendar is the same again */
	ERA_YEARS = 400,
	TO_MARCH = 719468, /* days from the first of March of year 0 to 1970 */
};

/* The first and the last second that can be written in four digits of a year. */
static const long long first_second = -62167219200;
static const long long last_second = 253402300799;

struct date {
	long year, month, day;
};

/*
 * The day of the Gregorian calendar that is so many days from 1970.  A year begins with
 * March here: what is irregular stands at its end.
 */
static struct date date_of(long days)
{
	long since = days + TO_MARCH + ERA_DAYS; /* never negative */
	long day = since % ERA_DAYS;
	long year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	long month;

	day -= year * 365 + year / 4 - year / 100;
	month = (day * 5 + 2) / 153;
	year += (since / ERA_DAYS - 1) * ERA_YEARS;
	return (struct date){
		.year = month < 10 ? year : year + 1,
		.month = month < 10 ? month + 3 : month - 9,
		.day = day - (month * 153 + 2) / 5 + 1,
	};
}

void timestamp_add(struct buf *out, const struct timespec *time)
{
	bool written = time->tv_sec >= first_second && time->tv_sec <= last_second;
	long long seconds = written ? time->tv_sec - first_second : -first_second;
	long second = (long)(seconds % DAY);
	struct date date = date_of((long)(seconds / DAY + first_second / DAY));

	add_digits(out, date.year, 4, '-');
	add_digits(out, date.month, 2, '-');
	add_digits(out, date.day, 2, 'T');
	add_digits(out, second / 3600, 2, ':');
	add_digits(out, second / 60 % 60, 2, ':');
	add_digits(out, second % 60, 2, '.');
	add_digits(out, time->tv_nsec / 1000000, 3, 'Z');
}
