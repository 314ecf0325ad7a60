/*
 * rules: the catalogue of patterns that find elements in records.
 *
 * Rule files are libconfig, one per family of elements, in conf/rules.d; what these
 * say is also built into the binary (prepared.h).  A file holds one list:
 *
 *	rules = (
 *	  { id = "be-national-number";                    // [a-z0-9-]+, unique over all files
 *	    element = "national_number";                  // [a-z0-9_]+
 *	    what = "Belgian national register number ...";// one or two sentences: what, source
 *	    pattern = "(?<![\\d.])\\d{2}...";             // PCRE2; (?i), (?x) inline; bytes, no UTF
 *	    validate = "be-nn";                           // optional, see validate.h
 *	    keywords = [ "rrn", "niss" ]; window = 40;    // optional: one must stand, as a whole
 *	                                                  // word, within so many bytes before the
 *	                                                  // match; ASCII case is ignored
 *	    rank = 70;                                    // optional, 0..100, default 50
 *	    container = true;                             // optional, default false
 *	    kind = "web-traffic-log";                     // optional
 *	    opens = true;                                 // optional, default false
 *	    groups = { client = "ipv4";                   // optional: capture group -> element
 *	               user = { element = "username"; rank = 80; }; };
 *	    examples = [ "rrn [[85.07.30-033.28]] ok" ];  // mandatory
 *	    counter_examples = [ "rrn 85.07.30-033.29" ]; // mandatory
 *	  } );
 *
 * Beside it may stand `words`, lists that patterns use by name (words.h).
 *
 * What is found is the whole match, or, where the pattern has a group named
 * "value", what that group caught.  A rule with `groups` has no `element`: one
 * match yields a finding for each listed group that took part; a group's
 * setting is an element, or { element; validate; rank; container; }.
 * A group whose value its validator refuses yields nothing; the others stand.
 *
 * All rules together name at most 4096 elements.
 *
 * element = "none" makes a decoy: it claims bytes that are no personal data
 * (a structured payment reference, a version in a user agent) and so outranks
 * weaker rules; it is never a finding.
 *
 * rank and container settle overlaps (see claims.h): where two findings
 * overlap, the higher rank wins, unless the outer one's rule is a container
 * (a request URI holds an e-mail address: both stand).
 *
 * kind: a record in which this rule matches right behind its head (head.h) has
 * that kind: a cell may permit on that condition (policy.h).  A match further
 * on is a finding and tells nothing of the record: there stand texts that
 * others choose.  So the pattern begins where the record's own text does.
 *
 * opens: of many records one match of this rule tells most of what is in them, as
 * the head of an access-log line does.  That changes no finding: a first look
 * (prescan_goal.h) asks it of all records, and other rules that only say the same only of
 * those that it leaves open.
 *
 * Examples are whole records.  [[...]] marks each expected finding of this
 * rule, [[group:...]] for rules with groups; the brackets are taken out before
 * the rule is run, alone, over all decoded views of the text: its findings
 * must be the marked spans with their elements, no more and no fewer.  In a
 * counter-example it must find nothing.  A rule set that fails any of this is
 * refused, with file, line, rule and example.
 *
 * A rule set is immutable once loaded and may be used by several threads.
 */
#ifndef PURPOSED_ENGINE_RULES_H
#define PURPOSED_ENGINE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/err.h>
#include <purposed/engine/regex.h>
#include <purposed/engine/validate.h>

#define RULES_NO_ELEMENT UINT16_MAX /* a decoy's */

/* What one capture group of a rule yields. */
struct rule_target {
	uint32_t group;	  /* capture group number; 0: the whole match */
	uint16_t element; /* index for rules_element(), or RULES_NO_ELEMENT */
	uint8_t rank;
	bool container;
	const struct validator *validator; /* or NULL */
	const char *group_name;		   /* of a rule with groups, else NULL */
};

struct rule {
	size_t index; /* in its set */
	const char *id;
	const char *what;
	const char *written; /* the pattern as the file has it */
	const char *pattern; /* the same with its lists of words put in */
	const char *file;    /* where it is written */
	unsigned line;
	const char *kind; /* or NULL */
	bool opens;
	struct regex *regex;
	struct regex *keywords;		 /* or NULL */
	const char *const *keyword_list; /* n_keywords words, as written */
	size_t n_keywords;
	uint32_t window;	     /* bytes before the match in which a keyword must stand */
	struct rule_target *targets; /* at least one */
	size_t n_targets;
	const char *const *examples;
	size_t n_examples;
	const char *const *counter_examples;
	size_t n_counter_examples;
};

struct rules;

/*
 * Loads every *.conf of the directory at path, in byte order of the names, or
 * the single file at path.  how: see regex.h.
 * Examples are not run here: see examples.h.
 */
int rules_load(struct rules **rules_r, const char *path, unsigned how, struct err *e);

/*
 * The built-in ones.  -1: the version of PCRE2 is not the one that purposed was built with,
 * and does not take them.
 */
int rules_builtin(struct rules **rules_r, unsigned how, struct err *e);

/* What is known of them beside (prepared.h); NULL: they are not the built-in ones. */
struct prepared;
const struct prepared *rules_are_prepared(const struct rules *rules);

/* As rules_load, from texts; names stand for the files in messages. */
struct rules_text {
	const char *name;
	const char *text;
};
int rules_parse(struct rules **rules_r, const struct rules_text *texts, size_t n, unsigned how,
		struct err *e);

void rules_free(struct rules **rules);

size_t rules_count(const struct rules *rules);
const struct rule *rules_at(const struct rules *rules, size_t index);
const struct rule *rules_find(const struct rules *rules, const char *id); /* or NULL */

/* The elements that the rules name, each once; decoys have none. */
size_t rules_element_count(const struct rules *rules);
const char *rules_element(const struct rules *rules, size_t element);

#endif
