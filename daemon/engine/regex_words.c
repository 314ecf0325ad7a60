/*
 * The pattern is copied from its tree (engine/pattern): each alternation that may be a list is
 * planned, and if a table comes of it, written anew.  What a pattern says about the byte behind
 * an alternation is known from engine/pattern_first; at the end of a group that is left for good
 * (an atomic one, a lookaround) or from several places (one that is called) nothing is known.
 *
 * A lookbehind that asks for nothing but words is a table of what ends there; in others, where
 * each alternative has one length, everything stays.
 */
#include <purposed/engine/regex_words.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/err.h>
#include <purposed/base/mem.h>
#include <purposed/engine/pattern_first.h>
#include <purposed/engine/regex_words_private.h>

struct writer {
	const char *text;
	size_t at; /* written up to here */
	struct buf *out;
	struct regex_words *words;
};

/* What stands behind a part of the pattern. */
struct behind {
	struct byte_set any;  /* the next byte */
	struct byte_set word; /* the next byte, where the last one was one of \w */
	bool ends;	      /* nothing more: a lookaround ends here */
	bool negative;	      /* which is a negative one */
};

static void write_sequence(struct writer *w, const struct pattern_node *node,
			   const struct behind *behind);

static void copy_to(struct writer *w, size_t end)
{
	buf_add(w->out, w->text + w->at, end - w->at);
	w->at = end;
}

/* --- Lists ---------------------------------------------------------------------- */

static void add_byte(struct buf *out, unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		buf_add_char(out, (char)c);
	else
		buf_printf(out, "\\x%02x", c);
}

static void add_run(struct buf *out, const struct byte_set *run)
{
	buf_add_char(out, '[');
	for (unsigned c = 0; c < 256; c++) {
		unsigned last = c;

		if (!byte_set_has(run, (unsigned char)c))
			continue;
		while (last < 255 && byte_set_has(run, (unsigned char)(last + 1)))
			last++;
		add_byte(out, (unsigned char)c);
		if (last > c) {
			buf_add_char(out, '-');
			add_byte(out, (unsigned char)last);
		}
		c = last;
	}
	buf_add_str(out, "]++");
}

/* As they are. */
static void write_words(struct writer *w, const struct words_listing *words)
{
	struct span word;

	for (size_t at = 0; words_listing_next(words, &at, &word);) {
		for (size_t i = 0; i < word.len; i++)
			add_byte(w->out, (unsigned char)word.ptr[i]);
		if (at != words->bytes.len)
			buf_add_char(w->out, '|');
	}
}

/* A callout that asks for the words. */
static void write_table(struct writer *w, const struct words_listing *words,
			const struct regex_table_form *form)
{
	buf_add_str(w->out, "(?C");
	buf_add_uint(w->out, REGEX_WORDS_FIRST + w->words->n);
	regex_words_add(w->words, form, buf_span(&words->bytes), words->n);
	buf_add_char(w->out, ')');
}

static void write_block(struct writer *w, const struct words_block *block,
			const struct byte_set *run, bool folded)
{
	struct span shape = buf_span(&block->shape);
	const struct regex_table_form form = { .folded = folded, .run = *run, .shape = shape };

	if (shape.len == 0 || w->words->n > REGEX_WORDS_LAST - REGEX_WORDS_FIRST) {
		write_words(w, &block->words);
		return;
	}
	write_table(w, &block->words, &form);
	for (size_t i = 0; i < shape.len; i++) {
		if (shape.ptr[i] == REGEX_TABLE_RUN)
			add_run(w->out, run);
		else
			add_byte(w->out, (unsigned char)shape.ptr[i]);
	}
}

/* Words where a lookaround ends: is one there? */
static bool write_asked(struct writer *w, const struct words_listing *words, bool folded)
{
	const struct regex_table_form form = { .folded = folded };

	if (words->n < REGEX_WORDS_MIN || w->words->n > REGEX_WORDS_LAST - REGEX_WORDS_FIRST)
		return false;
	/* In a lookahead of its own: PCRE2 does not expect a callout to fail (regex_share.c). */
	buf_add_str(w->out, "(?=");
	write_table(w, words, &form);
	buf_add_char(w->out, ')');
	return true;
}

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

static void write_blocks(struct writer *w, const struct words_blocks *blocks, bool folded)
{
	for (size_t i = 0; i < blocks->n; i++) {
		if (i != 0)
			buf_add_char(w->out, '|');
		write_block(w, &blocks->blocks[i], &blocks->run, folded);
	}
}

static void write_listed(struct writer *w, const struct words_item *item, bool folded,
			 const struct behind *behind)
{
	if (item->blocks != NULL)
		write_blocks(w, item->blocks, folded);
	else if (!behind->ends || !write_asked(w, &item->words, folded))
		buf_add(w->out, item->written.ptr, item->written.len);
}

static void write_other(struct writer *w, const struct words_item *item,
			const struct behind *behind)
{
	buf_add(w->out, item->written.ptr, item->written.len);
	w->at = item->cat->start;
	write_sequence(w, item->cat->child, behind);
	copy_to(w, item->cat->end);
}

