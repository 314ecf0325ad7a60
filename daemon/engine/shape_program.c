/* A program is put together: classes first, whose values are their numbers. */
#include <purposed/engine/shape_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* Gives the classes that shapes need their slots; SHAPE_NEVER: all other values'. */
static void place_classes(const struct shape_builder *b, const struct shape_sections *sections,
			  uint16_t *slots, struct shape_program *p)
{
	p->classes = mem_new(b->n + 1, sizeof(*p->classes));
	for (size_t i = 0; i < b->n; i++) {
		slots[i] = SHAPE_NEVER;
		if (!b->values[i].is_class || sections->of_value[i] == SHAPE_NEVER)
			continue;
		slots[i] = (uint16_t)p->n_classes;
		p->classes[p->n_classes++] = b->values[i].set;
	}
	p->n_values = (p->n_classes + SHAPE_GROUP - 1) / SHAPE_GROUP * SHAPE_GROUP;
}

static void make_gates(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		       const uint16_t *slots, struct shape_program *p)
{
	struct shape_needs *needs = shape_needs_new(b, slots, p->classes, p->n_classes);

	p->gates = mem_new(n_outputs + 1, sizeof(*p->gates));
	p->n_shapes = p->n_gates = n_outputs;
	for (size_t i = 0; i < n_outputs; i++) {
		p->gates[i] = shape_needs_gate(needs, outputs[i]);
		p->gates[i].shape = (uint16_t)i;
	}
	shape_needs_free(&needs);
}

void shape_program(const struct shape_builder *b, const uint16_t *outputs, size_t n_outputs,
		   struct shape_program *p)
{
	struct shape_sections sections = shape_sections_new(b, outputs, n_outputs);
	uint16_t *slots = mem_new(b->n + 1, sizeof(*slots));

	place_classes(b, &sections, slots, p);
	make_gates(b, outputs, n_outputs, slots, p);
	shape_emit(b, outputs, n_outputs, &sections, slots, p);
	shape_sections_fini(&sections);
	free(slots);
}

void shape_program_fini(struct shape_program *program)
{
	free(program->classes);
	free(program->gates);
	free(program->sections);
	free(program->ops);
	*program = (struct shape_program){ 0 };
}
