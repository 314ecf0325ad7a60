/*
 * policy_load_private: what the sources of policy_load share.
 *
 * A controller who writes a policy should see all of its mistakes at once.  So
 * nothing here stops at one: every function describes what is wrong in the
 * loader's err and goes on with a stand-in, and only at the end does a look at
 * err say whether there is a policy.  Stand-ins never get out.
 */
#ifndef PURPOSED_ENGINE_POLICY_LOAD_PRIVATE_H
#define PURPOSED_ENGINE_POLICY_LOAD_PRIVATE_H

#include <purposed/base/conf.h>
#include <purposed/engine/policy_private.h>

struct policy_loader {
	struct policy *policy; /* under construction */
	struct err *e;
};

/* --- policy_load_text.c: texts, which become the policy's ---------------------- */

/* Hands ptr over to the policy, and returns it. */
void *policy_own(struct policy *policy, void *ptr);

/* A copy of the setting, or NULL where there is none that is a string with something in it. */
const char *policy_load_string(struct policy_loader *l, const struct conf_node *group,
			       const char *name, enum conf_need need);

/* A copy of the id in that setting, or NULL where there is none. */
const char *policy_load_id(struct policy_loader *l, const struct conf_node *group,
			   const char *name);

void policy_check_id(struct policy_loader *l, const struct conf_node *node, const char *id);

/* nl and en of the group; one that is left out is the other one. */
void policy_load_words(struct policy_loader *l, const struct conf_node *group,
		       const char *words_r[POLICY_LANGS]);

/* Copies a list of strings; returns how many, 0 where it is no such list. */
size_t policy_load_strings(struct policy_loader *l, const struct conf_node *list,
			   const char *const **strings_r);

/* The lists nl and en of the group; one that is left out is the other one. */
void policy_load_items(struct policy_loader *l, const struct conf_node *group,
		       struct policy_enumeration *en);

/* --- policy_load_once.c: ids and numbers that must stand once ------------------- */

/* An id as the file has it, before it is known to be the only one. */
struct policy_mention {
	const char *id;
	const struct conf_node *node;
	size_t value;
};

struct policy_mentions {
	const char *what; /* for messages: "purpose" */
	struct policy_mention *at;
	size_t n, cap;
};

enum { POLICY_NUMBER_MAX = 65535 }; /* rows and columns */

/* Where each row or column number stands first, or NULL. */
struct policy_numbers {
	const char *name; /* of the setting */
	const struct conf_node *first[POLICY_NUMBER_MAX + 1];
};

/* id and node are borrowed until they are settled; value is what the id stands for. */
void policy_mention(struct policy_mentions *m, const char *id, const struct conf_node *node,
		    size_t value);

/* Makes names of the mentions, which are released, and reports those that stand twice. */
void policy_settle(struct policy_loader *l, struct policy_mentions *m,
		   struct policy_names *names_r);

/* The row or column of group, which is the index-th of its table. */
unsigned policy_load_number(struct policy_loader *l, const struct conf_node *group, size_t index,
			    struct policy_numbers *numbers);

/* --- policy_load_cells.c: the cells of a purpose -------------------------------- */

#define POLICY_CELL_MISSING UINT32_MAX /* while its purpose is being read */

/* The entries of plain cells, at the index of their state: before any cell is loaded. */
void policy_plain_entries(struct policy *policy);

/* The categories are settled; cells: one of each, all missing. */
void policy_load_cells(struct policy_loader *l, const struct conf_node *purpose, uint32_t *cells);

/* After the cells. */
void policy_load_enumerations(struct policy_loader *l, const struct conf_node *purpose,
			      uint32_t *cells);

#endif