static bool is_anything(const struct byte_set *next)
{
	return byte_set_holds(next, &byte_set_all);
}

/* Whether there may be a list between these bytes of the text: most groups are short. */
static bool has_many(const char *text, size_t start, size_t end)
{
	size_t n = 0;

	for (size_t at = start; at < end && n < REGEX_WORDS_MIN / 2; at++)
		n += text[at] == '|';
	return n == REGEX_WORDS_MIN / 2;
}

/* The alternatives of alt, if there are tables among them; false: it is left as it is. */
static bool write_list(struct writer *w, const struct pattern_node *alt,
		       const struct behind *behind)
{
	struct words_plan plan = { .text = w->text, .any_order = behind->ends && behind->negative };
	bool good = false;

	if ((alt->how & PATTERN_FIXED) == 0 && (behind->ends || !is_anything(&behind->word)) &&
	    has_many(w->text, alt->start, alt->end)) {
		words_plan_make(&plan, alt);
		good = is_worth_it(&plan, behind);
	}
	if (good) {
		copy_to(w, alt->start);
		for (size_t i = 0; i < plan.n; i++) {
			if (i != 0)
				buf_add_char(w->out, '|');
			if (plan.items[i].cat != NULL)
				write_other(w, &plan.items[i], behind);
			else
				write_listed(w, &plan.items[i], plan.folded, behind);
		}
		w->at = alt->end;
	}
	words_plan_fini(&plan);
	return good;
}

/* --- Lookbehinds ---------------------------------------------------------------- */

/* All that a lookbehind asks for, backwards; false: that is more than words, or few of them. */
static bool list_behind(const struct writer *w, const struct pattern_node *node, bool folded,
			struct words_listing *words)
{
	const struct pattern_node *alt = node->child;
	bool good = node->op == PATTERN_BEHIND && has_many(w->text, alt->start, alt->end);

	/* A change of options in it shows in the bytes that are asked for. */
	for (const struct pattern_node *c = alt->child; good && c != NULL; c = c->next)
		good = words_listing_fill(words, span_of("", 0), c->child, folded,
					  alt->end - alt->start);
	return good && words->n >= REGEX_WORDS_MIN && words_listing_mirror(words);
}

/* Behind a lookaround. */
static size_t end_of(const struct pattern_node *around)
{
	return around->child->end + sizeof(")") - 1;
}

/* Negative ones in a row ask together whether nothing ends there; returns the last of them. */
static const struct pattern_node *list_row(const struct writer *w, const struct pattern_node *node,
					   bool folded, struct words_listing *words)
{
	const struct pattern_node *next = node->next;

	while (node->negative && next != NULL && next->op == PATTERN_BEHIND && next->negative &&
	       next->start == end_of(node)) {
		struct words_listing more = { 0 };
		bool good = list_behind(w, next, folded, &more);

		if (good) {
			buf_add_span(&words->bytes, buf_span(&more.bytes));
			words->n += more.n;
			node = next;
			next = node->next;
		}
		words_listing_fini(&more);
		if (!good)
			break;
	}
	return node;
}

/* A lookbehind, and those that it is asked together with; returns the last of them. */
static const struct pattern_node *write_behind(struct writer *w, const struct pattern_node *node)
{
	struct regex_table_form form = { .folded = true, .behind = true };
	struct words_listing words = { 0 };
	bool good = list_behind(w, node, form.folded, &words);

	if (!good) {
		form.folded = false;
		words_listing_fini(&words);
		good = list_behind(w, node, form.folded, &words);
	}
	if (good && w->words->n <= REGEX_WORDS_LAST - REGEX_WORDS_FIRST) {
		copy_to(w, node->start);
		buf_add_str(w->out, node->negative ? "(?!(?=" : "(?=");
		node = list_row(w, node, form.folded, &words);
		write_table(w, &words, &form);
		buf_add_str(w->out, node->negative ? "))" : ")");
		w->at = end_of(node);
	}
	words_listing_fini(&words);
	return node;
}

/* --- The walk ------------------------------------------------------------------- */

static const struct behind unknown = {
	.any = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } },
	.word = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } },
};

static void write_choice(struct writer *w, const struct pattern_node *alt,
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

static void write_repeat(struct writer *w, const struct pattern_node *node, struct behind behind)
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

static void write_node(struct writer *w, const struct pattern_node *node,
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

static void write_sequence(struct writer *w, const struct pattern_node *node,
			   const struct behind *behind)
{
	for (; node != NULL; node = node->next) {
		if (node->op == PATTERN_BEHIND)
			node = write_behind(w, node);
		else
			write_node(w, node, behind);
	}
}

void regex_words(struct buf *out, const char *pattern, struct regex_words *words)
{
	struct pattern *tree = NULL;
	struct err ignored = { 0 };

	/* Most patterns have no list. */
	if (has_many(pattern, 0, strlen(pattern)) && pattern_parse(&tree, pattern, &ignored) == 0) {
		struct writer w = { .text = pattern, .out = out, .words = words };

		write_choice(&w, pattern_root(tree), &unknown);
		copy_to(&w, strlen(pattern));
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
