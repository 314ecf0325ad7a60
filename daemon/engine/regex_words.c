/*
 * The pattern is copied from its tree (engine/pattern): each alternation that may be a list is
 * planned, and if a table comes of it, written anew.  What a pattern says about the byte behind
 * an alternation is known from engine/pattern_first; at the end of a group that is left for good
 * (an atomic one, a lookaround) or from several places (one that is called) nothing is known.
 */
#include <purposed/engine/regex_words.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/err.h>
#include <purposed/base/mem.h>
#include <purposed/engine/pattern_first.h>
#include <purposed/engine/regex_words_private.h>

/* What stands behind a part of the pattern. */
struct behind {
	struct byte_set any;  /* the next byte */
	struct byte_set word; /* the next byte, where the last one was one of \w */
	bool ends;	      /* nothing more: a lookaround ends here */
	bool negative;	      /* which is a negative one */
};

bool words_has_many(const char *text, size_t start, size_t end)
{
	size_t n = 0;

	for (size_t at = start; at < end && n < REGEX_WORDS_MIN / 2; at++)
		n += text[at] == '|';
	return n == REGEX_WORDS_MIN / 2;
}

static void write_sequence(struct words_writer *w, const struct pattern_node *node,
			   const struct behind *behind);

/* --- Lists ---------------------------------------------------------------------- */

static bool ends_in_words(const struct words_listing *words)
{
	struct span word;

	for (size_t at = 0; words_listing_next(words, &at, &word);) {
		if (!byte_set_has(&byte_set_word, (unsigned char)word.ptr[word.len - 1]))
			return false;
	}
	return true;
}

/* What never stands behind the words. */
static struct byte_set never_behind(const struct words_listing *words, const struct behind *behind)
{
	struct byte_set never = ends_in_words(words) ? behind->word : behind->any;

	byte_set_invert(&never);
	return never;
}

/* Whether a table comes of any of the words; for those, their blocks are made. */
static bool is_worth_it(struct words_plan *plan, const struct behind *behind)
{
	bool good = false;

	for (size_t i = 0; i < plan->n; i++) {
		struct words_item *item = &plan->items[i];
		struct byte_set never = never_behind(&item->words, behind);

		if (item->words.n >= REGEX_WORDS_MIN && !behind->ends)
			item->blocks = words_blocks_new(&item->words, plan->folded, &never);
		good |= item->words.n >= REGEX_WORDS_MIN && (behind->ends || item->blocks != NULL);
	}
	return good;
}

static void write_listed(struct words_writer *w, const struct words_item *item, bool folded,
			 const struct behind *behind)
{
	if (item->blocks != NULL)
		words_write_blocks(w, item->blocks, folded);
	else if (!behind->ends || !words_write_asked(w, &item->words, folded))
		buf_add(w->copy.out, item->written.ptr, item->written.len);
}

static void write_other(struct words_writer *w, const struct words_item *item,
			const struct behind *behind)
{
	buf_add(w->copy.out, item->written.ptr, item->written.len);
	w->copy.at = item->cat->start;
	write_sequence(w, item->cat->child, behind);
	regex_copy_to(&w->copy, item->cat->end);
}

static bool is_anything(const struct byte_set *next)
{
	return byte_set_holds(next, &byte_set_all);
}

/* The alternatives of alt, if there are tables among them; false: it is left as it is. */
static bool write_list(struct words_writer *w, const struct pattern_node *alt,
		       const struct behind *behind)
{
	struct words_plan plan = { .text = w->copy.text,
				   .any_order = behind->ends && behind->negative };
	bool good = false;

	if ((alt->how & PATTERN_FIXED) == 0 && (behind->ends || !is_anything(&behind->word)) &&
	    words_has_many(w->copy.text, alt->start, alt->end)) {
		words_plan_make(&plan, alt);
		good = is_worth_it(&plan, behind);
	}
	if (good) {
		regex_copy_to(&w->copy, alt->start);
		for (size_t i = 0; i < plan.n; i++) {
			if (i != 0)
				buf_add_char(w->copy.out, '|');
			if (plan.items[i].cat != NULL)
				write_other(w, &plan.items[i], behind);
			else
				write_listed(w, &plan.items[i], plan.folded, behind);
		}
		w->copy.at = alt->end;
	}
	words_plan_fini(&plan);
	return good;
}

