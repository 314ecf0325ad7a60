/* A finder is put together from the parts of its rules: nothing is derived here. */
#include <purposed/engine/finder_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* --- Texts ------------------------------------------------------------------ */

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
		f->sieve.windows[h / 32] |= UINT32_C(1) << (h % 32);
	}
	f->sieve.has_windows = true;
}

/* Where firsts, of one of the tables, has the spelling's hash. */
static uint32_t *first_of(struct finder *f, const struct finder_spelling *s)
{
	return s->fourth == FINDER_NO_SET ? &f->fours[finder_hash_four(s->key)]
					  : &f->threes[finder_hash_three(s->key)];
}

/* From how many entries each hash has to where they begin; returns where they end. */
static uint32_t sum_up(uint32_t *firsts, size_t n, uint32_t from)
{
	for (size_t h = 0; h < n; h++) {
		uint32_t has = firsts[h];

		firsts[h] = from;
		from += has;
	}
	return from;
}

/* After each place moved to where the next one begins: back again. */
static void move_back(uint32_t *firsts, size_t n, uint32_t from)
{
	memmove(firsts + 1, firsts, n * sizeof(*firsts));
	firsts[0] = from;
}

/* Puts the spellings into their order; those of one hash keep theirs. */
static void fill_entries(struct finder *f, const struct finder_parts *parts, const bool *wanted)
{
	const size_t fours = 1 << FINDER_FOURS_BITS;
	const size_t threes = 1 << FINDER_THREES_BITS;
	uint32_t n_fours;

	for (size_t i = 0; i < parts->n_spellings; i++) {
		const struct finder_spelling *s = &parts->spellings[i];

		if (!wanted[parts->texts[s->text].part])
			continue;
		++*first_of(f, s);
		f->n_entries++;
		add_to_sieve(f, s);
	}
	f->entries = mem_new(f->n_entries + 1, sizeof(*f->entries));
	n_fours = sum_up(f->fours, fours, 0);
	sum_up(f->threes, threes, n_fours);
	for (size_t i = 0; i < parts->n_spellings; i++) {
		const struct finder_spelling *s = &parts->spellings[i];

		if (wanted[parts->texts[s->text].part])
			f->entries[(*first_of(f, s))++] =
				(struct finder_entry){ s->mask, s->bits, s->text };
	}
	move_back(f->fours, fours, 0);
	move_back(f->threes, threes, n_fours);
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
	fill_entries(f, parts, wanted);
	fill_shapes(f, parts, wanted);
	free(wanted);
	return f;
}

void finder_free(struct finder **finder)
{
	if (finder == NULL || *finder == NULL)
		return;
	free((*finder)->entries);
	free((*finder)->shapes);
	shape_program_fini(&(*finder)->sieve.program);
	free(*finder);
	*finder = NULL;
}
