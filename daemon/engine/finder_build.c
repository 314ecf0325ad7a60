/* A finder is put together from the parts of its rules: nothing is derived here. */
#include <purposed/engine/finder_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/rule_anchors.h>

/* --- Windows ------------------------------------------------------------------ */

enum { FOURTHS_MAX = 128 };

/* The windows of four bytes, folded, that a spelling is; returns how many. */
static unsigned windows_of(const struct finder *f, const struct finder_spelling *spelling,
			   uint32_t *windows)
{
	unsigned char bytes[FOURTHS_MAX];
	unsigned n;

	windows[0] = spelling->key;
	if (spelling->fourth == FINDER_NO_SET)
		return 1;
	n = anchor_folded(&f->sets[spelling->fourth], bytes);
	for (unsigned i = 0; i < n; i++)
		windows[i] = spelling->key | (uint32_t)bytes[i] << 24;
	return n;
}

static void add_to_sieve(struct finder *f, uint32_t window)
{
	uint32_t h = sieve_hash(window);

	f->sieve.windows[sieve_hash_word(h)] |= sieve_hash_bits(h);
	f->sieve.has_windows = true;
}

/* --- Rows and groups ---------------------------------------------------------- */

/* A row in the making: of a spelling, in the group of a hash. */
struct new_row {
	uint32_t hash;
	uint32_t spelling;
};

/* Groups in the making. */
struct grouping {
	struct finder *f;
	const struct finder_parts *parts;
	size_t n, cap;
	struct new_row *rows;
	size_t n_rows, rows_cap;
	/* Of each hash, the spelling that was put there last, + 1: it is there once. */
	uint32_t last[FINDER_HASHES];
};

static void add_to_group(struct finder_group *group, const struct finder_spelling *s)
{
	if (group->n++ == 0) {
		group->mask = s->mask;
		group->bits = s->bits;
	}
	group->mask &= s->mask & ~(s->bits ^ group->bits);
	group->bits &= group->mask;
}

/* The spelling has a row in the group of the hash, however many of its windows have that. */
static void add_row(struct grouping *g, uint32_t hash, uint32_t spelling)
{
	uint16_t *number = &g->f->by_hash[hash];

	if (g->last[hash] == spelling + 1)
		return;
	g->last[hash] = spelling + 1;
	if (*number == 0) {
		g->f->groups = mem_grow(g->f->groups, g->n, &g->cap, sizeof(*g->f->groups));
		g->f->groups[g->n] = (struct finder_group){ 0 };
		*number = (uint16_t)g->n++;
	}
	add_to_group(&g->f->groups[*number], &g->parts->spellings[spelling]);
	g->rows = mem_grow(g->rows, g->n_rows, &g->rows_cap, sizeof(*g->rows));
	g->rows[g->n_rows++] = (struct new_row){ hash, spelling };
}

static void add_spelling(struct grouping *g, uint32_t spelling)
{
	uint32_t windows[FOURTHS_MAX];
	unsigned n = windows_of(g->f, &g->parts->spellings[spelling], windows);

	for (unsigned i = 0; i < n; i++) {
		add_to_sieve(g->f, windows[i]);
		add_row(g, finder_hash(windows[i]), spelling);
	}
}

/* Puts the rows into the order of their groups. */
static void order_rows(struct grouping *g)
{
	struct finder *f = g->f;
	size_t room = g->n_rows + SIEVE_MORE;
	uint32_t *next = mem_new(g->n, sizeof(*next)); /* row of each group */
	uint32_t first = 0;

	f->rows.masks = mem_new(room, sizeof(*f->rows.masks));
	f->rows.bits = mem_new(room, sizeof(*f->rows.bits));
	f->rows.numbers = mem_new(room, sizeof(*f->rows.numbers));
	for (size_t i = 1; i < g->n; i++) {
		f->groups[i].first = next[i] = first;
		first += f->groups[i].n;
	}
	for (size_t i = 0; i < g->n_rows; i++) {
		const struct finder_spelling *s = &g->parts->spellings[g->rows[i].spelling];
		uint32_t row = next[f->by_hash[g->rows[i].hash]]++;

		f->rows.masks[row] = s->mask;
		f->rows.bits[row] = s->bits;
		f->rows.numbers[row] = s->text;
	}
	free(next);
}

static void fill_rows(struct finder *f, const struct finder_parts *parts, const bool *wanted)
{
	struct grouping *g = mem_new(1, sizeof(*g));

	g->f = f;
	g->parts = parts;
	g->n = 1;
	f->groups = mem_grow(NULL, 0, &g->cap, sizeof(*f->groups));
	f->groups[0] = (struct finder_group){ .bits = 1 };
	for (size_t i = 0; i < parts->n_spellings; i++) {
		if (wanted[parts->texts[parts->spellings[i].text].part])
			add_spelling(g, (uint32_t)i);
	}
	order_rows(g);
	free(g->rows);
	free(g);
}

/* --- Shapes ----------------------------------------------------------------- */

static void fill_shapes(struct finder *f, const struct finder_parts *parts, const bool *wanted)
{
	struct shape_program *program = &f->sieve.shapes.program;
	uint16_t *shapes = mem_new(parts->n + 1, sizeof(*shapes));

	f->shapes = mem_new(parts->n + 1, sizeof(*f->shapes));
	f->escapes = SIZE_MAX;
	for (size_t i = 0; i < parts->n; i++) {
		const struct finder_part *part = &parts->parts[i];

		if (!wanted[i] || !part->has_shape)
			continue;
		if (part->rule == RULE_ANCHORS_ESCAPE)
			f->escapes = f->n_shapes;
		shapes[f->n_shapes] = part->shape;
		f->shapes[f->n_shapes++] =
			(struct finder_shape){ (uint16_t)i, part->shape_before_min,
					       part->shape_before_max };
	}
	shape_make(parts->values, parts->n_values, shapes, f->n_shapes, program);
	sieve_fill_classes(&f->sieve.shapes);
	free(shapes);
}

struct finder *finder_new(const struct finder_parts *parts, const uint16_t *rules, size_t n,
			  const struct sieve_level *level)
{
	static _Atomic uint64_t last_serial;
	struct finder *f = mem_new(1, sizeof(*f));
	bool *wanted = mem_new(parts->n + 1, sizeof(*wanted));

	for (size_t i = 0; i < n; i++)
		wanted[rules[i]] = true;
	f->serial = ++last_serial;
	f->level = level;
	f->parts = parts->parts;
	f->texts = parts->texts;
	f->sets = parts->sets;
	fill_rows(f, parts, wanted);
	fill_shapes(f, parts, wanted);
	free(wanted);
	return f;
}

void finder_free(struct finder **finder)
{
	if (finder == NULL || *finder == NULL)
		return;
	free((*finder)->groups);
	free((*finder)->rows.masks);
	free((*finder)->rows.bits);
	free((*finder)->rows.numbers);
	free((*finder)->shapes);
	shape_program_fini(&(*finder)->sieve.shapes.program);
	free(*finder);
	*finder = NULL;
}
