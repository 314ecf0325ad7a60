/*
 * alerts_private: what the sources of alerts share.
 *
 * Whoever calls these holds the lock, but for the mark, which is nobody's.
 */
#ifndef PURPOSED_RUN_ALERTS_PRIVATE_H
#define PURPOSED_RUN_ALERTS_PRIVATE_H

#include <pthread.h>
#include <time.h>

#include <purposed/engine/policy.h>
#include <purposed/run/alerts.h>

/* --- alerts_mark.c: what a line begins with ------------------------------------- */

struct alerts_mark {
	uint64_t key; /* the same: they go into one group */
	struct timespec time;
	enum verdict verdict;
};

/*
 * Takes the mark off line.  False: it has none.  Such ones come over from an output that
 * had neither window nor limit before a reload.
 */
bool alerts_read_mark(struct span *line, struct alerts_mark *mark_r);

/* --- alerts_groups.c: what becomes of a line -------------------------------------- */

struct alerts_group {
	uint64_t key;
	enum verdict verdict;
	struct buf line; /* of the first, without its line end */
	unsigned long long n;
	struct format_period period;
	long long due_ms;
};

struct alerts {
	struct sink sink;
	struct sink *to;
	struct alerts_settings settings;
	pthread_mutex_t lock;
	struct alerts_group *groups; /* oldest first */
	size_t n, cap;
	bool unsaved;	/* groups have changed since alerts_save */
	struct buf out; /* lines that the sink has still to take */
	size_t at;	/* of the first of them it has taken so many bytes */
	size_t passed;	/* bytes of the lines that are offered next, which are in out already */
	long long minute_ms; /* when it began; 0: none has */
	unsigned long long in_minute;
	struct format_held held;
	struct alerts_counters counters;
};

/* One line, its mark before it, without its line end: into a group, held back, or into out. */
void alerts_take_line(struct alerts *a, struct span line);

/* A group of one; more than there may be end the oldest. */
struct alerts_group *alerts_begin_group(struct alerts *a, struct span line,
					const struct alerts_mark *mark);

/* Those whose window is over; all: every one. */
void alerts_end_groups(struct alerts *a, bool all);

/* Says what the limit held back if its minute is over; now: in any case. */
void alerts_end_minute(struct alerts *a, bool now);

#endif
