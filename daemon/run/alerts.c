/*
 * A line is taken only when what became of it is taken: either it waits in a group,
 * or the sink behind has it.  What the sink does not take stays in `out`, and the
 * lines that it came from are offered again; they are then passed over, not counted
 * twice.
 */
#include <purposed/run/alerts_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* Whole lines go when they are taken: one of which a file has a part may have to go to another. */
static enum sink_result flush(struct alerts *a, struct err *e)
{
	struct span all = buf_span(&a->out);
	struct span rest = span_slice(all, a->at, all.len);
	enum sink_result result = sink_write(a->to, &rest, e);
	size_t taken = all.len - rest.len;
	size_t start = span_line_start(all, taken);

	a->at = taken - start;
	if (start != 0) {
		memmove(a->out.ptr, a->out.ptr + start, all.len - start);
		mem_wipe(a->out.ptr + all.len - start, start);
		a->out.len = all.len - start;
	}
	return result;
}

static enum sink_result alerts_write(struct sink *sink, struct span *bytes, struct err *e)
{
	struct alerts *a = (struct alerts *)sink;
	size_t at;
	enum sink_result result;

	pthread_mutex_lock(&a->lock);
	for (at = a->passed; at < bytes->len;) {
		const char *lf = memchr(bytes->ptr + at, '\n', bytes->len - at);
		size_t end = lf != NULL ? (size_t)(lf - bytes->ptr) : bytes->len;

		alerts_take_line(a, span_slice(*bytes, at, end));
		at = end + (lf != NULL);
	}
	alerts_end_groups(a, false);
	result = flush(a, e);
	a->passed = result == SINK_ACCEPTED ? 0 : at;
	if (result == SINK_ACCEPTED)
		*bytes = span_slice(*bytes, bytes->len, bytes->len);
	pthread_mutex_unlock(&a->lock);
	return result;
}

enum sink_result alerts_tick(struct sink *sink, bool all, struct err *e)
{
	struct alerts *a = (struct alerts *)sink;
	enum sink_result result;

	pthread_mutex_lock(&a->lock);
	alerts_end_groups(a, all);
	alerts_end_minute(a, all);
	result = flush(a, e);
	pthread_mutex_unlock(&a->lock);
	return result;
}

static int alerts_reopen(struct sink *sink, struct err *e)
{
	struct alerts *a = (struct alerts *)sink;
	int result;

	pthread_mutex_lock(&a->lock);
	result = sink_reopen(a->to, e);
	if (result == 0 && !sink_goes_on(a->to))
		a->at = 0;
	pthread_mutex_unlock(&a->lock);
	return result;
}

void alerts_take(struct sink *sink, struct sink *old_sink)
{
	struct alerts *a = (struct alerts *)sink;
	struct alerts *old = (struct alerts *)old_sink;

	pthread_mutex_lock(&old->lock);
	pthread_mutex_lock(&a->lock);
	alerts_end_groups(old, true);
	alerts_end_minute(old, true);
	buf_add_span(&a->out, buf_span(&old->out));
	a->at = sink_goes_on(a->to) && sink_goes_on(old->to) ? old->at : 0;
	a->passed = old->passed;
	a->counters = old->counters;
	a->unsaved = a->settings.window_s != 0;
	buf_wipe(&old->out);
	old->at = 0;
	pthread_mutex_unlock(&a->lock);
	pthread_mutex_unlock(&old->lock);
}

struct sink **alerts_sink(struct sink *sink)
{
	return &((struct alerts *)sink)->to;
}

static bool alerts_go_on(const struct sink *sink)
{
	return sink_goes_on(((const struct alerts *)sink)->to);
}

static void alerts_start(struct sink *sink)
{
	sink_start(((struct alerts *)sink)->to);
}

static int alerts_sync(struct sink *sink, struct err *e)
{
	return sink_sync(((struct alerts *)sink)->to, e);
}

static void alerts_count_sink(struct sink *sink, struct sink_counters *counters_r)
{
	sink_count(((struct alerts *)sink)->to, counters_r);
}

void alerts_count(struct sink *sink, struct alerts_counters *counters_r)
{
	struct alerts *a = (struct alerts *)sink;

	pthread_mutex_lock(&a->lock);
	*counters_r = a->counters;
	counters_r->waiting = a->n;
	pthread_mutex_unlock(&a->lock);
}

static void alerts_free(struct sink *sink)
{
	struct alerts *a = (struct alerts *)sink;

	for (size_t i = 0; i < a->n; i++)
		buf_fini(&a->groups[i].line);
	free(a->groups);
	buf_fini(&a->out);
	sink_free(&a->to);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

struct sink *alerts_new(struct sink *to, const struct alerts_settings *settings)
{
	static const struct sink_ops ops = {
		.write = alerts_write,
		.reopen = alerts_reopen,
		.free = alerts_free,
		.goes_on = alerts_go_on,
		.start = alerts_start,
		.sync = alerts_sync,
		.count = alerts_count_sink,
	};
	struct alerts *a = mem_new(1, sizeof(*a));

	a->sink.ops = &ops;
	a->to = to;
	a->settings = *settings;
	pthread_mutex_init(&a->lock, NULL);
	return &a->sink;
}
