/*
 * Values get slots: one whose last reader is through gives its slot to the next.
 * Classes come first, and their slots are their numbers.
 */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* Marks the values that outputs need. */
static void mark(const struct shape_builder *b, uint16_t value, bool *needed)
{
	if (needed[value])
		return;
	needed[value] = true;
	if (!b->values[value].is_class) {
		mark(b, b->values[value].a, needed);
		mark(b, b->values[value].b, needed);
	}
}

/* The last operation that reads each value; outputs are read at the end. */
static void last_readers(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
			 const bool *needed, size_t *last)
{
	for (size_t i = 0; i < b->n; i++) {
		if (needed[i] && !b->values[i].is_class) {
			last[b->values[i].a] = i;
			last[b->values[i].b] = i;
		}
	}
	for (size_t i = 0; i < n_outputs; i++) {
		last[outputs[i]] = b->n;
	}
}

static void assign(const struct shape_builder *b, const bool *needed, const size_t *last,
		   uint16_t *slot, struct shape_program *p)
{
	uint16_t *idle = mem_new(b->n + 1, sizeof(*idle));
	size_t n_idle = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct shape_value *v = &b->values[i];

		if (!needed[i])
			continue;
		if (v->is_class) {
			slot[i] = (uint16_t)p->n_classes;
			p->classes[p->n_classes++] = v->set;
			continue;
		}
		/* A class that is read no more keeps its slot: it is written for every stretch. */
		if (!b->values[v->a].is_class && last[v->a] == i)
			idle[n_idle++] = slot[v->a];
		if (v->b != v->a && !b->values[v->b].is_class && last[v->b] == i)
			idle[n_idle++] = slot[v->b];
		slot[i] = n_idle > 0 ? idle[--n_idle] : (uint16_t)p->n_values++;
		p->ops[p->n_ops++] = (struct shape_op){ .kind = v->kind,
							.shift = v->shift,
							.to = slot[i],
							.a = slot[v->a],
							.b = slot[v->b] };
	}
	free(idle);
}

void shape_program(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		   struct shape_program *p)
{
	bool *needed = mem_new(b->n + 1, sizeof(*needed));
	size_t *last = mem_new(b->n + 1, sizeof(*last));
	uint16_t *slot = mem_new(b->n + 1, sizeof(*slot));

	for (size_t i = 0; i < n_outputs; i++)
		mark(b, outputs[i], needed);
	last_readers(b, outputs, n_outputs, needed, last);
	p->classes = mem_new(b->n + 1, sizeof(*p->classes));
	p->ops = mem_new(b->n + 1, sizeof(*p->ops));
	p->outputs = mem_new(n_outputs + 1, sizeof(*p->outputs));
	for (size_t i = 0; i < b->n; i++)
		p->n_values += needed[i] && b->values[i].is_class;
	assign(b, needed, last, slot, p);
	for (size_t i = 0; i < n_outputs; i++)
		p->outputs[i] = slot[outputs[i]];
	p->n_outputs = n_outputs;
	free(needed);
	free(last);
	free(slot);
}

void shape_program_fini(struct shape_program *program)
{
	free(program->classes);
	free(program->ops);
	free(program->outputs);
	*program = (struct shape_program){ 0 };
}
