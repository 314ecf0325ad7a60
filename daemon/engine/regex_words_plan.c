/*
 * Lists of words are joined letter by letter (engine/words.c): add|admin|ad\d is
 * a(?:d(?:d|min|\d)). What is no more than words is listed; of the rest the group at the end is
 * taken apart, with what stands before it as a prefix of each of its alternatives.
 *
 * Words that can never match where an alternative before them does are moved before it, to those
 * that stand there already.
 */
#include <purposed/engine/regex_words_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/pattern_first.h>

enum { WORD_BYTES = 3 }; /* of a pattern, for each word that it stands for */

static struct words_item *add_item(struct words_plan *plan)
{
	plan->items = mem_grow(plan->items, plan->n, &plan->cap, sizeof(*plan->items));
	plan->items[plan->n] = (struct words_item){ 0 };
	return &plan->items[plan->n++];
}

static struct byte_set first_of_word(const struct words_plan *plan, struct span word)
{
	struct byte_set first = { 0 };

	byte_set_add(&first, (unsigned char)word.ptr[0]);
	if (plan->folded)
		byte_set_fold(&first);
	return first;
}

static bool meets(const struct byte_set *a, const struct byte_set *b)
{
	struct byte_set both = *a;

	byte_set_intersect(&both, b);
	return !byte_set_is_empty(&both);
}

/* The words of an alternative; none is empty. */
static void add_words(struct words_plan *plan, const struct words_listing *words,
		      struct span written, const struct pattern_node *cat)
{
	struct byte_set firsts = { 0 };
	struct words_item *item;
	struct span word;

	for (size_t at = 0; words_listing_next(words, &at, &word);) {
		struct byte_set first = first_of_word(plan, word);

		byte_set_unite(&firsts, &first);
	}
	if (plan->open == plan->n || (!plan->any_order && meets(&firsts, &plan->barrier))) {
		plan->open = plan->n;
		plan->barrier = (struct byte_set){ 0 };
		add_item(plan);
	}
	item = &plan->items[plan->open];
	buf_add_span(&item->words.bytes, buf_span(&words->bytes));
	item->words.n += words->n;
	if (item->written.len != 0)
		buf_add_char(&item->written, '|');
	buf_add_span(&item->written, written);
	buf_add(&item->written, plan->text + cat->start, cat->end - cat->start);
}

static void add_other(struct words_plan *plan, struct span written, struct span prefix,
		      const struct pattern_node *cat)
{
	const struct pattern_next next = { byte_set_all, false };
	struct byte_set first = prefix.len != 0 ? first_of_word(plan, prefix)
						: pattern_first_of_all(cat->child, &next);
	bool none = plan->open == plan->n;
	struct words_item *item = add_item(plan);

	buf_add_span(&item->written, written);
	item->cat = cat;
	byte_set_unite(&plan->barrier, &first);
	if (none)
		plan->open = plan->n;
}

/* The only byte of a set, of a letter in both cases, where it is folded, the small one; or -1. */
static int only_byte(const struct pattern_node *node, bool folded)
{
	struct byte_set rest = node->set;
	unsigned c = 0;

	while (c < 256 && !byte_set_has(&rest, (unsigned char)c))
		c++;
	if (folded && c >= 'A' && c <= 'Z')
		c |= 0x20;
	rest = (struct byte_set){ 0 };
	byte_set_add(&rest, (unsigned char)c);
	if (folded)
		byte_set_fold(&rest);
	return memcmp(&rest, &node->set, sizeof(rest)) == 0 ? (int)c : -1;
}

static bool is_simple_group(const struct pattern_node *node, bool folded)
{
	unsigned how = PATTERN_BRACKETED | (folded ? PATTERN_FOLDED : 0);

	return node->op == PATTERN_REPEAT && node->min == 1 && node->max == 1 && node->how == 0 &&
	       node->child->op == PATTERN_ALT && (node->child->how & ~PATTERN_BLANK) == how &&
	       node->child->start != PATTERN_NOWHERE;
}

static void take_alternatives(struct words_plan *plan, const struct pattern_node *alt,
			      struct span written, struct span prefix);

/* A single word, and a group behind it: its alternatives take their places here. */
static bool take_apart(struct words_plan *plan, const struct pattern_node *cat, struct span written,
		       struct span prefix)
{
	char word[REGEX_TABLE_WORD_MAX];
	struct buf before = { 0 };
	const struct pattern_node *node = cat->child;
	size_t len = prefix.len;

	memcpy(word, prefix.ptr, len);
	for (; node != NULL && node->op == PATTERN_SET && len < sizeof(word); node = node->next) {
		int c = only_byte(node, plan->folded);

		if (c <= 0)
			return false;
		word[len++] = (char)c;
	}
	if (node == NULL || node->next != NULL || !is_simple_group(node, plan->folded))
		return false;
	buf_add_span(&before, written);
	buf_add(&before, plan->text + cat->start, node->start - cat->start);
	take_alternatives(plan, node->child, buf_span(&before), span_of(word, len));
	buf_fini(&before);
	return true;
}

static bool has_empty(const struct words_listing *words)
{
	struct span word;

	for (size_t at = 0; words_listing_next(words, &at, &word);) {
		if (word.len == 0)
			return true;
	}
	return false;
}

/* written: what the pattern says before it, which is the prefix. */
static void take_alternative(struct words_plan *plan, const struct pattern_node *cat,
			     struct span written, struct span prefix)
{
	/* What stands for many short ways to write a word is better left as it is. */
	size_t max = (size_t)(cat->end - cat->start) / WORD_BYTES + 1;
	struct words_listing words = { 0 };

	if (words_listing_fill(&words, prefix, cat->child, plan->folded, max) && !has_empty(&words))
		add_words(plan, &words, written, cat);
	else if (!take_apart(plan, cat, written, prefix))
		add_other(plan, written, prefix, cat);
	words_listing_fini(&words);
}

static void take_alternatives(struct words_plan *plan, const struct pattern_node *alt,
			      struct span written, struct span prefix)
{
	for (const struct pattern_node *cat = alt->child; cat != NULL; cat = cat->next)
		take_alternative(plan, cat, written, prefix);
}

void words_plan_make(struct words_plan *plan, const struct pattern_node *alt)
{
	plan->folded = (alt->how & PATTERN_FOLDED) != 0;
	take_alternatives(plan, alt, span_of("", 0), span_of("", 0));
}

void words_plan_fini(struct words_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		words_listing_fini(&plan->items[i].words);
		buf_fini(&plan->items[i].written);
		words_blocks_free(&plan->items[i].blocks);
	}
	free(plan->items);
	*plan = (struct words_plan){ 0 };
}
