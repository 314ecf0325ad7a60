/*
 * A pattern is taken, or refused for what is wrong in it.  What PCRE2 compiles is not the pattern
 * as it is written (regex_made.h), but what is wrong is always said of that.
 */
#include <purposed/engine/regex_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/*
 * All rules of a set see the same records: each has a little more time until machine code is made
 * of it than the last one, so that no record has to wait for that of all of them.
 */
enum { TURN_WORK = 4, TURNS = 256 };

static struct regex *regex_new(const char *pattern, unsigned how)
{
	static atomic_uint turn;
	struct regex *regex = mem_new(1, sizeof(*regex));

	regex->pattern = pattern;
	regex->here.how = PCRE_HERE;
	regex->wanted = (how & REGEX_JIT) != 0;
	regex->as_written = (how & REGEX_AS_WRITTEN) != 0;
	regex->shares = (how & (REGEX_AS_WRITTEN | REGEX_UNSHARED)) == 0;
	/* The built-in patterns were compared; what is shared by others may be of any. */
	regex->careful = (how & REGEX_UNSHARED) != 0;
	regex->patience = atomic_fetch_add(&turn, 1) % TURNS * TURN_WORK;
	return regex;
}

/* Whether what was taken out of the pattern can be compiled, too. */
static bool has_parts(const struct regex *regex)
{
	for (size_t i = 1; i <= regex->parts.n; i++) {
		const struct regex *part = regex_part(&regex->parts, i);

		if (regex_form_code(part, &regex_caches(part)->here) == NULL)
			return false;
	}
	return true;
}

/* As it was before anything was taken out of it. */
static const struct pcre_code *compile_unshared(struct regex *regex, struct pcre_error *error_r)
{
	pcre_free(atomic_exchange(&regex->first.code, NULL));
	regex_parts_fini(&regex->parts);
	regex_words_fini(&regex->words);
	regex->shares = false;
	return regex_form_compile(regex, &regex->first, error_r);
}

/*
 * Where something was taken out, PCRE2 has not seen all of the pattern: whether there is a mistake
 * in the whole, as it is written.  That it is too large, which is why lists are taken out, is none.
 */
static bool is_right(const struct regex *regex, struct pcre_error *error_r)
{
	struct pcre_code *code;
	bool right;

	if (regex->parts.n == 0 && regex->words.n == 0)
		return true;
	code = pcre_compile(regex->pattern, PCRE_CHECK, error_r);
	right = code != NULL || pcre_is_too_large(error_r->number);
	pcre_free(code);
	return right;
}

static int check_groups(const struct pcre_code *code, struct err *e)
{
	unsigned groups = pcre_groups(code);

	if (groups < PCRE_GROUPS_MAX)
		return 0;
	err_add(e, "the pattern has %u capture groups, at most %d are allowed", groups,
		PCRE_GROUPS_MAX - 1);
	return -1;
}

static int compile(struct regex *regex, struct err *e)
{
	struct pcre_error error;
	const struct pcre_code *code = regex_form_compile(regex, &regex->first, &error);
	bool right = code != NULL;
	struct buf why = { 0 };

	if (right && !regex_made_was_taken(regex->pattern)) {
		if (!has_parts(regex))
			code = compile_unshared(regex, &error);
		right = code != NULL && is_right(regex, &error);
	}
	if (right)
		return check_groups(code, e);
	pcre_error_text(error.number, &why);
	err_add(e, "%s at byte %zu of the pattern", buf_str(&why), error.at);
	buf_fini(&why);
	return -1;
}

int regex_compile(struct regex **regex_r, const char *pattern, unsigned how, struct err *e)
{
	char *own = mem_string(pattern);
	struct regex *regex = regex_new(own, how);

	regex->own = own;
	regex->careful = true;
	if (compile(regex, e) != 0) {
		regex_free(&regex);
		return -1;
	}
	*regex_r = regex;
	return 0;
}

struct regex *regex_known(const char *pattern, unsigned how)
{
	return regex_new(pattern, how);
}

void regex_free(struct regex **regex)
{
	if (regex == NULL || *regex == NULL)
		return;
	regex_form_fini(&(*regex)->first);
	regex_form_fini(&(*regex)->here);
	regex_parts_fini(&(*regex)->parts);
	regex_words_fini(&(*regex)->words);
	free((*regex)->own);
	free(*regex);
	*regex = NULL;
}

const char *regex_pattern(const struct regex *regex)
{
	return regex->pattern;
}

int regex_group(const struct regex *regex, const char *name)
{
	const struct pcre_code *code = regex_form_code(regex, &regex_caches(regex)->first);

	return code != NULL ? pcre_group(code, name) : -1;
}
