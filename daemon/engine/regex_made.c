/* What was prepared of a pattern is found by its hash; all else is made, step by step. */
#include <purposed/engine/regex_made.h>

#include <string.h>

#include <purposed/base/hash.h>
#include <purposed/engine/pcre.h>
#include <purposed/engine/prepared.h>
#include <purposed/engine/regex_factor.h>

/* The first one prepared whose hash is not below. */
static size_t find_hash(uint64_t hash)
{
	size_t from = 0;
	size_t to = prepared.n_patterns;

	while (from < to) {
		size_t half = from + (to - from) / 2;

		if (prepared.patterns[half].hash < hash)
			from = half + 1;
		else
			to = half;
	}
	return from;
}

static const struct prepared_pattern *find(const char *pattern, bool shares)
{
	uint64_t hash = hash_add(HASH_START, span_str(pattern));

	for (size_t i = find_hash(hash); i < prepared.n_patterns; i++) {
		const struct prepared_pattern *p = &prepared.patterns[i];

		if (p->hash != hash)
			break;
		if (p->shares == shares && strcmp(p->pattern, pattern) == 0)
			return p;
	}
	return NULL;
}

void regex_make(struct regex_made *made, const char *pattern, bool shares, unsigned how)
{
	const struct prepared_pattern *known = find(pattern, shares);

	if (known == NULL) {
		regex_make_anew(made, pattern, shares, how);
		return;
	}
	made->text = known->text;
	for (size_t i = 0; i < known->n_parts; i++)
		regex_parts_add(&made->parts, known->parts[i], how);
	for (size_t i = 0; i < known->n_tables; i++) {
		const struct prepared_table *t = &known->tables[i];
		const struct regex_table_form form = { t->folded, t->behind, t->run,
						       span_str(t->shape) };

		regex_words_add(&made->words, &form, span_str(t->words), t->n);
	}
}

void regex_make_anew(struct regex_made *made, const char *pattern, bool shares, unsigned how)
{
	struct buf shared = { 0 };
	struct buf listed = { 0 };

	if (shares)
		regex_share(&shared, pattern, how, &made->parts);
	else
		buf_add_str(&shared, pattern);
	/* Callouts of its own may have the numbers of ours. */
	if (strstr(pattern, "(?C") == NULL)
		regex_words(&listed, buf_str(&shared), &made->words);
	else
		buf_add_span(&listed, buf_span(&shared));
	regex_factor(&made->own, buf_str(&listed));
	made->text = buf_str(&made->own);
	buf_fini(&shared);
	buf_fini(&listed);
}

bool regex_made_was_taken(const char *pattern)
{
	struct buf version = { 0 };
	bool taken;

	pcre_version(&version);
	taken = prepared.pcre2 != NULL && strcmp(buf_str(&version), prepared.pcre2) == 0 &&
		find(pattern, true) != NULL;
	buf_fini(&version);
	return taken;
}

void regex_made_fini(struct regex_made *made)
{
	buf_fini(&made->own);
	regex_parts_fini(&made->parts);
	regex_words_fini(&made->words);
	made->text = NULL;
}
