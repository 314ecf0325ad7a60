/*
 * A checkpoint bears the name of its input and lies in the state folder: a reload may
 * change both.  What the old one says is written under the new name, too, before
 * anything moves; for while an output takes nothing no other can be written, and whoever
 * was killed then would begin under the new name as if for the first time.
 *
 * All are read before the first is written, as names may have been exchanged.
 */
#include <purposed/run/serve_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/run/settings_private.h>

struct carried {
	bool found;
	struct buf text;
};

static const char *type_name(const struct settings_input *input)
{
	return settings_input_types[input->type];
}

static bool moves(const struct serve *s, const struct settings_input *before,
		  const struct settings_input *input, const struct state *state)
{
	return port_type_has_position(input->type) && s->state != NULL && state != NULL &&
	       (s->state != state || strcmp(before->name, input->name) != 0);
}

void serve_carry(struct serve *s, const struct settings *settings,
		 const struct settings_input *const *before, const struct state *state)
{
	struct carried *all = mem_new(settings->n_inputs, sizeof(*all));
	struct err e = { 0 };

	for (size_t i = 0; i < settings->n_inputs; i++) {
		if (before[i] != NULL && moves(s, before[i], &settings->inputs[i], state))
			all[i].found = state_load(s->state, before[i]->name, type_name(before[i]),
						  &all[i].text, &e) == CHECKPOINT_LOADED;
	}
	for (size_t i = 0; i < settings->n_inputs; i++) {
		if (all[i].found)
			state_save(state, settings->inputs[i].name, type_name(&settings->inputs[i]),
				   buf_span(&all[i].text), &e);
		buf_fini(&all[i].text);
	}
	free(all);
	if (err_any(&e))
		serve_complain(&e);
	err_fini(&e);
}
