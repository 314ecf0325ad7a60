/*
 * A line is taken only when what became of it is taken: either it waits in a group,
 * or the sink behind has it.  What the sink does not take stays in `out`, and the
 * lines that it came from are offered again; they are then passed over, not counted
 * twice.
 *
 * Groups are few, as there are few inputs, purposes and sets of rules: a list is
 * enough.  More than GROUPS_MAX of them would be an attack on memory: the oldest
 * then ends before its time.
 */
#include <purposed/run/alerts.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <purposed/base/hash.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/engine/policy.h>

enum {
	GROUPS_MAX = 1024,
	MINUTE_MS = 60 * 1000,
	MARK_START = 0x1e,
	MARK_BYTES = 1 + 16 + 16 + 1, /* that, key and time in hexadecimal digits, verdict */
};

struct mark {
	uint64_t key;
	struct timespec time;
	enum verdict verdict;
};

struct group {
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
	struct group *groups; /* oldest first */
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

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- Marks ---------------------------------------------------------------------- */

static uint64_t hash_of(uint64_t hash, void (*add)(struct buf *out, const struct format_job *job),
			const struct format_job *job)
{
	struct buf text = { 0 };

	add(&text, job);
	buf_add_char(&text, '\n');
	hash = hash_add(hash, buf_span(&text));
	buf_fini(&text);
	return hash;
}

void alerts_add_mark(struct buf *out, const struct format_job *job)
{
	const struct timespec time = format_time(job->record);
	uint64_t key = hash_add(HASH_START, span_str(job->record->input));

	key = hash_add(key, span_of("\n", 1));
	key = hash_of(key, format_add_purposes, job);
	key = hash_of(key, format_add_rules, job);
	key = hash_add(key, span_str(verdict_name(job->result->verdict)));
	buf_printf(out, "%c%016llx%016llx%u", MARK_START, (unsigned long long)key,
		   (unsigned long long)time.tv_sec * 1000 +
			   (unsigned long long)time.tv_nsec / 1000000,
		   (unsigned)job->result->verdict);
}

static unsigned long long hex(const char *digits)
{
	char text[17];

	memcpy(text, digits, 16);
	text[16] = '\0';
	return strtoull(text, NULL, 16);
}

/*
 * False: the line has none.  Such ones come over from an output that had neither window
 * nor limit before a reload.
 */
static bool read_mark(struct span *line, struct mark *mark_r)
{
	long long ms;

	if (line->len < MARK_BYTES || line->ptr[0] != MARK_START)
		return false;
	ms = (long long)hex(line->ptr + 17);
	*mark_r = (struct mark){
		.key = hex(line->ptr + 1),
		.time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 },
		.verdict = (enum verdict)(line->ptr[33] - '0'),
	};
	*line = span_slice(*line, MARK_BYTES, line->len);
	return true;
}

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

/* Says what the minute that is over has held back. */
static void end_minute(struct alerts *a)
{
	const struct output *output = a->settings.output;
	struct format_held *held = &a->held;

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
	log_warning(
		"output '%s': %llu alerts of the last minute were held back (rate_limit = %llu)",
		a->settings.name, held->n, a->settings.rate_limit);
	*held = (struct format_held){ 0 };
}

/* One line to the sink, or held back. */
static void pass(struct alerts *a, struct span line, enum verdict verdict,
		 const struct format_period *period)
{
	long long now = now_ms();

	if (a->settings.rate_limit != 0 && a->minute_ms != 0 && now - a->minute_ms >= MINUTE_MS)
		end_minute(a);
	if (a->minute_ms == 0)
		a->minute_ms = now;
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
	struct group *g = &a->groups[index];

	a->settings.output->format->add_count(&g->line, g->n, &g->period);
	pass(a, buf_span(&g->line), g->verdict, &g->period);
	buf_fini(&g->line);
	a->n--;
	a->unsaved = true;
	memmove(g, g + 1, (a->n - index) * sizeof(*g));
}

/* They are in the order in which they began, and so in that in which they end. */
static void end_groups(struct alerts *a, bool all)
{
	long long now = now_ms();

	while (a->n != 0 && (all || a->groups[0].due_ms <= now))
		end_group(a, 0);
}

static struct group *find_group(struct alerts *a, uint64_t key)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->groups[i].key == key)
			return &a->groups[i];
	}
	return NULL;
}

static void begin_group(struct alerts *a, struct span line, const struct mark *mark)
{
	struct group *g;

	if (a->n == GROUPS_MAX)
		end_group(a, 0);
	a->groups = mem_grow(a->groups, a->n, &a->cap, sizeof(*a->groups));
	g = &a->groups[a->n++];
	*g = (struct group){
		.key = mark->key,
		.verdict = mark->verdict,
		.n = 1,
		.period = { mark->time, mark->time },
		.due_ms = now_ms() + (long long)a->settings.window_s * 1000,
	};
	buf_add_span(&g->line, line);
	a->unsaved = true;
}

static void take_line(struct alerts *a, struct span line)
{
	struct format_period period;
	struct mark mark;
	struct group *g;

	if (!read_mark(&line, &mark)) {
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
		begin_group(a, line, &mark);
		return;
	}
	widen(&g->period, g->n, &period);
	g->n++;
	a->counters.grouped++;
	a->unsaved = true;
}

