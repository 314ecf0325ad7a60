/*
 * A word is a row of runs (bytes that never follow a word: as many as there are belong to it) and
 * of other bytes; the row is its shape: maes is one run, van-damme is two and the - between them.
 * At a place of a text each shape fits one stretch of bytes at most; so the words of a shape make
 * a table, whatever their order was.
 *
 * Of two shapes a word of one may begin one of the other, as jean does jean-marie, and both match
 * at the same place: then the one that stood first in the pattern is tried first.
 */
#include <purposed/engine/regex_words_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

enum { SHAPES_MAX = 64, SHAPES_NONE = SHAPES_MAX };

struct parted {
	struct span word;
	size_t rank;  /* among all words */
	size_t block; /* of the shape, first; then the block's */
};

struct parting {
	struct parted *words;
	size_t n;
	struct byte_set run;
	struct buf shapes[SHAPES_MAX];
	size_t counts[SHAPES_MAX];
	size_t n_shapes;
	size_t tabled;						 /* words */
	bool before[WORDS_BLOCKS_MAX + 1][WORDS_BLOCKS_MAX + 1]; /* the first is tried first */
};

static bool is_small(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

/* All of range, if none of them ever follows and one is there: one range is faster than many. */
static void round_up(struct byte_set *run, const struct byte_set *never, const char *range,
		     bool folded)
{
	struct byte_set all = { 0 };
	bool any = false;

	for (unsigned c = (unsigned char)range[0]; c <= (unsigned char)range[1]; c++) {
		byte_set_add(&all, (unsigned char)c);
		any |= byte_set_has(run, (unsigned char)c);
	}
	if (folded)
		byte_set_fold(&all);
	if (any && byte_set_holds(never, &all))
		byte_set_unite(run, &all);
}

/* The bytes of the words that never follow one. */
static void find_run(struct parting *p, bool folded, const struct byte_set *never)
{
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < p->words[i].word.len; k++) {
			unsigned char c = (unsigned char)p->words[i].word.ptr[k];
			bool both = folded && is_small(c);

			if (!byte_set_has(never, c) ||
			    (both && !byte_set_has(never, (unsigned char)(c ^ 0x20))))
				continue;
			byte_set_add(&p->run, c);
			if (both)
				byte_set_add(&p->run, (unsigned char)(c ^ 0x20));
		}
	}
	round_up(&p->run, never, "az", folded);
	round_up(&p->run, never, "AZ", folded);
	round_up(&p->run, never, "09", folded);
	round_up(&p->run, never, "\x80\xff", folded);
}

/* The shape of a word, of as many bytes as are returned. */
static size_t write_shape(char *shape, const struct byte_set *run, struct span word)
{
	bool in_run = false;
	size_t len = 0;

	for (size_t i = 0; i < word.len; i++) {
		bool runs = byte_set_has(run, (unsigned char)word.ptr[i]);

		if (!runs)
			shape[len++] = word.ptr[i];
		else if (!in_run)
			shape[len++] = REGEX_TABLE_RUN;
		in_run = runs;
	}
	return len;
}

/* The number of the word's shape; SHAPES_NONE: there are too many. */
static size_t find_shape(struct parting *p, struct span word)
{
	char bytes[REGEX_TABLE_WORD_MAX];
	struct span shape = span_of(bytes, write_shape(bytes, &p->run, word));
	size_t i = 0;

	while (i < p->n_shapes && !span_equal(buf_span(&p->shapes[i]), shape))
		i++;
	if (i == p->n_shapes && i < SHAPES_MAX) {
		buf_add_span(&p->shapes[i], shape);
		p->n_shapes++;
	}
	if (i < SHAPES_MAX)
		p->counts[i]++;
	return i;
}

static void add_word(struct words_listing *listing, struct span word)
{
	/* Its length stands before it. */
	buf_add(&listing->bytes, word.ptr - 1, word.len + 1);
	listing->n++;
}

/* Gives frequent shapes a block each, and the rest of the words the one behind them. */
static void give_blocks(struct parting *p, struct words_blocks *blocks)
{
	size_t block_of[SHAPES_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i <= SHAPES_MAX; i++)
		block_of[i] = SHAPES_NONE;
	for (size_t i = 0; i < p->n_shapes && n < WORDS_BLOCKS_MAX; i++) {
		if (p->counts[i] < REGEX_WORDS_MIN)
			continue;
		block_of[i] = n;
		buf_add_span(&blocks->blocks[n++].shape, buf_span(&p->shapes[i]));
	}
	blocks->n = n;
	for (size_t i = 0; i < p->n; i++) {
		struct parted *w = &p->words[i];

		w->block = block_of[w->block] != SHAPES_NONE ? block_of[w->block] : n;
		if (w->block == n)
			blocks->n = n + 1;
		else
			p->tabled++;
		add_word(&blocks->blocks[w->block].words, w->word);
	}
}

