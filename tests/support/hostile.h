/*
 * hostile: texts that may hurt a rule, made from nothing but the rule itself.
 *
 * A text is a head and a unit, repeated up to any length; then it ends, or has
 * the rule's first example as its tail: PCRE2 gives up at once where a byte that
 * a match must have is nowhere ahead.  Units and heads come from what the rule
 * consists of:
 *
 *	its classes     one byte of each kind that the pattern tells apart: runs
 *	                of it, runs in turn with each punctuation mark, and runs
 *	                behind each example's head or half its value
 *	its words       words and signs of the examples: each alone, and each
 *	                beginning of an example up to such a word; keywords that
 *	                lack their last byte, before a value
 *	its examples    whole, cut short, with one byte changed, the value alone:
 *	                back to back and with a space between them
 *	all of these    shuffled
 *
 * The same rule gives the same texts.  Include behind unit.h.
 */
#ifndef PURPOSED_TESTS_HOSTILE_H
#define PURPOSED_TESTS_HOSTILE_H

#include <ctype.h>

#include <purposed/base/mem.h>

enum {
	HOSTILE_CLASSES_MAX = 64,
	HOSTILE_SHUFFLES = 8,
	HOSTILE_SHUFFLE_BYTES = 2048,
	HOSTILE_ATTACKS_MAX = 800, /* of more, every so manieth is kept */
};

struct attack {
	struct span head; /* both lie in the bytes of struct hostile */
	struct span unit;
};

struct hostile {
	const struct rule *rule;
	struct buf *bytes; /* one for each attack: spans stay where they are */
	struct attack *attacks;
	size_t n, cap, bytes_cap;
	struct buf tail;
	char kinds[256]; /* one byte of each kind */
	size_t n_kinds;
	/* The example at hand, without its marks; the value is its first marked one. */
	struct buf example;
	size_t value, value_end;
};

static inline void hostile_fini(struct hostile *h)
{
	for (size_t i = 0; i < h->n; i++)
		buf_fini(&h->bytes[i]);
	free(h->bytes);
	free(h->attacks);
	buf_fini(&h->example);
	buf_fini(&h->tail);
	*h = (struct hostile){ 0 };
}

/* Fills text, of size bytes, which are more than the rule's first example. */
static inline void hostile_text(const struct hostile *h, const struct attack *attack, bool tailed,
				char *text, size_t size)
{
	size_t end = tailed ? size - h->tail.len : size;
	size_t at = attack->head.len < end ? attack->head.len : end;

	memcpy(text, attack->head.ptr, at);
	while (at < end) {
		size_t n = attack->unit.len < end - at ? attack->unit.len : end - at;

		memcpy(text + at, attack->unit.ptr, n);
		at += n;
	}
	memcpy(text + end, h->tail.ptr, size - end);
}

static inline void hostile_add(struct hostile *h, struct span head, struct span unit)
{
	struct buf *bytes;

	for (size_t i = 0; i < h->n; i++) {
		if (span_equal(h->attacks[i].head, head) && span_equal(h->attacks[i].unit, unit))
			return;
	}
	if (unit.len == 0)
		return;
	h->attacks = mem_grow(h->attacks, h->n, &h->cap, sizeof(*h->attacks));
	h->bytes = mem_grow(h->bytes, h->n, &h->bytes_cap, sizeof(*h->bytes));
	bytes = &h->bytes[h->n];
	*bytes = (struct buf){ 0 };
	buf_add_span(bytes, head);
	buf_add_span(bytes, unit);
	h->attacks[h->n++] = (struct attack){ span_of(bytes->ptr, head.len),
					      span_of(bytes->ptr + head.len, unit.len) };
}

/* The unit back to back, and with a space between. */
static inline void hostile_add_parted(struct hostile *h, struct span unit)
{
	struct buf parted = { 0 };

	buf_add_span(&parted, unit);
	buf_add_char(&parted, ' ');
	hostile_add(h, span_of("", 0), unit);
	hostile_add(h, span_of("", 0), buf_span(&parted));
	buf_fini(&parted);
}

/* --- Kinds of bytes --------------------------------------------------------- */

/* Length of the class, escape or single byte that a pattern starts with. */
static inline size_t hostile_item(const char *pattern)
{
	size_t n = 1;

	if (pattern[0] == '\\')
		return pattern[1] == 'x' && isxdigit((unsigned char)pattern[2]) ? 4 : 2;
	if (pattern[0] != '[')
		return 1;
	n += pattern[n] == '^';
	n += pattern[n] == ']';
	while (pattern[n] != ']')
		n += pattern[n] == '\\' ? 2 : 1;
	return n + 1;
}

