/* Two regexes of one pattern, for tests that hold what is made of it against another form. */
#ifndef UNIT_REGEX_PAIR_H
#define UNIT_REGEX_PAIR_H

#include "unit.h"

#include <purposed/engine/regex.h>

struct pair {
	struct regex *written;
	struct regex *made;
	struct regex_scratch *a, *b;
};

/* As made with `how`, and with `other`; false: the pattern is wrong, and both say so alike. */
static bool pair_init(struct pair *p, const char *pattern, unsigned how, unsigned other,
		      uint32_t match_limit)
{
	const struct regex_limits limits = { .match = match_limit,
					     .depth = 10000,
					     .heap_kib = 10000 };
	struct err ours = { 0 };
	struct err theirs = { 0 };
	int a = regex_compile(&p->written, pattern, other, &theirs);
	int b = regex_compile(&p->made, pattern, how, &ours);

	assert_int_equal(a, b);
	assert_string_equal(buf_str(&ours.text), buf_str(&theirs.text));
	err_fini(&ours);
	err_fini(&theirs);
	if (a != 0)
		return false;
	if (how != 0) {
		regex_prepare(p->written);
		regex_prepare(p->made);
	}
	p->a = regex_scratch_new(&limits);
	p->b = regex_scratch_new(&limits);
	return true;
}

static void pair_fini(struct pair *p)
{
	regex_free(&p->written);
	regex_free(&p->made);
	regex_scratch_free(&p->a);
	regex_scratch_free(&p->b);
}

static void same_groups(const struct pair *p, const char *pattern, const char *text)
{
	for (uint32_t group = 0; group < 64; group++) {
		size_t a[2] = { 0, 0 };
		size_t b[2] = { 0, 0 };
		bool in_a = regex_matched(p->a, group, &a[0], &a[1]);

		if (in_a != regex_matched(p->b, group, &b[0], &b[1]) || a[0] != b[0] ||
		    a[1] != b[1])
			fail_msg("group %u of %s is another one in \"%s\"", group, pattern, text);
	}
}

#endif
