/*
 * prepared: what is known of the built-in rules when purposed is built.
 *
 * Reading them, and deriving what finders are made of, takes longer than a short
 * search.  So build/prepare (daemon/prepare.c), a program of the same sources, does it
 * once, and writes it down as C: constant tables.  Their patterns are compiled when
 * they are first needed; that PCRE2 takes them is known, too, of one version of it.
 */
#ifndef PURPOSED_ENGINE_PREPARED_H
#define PURPOSED_ENGINE_PREPARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/engine/finder_private.h>

/* As in struct rule_target. */
struct prepared_target {
	uint32_t group;
	uint16_t element;
	uint8_t rank;
	bool container;
	int16_t validator; /* its place in validate_all, or -1 */
	const char *group_name;
};

/* As in struct rule. */
struct prepared_rule {
	const char *id;
	const char *what;
	const char *written;
	const char *pattern;
	const char *file;
	unsigned line;
	const char *kind;
	bool opens;
	const char *keywords; /* the pattern that finds them, or NULL */
	const char *const *keyword_list;
	size_t n_keywords;
	uint32_t window;
	const struct prepared_target *targets;
	size_t n_targets;
	const char *const *examples;
	size_t n_examples;
	const char *const *counter_examples;
	size_t n_counter_examples;
};

/* A table of words (regex_table.h). */
struct prepared_table {
	bool folded;
	bool behind;
	struct byte_set run;
	const char *shape;
	const char *words;
	size_t n;
};

/* What is made of a pattern before PCRE2 sees it (regex_made.h). */
struct prepared_pattern {
	uint64_t hash; /* of the pattern, by which they are sorted */
	const char *pattern;
	bool shares;
	const char *text;
	const char *const *parts;
	size_t n_parts;
	const struct prepared_table *tables;
	size_t n_tables;
};

struct prepared {
	const char *pcre2; /* the version that took the patterns (pcre_version) */
	const struct prepared_rule *rules;
	size_t n_rules;
	const char *const *elements;
	size_t n_elements;
	struct finder_parts parts; /* as rule_anchors_parts makes them */
	const uint16_t *slow;	   /* rules that are looked for everywhere */
	size_t n_slow;
	const struct prepared_pattern *patterns; /* of rules, and of their parts */
	size_t n_patterns;
};

extern const struct prepared prepared;

#endif
