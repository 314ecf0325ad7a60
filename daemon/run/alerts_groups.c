/*
 * What becomes of a line: it waits in a group until its window is over, then the limit
 * lets it through or counts it.
 *
 * Groups are few, as there are few inputs, purposes and sets of rules: a list is
 * enough.  More than GROUPS_MAX of them would be an attack on memory: the oldest
 * then ends before its time.
 */
#include <purposed/run/alerts_private.h>

#include <string.h>

#include <purposed/base/clock.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>

enum {
	GROUPS_MAX = 1024,
	MINUTE_MS = 60 * 1000,
};

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* n: how many the period had before. */
static void widen(struct format_period *period, unsigned long long n,
		  const struct format_period *by)
{
	if (n == 0 || is_before(&by->first, &period->first))
		period->first = by->first;
	if (n == 0 || is_before(&period->last, &by->last))
		period->last = by->last;
}

/* --- The limit -------------------------------------------------------------------- */

void alerts_end_minute(struct alerts *a, bool now)
{
	const struct output *output = a->settings.output;
	struct format_held *held = &a->held;

	if (a->minute_ms == 0 || (!now && clock_now_ms() - a->minute_ms < MINUTE_MS))
		return;
	a->minute_ms = 0;
	a->in_minute = 0;
	if (held->n == 0)
		return;
	held->output = a->settings.name;
	if (output->envelope != NULL)
		output->envelope->add_held(&a->out, output->format, &output->options, held);
	else
		output->format->add_held(&a->out, held);
	buf_add_char(&a->out, '\n');
	log_warning("output '%s': in the last minute %llu %s held back (rate_limit = %llu)",
		    a->settings.name, held->n, held->n == 1 ? "alert was" : "alerts were",
		    a->settings.rate_limit);
	*held = (struct format_held){ 0 };
}

/* One line to the sink, or held back. */
static void pass(struct alerts *a, struct span line, enum verdict verdict,
		 const struct format_period *period)
{
	alerts_end_minute(a, false);
	if (a->minute_ms == 0)
		a->minute_ms = clock_now_ms();
	if (a->settings.rate_limit != 0 && a->in_minute >= a->settings.rate_limit) {
		widen(&a->held.period, a->held.n, period);
		a->held.n++;
		a->held.verdicts[verdict]++;
		a->counters.held_back++;
		return;
	}
	a->in_minute++;
	buf_add_span(&a->out, line);
	buf_add_char(&a->out, '\n');
}

/* --- Groups ------------------------------------------------------------------------ */

static void end_group(struct alerts *a, size_t index)
{
	struct alerts_group *g = &a->groups[index];

	a->settings.output->format->add_count(&g->line, g->n, &g->period);
	pass(a, buf_span(&g->line), g->verdict, &g->period);
	buf_fini(&g->line);
	a->n--;
	a->unsaved = true;
	memmove(g, g + 1, (a->n - index) * sizeof(*g));
}

/* They are in the order in which they began, and so in that in which they end. */
void alerts_end_groups(struct alerts *a, bool all)
{
	long long now = clock_now_ms();

	while (a->n != 0 && (all || a->groups[0].due_ms <= now))
		end_group(a, 0);
}

static struct alerts_group *find_group(struct alerts *a, uint64_t key)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->groups[i].key == key)
			return &a->groups[i];
	}
	return NULL;
}

struct alerts_group *alerts_begin_group(struct alerts *a, struct span line,
					const struct alerts_mark *mark)
{
	struct alerts_group *g;

	if (a->n == GROUPS_MAX)
		end_group(a, 0);
	a->groups = mem_grow(a->groups, a->n, &a->cap, sizeof(*a->groups));
	g = &a->groups[a->n++];
	*g = (struct alerts_group){
		.key = mark->key,
		.verdict = mark->verdict,
		.n = 1,
		.period = { mark->time, mark->time },
		.due_ms = clock_now_ms() + (long long)a->settings.window_s * 1000,
	};
	buf_add_span(&g->line, line);
	a->unsaved = true;
	return g;
}

void alerts_take_line(struct alerts *a, struct span line)
{
	struct format_period period;
	struct alerts_mark mark;
	struct alerts_group *g;

	if (!alerts_read_mark(&line, &mark)) {
		buf_add_span(&a->out, line);
		buf_add_char(&a->out, '\n');
		return;
	}
	period = (struct format_period){ mark.time, mark.time };
	if (a->settings.window_s == 0) {
		pass(a, line, mark.verdict, &period);
		return;
	}
	g = find_group(a, mark.key);
	if (g == NULL) {
		alerts_begin_group(a, line, &mark);
		return;
	}
	widen(&g->period, g->n, &period);
	g->n++;
	a->counters.grouped++;
	a->unsaved = true;
}
