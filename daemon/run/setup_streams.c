/* What the records of an input share: their plans, by binding and by what they carry. */
#include <purposed/run/setup_private.h>

#include <stdint.h>

#include <purposed/base/mem.h>

/* The plan of a list of purposes; the default one where the list is not set. */
static int find_plan(struct setup *setup, const struct settings_ids *ids,
		     const struct plan **plan_r, struct err *e)
{
	struct plan *plan = NULL;

	if (ids->where == NULL) {
		*plan_r = setup->session.plan;
		return 0;
	}
	if (plan_new(&plan, setup->session.engine, ids->ids, ids->n, ids->where, e) != 0)
		return -1;
	setup->plans =
		mem_grow(setup->plans, setup->n_plans, &setup->plans_cap, sizeof(struct plan *));
	setup->plans[setup->n_plans++] = plan;
	*plan_r = plan;
	return 0;
}

/* A plan of one purpose that records may carry. */
static int allow_purpose(struct setup *setup, struct stream *stream, const char *id,
			 const char *where, struct err *e)
{
	const struct settings_ids ids = { .ids = &id, .n = 1, .where = (char *)(uintptr_t)where };
	const struct plan *plan = NULL;

	if (find_plan(setup, &ids, &plan, e) != 0)
		return -1;
	stream_allow(stream, id, plan);
	return 0;
}

static int trust_records(struct setup *setup, const struct settings_input *input,
			 struct stream *stream, struct err *e)
{
	const struct settings_ids *allowed = &input->allow_purposes;
	const struct settings_ids none = { .where = allowed->where };
	const struct plan *unknown = NULL;
	int bad = 0;

	if (!input->trust_record_purpose)
		return 0;
	if (find_plan(setup, &none, &unknown, e) != 0)
		return -1;
	setup->plans[setup->n_plans - 1]->set.unknown = true;
	stream_trust(stream, (unsigned)setup->session.settings->enterprise_id, unknown);
	for (size_t i = 0; i < allowed->n; i++)
		bad |= allow_purpose(setup, stream, allowed->ids[i], allowed->where, e);
	return bad;
}

/* Of what comes through a pipe the offset is that since the start. */
static bool has_offsets(enum input_type type)
{
	return type == INPUT_STDIN || type == INPUT_TAIL || type == INPUT_FIFO;
}

int setup_make_stream(struct setup *setup, const struct settings_input *input,
		      struct stream **stream_r, struct err *e)
{
	const struct plan *plan = setup->session.plan;
	int bad = find_plan(setup, &input->purposes, &plan, e);

	*stream_r = stream_new(input->name, plan, input->kind, has_offsets(input->type));
	for (size_t i = 0; i < input->n_binds; i++) {
		const struct settings_bind *bind = &input->binds[i];

		plan = setup->session.plan;
		bad |= find_plan(setup, &bind->purposes, &plan, e);
		stream_bind(*stream_r, &bind->selector, plan);
	}
	return bad | trust_records(setup, input, *stream_r, e);
}
