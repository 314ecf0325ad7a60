/*
 * engine: a policy and a rule set, loaded and checked together.
 *
 * What classifying needs and never changes: build one, share it between
 * threads, replace it whole on reload.  It is counted: every classifier and
 * plan holds a reference, so a replaced engine lives until its last record is
 * done.
 */
#ifndef PURPOSED_ENGINE_ENGINE_H
#define PURPOSED_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/err.h>
#include <purposed/engine/policy.h>
#include <purposed/engine/regex.h>
#include <purposed/engine/rule_finders.h>
#include <purposed/engine/rules.h>

struct engine;

struct engine_options {
	const char *policy_path;	 /* NULL: the policy embedded in the binary */
	const char *rules_path;		 /* directory or file; NULL: the built-in rules */
	bool jit;			 /* let PCRE2 make machine code */
	bool oracle;			 /* no finder: every rule on every record, everywhere */
	const struct sieve_level *level; /* of the finder */
	/*
	 * So many bytes are searched as the oracle searches, before it pays to derive
	 * anchors, and without a first look, before it pays to make one; the findings
	 * are the same.  Then a text of so many waits for them, a shorter one does
	 * without until they are there.  The anchors of the built-in rules always are.
	 */
	size_t few_bytes;
	size_t record_max_bytes; /* bytes of a record that are searched, at least 1 */
	struct regex_limits limits;
};

/* What the settings are where nothing is said (purposed.conf(5)). */
struct engine_options engine_defaults(void);

/*
 * Loads both; reports every mistake of both.  Rules that are not built in
 * must prove themselves on their examples.
 */
int engine_load(struct engine **engine_r, const struct engine_options *options, struct err *e);

/* Runs every rule's examples, also those of the built-in ones; -1: see examples.h. */
int engine_prove(const struct engine *engine, struct err *e);

/* Thread-safe. */
struct engine *engine_ref(struct engine *engine);
void engine_unref(struct engine **engine);

const struct policy *engine_policy(const struct engine *engine);
const struct rules *engine_rules(const struct engine *engine);
const struct engine_options *engine_settings(const struct engine *engine);

/*
 * What looks for the rules; NULL where the engine is the oracle.  The first call makes
 * it: for rules that are not built in their anchors are derived, which takes a tenth
 * of a second.  Thread-safe.
 */
const struct rule_finders *engine_finders(const struct engine *engine);

/* Whether engine_finders has nothing to derive (any more).  Thread-safe. */
bool engine_has_finders(const struct engine *engine);

/* Whether a condition of the policy, or a rule, speaks of that kind of record. */
bool engine_knows_kind(const struct engine *engine, const char *kind);

/* Where the policy puts an element of the rules: a category, or POLICY_OUTSIDE. */
size_t engine_category(const struct engine *engine, size_t element);

#endif
