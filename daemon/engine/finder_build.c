/* A finder is put together from the parts of its rules: nothing is derived here. */
#include <purposed/engine/finder_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* --- The sieve's windows ------------------------------------------------------ */

/* In the sieve a window has four bytes: a short one is there with each fourth byte. */
static void add_to_sieve(struct finder *f, const struct finder_spelling *spelling)
{
	unsigned char bytes[128];
	unsigned n = 1;

	if (spelling->fourth != FINDER_NO_SET)
		n = anchor_folded(&f->sets[spelling->fourth], bytes);
	for (unsigned i = 0; i < n; i++) {
		uint32_t whole = spelling->key;
		uint32_t h;

		if (spelling->fourth != FINDER_NO_SET)
			whole |= (uint32_t)bytes[i] << 24;
		h = sieve_hash(whole);
		f->sieve.windows[sieve_hash_word(h)] |= sieve_hash_bits(h);
	}
	f->sieve.has_windows = true;
}

/* --- Rows and groups ---------------------------------------------------------- */

static uint32_t hash_of(const struct finder_spelling *s)
{
	return s->fourth == FINDER_NO_SET ? finder_hash_four(s->key) : finder_hash_three(s->key);
}

/* The wanted spelling's row is one more of the group. */
static void add_to_group(struct finder_group *group, const struct finder_spelling *s)
{
	if (group->n++ == 0) {
		group->mask = s->mask;
		group->bits = s->bits;
	}
	group->mask &= s->mask & ~(s->bits ^ group->bits);
	group->bits &= group->mask;
}

/* Makes a group for each hash that a wanted spelling has; returns how many rows they have. */
static uint32_t fill_groups(struct finder *f, const struct finder_parts *parts, const bool *wanted)
{
	size_t cap = 0;
	uint16_t n = 1;
	uint32_t rows = 0;

	f->groups = mem_grow(NULL, 0, &cap, sizeof(*f->groups));
	f->groups[0] = (struct finder_group){ .bits = 1 };
	for (size_t i = 0; i < parts->n_spellings; i++) {
		const struct finder_spelling *s = &parts->spellings[i];
		uint16_t *group = &f->by_hash[hash_of(s)];

		if (!wanted[parts->texts[s->text].part])
			continue;
		add_to_sieve(f, s);
		if (*group == 0) {
			f->groups = mem_grow(f->groups, n, &cap, sizeof(*f->groups));
			f->groups[n] = (struct finder_group){ 0 };
			*group = n++;
		}
		add_to_group(&f->groups[*group], s);
	}
	for (uint16_t i = 1; i < n; i++) {
		f->groups[i].first = rows;
		rows += f->groups[i].n;
	}
	return rows;
}

/* Puts the wanted spellings into the order of their groups. */
static void fill_rows(struct finder *f, const struct finder_parts *parts, const bool *wanted)
{
	size_t room = fill_groups(f, parts, wanted) + (size_t)SIEVE_MORE;
	uint32_t *filled = mem_new(FINDER_HASHES + 1, sizeof(*filled)); /* rows of each group */

	f->rows.masks = mem_new(room, sizeof(*f->rows.masks));
	f->rows.bits = mem_new(room, sizeof(*f->rows.bits));
	f->rows.numbers = mem_new(room, sizeof(*f->rows.numbers));
	for (size_t i = 0; i < parts->n_spellings; i++) {
		const struct finder_spelling *s = &parts->spellings[i];
		uint16_t group = f->by_hash[hash_of(s)];
		uint32_t row;

		if (!wanted[parts->texts[s->text].part])
			continue;
		row = f->groups[group].first + filled[group]++;
		f->rows.masks[row] = s->mask;
		f->rows.bits[row] = s->bits;
		f->rows.numbers[row] = s->text;
	}
	free(filled);
}

/* --- Shapes ----------------------------------------------------------------- */

static void fill_class(struct sieve *sieve, size_t c, const struct byte_set *set)
{
	if (set->bits[2] == UINT64_MAX && set->bits[3] == UINT64_MAX)
		sieve->class_all_high[c] = UINT64_MAX;
	else
		sieve->class_some_high[c] = (set->bits[2] | set->bits[3]) != 0;
	for (int byte = 0; byte < 256; byte++) {
		uint8_t *rows = byte < 128 ? sieve->class_rows[c] : sieve->class_high_rows[c];

		if (!byte_set_has(set, (unsigned char)byte))
			continue;
		rows[byte & 15] |= (uint8_t)(1u << (byte >> 4 & 7));
		sieve->class_groups[c / SHAPE_GROUP][byte] |= (uint8_t)(1u << c % SHAPE_GROUP);
	}
}

static void fill_shapes(struct finder *f, const struct finder_parts *parts, const bool *wanted)
{
	struct shape_program *program = &f->sieve.program;
	uint16_t *shapes = mem_new(parts->n + 1, sizeof(*shapes));

	f->shapes = mem_new(parts->n + 1, sizeof(*f->shapes));
	for (size_t i = 0; i < parts->n; i++) {
		const struct finder_part *part = &parts->parts[i];

		if (!wanted[i] || !part->has_shape)
			continue;
		shapes[f->n_shapes] = part->shape;
		f->shapes[f->n_shapes++] =
			(struct finder_shape){ (uint16_t)i, part->shape_before_min,
					       part->shape_before_max };
	}
	shape_make(parts->values, parts->n_values, shapes, f->n_shapes, program);
	for (size_t c = 0; c < program->n_classes; c++)
		fill_class(&f->sieve, c, &program->classes[c]);
	free(shapes);
}

struct finder *finder_new(const struct finder_parts *parts, const uint16_t *rules, size_t n,
			  const struct sieve_level *level)
{
	struct finder *f = mem_new(1, sizeof(*f));
	bool *wanted = mem_new(parts->n + 1, sizeof(*wanted));

	for (size_t i = 0; i < n; i++)
		wanted[rules[i]] = true;
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
	shape_program_fini(&(*finder)->sieve.program);
	free(*finder);
	*finder = NULL;
}
