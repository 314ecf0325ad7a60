/*
 * unit: what most unit tests need.  Include it first.
 *
 * Configuration texts are written here with ' for ", which C would want
 * escaped; the helpers put the double quotes in.
 */
#ifndef PURPOSED_TESTS_UNIT_H
#define PURPOSED_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/rules.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A copy with " for every '; the caller's, from malloc. */
static inline char *unit_quoted(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	for (char *at = copy; *at != '\0'; at++) {
		if (*at == '\'')
			*at = '"';
	}
	return copy;
}

/* Fails unless e holds exactly these messages; empties it. */
static inline void unit_said(struct err *e, const char *messages)
{
	assert_string_equal(buf_str(&e->text), messages);
	err_fini(e);
}

/* Makes a file from text in the directory, and returns its path, from malloc. */
static inline char *unit_file(const char *dir, const char *name, const char *text)
{
	struct buf path = { 0 };
	char *bytes = unit_quoted(text);
	FILE *file;

	buf_printf(&path, "%s/%s", dir, name);
	file = fopen(buf_str(&path), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, strlen(bytes), file), strlen(bytes));
	assert_int_equal(fclose(file), 0);
	free(bytes);
	return path.ptr;
}

/* A private directory; fills name, of at least 32 bytes. */
static inline const char *unit_directory(char *name)
{
	strcpy(name, "/tmp/purposed-unit.XXXXXX");
	assert_non_null(mkdtemp(name));
	return name;
}

/* -1: described in e.  ' in text stands for ". */
static inline int unit_policy_parse(struct policy **policy_r, const char *name, const char *text,
				    struct err *e)
{
	char *bytes = unit_quoted(text);
	int result = policy_parse(policy_r, name, bytes, e);

	free(bytes);
	return result;
}

/* The policy that the text gives; fails the test where it is wrong. */
static inline struct policy *unit_policy_parsed(const char *text)
{
	struct policy *policy = NULL;
	struct err e = { 0 };

	if (unit_policy_parse(&policy, "small.conf", text, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	err_fini(&e);
	return policy;
}

/* The rules that the text gives; fails the test where it is wrong. */
static inline struct rules *unit_rules(const char *text, bool jit)
{
	char *bytes = unit_quoted(text);
	struct rules_text source = { "unit.conf", bytes };
	struct rules *rules = NULL;
	struct err e = { 0 };

	if (rules_parse(&rules, &source, 1, jit, &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	free(bytes);
	err_fini(&e);
	return rules;
}

/*
 * Three categories, so that every decision can be had by naming a purpose:
 * "all" permits, "web" forbids identification and permits navigation in web
 * logs only, "mail" permits identification alone, "part" leaves cells blank.
 */
static const char unit_policy[] =
	"version = 'unit'; title = { en = 'Unit'; };\n"
	"categories = (\n"
	"  { id = 'identification'; en = 'Who';\n"
	"    elements = [ 'email', 'phone', 'national_number', 'username', 'family' ]; },\n"
	"  { id = 'navigation'; en = 'Where'; elements = [ 'ipv4', 'request_uri', 'url' ]; },\n"
	"  { id = 'sanctions'; en = 'What'; elements = [ 'sanction' ]; } );\n"
	"purposes = (\n"
	"  { id = 'all'; row = 1; en = 'All'; cells = { identification = 'permitted';\n"
	"    navigation = 'permitted'; sanctions = 'permitted'; }; },\n"
	"  { id = 'web'; row = 2; en = 'Web'; cells = { identification = 'not-permitted';\n"
	"    navigation = { permitted-only-for = 'web-traffic-log'; en = 'web logs'; };\n"
	"    sanctions = 'not-permitted'; }; },\n"
	"  { id = 'mail'; row = 3; en = 'Mail'; cells = { identification = 'permitted';\n"
	"    navigation = 'not-permitted'; sanctions = 'blank'; }; },\n"
	"  { id = 'part'; row = 4; en = 'Part'; cells = { identification = 'blank';\n"
	"    navigation = 'permitted'; sanctions = 'blank'; }; } );\n";

/* Two rules that are enough for most records: an address and a number. */
static const char unit_two_rules[] =
	"rules = (\n"
	"  { id = 'email'; element = 'email'; what = 'w';\n"
	"    pattern = '[a-z0-9.]+@[a-z]+[.][a-z]+';\n"
	"    examples = [ 'to [[jan@example.be]]' ]; counter_examples = [ 'jan at example' ]; },\n"
	"  { id = 'ip'; element = 'ipv4'; what = 'w';\n"
	"    pattern = '(?<![0-9.])[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?![0-9.])';\n"
	"    examples = [ 'from [[192.0.2.7]]' ]; counter_examples = [ '1.2.3' ]; } );\n";

/* An engine of these texts (policy NULL: the one above); options NULL: the defaults. */
static inline struct engine *unit_engine(const char *policy, const char *rules,
					 const struct engine_options *options)
{
	struct engine_options all = options != NULL ? *options : engine_defaults();
	struct engine *engine = NULL;
	struct err e = { 0 };
	char dir[32];
	char *policy_path = unit_file(unit_directory(dir), "policy.conf",
				      policy != NULL ? policy : unit_policy);
	char *rules_path = unit_file(dir, "rules.conf", rules);
	int result;

	all.policy_path = policy_path;
	all.rules_path = rules_path;
	result = engine_load(&engine, &all, &e);
	unlink(policy_path);
	unlink(rules_path);
	rmdir(dir);
	free(policy_path);
	free(rules_path);
	if (result != 0)
		fail_msg("%s", buf_str(&e.text));
	err_fini(&e);
	return engine;
}

/* Numbers that look random and are the same in every run; *state is never 0. */
static inline uint64_t unit_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline size_t unit_below(uint64_t *state, size_t limit)
{
	return (size_t)(unit_random(state) >> 16) % limit;
}

#endif
