#include <purposed/run/progress.h>

#include <stdio.h>

enum { REDRAW_MS = 200 };

static double between(const struct timespec *a, const struct timespec *b)
{
	return (double)(b->tv_sec - a->tv_sec) + (double)(b->tv_nsec - a->tv_nsec) / 1e9;
}

struct progress progress_start(bool on, uint64_t total)
{
	struct progress progress = { .on = on, .total = total };

	clock_gettime(CLOCK_MONOTONIC, &progress.start);
	progress.last = progress.start;
	return progress;
}

double progress_seconds(const struct progress *progress)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return between(&progress->start, &now);
}

void progress_draw(struct progress *progress, uint64_t current, unsigned long long flagged)
{
	const double mib = 1024.0 * 1024.0;
	uint64_t done = progress->done + current;
	struct timespec now;
	double seconds;
	double speed;

	if (!progress->on)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (between(&progress->last, &now) * 1000 < REDRAW_MS)
		return;
	progress->last = now;
	progress->drawn = true;
	seconds = between(&progress->start, &now);
	speed = seconds > 0 ? (double)done / seconds : 0;
	if (progress->total == 0 || done > progress->total || speed <= 0) {
		fprintf(stderr, "\r\033[K%.1f MiB, %.1f MiB/s, %llu flagged", (double)done / mib,
			speed / mib, flagged);
	} else {
		unsigned left = (unsigned)((double)(progress->total - done) / speed + 0.5);

		fprintf(stderr,
			"\r\033[K%.1f of %.1f MiB (%u %%), %.1f MiB/s, %u:%02u:%02u left, "
			"%llu flagged",
			(double)done / mib, (double)progress->total / mib,
			(unsigned)(100 * done / progress->total), speed / mib, left / 3600,
			left / 60 % 60, left % 60, flagged);
	}
	fflush(stderr);
}

void progress_clear(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}