/* --- The walk ------------------------------------------------------------------- */

static const struct behind unknown = {
	.any = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } },
	.word = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } },
};

static void write_choice(struct words_writer *w, const struct pattern_node *alt,
			 const struct behind *behind)
{
	struct behind inside = *behind;

	if (alt->start == PATTERN_NOWHERE)
		return;
	if ((alt->how & (PATTERN_ATOMIC | PATTERN_CALLED)) != 0)
		inside = unknown;
	/* What is caught is asked for, too. */
	inside.ends &= (alt->how & PATTERN_CAUGHT) == 0;
	if (write_list(w, alt, &inside))
		return;
	for (const struct pattern_node *c = alt->child; c != NULL; c = c->next)
		write_sequence(w, c->child, &inside);
}

static void write_repeat(struct words_writer *w, const struct pattern_node *node,
			 struct behind behind)
{
	/* Of what never matches PCRE2 may still take a first byte (regex_factor.c). */
	if (node->child->op != PATTERN_ALT || node->max == 0)
		return;
	behind.ends &= node->min == 1 && node->max == 1;
	if (node->max > 1) {
		struct byte_set any =
			pattern_first(node->child, &(struct pattern_next){ behind.any, false });
		struct byte_set word =
			pattern_first(node->child, &(struct pattern_next){ behind.word, true });

		byte_set_unite(&behind.any, &any);
		byte_set_unite(&behind.word, &word);
	}
	write_choice(w, node->child, (node->how & PATTERN_ATOMIC) != 0 ? &unknown : &behind);
}

static void write_node(struct words_writer *w, const struct pattern_node *node,
		       const struct behind *behind)
{
	struct behind inside = *behind;

	if (node->op == PATTERN_AHEAD && node->child != NULL) {
		inside = unknown;
		inside.ends = true;
		inside.negative = node->negative;
		write_choice(w, node->child, &inside);
	} else if (node->op == PATTERN_REPEAT) {
		inside.any = pattern_first_of_all(node->next,
						  &(struct pattern_next){ behind->any, false });
		inside.word = pattern_first_of_all(node->next,
						   &(struct pattern_next){ behind->word, true });
		inside.ends &= node->next == NULL;
		write_repeat(w, node, inside);
	}
}

static void write_sequence(struct words_writer *w, const struct pattern_node *node,
			   const struct behind *behind)
{
	for (; node != NULL; node = node->next) {
		if (node->op == PATTERN_BEHIND)
			node = words_write_behind(w, node);
		else
			write_node(w, node, behind);
	}
}

void regex_words(struct buf *out, const char *pattern, struct regex_words *words)
{
	struct pattern *tree = NULL;
	struct err ignored = { 0 };

	/* Most patterns have no list. */
	if (words_has_many(pattern, 0, strlen(pattern)) &&
	    pattern_parse(&tree, pattern, &ignored) == 0) {
		struct words_writer w = { { .text = pattern, .out = out }, words };

		write_choice(&w, pattern_root(tree), &unknown);
		regex_copy_to(&w.copy, strlen(pattern));
	} else {
		buf_add_str(out, pattern);
	}
	pattern_free(&tree);
	err_fini(&ignored);
}

void regex_words_add(struct regex_words *words, const struct regex_table_form *form,
		     struct span list, size_t n)
{
	words->tables =
		mem_grow(words->tables, words->n, &words->cap, sizeof(struct regex_table *));
	words->tables[words->n++] = regex_table_ref(form, list, n);
}

void regex_words_fini(struct regex_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		regex_table_unref(words->tables[i]);
	free(words->tables);
	*words = (struct regex_words){ 0 };
}

bool regex_words_hold(const struct regex_words *words, unsigned callout, struct span text,
		      size_t at)
{
	assert(callout - REGEX_WORDS_FIRST < words->n);
	return regex_table_has(words->tables[callout - REGEX_WORDS_FIRST], text, at);
}
