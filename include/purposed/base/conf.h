/*
 * conf: libconfig behind a facade; the only place that knows it.
 *
 * A document is a tree of nodes; every node knows its file and line, so that
 * any complaint can say where.  The readers below add a message to err and
 * return -1; they go on working after an error, so that a loader can collect
 * every mistake of a file before it gives up:
 *
 *	bad |= conf_read_string(node, "id", CONF_REQUIRED, &id, e);
 *	bad |= conf_only(node, keys, e);
 *
 * Nodes, names and strings are borrowed from the document and live until
 * conf_free.  A document is read-only once loaded and may be read by several
 * threads.
 */
#ifndef PURPOSED_BASE_CONF_H
#define PURPOSED_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/err.h>

struct conf;
struct conf_node;

enum conf_type {
	CONF_GROUP, /* { a = 1; }       children have names */
	CONF_LIST,  /* ( ... ) or [ ... ] children have none */
	CONF_STRING,
	CONF_INT,
	CONF_BOOL,
	CONF_FLOAT,
};

enum conf_need { CONF_OPTIONAL, CONF_REQUIRED };

/* Reads the file at path (@include is resolved beside it). */
int conf_load(struct conf **conf_r, const char *path, struct err *e);

/* Parses text; name stands for the file in messages. */
int conf_parse(struct conf **conf_r, const char *name, const char *text, struct err *e);

/* Accepts NULL and a pointer to NULL; clears *conf. */
void conf_free(struct conf **conf);

const struct conf_node *conf_root(const struct conf *conf);
enum conf_type conf_type(const struct conf_node *node);
const char *conf_type_name(enum conf_type type);
const char *conf_name(const struct conf_node *node); /* NULL inside lists and at the root */
const char *conf_file(const struct conf_node *node);
unsigned conf_line(const struct conf_node *node);

/* Children of a group or list, in the order of the file; 0 for other types. */
size_t conf_count(const struct conf_node *node);
const struct conf_node *conf_at(const struct conf_node *node, size_t index);

/* Child of a group by name (one name, no path), or NULL. */
const struct conf_node *conf_get(const struct conf_node *group, const char *name);

/* The value of a scalar node; the caller has checked the type. */
const char *conf_as_string(const struct conf_node *node);
long long conf_as_int(const struct conf_node *node);
bool conf_as_bool(const struct conf_node *node);

/*
 * Typed readers of a group's setting.  0: *out_r is set, or the setting is
 * optional and absent, and then *out_r is untouched.  -1: absent though
 * required, or of the wrong type, or out of range; described in e.
 */
int conf_read_string(const struct conf_node *group, const char *name, enum conf_need need,
		     const char **out_r, struct err *e);
int conf_read_int(const struct conf_node *group, const char *name, enum conf_need need,
		  long long min, long long max, long long *out_r, struct err *e);
int conf_read_bool(const struct conf_node *group, const char *name, enum conf_need need,
		   bool *out_r, struct err *e);
int conf_read_group(const struct conf_node *group, const char *name, enum conf_need need,
		    const struct conf_node **out_r, struct err *e);
int conf_read_list(const struct conf_node *group, const char *name, enum conf_need need,
		   const struct conf_node **out_r, struct err *e);

/* -1 where an element of the list is no string; a list that passes is all strings. */
int conf_strings_only(const struct conf_node *list, struct err *e);

/* -1 and a message per child of group whose name is not in the NULL-terminated names. */
int conf_only(const struct conf_node *group, const char *const names[], struct err *e);

/* err_at with the node's file and line. */
void conf_err(struct err *e, const struct conf_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
