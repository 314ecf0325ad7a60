/*
 * Whose heir is whose.  A receiver is known by where it is, so where one output of before and
 * one of now send to it, that is the same output under whatever name: names may change hands.
 * Of what is left, outputs of the same name are the same; and then, of outputs that send to one
 * receiver, the one whose name has gone and the one whose name has come.
 */
#include <purposed/run/setup_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

struct matching {
	const struct settings *settings, *before;
	size_t *heirs; /* of before's */
	bool *taken;   /* settings' that are heirs */
};

size_t setup_find_output(const struct settings *settings, const char *name)
{
	size_t i = 0;

	while (i < settings->n_outputs && strcmp(settings->outputs[i].name, name) != 0)
		i++;
	return i;
}

static void match(struct matching *m, size_t from, size_t to)
{
	m->heirs[from] = to;
	m->taken[to] = true;
}

/* How many of before's that have no heir yet send where output does. */
static size_t count_before(const struct matching *m, const struct settings_output *output)
{
	size_t n = 0;

	for (size_t i = 0; i < m->before->n_outputs; i++)
		n += m->heirs[i] == m->settings->n_outputs &&
		     settings_same_destination(&m->before->outputs[i], output);
	return n;
}

/* How many of settings' that are none yet do; *last_r: one of them. */
static size_t count_now(const struct matching *m, const struct settings_output *output,
			size_t *last_r)
{
	size_t n = 0;

	for (size_t i = 0; i < m->settings->n_outputs; i++) {
		if (m->taken[i] || !settings_same_destination(&m->settings->outputs[i], output))
			continue;
		*last_r = i;
		n++;
	}
	return n;
}

/* Where several could be meant none is. */
static void match_receivers(struct matching *m)
{
	for (size_t i = 0; i < m->before->n_outputs; i++) {
		const struct settings_output *from = &m->before->outputs[i];
		size_t to = 0;

		if (m->heirs[i] == m->settings->n_outputs && count_before(m, from) == 1 &&
		    count_now(m, from, &to) == 1)
			match(m, i, to);
	}
}

static void match_names(struct matching *m)
{
	for (size_t i = 0; i < m->before->n_outputs; i++) {
		size_t to = setup_find_output(m->settings, m->before->outputs[i].name);

		if (m->heirs[i] == m->settings->n_outputs && to < m->settings->n_outputs &&
		    !m->taken[to])
			match(m, i, to);
	}
}

size_t *setup_heirs(const struct settings *settings, const struct settings *before)
{
	struct matching m = {
		.settings = settings,
		.before = before,
		.heirs = mem_new(before->n_outputs + 1, sizeof(*m.heirs)),
		.taken = mem_new(settings->n_outputs + 1, sizeof(*m.taken)),
	};

	for (size_t i = 0; i < before->n_outputs; i++)
		m.heirs[i] = settings->n_outputs;
	match_receivers(&m);
	match_names(&m);
	match_receivers(&m);
	free(m.taken);
	return m.heirs;
}