static int by_bytes(const void *a, const void *b)
{
	const struct parted *x = a;
	const struct parted *y = b;
	size_t len = x->word.len < y->word.len ? x->word.len : y->word.len;
	int order = memcmp(x->word.ptr, y->word.ptr, len);

	if (order != 0)
		return order;
	if (x->word.len != y->word.len)
		return x->word.len < y->word.len ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static bool begins(struct span prefix, struct span word)
{
	return prefix.len <= word.len && memcmp(prefix.ptr, word.ptr, prefix.len) == 0;
}

/* Which block must be tried before which, for the words that begin others. */
static void find_order(struct parting *p)
{
	const struct parted *open[REGEX_TABLE_WORD_MAX + 1]; /* each begins the next one */
	size_t n_open = 0;

	qsort(p->words, p->n, sizeof(*p->words), by_bytes);
	for (size_t i = 0; i < p->n; i++) {
		const struct parted *w = &p->words[i];

		while (n_open != 0 && !begins(open[n_open - 1]->word, w->word))
			n_open--;
		/* The same word once more never matters. */
		if (n_open != 0 && open[n_open - 1]->word.len == w->word.len)
			continue;
		for (size_t k = 0; k < n_open; k++) {
			if (open[k]->rank < w->rank)
				p->before[open[k]->block][w->block] = true;
			else
				p->before[w->block][open[k]->block] = true;
		}
		open[n_open++] = w;
	}
}

/* A block that none of the others must be tried before; n: there is none. */
static size_t find_next(const struct parting *p, const bool *done, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool free = !done[i];

		for (size_t k = 0; k < n && free; k++)
			free = done[k] || k == i || !p->before[k][i];
		if (free)
			return i;
	}
	return n;
}

static bool sort_blocks(const struct parting *p, struct words_blocks *blocks)
{
	struct words_block sorted[WORDS_BLOCKS_MAX + 1] = { 0 };
	bool done[WORDS_BLOCKS_MAX + 1] = { false };

	for (size_t i = 0; i < blocks->n; i++) {
		size_t next = find_next(p, done, blocks->n);

		if (next == blocks->n)
			return false;
		done[next] = true;
		sorted[i] = blocks->blocks[next];
	}
	memcpy(blocks->blocks, sorted, blocks->n * sizeof(*sorted));
	return true;
}

static void collect(struct parting *p, const struct words_listing *words)
{
	struct span word;

	p->words = mem_new(words->n, sizeof(*p->words));
	for (size_t at = 0; words_listing_next(words, &at, &word); p->n++)
		p->words[p->n] = (struct parted){ word, p->n, 0 };
}

struct words_blocks *words_blocks_new(const struct words_listing *words, bool folded,
				      const struct byte_set *never)
{
	struct words_blocks *blocks = mem_new(1, sizeof(*blocks));
	struct parting p = { 0 };
	bool good;

	collect(&p, words);
	find_run(&p, folded, never);
	for (size_t i = 0; i < p.n; i++)
		p.words[i].block = find_shape(&p, p.words[i].word);
	give_blocks(&p, blocks);
	blocks->run = p.run;
	/* Words that are left are spelt, where they were joined. */
	good = p.tabled >= REGEX_WORDS_MIN && p.tabled >= p.n / 4 * 3;
	if (good && blocks->n > 1) {
		find_order(&p);
		good = sort_blocks(&p, blocks);
	}
	for (size_t i = 0; i < p.n_shapes; i++)
		buf_fini(&p.shapes[i]);
	free(p.words);
	if (!good)
		words_blocks_free(&blocks);
	return blocks;
}

void words_blocks_free(struct words_blocks **blocks)
{
	if (*blocks == NULL)
		return;
	for (size_t i = 0; i <= WORDS_BLOCKS_MAX; i++) {
		words_listing_fini(&(*blocks)->blocks[i].words);
		buf_fini(&(*blocks)->blocks[i].shape);
	}
	free(*blocks);
	*blocks = NULL;
}
