/*
 * Values get slots: one whose last reader is through gives its slot to the next.
 * Classes come first, and their slots are their numbers.
 */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* A program in the making. */
struct maker {
	const struct shape_builder *b;
	const uint16_t *outputs; /* values */
	size_t n_outputs;
	struct shape_sections sections;
	uint16_t *slot;	  /* of each value */
	uint16_t *before; /* of each value that is a class, the slot of it a byte later */
	/* Operations are numbered in the order in which they run, and so are ends of sections. */
	size_t *last;	 /* what reads each value last */
	uint16_t *order; /* values that are operations, as they run */
	size_t n_order;
	uint16_t *idle;
	size_t n_idle;
	struct shape_program *p;
};

/* --- Classes ------------------------------------------------------------------ */

static bool is_needed(const struct maker *m, size_t value)
{
	return m->sections.of_value[value] != SHAPE_NEVER;
}

static void place_classes(struct maker *m)
{
	struct shape_program *p = m->p;

	for (size_t i = 0; i < m->b->n; i++) {
		m->slot[i] = SHAPE_NEVER;
		if (!m->b->values[i].is_class || !is_needed(m, i))
			continue;
		m->slot[i] = (uint16_t)p->n_classes;
		p->classes[p->n_classes++] = m->b->values[i].set;
	}
	p->n_values = (p->n_classes + SHAPE_GROUP - 1) / SHAPE_GROUP * SHAPE_GROUP;
	p->first_before = (uint16_t)p->n_values;
}

static void place_befores(struct maker *m)
{
	struct shape_program *p = m->p;

	for (size_t i = 0; i < m->b->n; i++) {
		const struct shape_value *v = &m->b->values[i];

		if (v->is_class || v->kind != SHAPE_BEHIND || !is_needed(m, i) ||
		    m->before[v->b] != 0)
			continue;
		m->before[v->b] = (uint16_t)p->n_values++;
		p->befores[p->n_befores++] = m->slot[v->b];
	}
}

/* --- Operations --------------------------------------------------------------- */

/*
 * The operations in the order in which they run: one that waits for another's result is
 * far behind it, so that the processor has something else to do meanwhile.
 */
static void order_ops(struct maker *m)
{
	size_t *depth = mem_new(m->b->n + 1, sizeof(*depth));
	size_t deepest = 0;

	for (size_t i = 0; i < m->b->n; i++) {
		const struct shape_value *v = &m->b->values[i];

		if (v->is_class || !is_needed(m, i))
			continue;
		depth[i] = 1 + (depth[v->a] > depth[v->b] ? depth[v->a] : depth[v->b]);
		deepest = depth[i] > deepest ? depth[i] : deepest;
	}
	for (size_t d = 1; d <= deepest; d++) {
		for (size_t i = 0; i < m->b->n; i++) {
			if (depth[i] == d)
				m->order[m->n_order++] = (uint16_t)i;
		}
	}
	free(depth);
}

/* Calls what is to be done for each operation of a section; the number of the next one. */
static size_t each_op(struct maker *m, uint16_t section, size_t number,
		      void (*act)(struct maker *m, size_t value, size_t number))
{
	for (size_t i = 0; i < m->n_order; i++) {
		if (m->sections.of_value[m->order[i]] == section)
			act(m, m->order[i], number++);
	}
	return number;
}

static void note_readers(struct maker *m, size_t value, size_t number)
{
	m->last[m->b->values[value].a] = number;
	m->last[m->b->values[value].b] = number;
}

static void find_last_readers(struct maker *m)
{
	size_t number = 0;

	for (size_t s = 0; s < m->sections.n; s++) {
		number = each_op(m, (uint16_t)s, number, note_readers);
		for (size_t i = 0; i < m->n_outputs; i++) {
			if (m->sections.of_output[i] == s)
				m->last[m->outputs[i]] = number;
		}
		number++;
	}
}

/* A class keeps its slot: it is written for every stretch. */
static void release(struct maker *m, uint16_t value, size_t number)
{
	if (m->b->values[value].is_class || m->last[value] != number)
		return;
	m->idle[m->n_idle++] = m->slot[value];
	m->last[value] = SIZE_MAX;
}

static void emit(struct maker *m, size_t value, size_t number)
{
	const struct shape_value *v = &m->b->values[value];
	struct shape_program *p = m->p;
	struct shape_op op = { .either = v->kind == SHAPE_OR, .a = m->slot[v->a] };

	op.b = v->kind == SHAPE_BEHIND ? m->before[v->b] : m->slot[v->b];
	op.shift = v->kind == SHAPE_AND ? v->shift : 0;
	release(m, v->a, number);
	release(m, v->b, number);
	op.to = m->slot[value] = m->n_idle > 0 ? m->idle[--m->n_idle] : (uint16_t)p->n_values++;
	p->ops[p->n_ops++] = op;
}

