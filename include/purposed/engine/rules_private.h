/*
 * rules_private: what the sources of rules share.
 *
 * All that read return 0, or a value that is not 0 with every mistake in e: a mistake
 * is reported and reading goes on, in the same rule and with the next, so that one run
 * tells all.
 */
#ifndef PURPOSED_ENGINE_RULES_PRIVATE_H
#define PURPOSED_ENGINE_RULES_PRIVATE_H

#include <purposed/base/conf.h>
#include <purposed/engine/prepared.h>
#include <purposed/engine/rules.h>
#include <purposed/engine/words.h>

/* Its documents stay open: the rules borrow their strings. */
struct rules {
	const struct prepared *prepared; /* of the built-in rules, which borrow from it; or NULL */
	struct conf **docs;
	size_t n_docs, docs_cap;
	struct words *words;
	struct rule *rules;
	size_t n_rules, rules_cap;
	const char **elements;
	size_t n_elements, elements_cap;
	unsigned how;
};

/* --- rules_builtin.c ------------------------------------------------------------- */

int rules_prepared(struct rules **rules_r, const struct prepared *from, unsigned how,
		   struct err *e);
void rules_release_prepared(struct rule *rule);

/* --- rules_read.c: one rule ----------------------------------------------------- */

/*
 * Adds the rule of node, whose document is one of the set's.  One with mistakes is added,
 * too, so that a second one of its name is found.
 */
int rules_read(struct rules *rules, const struct conf_node *node, struct err *e);

/* Releases what the rule holds. */
void rules_release(struct rule *rule);

/*
 * The strings of a list as an array, which is the caller's; NULL for an empty or absent
 * one.  *bad is set to -1 where there is a mistake, else left as it is.
 */
const char *const *rules_read_strings(const struct conf_node *rule, const char *name,
				      enum conf_need need, size_t *n_r, int *bad, struct err *e);

/* Lower case letters and digits, parted by those of extra. */
bool rules_is_id(const char *id, const char *extra);

/* For messages: its id, or "?". */
const char *rules_name(const struct rule *rule);

/* --- rules_target.c: what a match yields ------------------------------------------ */

/* The regex of the rule is compiled, or NULL: then it is not asked which groups it has. */
int rules_read_targets(struct rules *rules, struct rule *rule, const struct conf_node *node,
		       struct err *e);

/* --- rules_keywords.c: the words that must stand before a match -------------------- */

int rules_read_keywords(struct rule *rule, const struct conf_node *node, unsigned how,
			struct err *e);

#endif