/* Whether the item is a class, or a sign that stands for itself: what bytes are told apart by. */
static inline bool hostile_tells_apart(const char *item, size_t len)
{
	if (item[0] == '\\')
		return strchr("dDsSwW", item[1]) != NULL || ispunct((unsigned char)item[1]);
	return len > 1 || item[0] == ' ' ||
	       (ispunct((unsigned char)item[0]) && strchr("()|?*+{}^$.", item[0]) == NULL);
}

/* Notes in sets, a bit for each byte and item, which bytes the item takes. */
static inline bool hostile_note(struct span item, const char *flags, uint64_t sets[256], size_t bit)
{
	struct regex_limits limits = engine_defaults().limits;
	struct regex_scratch *scratch = regex_scratch_new(&limits);
	struct buf pattern = { 0 };
	struct err e = { 0 };
	struct regex *regex = NULL;
	bool news = false;

	buf_add_str(&pattern, flags);
	buf_add_span(&pattern, item);
	assert_int_equal(regex_compile(&regex, buf_str(&pattern), false, &e), 0);
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;

		if (regex_match(regex, scratch, span_of(&byte, 1), 0) == REGEX_MATCH)
			sets[c] |= UINT64_C(1) << bit;
	}
	/* An item that parts no bytes which others did not part is not kept. */
	for (int c = 0; c < 256 && !news; c++) {
		for (int d = 0; d < c && !news; d++)
			news = ((sets[c] ^ sets[d]) & ((UINT64_C(1) << bit) - 1)) == 0 &&
			       ((sets[c] ^ sets[d]) >> bit & 1) != 0;
	}
	for (int c = 0; c < 256 && !news; c++)
		sets[c] &= ~(UINT64_C(1) << bit);
	regex_free(&regex);
	regex_scratch_free(&scratch);
	buf_fini(&pattern);
	return news;
}

/* One byte of every kind, the ones that a reader knows first. */
static inline void hostile_find_kinds(struct hostile *h)
{
	static const char known[] = "a1A .-_/:=,;\"'\\([{<@%+&#!?*|~^$)]}>`";
	const char *flags = strstr(h->rule->pattern, "(?i") != NULL ? "(?i)" : "";
	uint64_t sets[256] = { 0 };
	size_t bits = 0;
	size_t len;

	for (const char *at = h->rule->pattern; *at != '\0'; at += len) {
		len = hostile_item(at);
		if (bits < HOSTILE_CLASSES_MAX && hostile_tells_apart(at, len))
			bits += hostile_note(span_of(at, len), flags, sets, bits);
	}
	h->n_kinds = 0;
	for (size_t i = 0; i < sizeof(known) - 1 + 256; i++) {
		bool is_known = i < sizeof(known) - 1;
		unsigned char c =
			(unsigned char)(is_known ? (size_t)known[i] : i + 1 - sizeof(known));
		size_t kind = 0;

		while (kind < h->n_kinds && sets[(unsigned char)h->kinds[kind]] != sets[c])
			kind++;
		if (kind == h->n_kinds)
			h->kinds[h->n_kinds++] = (char)c;
	}
}

/* --- Attacks ---------------------------------------------------------------- */

static inline bool hostile_is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Takes the marks out of an example, as rules.h describes them. */
static inline void hostile_read_example(struct hostile *h, const char *marked)
{
	bool named = h->rule->targets[0].group_name != NULL;

	buf_clear(&h->example);
	h->value = h->value_end = 0;
	while (*marked != '\0') {
		const char *end = strncmp(marked, "[[", 2) == 0 ? strstr(marked, "]]") : NULL;

		if (end == NULL) {
			buf_add_char(&h->example, *marked++);
			continue;
		}
		marked = named ? strchr(marked, ':') + 1 : marked + 2;
		while (end[2] == ']')
			end++;
		if (h->value_end == 0) {
			h->value = h->example.len;
			h->value_end = h->example.len + (size_t)(end - marked);
		}
		buf_add(&h->example, marked, (size_t)(end - marked));
		marked = end + 2;
	}
}

static inline void hostile_add_kinds(struct hostile *h)
{
	for (size_t i = 0; i < h->n_kinds; i++) {
		char pair[2] = { h->kinds[i] };

		hostile_add(h, span_of("", 0), span_of(pair, 1));
		for (size_t k = 0; k < h->n_kinds && hostile_is_word(pair[0]); k++) {
			pair[1] = h->kinds[k];
			hostile_add(h, span_of("", 0), span_of(pair, 2));
		}
	}
}

/* The words of the example, and all that stands before the end of each. */
static inline void hostile_add_words(struct hostile *h)
{
	struct span text = buf_span(&h->example);
	size_t start = 0;

	for (size_t at = 1; at <= text.len; at++) {
		if (at < text.len && hostile_is_word(text.ptr[at - 1]) &&
		    hostile_is_word(text.ptr[at]))
			continue;
		hostile_add(h, span_of("", 0), span_slice(text, start, at));
		hostile_add_parted(h, span_slice(text, 0, at));
		start = at;
	}
}

