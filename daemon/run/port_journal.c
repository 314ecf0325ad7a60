/* A journal: messages with a position. */
#include <purposed/run/port_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/run/settings_private.h>

/* More in flight would be memory for nothing. */
enum { READ_AHEAD = 192 * 1024 };

struct journal_port {
	struct port port;
	char *path;    /* or NULL */
	char *matches; /* one a line */
	enum input_from from;
	struct input *input;
};

/* The caller's. */
static char *matches_of(const struct settings_input *settings)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < settings->match.n; i++)
		buf_printf(&text, "%s\n", settings->match.ids[i]);
	buf_str(&text);
	return text.ptr;
}

static bool journal_serves(const struct port *port, const struct settings_input *settings)
{
	const struct journal_port *p = (const struct journal_port *)port;
	char *matches = matches_of(settings);
	bool same = strcmp(p->matches, matches) == 0 && p->from == settings->from;

	free(matches);
	if (p->path == NULL || settings->path == NULL)
		return same && p->path == settings->path;
	return same && strcmp(p->path, settings->path) == 0;
}

static enum port_result journal_step(struct port *port, struct err *e)
{
	pipeline_wait(port->pipeline, READ_AHEAD);
	return port_step_messages(port, ((struct journal_port *)port)->input, e);
}

static void journal_stop(struct port *port)
{
	input_stop(((struct journal_port *)port)->input);
}

static struct input_counts journal_counts(struct port *port)
{
	return *input_count(((struct journal_port *)port)->input);
}

static void journal_add_position(const struct port *port, struct buf *out)
{
	input_journal_add_position(((const struct journal_port *)port)->input, out);
}

static unsigned long long journal_version(const struct port *port)
{
	return ((const struct journal_port *)port)->input->moves;
}

static void journal_free(struct port *port)
{
	struct journal_port *p = (struct journal_port *)port;

	input_free(&p->input);
	free(p->path);
	free(p->matches);
}

int port_journal_new(struct port **port_r, const struct settings_input *settings,
		     const struct port_start *start, struct err *e)
{
	static const struct port_ops ops = {
		.serves = journal_serves,
		.step = journal_step,
		.stop = journal_stop,
		.counts = journal_counts,
		.add_position = journal_add_position,
		.version = journal_version,
		.free = journal_free,
	};
	const struct journal_settings journal = {
		.name = settings->name,
		.path = settings->path,
		.matches = settings->match.ids,
		.n_matches = settings->match.n,
		.from_end = settings->from == FROM_END,
		.resumed = start->resumed,
		.position = start->position,
		.message_bytes = settings->message_bytes,
	};
	struct journal_port *p;
	struct input *input;

	if (input_journal_new(&input, &journal, e) != 0)
		return -1;
	p = mem_new(1, sizeof(*p));
	p->port = (struct port){ .ops = &ops, .fd = input->fd };
	p->input = input;
	p->path = settings->path != NULL ? mem_string(settings->path) : NULL;
	p->matches = matches_of(settings);
	p->from = settings->from;
	*port_r = &p->port;
	return 0;
}
