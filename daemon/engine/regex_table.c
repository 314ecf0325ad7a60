/*
 * Words are hashed while they are read: a text that has none costs its bytes up to the end of
 * what might be one, and a glance into the slots.  What a table was made of is its key, too, and
 * its slots point into it.
 */
#include <purposed/engine/regex_table.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/buf.h>
#include <purposed/base/hash.h>
#include <purposed/base/mem.h>
#include <purposed/engine/pattern_syntax.h>

enum { SLOTS_BITS_MIN = 4 };

struct regex_table {
	struct regex_table *next;
	unsigned users;
	struct buf key; /* form, shape, words */
	uint64_t key_hash;

	struct regex_table_form form; /* its shape is in the key */
	struct span words;	      /* in the key */
	size_t n;
	struct byte_set firsts; /* bytes that words begin with */
	size_t longest;
	uint64_t lengths;	 /* bit n: there is a word of n bytes */
	unsigned char fold[256]; /* what a byte is in a word; 0: in none */
	unsigned char run[256];	 /* the same of bytes of runs */
	unsigned bits;		 /* there are 1 << bits slots */
	uint32_t *slots;	 /* where a word stands in the key, with its length; 0: free */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct regex_table *all; /* under the lock, as are their users */

/* --- Asking --------------------------------------------------------------------- */

static uint64_t stir(uint64_t hash, unsigned char c)
{
	return (hash ^ c) * UINT64_C(0x9e3779b97f4a7c15);
}

static size_t slot_of(const struct regex_table *table, uint64_t hash)
{
	return (size_t)(hash >> (64 - table->bits));
}

/* Bytes of the text in the order in which they are asked for: step is 1, or -1. */
static bool is_word(const struct regex_table *table, size_t word, const unsigned char *text,
		    ptrdiff_t step, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)table->key.ptr + word;

	if (bytes[0] != len)
		return false;
	for (size_t i = 0; i < len; i++, text += step) {
		if (bytes[1 + i] != table->fold[*text])
			return false;
	}
	return true;
}

static bool has_word(const struct regex_table *table, const unsigned char *text, ptrdiff_t step,
		     size_t len, uint64_t hash)
{
	size_t mask = ((size_t)1 << table->bits) - 1;

	if ((table->lengths >> len & 1) == 0)
		return false;
	for (size_t i = slot_of(table, hash); table->slots[i] != 0; i = (i + 1) & mask) {
		if (is_word(table, table->slots[i], text, step, len))
			return true;
	}
	return false;
}

/* One that the text, of len bytes from there on, begins with. */
static bool begins_with_word(const struct regex_table *table, const unsigned char *text,
			     ptrdiff_t step, size_t len)
{
	const unsigned char *at = text;
	uint64_t hash = 0;

	if (len == 0 || !byte_set_has(&table->firsts, *text))
		return false;
	for (size_t i = 1; i <= len && i <= table->longest && table->fold[*at] != 0; i++) {
		hash = stir(hash, table->fold[*at]);
		if (has_word(table, text, step, i, hash))
			return true;
		if (i < len)
			at += step;
	}
	return false;
}

static bool has_shaped(const struct regex_table *table, const unsigned char *text, size_t len)
{
	uint64_t hash = 0;
	size_t at = 0;

	for (size_t i = 0; i < table->form.shape.len; i++) {
		unsigned char c = (unsigned char)table->form.shape.ptr[i];
		size_t from = at;

		if (c != REGEX_TABLE_RUN) {
			if (at == len || table->fold[text[at]] != c)
				return false;
			hash = stir(hash, c);
			at++;
			continue;
		}
		for (; at < len && table->run[text[at]] != 0; at++)
			hash = stir(hash, table->run[text[at]]);
		if (at == from)
			return false;
	}
	return at <= table->longest && has_word(table, text, 1, at, hash);
}

bool regex_table_has(const struct regex_table *table, struct span text, size_t at)
{
	const unsigned char *bytes = (const unsigned char *)text.ptr + at;
	size_t len = text.len - at;

	if (table->form.behind)
		return at != 0 && begins_with_word(table, bytes - 1, -1, at);
	if (table->form.shape.len == 0)
		return begins_with_word(table, bytes, 1, len);
	/* One byte more tells a run that is longer than any word. */
	return has_shaped(table, bytes, len < table->longest + 1 ? len : table->longest + 1);
}

