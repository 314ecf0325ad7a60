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
		f->sieve.windows[h / 32] |= UINT32_C(1) << (h % 32);
	}
	f->sieve.has_windows = true;
}

/* --- Entries and groups -------------------------------------------------------- */

enum { FOURS = 1 << FINDER_FOURS_BITS, HASHES = FOURS + (1 << FINDER_THREES_BITS) };

/* Of a window of four bytes; behind those, of one of three. */
static uint32_t hash_of(const struct finder_spelling *s)
{
	return s->fourth == FINDER_NO_SET ? finder_hash_four(s->key)
					  : FOURS + finder_hash_three(s->key);
}

/* Puts the wanted spellings into the order of their hashes; ends gets where those of each end. */
static void fill_entries(struct finder *f, const struct finder_parts *parts, const bool *wanted,
			 uint32_t *ends)
{
	uint32_t from = 0;

	for (size_t i = 0; i < parts->n_spellings; i++) {
		const struct finder_spelling *s = &parts->spellings[i];

		if (!wanted[parts->texts[s->text].part])
			continue;
		ends[hash_of(s)]++;
		f->n_entries++;
		add_to_sieve(f, s);
	}
	f->entries = mem_new(f->n_entries + 1, sizeof(*f->entries));
	/* From how many there are to where they begin, which moves on to where they end. */
	for (size_t h = 0; h < HASHES; h++) {
		uint32_t n = ends[h];

		ends[h] = from;
		from += n;
	}
	for (size_t i = 0; i < parts->n_spellings; i++) {
		const struct finder_spelling *s = &parts->spellings[i];

		if (wanted[parts->texts[s->text].part])
			f->entries[ends[hash_of(s)]++] =
				(struct finder_entry){ s->mask, s->bits, s->text };
	}
}

/* Of the entries [first, end). */
static struct finder_group group_of(const struct finder *f, uint32_t first, uint32_t end)
{
	struct finder_group group = { .mask = f->entries[first].mask,
				      .bits = f->entries[first].bits,
				      .first = first,
				      .n = end - first };

	for (uint32_t i = first + 1; i < end; i++)
		group.mask &= f->entries[i].mask & ~(f->entries[i].bits ^ group.bits);
	group.bits &= group.mask;
	return group;
}

static void fill_groups(struct finder *f, const uint32_t *ends)
{
	uint32_t first = 0;
	uint16_t n = 1;

	f->groups =
		mem_new((f->n_entries < HASHES ? f->n_entries : HASHES) + 1, sizeof(*f->groups));
	f->groups[0].bits = 1;
	for (size_t h = 0; h < HASHES; h++) {
		if (ends[h] == first)
			continue;
		f->groups[n] = group_of(f, first, ends[h]);
		*(h < FOURS ? &f->fours[h] : &f->threes[h - FOURS]) = n++;
		first = ends[h];
	}
}

static void fill_texts(struct finder *f, const struct finder_parts *parts, const bool *wanted)
{
	uint32_t *ends = mem_new(HASHES, sizeof(*ends));

	fill_entries(f, parts, wanted, ends);
	fill_groups(f, ends);
	free(ends);
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
	fill_texts(f, parts, wanted);
	fill_shapes(f, parts, wanted);
	free(wanted);
	return f;
}

void finder_free(struct finder **finder)
{
	if (finder == NULL || *finder == NULL)
		return;
	free((*finder)->entries);
	free((*finder)->groups);
	free((*finder)->shapes);
	shape_program_fini(&(*finder)->sieve.program);
	free(*finder);
	*finder = NULL;
}
