/*
 * clock: times in milliseconds.
 */
#ifndef PURPOSED_BASE_CLOCK_H
#define PURPOSED_BASE_CLOCK_H

#include <time.h>

/* Rounded down, of whatever clock time is. */
static inline long long clock_ms(const struct timespec *time)
{
	return (long long)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/* The other way round; ms is not negative. */
static inline struct timespec clock_time(long long ms)
{
	return (struct timespec){ .tv_sec = (time_t)(ms / 1000),
				  .tv_nsec = (long)(ms % 1000) * 1000000 };
}

/* Of a clock that only goes forward, since some time. */
static inline long long clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return clock_ms(&now);
}

#endif
