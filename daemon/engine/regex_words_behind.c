/*
 * A lookbehind that asks for nothing but words is a table of what ends there; in others, where
 * each alternative has one length, everything stays.
 */
#include <purposed/engine/regex_words_private.h>

/* All that a lookbehind asks for, backwards; false: that is more than words, or few of them. */
static bool list_behind(const struct words_writer *w, const struct pattern_node *node, bool folded,
			struct words_listing *words)
{
	const struct pattern_node *alt = node->child;
	bool good =
		node->op == PATTERN_BEHIND && words_has_many(w->copy.text, alt->start, alt->end);

	/* A change of options in it shows in the bytes that are asked for. */
	for (const struct pattern_node *c = alt->child; good && c != NULL; c = c->next)
		good = words_listing_fill(words, span_of("", 0), c->child, folded,
					  alt->end - alt->start);
	return good && words->n >= REGEX_WORDS_MIN && words_listing_mirror(words);
}

/* Negative ones in a row ask together whether nothing ends there; returns the last of them. */
static const struct pattern_node *list_row(const struct words_writer *w,
					   const struct pattern_node *node, bool folded,
					   struct words_listing *words)
{
	const struct pattern_node *next = node->next;

	while (node->negative && next != NULL && next->op == PATTERN_BEHIND && next->negative &&
	       next->start == regex_copy_end(node)) {
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

const struct pattern_node *words_write_behind(struct words_writer *w,
					      const struct pattern_node *node)
{
	struct regex_table_form form = { .folded = true, .behind = true };
	struct words_listing words = { 0 };
	bool good = list_behind(w, node, form.folded, &words);

	if (!good) {
		form.folded = false;
		words_listing_fini(&words);
		good = list_behind(w, node, form.folded, &words);
	}
	if (good && words_write_has_room(w)) {
		regex_copy_to(&w->copy, node->start);
		buf_add_str(w->copy.out, node->negative ? "(?!(?=" : "(?=");
		node = list_row(w, node, form.folded, &words);
		words_write_table(w, &words, &form);
		buf_add_str(w->copy.out, node->negative ? "))" : ")");
		w->copy.at = regex_copy_end(node);
	}
	words_listing_fini(&words);
	return node;
}