/* --- Making --------------------------------------------------------------------- */

static unsigned char folded(const struct regex_table_form *form, unsigned char c)
{
	return form->folded ? pattern_small(c) : c;
}

/* Notes the word that stands at `at` of the key. */
static void add_word(struct regex_table *table, size_t at)
{
	const unsigned char *word = (const unsigned char *)table->key.ptr + at;
	size_t mask = ((size_t)1 << table->bits) - 1;
	uint64_t hash = 0;
	size_t slot;

	for (size_t i = 1; i <= word[0]; i++) {
		hash = stir(hash, word[i]);
		table->fold[word[i]] = word[i];
	}
	for (slot = slot_of(table, hash); table->slots[slot] != 0;)
		slot = (slot + 1) & mask;
	table->slots[slot] = (uint32_t)at;
	byte_set_add(&table->firsts, word[1]);
	table->lengths |= UINT64_C(1) << word[0];
	table->longest = word[0] > table->longest ? word[0] : table->longest;
}

static void fill(struct regex_table *table, const struct regex_table_form *form, size_t words,
		 size_t n)
{
	table->bits = SLOTS_BITS_MIN;
	while ((size_t)1 << table->bits < 2 * n)
		table->bits++;
	table->slots = mem_new((size_t)1 << table->bits, sizeof(*table->slots));
	for (size_t at = words; at < table->key.len; at += 1 + (unsigned char)table->key.ptr[at])
		add_word(table, at);
	if (form->folded)
		byte_set_fold(&table->firsts);
	for (unsigned c = 0; c < 256; c++) {
		table->fold[c] = table->fold[folded(form, (unsigned char)c)];
		if (byte_set_has(&form->run, (unsigned char)c))
			table->run[c] = folded(form, (unsigned char)c);
	}
}

static void write_key(struct buf *key, const struct regex_table_form *form, struct span words)
{
	buf_add_char(key, form->folded ? 'i' : '-');
	buf_add_char(key, form->behind ? '<' : '-');
	buf_add(key, &form->run, sizeof(form->run));
	buf_add_uint(key, form->shape.len);
	buf_add_char(key, ' ');
	buf_add_span(key, form->shape);
	buf_add_span(key, words);
}

/* The key becomes the table's. */
static struct regex_table *table_new(const struct regex_table_form *form, struct span words,
				     size_t n, struct buf *key, uint64_t hash)
{
	struct regex_table *table = mem_new(1, sizeof(*table));
	size_t start = key->len - words.len;

	table->key = *key;
	*key = (struct buf){ 0 };
	table->key_hash = hash;
	table->form = *form;
	table->form.shape = span_slice(buf_span(&table->key), start - form->shape.len, start);
	table->words = span_slice(buf_span(&table->key), start, table->key.len);
	table->n = n;
	fill(table, form, start, n);
	return table;
}

struct regex_table *regex_table_ref(const struct regex_table_form *form, struct span words,
				    size_t n)
{
	struct buf key = { 0 };
	struct regex_table *table;
	uint64_t hash;

	write_key(&key, form, words);
	hash = hash_add(HASH_START, buf_span(&key));
	pthread_mutex_lock(&lock);
	table = all;
	while (table != NULL &&
	       (table->key_hash != hash || !span_equal(buf_span(&table->key), buf_span(&key))))
		table = table->next;
	if (table == NULL) {
		table = table_new(form, words, n, &key, hash);
		table->next = all;
		all = table;
	}
	table->users++;
	pthread_mutex_unlock(&lock);
	buf_fini(&key);
	return table;
}

size_t regex_table_tell(const struct regex_table *table, struct regex_table_form *form_r,
			struct span *words_r)
{
	*form_r = table->form;
	*words_r = table->words;
	return table->n;
}

void regex_table_unref(struct regex_table *table)
{
	struct regex_table **link = &all;

	pthread_mutex_lock(&lock);
	if (--table->users == 0) {
		while (*link != table)
			link = &(*link)->next;
		*link = table->next;
		free(table->slots);
		buf_fini(&table->key);
		free(table);
	}
	pthread_mutex_unlock(&lock);
}
