/*
 * policy: the table of purposes and categories, and the one question to it.
 *
 * Loaded from libconfig text; the shipped one is conf/annex-i.conf (Annex I of
 * the privacy policy of the Centre for Cybersecurity Belgium), which is also
 * embedded in the binary.  The form:
 *
 *	version = "2024-1";                       // printed with verdicts' origin
 *	title = { nl = "..."; en = "..."; };
 *	categories = (
 *	  { id = "identification"; column = 1; nl = "..."; en = "...";
 *	    elements = [ "email", "phone" ]; },   // the element map
 *	  ... );
 *	purposes = (
 *	  { row = 1; id = "coordinate-..."; nl = "..."; en = "...";
 *	    cells = { identification = "permitted"; navigation = "not-permitted";
 *	              video-surveillance = "blank"; sanctions = "blank"; };
 *	    enumerations = { navigation = { elements = [ "url" ];
 *	                                    nl = [ "..." ]; en = [ "..." ]; }; }; },
 *	  ... );
 *
 * A cell is "permitted", "not-permitted", "blank", or the group
 * { permitted-only-for = KIND; nl = "..."; en = "..."; }.  Every purpose has a
 * cell for every category.  enumerations is optional: where it names a
 * category, a permission there is complete only for the elements listed, which
 * are of that category; it stands beside a permission only.  An element that
 * no category lists is outside the annex (POLICY_OUTSIDE); none is listed twice.
 *
 * Ids are [a-z0-9_-]+, each once in its table; a category's begins with a
 * letter, since it also names settings, and is not "outside-annex".  row and
 * column are from 1 to 65,535, each once.  Of nl and en one may be left out:
 * the other then serves for both.  At most 1,024 categories and 65,535
 * purposes, and at least one of each.
 *
 * Every mistake of a file is reported, with file and line, before loading fails.
 *
 * A policy is immutable once loaded: any number of threads may ask it.  All
 * strings are borrowed from it and live until policy_free.
 */
#ifndef PURPOSED_ENGINE_POLICY_H
#define PURPOSED_ENGINE_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/err.h>
#include <purposed/engine/verdict.h>

/* The category of elements that no category lists, and its id. */
#define POLICY_OUTSIDE ((size_t)-1)
#define POLICY_OUTSIDE_ID "outside-annex"
/* No such purpose or category. */
#define POLICY_NONE ((size_t)-2)

struct policy;

enum policy_lang { POLICY_NL, POLICY_EN, POLICY_LANGS };

enum policy_cell_state {
	CELL_PERMITTED,
	CELL_PERMITTED_ONLY_FOR,
	CELL_NOT_PERMITTED,
	CELL_BLANK,
};

struct policy_cell {
	enum policy_cell_state state;
	const char *kind;		 /* CELL_PERMITTED_ONLY_FOR: the kind of record */
	const char *words[POLICY_LANGS]; /* CELL_PERMITTED_ONLY_FOR: the condition as worded */
};

struct policy_enumeration {
	const char *const *elements; /* n_elements ids, in the order of the file */
	size_t n_elements;
	const char *const *items[POLICY_LANGS]; /* the list as worded */
	size_t n_items[POLICY_LANGS];
};

/* Where something stands in the policy's file. */
struct policy_place {
	const char *file;
	unsigned line;
};

struct policy_category {
	const char *id;
	unsigned column; /* as numbered in the source; given or counted from 1 */
	const char *words[POLICY_LANGS];
	const char *const *elements;	   /* n_elements ids, in the order of the file */
	const struct policy_place *places; /* of each of them */
	size_t n_elements;
};

struct policy_purpose {
	const char *id;
	unsigned row; /* as numbered in the source; given or counted from 1 */
	const char *words[POLICY_LANGS];
};

/* The purposes declared for a record. */
struct purpose_set {
	const size_t *purposes; /* n indices, ascending, none twice; borrowed */
	size_t n;
	bool unknown; /* the record carries, besides, a purpose that the policy lacks */
};

struct decision {
	enum verdict verdict;
	enum reason reason;
};

int policy_load(struct policy **policy_r, const char *path, struct err *e);
int policy_parse(struct policy **policy_r, const char *name, const char *text, struct err *e);
void policy_free(struct policy **policy);

const char *policy_version(const struct policy *policy);
const char *policy_title(const struct policy *policy, enum policy_lang lang);
size_t policy_purpose_count(const struct policy *policy);
size_t policy_category_count(const struct policy *policy);
const struct policy_purpose *policy_purpose(const struct policy *policy, size_t purpose);
const struct policy_category *policy_category(const struct policy *policy, size_t category);

/* POLICY_OUTSIDE_ID for POLICY_OUTSIDE. */
const char *policy_category_id(const struct policy *policy, size_t category);

/* Index by id, or POLICY_NONE; both take logarithmic time. */
size_t policy_find_purpose(const struct policy *policy, const char *id);
size_t policy_find_category(const struct policy *policy, const char *id);

/* The category that lists element, or POLICY_OUTSIDE. */
size_t policy_category_of(const struct policy *policy, const char *element);

const struct policy_cell *policy_cell(const struct policy *policy, size_t purpose, size_t category);

/* NULL where the purpose enumerates nothing for that category. */
const struct policy_enumeration *policy_enumeration(const struct policy *policy, size_t purpose,
						    size_t category);

/* Whether element is on the list. */
bool policy_enumerates(const struct policy_enumeration *enumeration, const char *element);

/* "permitted", "permitted-only-for", "not-permitted", "blank" */
const char *policy_cell_name(enum policy_cell_state state);

/*
 * What the declared purposes say of element, which stands in category
 * (policy_category_of), in a record of that kind (NULL: unknown).  A pure
 * function: never VERDICT_CLEAN or VERDICT_UNSCANNED.
 *
 * The steps, the worst reason always winning (verdict.h):
 *   - a category that the policy lacks (POLICY_OUTSIDE) is out-of-purpose,
 *     whatever the purposes;
 *   - without purposes it is a gap;
 *   - each purpose's cell permits, permits with the element missing from its
 *     enumeration, or refuses: by its condition, by being blank, or outright;
 *   - where all refuse it is out-of-purpose, with the worst of their reasons;
 *     where some do, a notice; where a permitting purpose's enumeration lacks
 *     the element, a notice of that;
 *   - an unknown purpose beside known ones is a gap at least.
 */
struct decision policy_decide(const struct policy *policy, const struct purpose_set *set,
			      size_t category, const char *element, const char *kind);

#endif
