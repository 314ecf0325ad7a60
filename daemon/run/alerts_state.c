/*
 * What outlives the process: the groups whose windows are not over, in a checkpoint as
 * inputs have one.  The alerts in them are whole lines of the output; the lines that the
 * sink has still to take are not saved, and so nothing is as long as there are any.
 */
#include <purposed/run/alerts_private.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/clock.h>
#include <purposed/base/log.h>

void alerts_add_state_name(struct buf *out, const char *output)
{
	buf_printf(out, "alerts of output %s", output);
}

/* Two lines for each: its numbers, and the alert itself. */
static void add_groups(struct buf *out, const struct alerts *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct alerts_group *g = &a->groups[i];

		buf_printf(out, "%llx %u %llu %lld %lld\n", (unsigned long long)g->key,
			   (unsigned)g->verdict, g->n, clock_ms(&g->period.first),
			   clock_ms(&g->period.last));
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
		alerts_add_state_name(&name, a->settings.name);
		add_groups(&text, a);
		result = state_save(state, buf_str(&name), "alerts", buf_span(&text), e);
		a->unsaved = result != 0;
	}
	pthread_mutex_unlock(&a->lock);
	buf_fini(&name);
	buf_fini(&text);
	return result;
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
	struct alerts_mark mark;
	struct alerts_group *g;

	if (!read_number(&at, 16, &key) || !read_number(&at, 10, &verdict) ||
	    !read_number(&at, 10, &n) || !read_number(&at, 10, &first) ||
	    !read_number(&at, 10, &last) || verdict >= VERDICT_COUNT)
		return false;
	mark = (struct alerts_mark){ .key = key,
				     .time = clock_time((long long)first),
				     .verdict = (unsigned)verdict };
	g = alerts_begin_group(a, line, &mark);
	g->n = n;
	g->period.last = clock_time((long long)last);
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

	alerts_add_state_name(&name, a->settings.name);
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

void alerts_forget(struct sink *sink, const struct state *state)
{
	struct buf name = { 0 };

	alerts_add_state_name(&name, ((const struct alerts *)sink)->settings.name);
	state_forget(state, buf_str(&name));
	buf_fini(&name);
}