/* --- The sink ------------------------------------------------------------------------ */

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

		take_line(a, span_slice(*bytes, at, end));
		at = end + (lf != NULL);
	}
	end_groups(a, false);
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
	end_groups(a, all);
	if (a->minute_ms != 0 && (all || now_ms() - a->minute_ms >= MINUTE_MS))
		end_minute(a);
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
	end_groups(old, true);
	end_minute(old);
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

/* --- What outlives the process ------------------------------------------------------- */

/* Inputs have checkpoints under their names; none has this one. */
static void add_state_name(struct buf *out, const struct alerts *a)
{
	buf_printf(out, "alerts of output %s", a->settings.name);
}

static unsigned long long millis(const struct timespec *time)
{
	return (unsigned long long)time->tv_sec * 1000 +
	       (unsigned long long)time->tv_nsec / 1000000;
}

/* Two lines for each: its numbers, and the alert itself. */
static void add_groups(struct buf *out, const struct alerts *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct group *g = &a->groups[i];

		buf_printf(out, "%llx %u %llu %llu %llu\n", (unsigned long long)g->key,
			   (unsigned)g->verdict, g->n, millis(&g->period.first),
			   millis(&g->period.last));
		buf_add_span(out, buf_span(&g->line));
		buf_add_char(out, '\n');
	}
}

int alerts_save(struct sink *sink, const struct state *state, struct err *e)
{
	struct alerts *a = (struct alerts *)sink;
	struct buf name = { 0 };
	struct buf text = { 0 };
	int result = 0;

	pthread_mutex_lock(&a->lock);
	if (a->unsaved && a->out.len != 0) {
		err_add(e, "output '%s' does not take its alerts", a->settings.name);
		result = -1;
	} else if (a->unsaved) {
		add_state_name(&name, a);
		add_groups(&text, a);
		result = state_save(state, buf_str(&name), "alerts", buf_span(&text), e);
		a->unsaved = result != 0;
	}
	pthread_mutex_unlock(&a->lock);
	buf_fini(&name);
	buf_fini(&text);
	return result;
}

static struct timespec time_of(unsigned long long ms)
{
	return (struct timespec){ .tv_sec = (time_t)(ms / 1000),
				  .tv_nsec = (long)(ms % 1000) * 1000000 };
}

/* The next number, which a space or the end of the line follows. */
static bool read_number(const char **at, int base, unsigned long long *number_r)
{
	char *end;

	errno = 0;
	*number_r = strtoull(*at, &end, base);
	if (errno != 0 || end == *at || (*end != ' ' && *end != '\0'))
		return false;
	*at = *end == ' ' ? end + 1 : end;
	return true;
}

/* False: the line is none of add_groups. */
static bool read_group(struct alerts *a, const char *at, struct span line)
{
	unsigned long long key, verdict, n, first, last;
	struct mark mark;
	struct group *g;

	if (!read_number(&at, 16, &key) || !read_number(&at, 10, &verdict) ||
	    !read_number(&at, 10, &n) || !read_number(&at, 10, &first) ||
	    !read_number(&at, 10, &last) || verdict >= VERDICT_COUNT)
		return false;
	mark = (struct mark){ .key = key, .time = time_of(first), .verdict = (unsigned)verdict };
	begin_group(a, line, &mark);
	g = &a->groups[a->n - 1];
	g->n = n;
	g->period.last = time_of(last);
	return true;
}

static bool read_groups(struct alerts *a, struct buf *text)
{
	char *rest = text->len != 0 ? (char *)(uintptr_t)buf_str(text) : NULL;
	char *numbers;

	while (rest != NULL && *rest != '\0') {
		char *line;

		numbers = strsep(&rest, "\n");
		line = rest != NULL ? strsep(&rest, "\n") : NULL;
		if (line == NULL || !read_group(a, numbers, span_str(line)))
			return false;
	}
	return true;
}

int alerts_load(struct sink *sink, const struct state *state, struct err *e)
{
	struct alerts *a = (struct alerts *)sink;
	struct buf name = { 0 };
	struct buf text = { 0 };
	enum checkpoint found;

	add_state_name(&name, a);
	found = state_load(state, buf_str(&name), "alerts", &text, e);
	pthread_mutex_lock(&a->lock);
	if (found == CHECKPOINT_DAMAGED || (found == CHECKPOINT_LOADED && !read_groups(a, &text)))
		log_error("output '%s': of the alerts that waited in their windows some are lost",
			  a->settings.name);
	if (a->n != 0)
		log_notice("output '%s': %zu alerts go on waiting in their windows",
			   a->settings.name, a->n);
	pthread_mutex_unlock(&a->lock);
	buf_fini(&name);
	buf_fini(&text);
	return found == CHECKPOINT_FAILED ? -1 : 0;
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
		.count = alerts_count_sink,
	};
	struct alerts *a = mem_new(1, sizeof(*a));

	a->sink.ops = &ops;
	a->to = to;
	a->settings = *settings;
	pthread_mutex_init(&a->lock, NULL);
	return &a->sink;
}
