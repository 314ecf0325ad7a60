/*
 * Limits are counted differently by the interpreter and by machine code.  Where the
 * interpreter runs into one, machine code has the last word: what is found does not
 * depend on how much was searched before.
 */
#include <purposed/engine/regex_private.h>

#include <stdlib.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>

struct regex_scratch {
	struct pcre_scratch *pcre;
	const struct regex *regex;   /* that is being matched: callouts are of it */
	uint32_t calls, calls_max;   /* of callouts, where the match is tried now */
	size_t start;		     /* that place */
	struct regex_scratch *parts; /* for those, which have none themselves; or NULL */
};

/* --- Callouts ------------------------------------------------------------------- */

/* As PCRE2 counts its own steps: anew wherever a match may start. */
static bool is_one_too_many(struct regex_scratch *scratch, size_t start)
{
	if (scratch->start != start)
		scratch->calls = 0;
	scratch->start = start;
	return ++scratch->calls > scratch->calls_max;
}

/* Where something was taken out: whether it matches there.  A pattern may have callouts itself. */
static enum regex_result ask(void *asker, const struct pcre_callout *callout)
{
	struct regex_scratch *scratch = asker;
	const struct regex *regex = scratch->regex;

	if (regex->parts.n == 0 && regex->words.n == 0)
		return REGEX_MATCH;
	if (is_one_too_many(scratch, callout->start))
		return REGEX_LIMIT;
	if (callout->number < REGEX_WORDS_FIRST)
		return regex_match_at(regex_part(&regex->parts, callout->number), scratch->parts,
				      callout->text, callout->at);
	return regex_words_hold(&regex->words, callout->number, callout->text, callout->at)
		       ? REGEX_MATCH
		       : REGEX_NO_MATCH;
}

/* --- Scratch -------------------------------------------------------------------- */

static struct regex_scratch *scratch_new(const struct regex_limits *limits)
{
	struct regex_scratch *scratch = mem_new(1, sizeof(*scratch));

	scratch->pcre = pcre_scratch_new(limits, ask, scratch);
	scratch->calls_max = limits->match;
	return scratch;
}

struct regex_scratch *regex_scratch_new(const struct regex_limits *limits)
{
	struct regex_scratch *scratch = scratch_new(limits);

	scratch->parts = scratch_new(limits);
	return scratch;
}

void regex_scratch_free(struct regex_scratch **scratch)
{
	if (scratch == NULL || *scratch == NULL)
		return;
	regex_scratch_free(&(*scratch)->parts);
	pcre_scratch_free(&(*scratch)->pcre);
	free(*scratch);
	*scratch = NULL;
}

/* --- Matching ------------------------------------------------------------------- */

/* A match was asked for, and there is no code for it. */
static void say_failed(const struct regex *regex, struct regex_form *form)
{
	struct buf why = { 0 };

	if (atomic_exchange(&form->said, true))
		return;
	pcre_error_text(atomic_load(&form->error), &why);
	log_error("the pattern that begins with %.60s cannot be compiled: %s; records that might "
		  "match it are unscanned",
		  regex->pattern, buf_str(&why));
	buf_fini(&why);
}

/* Where to look for a match: as of pcre_match. */
struct place {
	struct span text;
	size_t start, last;
	size_t len; /* of what is to be searched */
};

static enum regex_result match(const struct pcre_code *code, bool is_machine,
			       struct regex_scratch *scratch, const struct place *place)
{
	scratch->calls = 0;
	return pcre_match(code, is_machine, scratch->pcre, place->text, place->start, place->last);
}

/* While there is no machine code. */
static enum regex_result match_plain(const struct regex *regex, struct regex_form *form,
				     struct regex_scratch *scratch, const struct place *place)
{
	const struct pcre_code *plain = regex_form_code(regex, form);
	const struct pcre_code *code;
	enum regex_result result;

	if (plain == NULL) {
		say_failed(regex, form);
		return REGEX_ERROR;
	}
	code = regex_form_choose(regex, form, place->len);
	result = match(code, code != plain, scratch, place);
	if (result == REGEX_LIMIT && code == plain) {
		code = regex_form_machine(regex, form);
		if (code != NULL)
			result = match(code, true, scratch, place);
	}
	return result;
}

static enum regex_result match_form(const struct regex *regex, struct regex_form *form,
				    struct regex_scratch *scratch, const struct place *place)
{
	const struct pcre_code *machine =
		atomic_load_explicit(&form->machine, memory_order_acquire);

	scratch->regex = regex;
	if (machine != NULL) /* nearly always, once much is searched */
		return match(machine, true, scratch, place);
	return match_plain(regex, form, scratch, place);
}

enum regex_result regex_match(const struct regex *regex, struct regex_scratch *scratch,
			      struct span text, size_t start)
{
	return regex_match_within(regex, scratch, text, start, SIZE_MAX);
}

enum regex_result regex_match_within(const struct regex *regex, struct regex_scratch *scratch,
				     struct span text, size_t start, size_t last)
{
	struct place place = { text, start, last, text.len > start ? text.len - start : 0 };

	if (last != SIZE_MAX && last >= start && last - start < place.len)
		place.len = last - start;
	return match_form(regex, &regex_caches(regex)->first, scratch, &place);
}

enum regex_result regex_match_at(const struct regex *regex, struct regex_scratch *scratch,
				 struct span text, size_t at)
{
	const struct place place = { text, at, SIZE_MAX, 0 };
	enum regex_result result;

	result = match_form(regex, &regex_caches(regex)->here, scratch, &place);
	/* That the text has no byte which every match has shows without a step. */
	if (result == REGEX_LIMIT)
		result = regex_match_within(regex, scratch, text, at, at);
	return result;
}

bool regex_matched(const struct regex_scratch *scratch, uint32_t group, size_t *start_r,
		   size_t *end_r)
{
	return pcre_matched(scratch->pcre, group, start_r, end_r);
}
