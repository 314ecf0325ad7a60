#include <purposed/engine/finder_cuts.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

enum {
	WORDS_LEAST = 12, /* a shorter text costs no more than to cut a program */
	PERIOD = 4096,	  /* texts until it is watched again which bytes there are */
	WATCHED = 64,	  /* so many are */
	GROWN_MOST = 12,  /* times in a period that a cut is made anew */
};

struct finder_cuts {
	const struct sieve_shapes *whole;
	const struct sieve_level *level;
	struct sieve_shapes cut;
	struct byte_set bytes; /* that the cut is for */
	struct byte_set seen;  /* in the texts that are watched */
	unsigned at;	       /* texts of this period */
	unsigned grown;
};

struct finder_cuts *finder_cuts_new(const struct sieve_shapes *whole,
				    const struct sieve_level *level)
{
	struct finder_cuts *cuts = mem_new(1, sizeof(*cuts));

	cuts->whole = whole;
	cuts->level = level;
	cuts->at = WATCHED;
	return cuts;
}

void finder_cuts_free(struct finder_cuts **cuts)
{
	if (*cuts == NULL)
		return;
	shape_program_fini(&(*cuts)->cut.program);
	free(*cuts);
	*cuts = NULL;
}

/* The bytes that its classes may ask for: the word in which the last place is, and one more. */
static void add_bytes(struct byte_set *bytes, const unsigned char *text, size_t words)
{
	for (size_t i = 0; i < 64 * (words + 1); i++)
		byte_set_add(bytes, text[i]);
}

/* Letters and digits are in most texts, and line ends behind every one. */
static void cut_to(struct finder_cuts *cuts, const struct byte_set *bytes)
{
	cuts->bytes = *bytes;
	byte_set_unite(&cuts->bytes, &byte_set_word);
	byte_set_unite(&cuts->bytes, &byte_set_ends);
	shape_program_fini(&cuts->cut.program);
	shape_cut(&cuts->whole->program, &cuts->bytes, &cuts->cut.program);
	sieve_fill_classes(&cuts->cut);
}

static void watch(struct finder_cuts *cuts, const unsigned char *text, size_t words)
{
	if (++cuts->at < PERIOD)
		return;
	add_bytes(&cuts->seen, text, words);
	if (cuts->at < PERIOD + WATCHED)
		return;
	cut_to(cuts, &cuts->seen);
	cuts->seen = (struct byte_set){ 0 };
	cuts->at = 0;
	cuts->grown = 0;
}

static bool others_stand(const struct finder_cuts *cuts, const uint64_t *bitmaps, size_t words)
{
	size_t others = cuts->cut.program.n_classes - 1;

	return cuts->level->stands(bitmaps + others * (cuts->level->program_words + 1), words);
}

const struct sieve_shapes *finder_cuts_classes(struct finder_cuts *cuts, const unsigned char *text,
					       size_t words, uint64_t *bitmaps)
{
	const struct sieve_shapes *whole = cuts->whole;

	if (words >= WORDS_LEAST)
		watch(cuts, text, words);
	if (cuts->grown <= GROWN_MOST && cuts->cut.program.n_classes != 0) {
		cuts->level->classes(&cuts->cut, text, words, bitmaps);
		if (!others_stand(cuts, bitmaps, words))
			return &cuts->cut;
	}
	if (words >= WORDS_LEAST && cuts->grown <= GROWN_MOST) {
		add_bytes(&cuts->bytes, text, words);
		cut_to(cuts, &cuts->bytes);
		cuts->grown++;
	}
	cuts->level->classes(whole, text, words, bitmaps);
	return whole;
}
