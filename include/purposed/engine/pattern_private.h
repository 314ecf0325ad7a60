/*
 * pattern_private: what the files that read patterns share.
 *
 * A recursive descent over the syntax: pattern.c has its frame (alternatives,
 * sequences, repeats), pattern_group.c what stands in round brackets,
 * pattern_class.c escapes and what stands in square ones; pattern_node.c makes
 * the nodes.  A function that reads a part begins behind what told it to read,
 * and leaves the parser behind the part.  After a mistake all of them go on
 * with what they have, and bad says that there was one.
 */
#ifndef PURPOSED_ENGINE_PATTERN_PRIVATE_H
#define PURPOSED_ENGINE_PATTERN_PRIVATE_H

#include <stddef.h>

#include <purposed/engine/pattern.h>

enum { PATTERN_GROUPS_MAX = 64, PATTERN_ARENA_NODES = 32 };

/* Nodes live in an arena, since a tree is built once and released whole. */
struct pattern_arena {
	struct pattern_arena *next;
	size_t n;
	struct pattern_node nodes[PATTERN_ARENA_NODES];
};

struct pattern {
	struct pattern_arena *arena;
	const struct pattern_node *root;
};

struct pattern_group {
	const char *name;
	size_t name_len;
	struct pattern_node *node; /* NULL while it is open */
};

struct pattern_parser {
	struct pattern *pattern;
	const char *text;
	const char *at;
	bool fold;  /* (?i) */
	bool blank; /* (?x) */
	bool dot_all;
	bool options; /* changed in the group at hand */
	unsigned depth;
	struct pattern_group groups[PATTERN_GROUPS_MAX];
	unsigned n_groups; /* the next group's number - 1 */
	unsigned n_copies; /* nodes that references copied */
	struct err *e;
	bool bad;
};

/* Says what is wrong, where nothing was before; returns a node to go on with. */
struct pattern_node *pattern_fail(struct pattern_parser *p, const char *what);

/* Goes behind word where it stands; false: it does not. */
bool pattern_take(struct pattern_parser *p, const char *word);

/* Where it reads. */
uint32_t pattern_place(const struct pattern_parser *p);

/* --- Nodes: the pattern's --- */

struct pattern_node *pattern_node_new(struct pattern_parser *p, enum pattern_op op);
struct pattern_node *pattern_node_set(struct pattern_parser *p, const struct byte_set *set);
/* c, in either case where (?i) holds. */
struct pattern_node *pattern_node_byte(struct pattern_parser *p, char c);
struct pattern_node *pattern_node_repeat(struct pattern_parser *p, const struct pattern_node *child,
					 unsigned min, unsigned max);
struct pattern_node *pattern_node_around(struct pattern_parser *p, enum pattern_op op,
					 const struct byte_set *set, bool must);

/*
 * What a reference to node matches: the same bytes, letters in the case that
 * holds here, wherever they stand.
 */
struct pattern_node *pattern_node_copy(struct pattern_parser *p, const struct pattern_node *node);

/* A sequence or choice has all of its children: how long it is can be told. */
void pattern_node_close(struct pattern_node *node);

/* --- Escapes and classes --- */

/* The set that \d, \W and the like stand for; false where c is none of them. */
bool pattern_class_escape(char c, struct byte_set *set_r);

/* The byte that an escape stands for, behind the backslash; -1: it is not a single byte. */
int pattern_class_byte(struct pattern_parser *p);

/* Behind the opening bracket. */
struct pattern_node *pattern_class(struct pattern_parser *p);

/* --- Groups --- */

/* Behind the opening bracket. */
struct pattern_node *pattern_group(struct pattern_parser *p);

/* What a reference can match: by a name up to its closing character, and by a number. */
struct pattern_node *pattern_group_named(struct pattern_parser *p, char close);
struct pattern_node *pattern_group_numbered(struct pattern_parser *p);

/* --- The frame --- */

/* Up to the end of the group, or of the pattern. */
struct pattern_node *pattern_alternatives(struct pattern_parser *p);

#endif