/* --- Gates -------------------------------------------------------------------- */

/* The values of a section's outputs; returns how many. */
static size_t values_of(const struct maker *m, size_t section, uint16_t *values)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_outputs; i++) {
		if (m->sections.of_output[i] == section)
			values[n++] = m->outputs[i];
	}
	return n;
}

/* The class a byte later; SHAPE_NEVER: there is no such value. */
static uint16_t find_before(const struct shape_program *p, uint16_t class)
{
	for (size_t i = 0; i < p->n_befores; i++) {
		if (p->befores[i] == class)
			return (uint16_t)(p->first_before + i);
	}
	return SHAPE_NEVER;
}

static void make_gate(const struct maker *m, const struct shape_need *rare, size_t n,
		      struct shape_section *section)
{
	for (size_t i = 0; i < n; i++) {
		struct shape_term *term = &section->gate[section->n_gate];

		if (rare[i].ahead >= 0)
			*term = (struct shape_term){ rare[i].class, (uint8_t)rare[i].ahead };
		else
			*term = (struct shape_term){ find_before(m->p, rare[i].class), 0 };
		/* A class that only holds the one that is asked for may have none. */
		section->n_gate += term->value != SHAPE_NEVER;
	}
}

/* What nothing rare keeps shut is run with section 0. */
static void open_section(struct maker *m, size_t section)
{
	for (size_t i = 0; i < m->n_outputs; i++) {
		if (m->sections.of_output[i] == section)
			m->sections.of_output[i] = 0;
	}
	for (size_t i = 0; i < m->b->n; i++) {
		if (m->sections.of_value[i] == section)
			m->sections.of_value[i] = 0;
	}
}

static void make_gates(struct maker *m)
{
	uint16_t *values = mem_new(m->n_outputs + 1, sizeof(*values));
	struct shape_needs *needs = shape_needs_new(m->b, m->slot, m->p->classes, m->p->n_classes);

	for (size_t s = 1; s < m->sections.n; s++) {
		struct shape_need rare[SHAPE_TERMS_MAX];
		size_t n = values_of(m, s, values);

		n = n == 0 ? 0 : shape_needs_common(needs, values, n, rare);
		make_gate(m, rare, n, &m->p->sections[s]);
		if (n == 0)
			open_section(m, s);
	}
	shape_needs_free(&needs);
	free(values);
}

/* --- Sections ----------------------------------------------------------------- */

static void add_sections(struct maker *m)
{
	struct shape_program *p = m->p;
	size_t number = 0;

	for (size_t s = 0; s < m->sections.n; s++) {
		struct shape_section *section = &p->sections[s];
		size_t first_op = p->n_ops;

		number = each_op(m, (uint16_t)s, number, emit);
		section->n_ops = p->n_ops - first_op;
		for (size_t i = 0; i < m->n_outputs; i++) {
			if (m->sections.of_output[i] != s)
				continue;
			p->outputs[p->n_outputs++] =
				(struct shape_output){ m->slot[m->outputs[i]], (uint16_t)i };
			section->n_outputs++;
		}
		for (size_t i = 0; i < m->n_outputs; i++) {
			if (m->sections.of_output[i] == s)
				release(m, m->outputs[i], number);
		}
		number++;
		/* One that became part of another is empty. */
		if (section->n_ops + section->n_outputs != 0)
			p->sections[p->n_sections++] = *section;
	}
}

void shape_program(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		   struct shape_program *p)
{
	struct maker m = {
		.b = b,
		.outputs = outputs,
		.n_outputs = n_outputs,
		.sections = shape_sections_new(b, outputs, n_outputs),
		.slot = mem_new(b->n + 1, sizeof(*m.slot)),
		.before = mem_new(b->n + 1, sizeof(*m.before)),
		.last = mem_new(b->n + 1, sizeof(*m.last)),
		.order = mem_new(b->n + 1, sizeof(*m.order)),
		.idle = mem_new(b->n + 1, sizeof(*m.idle)),
		.p = p,
	};

	p->classes = mem_new(b->n + 1, sizeof(*p->classes));
	p->befores = mem_new(b->n + 1, sizeof(*p->befores));
	p->ops = mem_new(b->n + 1, sizeof(*p->ops));
	p->outputs = mem_new(n_outputs + 1, sizeof(*p->outputs));
	p->sections = mem_new(m.sections.n, sizeof(*p->sections));
	place_classes(&m);
	place_befores(&m);
	make_gates(&m);
	order_ops(&m);
	find_last_readers(&m);
	add_sections(&m);
	shape_sections_fini(&m.sections);
	free(m.slot);
	free(m.before);
	free(m.last);
	free(m.order);
	free(m.idle);
}

void shape_program_fini(struct shape_program *program)
{
	free(program->classes);
	free(program->befores);
	free(program->ops);
	free(program->outputs);
	free(program->sections);
	*program = (struct shape_program){ 0 };
}
