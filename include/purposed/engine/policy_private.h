/*
 * policy_private: the table itself, for policy.c, which asks it, and
 * policy_load*.c, which build it.
 *
 * A large policy (64 categories x 4,096 purposes) has a quarter of a million
 * cells and few distinct ones.  So a cell is four bytes: an index into
 * entries.  The first entries are the plain cells, at the index of their
 * state; a cell with a condition or an enumeration has an entry of its own
 * behind them.
 *
 * All texts are copies: the document that a policy was read from is many times
 * its size and is not kept.
 */
#ifndef PURPOSED_ENGINE_POLICY_PRIVATE_H
#define PURPOSED_ENGINE_POLICY_PRIVATE_H

#include <stdint.h>

#include <purposed/engine/policy.h>

struct policy_entry {
	struct policy_cell cell;
	const struct policy_enumeration *enumeration; /* or NULL */
};

/* What an id stands for. */
struct policy_name {
	const char *id;
	size_t value;
};

/* Ids in byte order, to be found by halving. */
struct policy_names {
	struct policy_name *at;
	size_t n;
};

struct policy {
	const char *version;
	const char *title[POLICY_LANGS];
	struct policy_category *categories;
	size_t n_categories;
	struct policy_purpose *purposes;
	size_t n_purposes;
	uint32_t *cells; /* n_purposes rows of n_categories: indices into entries */
	struct policy_entry *entries;
	size_t n_entries, cap_entries;
	struct policy_names category_names; /* -> index */
	struct policy_names purpose_names;  /* -> index */
	struct policy_names element_names;  /* -> index of the category */
	void **owned; /* every text, list and enumeration that the above point to */
	size_t n_owned, cap_owned;
};

/* The value of id (of its first entry, where it stands several times), or POLICY_NONE. */
size_t policy_names_find(const struct policy_names *names, const char *id);

#endif
