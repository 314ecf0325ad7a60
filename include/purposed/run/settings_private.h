/*
 * settings_private: what the sources of settings share.
 */
#ifndef PURPOSED_RUN_SETTINGS_PRIVATE_H
#define PURPOSED_RUN_SETTINGS_PRIVATE_H

#include <purposed/base/conf.h>
#include <purposed/run/settings.h>

enum setting_type { SETTING_INT, SETTING_PATH };

/*
 * Bytes of the name of an input or output.  "alerts of output NAME.checkpoint.new", each
 * byte escaped as three, must fit into the 255 bytes of a file's name.
 */
enum { SETTINGS_NAME_MAX = 64 };

/* A setting of one value, at the top level or in a group. */
struct setting {
	const char *group; /* NULL: top level */
	const char *name;
	enum setting_type type;
	size_t field;		   /* offset in struct settings */
	long long min, max, start; /* integers */
	const char *unit;
	const char *what;
};

extern const struct setting settings_table[];
extern const size_t settings_table_count;

/* The words of settings that take one of a few, NULL-terminated, by their enum. */
extern const char *const settings_input_types[];
extern const char *const settings_output_types[];
extern const char *const settings_framings[];
extern const char *const settings_froms[];

/* A string with something in it; *text_r is untouched when absent. */
int settings_read_text(const struct conf_node *group, const char *name, enum conf_need need,
		       const char **text_r, struct err *e);

/* Required, of 1 to SETTINGS_NAME_MAX bytes: files in the state folder are named after it. */
int settings_read_name(const struct conf_node *group, const char **name_r, struct err *e);

/* Relative paths are relative to the configuration file.  *path_r is freed and replaced. */
int settings_read_path(const struct conf_node *group, const char *name, enum conf_need need,
		       char **path_r, struct err *e);

/* Whether both name one file, as far as their words tell: "a//./b" is "a/b". */
bool settings_same_path(const char *a, const char *b);

/* Whether the glob takes in the file at path, or would when that is made, by whatever name. */
bool settings_takes_in(const char *pattern, const char *path);

/* The same, by this name, whatever links lead to its folder: no file is looked at. */
bool settings_takes_in_name(const char *pattern, const char *path);

/* The path resolved against node's file; the caller's. */
char *settings_resolve(const struct conf_node *node, const char *path);

int settings_read_ids(const struct conf_node *group, const char *name, enum conf_need need,
		      struct settings_ids *ids, struct err *e);
void settings_ids_fini(struct settings_ids *ids);

/* One of words by the string setting; *index_r is untouched when absent. */
int settings_read_word(const struct conf_node *group, const char *name, enum conf_need need,
		       const char *const words[], int *index_r, struct err *e);

/* A setting that only some types of a port use, a row for each of them by its word. */
struct setting_of {
	const char *name, *type;
};

/* -1 where node has one of these n settings and is of another type; what: "an input", "an output".
 */
int settings_check_uses(const struct conf_node *node, const struct setting_of *rows, size_t n,
			const char *what, const char *type, struct err *e);

/* Whether both are the same; NULL is like nothing. */
bool settings_same(const char *a, const char *b);

/* Whether node is of that type by its words, whatever else is wrong with it. */
bool settings_is_of(const struct conf_node *node, const char *type);
/* `bind`, `trust_record_purpose` and `allow_purposes` of an input (settings_bind.c). */
int settings_read_binds(const struct conf_node *node, struct settings_input *input, struct err *e);
int settings_read_trust(const struct conf_node *node, struct settings_input *input, struct err *e);
void settings_free_binds(struct settings_input *input);
void settings_dump_binds(const struct settings_input *input, FILE *file);

/* Addresses and TLS of any port (settings_net.c).  name: of the setting. */
int settings_read_address(const struct conf_node *node, const char *name, struct address *address_r,
			  struct err *e);
bool settings_same_address(const struct address *a, const struct address *b);
int settings_read_tls(const struct conf_node *node, struct settings_tls *tls, struct err *e);
void settings_free_tls(struct settings_tls *tls);
void settings_dump_address(const char *name, const struct address *address, FILE *file);
void settings_dump_tls(const struct settings_tls *tls, FILE *file);

/* Parts of a dump. */
void settings_dump_named(const char *name, const char *value, FILE *file);
void settings_dump_path(const char *name, const char *prefix, const char *path, FILE *file);
void settings_dump_ids(const char *name, const struct settings_ids *ids, FILE *file);

/* The lists `inputs` and `outputs`. */
int settings_read_inputs(struct settings *settings, const struct conf_node *root, struct err *e);
int settings_read_outputs(struct settings *settings, const struct conf_node *root, struct err *e);
void settings_free_inputs(struct settings *settings);
void settings_free_outputs(struct settings *settings);

/* -1: an input would read what an output writes; each is described in e. */
int settings_check_loops(const struct settings *settings, struct err *e);

#endif
