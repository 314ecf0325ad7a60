/* Writing a time. */
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

void timestamp_add(struct buf *out, const struct timespec *time)
{
	struct tm tm;

	if (gmtime_r(&time->tv_sec, &tm) == NULL || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		gmtime_r(&(time_t){ 0 }, &tm);
	add_digits(out, tm.tm_year + 1900, 4, '-');
	add_digits(out, tm.tm_mon + 1, 2, '-');
	add_digits(out, tm.tm_mday, 2, 'T');
	add_digits(out, tm.tm_hour, 2, ':');
	add_digits(out, tm.tm_min, 2, ':');
	add_digits(out, tm.tm_sec, 2, '.');
	add_digits(out, time->tv_nsec / 1000000, 3, 'Z');
}
