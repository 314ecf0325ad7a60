/* Words, and the callouts that ask for them, as they stand in a pattern. */
#include <purposed/engine/regex_words_private.h>

#include <purposed/engine/pattern_syntax.h>

bool words_write_has_room(const struct words_writer *w)
{
	return w->words->n <= REGEX_WORDS_LAST - REGEX_WORDS_FIRST;
}

static void add_byte(struct buf *out, unsigned char c)
{
	if (pattern_is_letter(c) || pattern_is_digit(c))
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
static void write_words(struct words_writer *w, const struct words_listing *words)
{
	struct span word;

	for (size_t at = 0; words_listing_next(words, &at, &word);) {
		for (size_t i = 0; i < word.len; i++)
			add_byte(w->copy.out, (unsigned char)word.ptr[i]);
		if (at != words->bytes.len)
			buf_add_char(w->copy.out, '|');
	}
}

void words_write_table(struct words_writer *w, const struct words_listing *words,
		       const struct regex_table_form *form)
{
	buf_add_str(w->copy.out, "(?C");
	buf_add_uint(w->copy.out, REGEX_WORDS_FIRST + w->words->n);
	regex_words_add(w->words, form, buf_span(&words->bytes), words->n);
	buf_add_char(w->copy.out, ')');
}

static void write_block(struct words_writer *w, const struct words_block *block,
			const struct byte_set *run, bool folded)
{
	struct span shape = buf_span(&block->shape);
	const struct regex_table_form form = { .folded = folded, .run = *run, .shape = shape };

	if (shape.len == 0 || !words_write_has_room(w)) {
		write_words(w, &block->words);
		return;
	}
	words_write_table(w, &block->words, &form);
	for (size_t i = 0; i < shape.len; i++) {
		if (shape.ptr[i] == REGEX_TABLE_RUN)
			add_run(w->copy.out, run);
		else
			add_byte(w->copy.out, (unsigned char)shape.ptr[i]);
	}
}

bool words_write_asked(struct words_writer *w, const struct words_listing *words, bool folded)
{
	const struct regex_table_form form = { .folded = folded };

	if (words->n < REGEX_WORDS_MIN || !words_write_has_room(w))
		return false;
	/* In a lookahead of its own: PCRE2 does not expect a callout to fail (regex_share.c). */
	buf_add_str(w->copy.out, "(?=");
	words_write_table(w, words, &form);
	buf_add_char(w->copy.out, ')');
	return true;
}

void words_write_blocks(struct words_writer *w, const struct words_blocks *blocks, bool folded)
{
	for (size_t i = 0; i < blocks->n; i++) {
		if (i != 0)
			buf_add_char(w->copy.out, '|');
		write_block(w, &blocks->blocks[i], &blocks->run, folded);
	}
}