/* The example and its value, whole and cut, and the value behind its head. */
static inline void hostile_add_cuts(struct hostile *h)
{
	struct span text = buf_span(&h->example);
	struct span head = span_slice(text, 0, h->value);
	struct span value = span_slice(text, h->value, h->value_end);

	for (size_t cut = 0; cut < 3; cut++) {
		if (cut < text.len)
			hostile_add_parted(h, span_slice(text, 0, text.len - cut));
		if (cut >= value.len)
			continue;
		hostile_add_parted(h, span_slice(value, 0, value.len - cut));
		hostile_add(h, head, span_slice(value, 0, value.len - cut));
	}
}

/* The example with one byte of its value changed for its neighbour in ASCII. */
static inline void hostile_add_changed(struct hostile *h)
{
	const size_t places[] = { h->value, (h->value + h->value_end) / 2, h->value_end - 1 };

	for (size_t i = 0; i < COUNT(places) && h->value < h->value_end; i++) {
		h->example.ptr[places[i]] ^= 1;
		hostile_add_parted(h, buf_span(&h->example));
		h->example.ptr[places[i]] ^= 1;
	}
}

/* A run of every kind of byte behind the value's head; behind half of the value one of words. */
static inline void hostile_add_runs(struct hostile *h)
{
	struct span text = buf_span(&h->example);

	for (size_t i = 0; i < h->n_kinds; i++) {
		struct span run = span_of(&h->kinds[i], 1);

		hostile_add(h, span_slice(text, 0, h->value), run);
		if (hostile_is_word(h->kinds[i]))
			hostile_add(h, span_slice(text, 0, (h->value + h->value_end) / 2), run);
	}
}

/* What is nearly a keyword, before the value of the example. */
static inline void hostile_add_keywords(struct hostile *h)
{
	struct span value = span_slice(buf_span(&h->example), h->value, h->value_end);
	struct buf unit = { 0 };

	for (size_t i = 0; i < h->rule->n_keywords; i++) {
		struct span word = span_str(h->rule->keyword_list[i]);

		buf_clear(&unit);
		buf_add_span(&unit, span_slice(word, 0, word.len - 1));
		buf_add_char(&unit, ' ');
		buf_add_span(&unit, value);
		buf_add_char(&unit, ' ');
		hostile_add(h, span_of("", 0), buf_span(&unit));
	}
	buf_fini(&unit);
}

/* Keeps HOSTILE_ATTACKS_MAX of the attacks, evenly spread. */
static inline void hostile_thin(struct hostile *h)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->n; i++) {
		struct attack attack = h->attacks[i];
		struct buf bytes = h->bytes[i];

		if (h->n > HOSTILE_ATTACKS_MAX &&
		    i * HOSTILE_ATTACKS_MAX / h->n == (i + 1) * HOSTILE_ATTACKS_MAX / h->n) {
			buf_fini(&bytes);
			continue;
		}
		h->attacks[kept] = attack;
		h->bytes[kept++] = bytes;
	}
	h->n = kept;
}

/* Units that are what the attacks so far consist of, in any order. */
static inline void hostile_add_shuffles(struct hostile *h)
{
	uint64_t dice = 1;
	size_t n = h->n;
	struct buf unit = { 0 };

	for (size_t i = 0; i < HOSTILE_SHUFFLES; i++) {
		buf_clear(&unit);
		while (unit.len < HOSTILE_SHUFFLE_BYTES) {
			if (unit_below(&dice, 2) == 0)
				buf_add_char(&unit, h->kinds[unit_below(&dice, h->n_kinds)]);
			else
				buf_add_span(&unit, h->attacks[unit_below(&dice, n)].unit);
		}
		hostile_add(h, span_of("", 0), buf_span(&unit));
	}
	buf_fini(&unit);
}

/* Fills h, which is zeroed or was filled before. */
static inline void hostile_make(struct hostile *h, const struct rule *rule)
{
	hostile_fini(h);
	h->rule = rule;
	hostile_find_kinds(h);
	hostile_add_kinds(h);
	for (size_t i = 0; i < rule->n_examples; i++) {
		hostile_read_example(h, rule->examples[i]);
		if (i == 0) {
			buf_add_char(&h->tail, ' ');
			buf_add_span(&h->tail, buf_span(&h->example));
			hostile_add_keywords(h);
		}
		hostile_add_words(h);
		hostile_add_cuts(h);
		hostile_add_changed(h);
		hostile_add_runs(h);
	}
	for (size_t i = 0; i < rule->n_counter_examples; i++) {
		hostile_read_example(h, rule->counter_examples[i]);
		hostile_add_parted(h, buf_span(&h->example));
	}
	hostile_thin(h);
	hostile_add_shuffles(h);
}

#endif
