/*
 * The configuration file: what it says of the whole (its table is in
 * settings_table.c); inputs are read by settings_ports.c, outputs by
 * settings_outputs.c.
 */
#include <purposed/run/settings_private.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/base/words.h>

enum { NAMES_MAX = 64 }; /* more than there are settings in a group */

static void *field_of(struct settings *settings, const struct setting *row)
{
	return (char *)settings + row->field;
}

/* Relative paths are relative to the configuration file. */
char *settings_resolve(const struct conf_node *node, const char *path)
{
	const char *file = conf_file(node);
	const char *slash = strrchr(file, '/');
	struct buf full = { 0 };

	if (path[0] != '/' && slash != NULL)
		buf_add(&full, file, (size_t)(slash - file) + 1);
	buf_add_str(&full, path);
	buf_str(&full);
	return full.ptr;
}

/* The next component that says something; empty at the end. */
static struct span next_component(const char **path)
{
	struct span part;

	do {
		*path += strspn(*path, "/");
		part = span_of(*path, strcspn(*path, "/"));
		*path += part.len;
	} while (span_is(part, "."));
	return part;
}

bool settings_same_path(const char *a, const char *b)
{
	struct span part;

	if ((a[0] == '/') != (b[0] == '/'))
		return false;
	do {
		part = next_component(&a);
		if (!span_equal(part, next_component(&b)))
			return false;
	} while (part.len != 0);
	return true;
}

int settings_read_text(const struct conf_node *group, const char *name, enum conf_need need,
		       const char **text_r, struct err *e)
{
	const char *text = NULL;

	if (conf_read_string(group, name, need, &text, e) != 0)
		return -1;
	if (text == NULL)
		return 0;
	if (*text == '\0') {
		conf_err(e, conf_get(group, name), "'%s' is empty", name);
		return -1;
	}
	*text_r = text;
	return 0;
}

int settings_read_name(const struct conf_node *group, const char **name_r, struct err *e)
{
	if (settings_read_text(group, "name", CONF_REQUIRED, name_r, e) != 0)
		return -1;
	if (strlen(*name_r) <= SETTINGS_NAME_MAX)
		return 0;
	conf_err(e, conf_get(group, "name"), "'name' is longer than %d bytes: '%s'",
		 SETTINGS_NAME_MAX, *name_r);
	return -1;
}

int settings_read_path(const struct conf_node *group, const char *name, enum conf_need need,
		       char **path_r, struct err *e)
{
	const char *path = NULL;

	if (settings_read_text(group, name, need, &path, e) != 0)
		return -1;
	if (path != NULL) {
		free(*path_r);
		*path_r = settings_resolve(conf_get(group, name), path);
	}
	return 0;
}

static int read_row(struct settings *settings, const struct conf_node *root,
		    const struct setting *row, struct err *e)
{
	const struct conf_node *group = root;

	if (row->group != NULL) {
		group = conf_get(root, row->group);
		if (group == NULL || conf_type(group) != CONF_GROUP)
			return 0; /* a wrong type is reported once, by read_limits */
	}
	if (row->type == SETTING_PATH)
		return settings_read_path(group, row->name, CONF_OPTIONAL, field_of(settings, row),
					  e);
	return conf_read_int(group, row->name, CONF_OPTIONAL, row->min, row->max,
			     field_of(settings, row), e);
}

/* --- Lists of purposes ------------------------------------------------------ */

int settings_read_ids(const struct conf_node *group, const char *name, enum conf_need need,
		      struct settings_ids *ids, struct err *e)
{
	const struct conf_node *list = NULL;
	struct buf where = { 0 };

	if (conf_read_list(group, name, need, &list, e) != 0 ||
	    (list != NULL && conf_strings_only(list, e) != 0))
		return -1;
	if (list == NULL)
		return 0;
	ids->n = conf_count(list);
	ids->ids = mem_new(ids->n, sizeof(*ids->ids));
	for (size_t i = 0; i < ids->n; i++)
		ids->ids[i] = conf_as_string(conf_at(list, i));
	buf_printf(&where, "%s:%u", conf_file(list), conf_line(list));
	buf_str(&where);
	ids->where = where.ptr;
	return 0;
}

void settings_ids_fini(struct settings_ids *ids)
{
	free(ids->ids);
	free(ids->where);
}

int settings_read_word(const struct conf_node *group, const char *name, enum conf_need need,
		       const char *const words[], int *index_r, struct err *e)
{
	const char *value = NULL;
	struct buf list = { 0 };
	int which;

	if (conf_read_string(group, name, need, &value, e) != 0)
		return -1;
	if (value == NULL)
		return 0;
	which = words_find(words, value);
	if (which >= 0) {
		*index_r = which;
		return 0;
	}
	words_add(&list, words);
	conf_err(e, conf_get(group, name), "%s '%s' is none of %s", name, value, buf_str(&list));
	buf_fini(&list);
	return -1;
}

/* --- The file --------------------------------------------------------------- */

static int read_limits(const struct conf_node *root, struct err *e)
{
	const char *names[NAMES_MAX] = { 0 };
	const struct conf_node *group = NULL;
	size_t n = 0;

	if (conf_read_group(root, "limits", CONF_OPTIONAL, &group, e) != 0)
		return -1;
	for (size_t i = 0; i < settings_table_count; i++) {
		if (settings_table[i].group != NULL)
			names[n++] = settings_table[i].name;
	}
	return group != NULL ? conf_only(group, names, e) : 0;
}

/* Where systemd puts it (LoadCredential=, systemd.exec(5)). */
static int find_credential(struct settings *settings, const struct conf_node *group, struct err *e)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	const char *name = settings->pseudonym_key_credential;
	struct buf path = { 0 };

	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
		conf_err(e, conf_get(group, "credential"), "'%s' is no name of a credential", name);
		return -1;
	}
	if (folder == NULL) {
		conf_err(e, conf_get(group, "credential"),
			 "the credential '%s' is to be had from systemd only: "
			 "CREDENTIALS_DIRECTORY is not set",
			 name);
		return -1;
	}
	buf_printf(&path, "%s/%s", folder, name);
	buf_str(&path);
	settings->pseudonym_key_file = path.ptr;
	return 0;
}

static int read_key(struct settings *settings, const struct conf_node *root, struct err *e)
{
	static const char *const keys[] = { "id", "file", "credential", NULL };
	const struct conf_node *group = NULL;
	int bad = 0;

	if (conf_read_group(root, "pseudonym_key", CONF_OPTIONAL, &group, e) != 0)
		return -1;
	if (group == NULL)
		return 0;
	settings->pseudonym_key = group;
	bad |= conf_only(group, keys, e);
	bad |= conf_read_int(group, "id", CONF_REQUIRED, 1, UINT_MAX, &settings->pseudonym_key_id,
			     e);
	bad |= conf_read_string(group, "credential", CONF_OPTIONAL,
				&settings->pseudonym_key_credential, e);
	if (settings->pseudonym_key_credential == NULL)
		return bad | settings_read_path(group, "file", CONF_REQUIRED,
						&settings->pseudonym_key_file, e);
	if (conf_get(group, "file") != NULL) {
		conf_err(e, group, "a pseudonym key is in a 'file' or a 'credential', not in both");
		return -1;
	}
	return bad | find_credential(settings, group, e);
}

static int read_root(struct settings *settings, const struct conf_node *root, struct err *e)
{
	const char *names[NAMES_MAX] = { "default_purposes", "limits", "inputs", "outputs",
					 "pseudonym_key" };
	size_t n = 5;
	int bad = 0;
	int bad_ports = 0;

	for (size_t i = 0; i < settings_table_count; i++) {
		if (settings_table[i].group == NULL)
			names[n++] = settings_table[i].name;
		bad |= read_row(settings, root, &settings_table[i], e);
	}
	bad |= conf_only(root, names, e);
	bad |= read_limits(root, e);
	bad |= settings_read_ids(root, "default_purposes", CONF_OPTIONAL,
				 &settings->default_purposes, e);
	bad |= read_key(settings, root, e);
	bad_ports |= settings_read_inputs(settings, root, e);
	bad_ports |= settings_read_outputs(settings, root, e);
	if (bad_ports == 0)
		bad_ports = settings_check_loops(settings, e);
	return bad | bad_ports;
}

int settings_read(struct settings **settings_r, const char *path, struct err *e)
{
	struct settings *settings = mem_new(1, sizeof(*settings));
	int bad = 0;

	for (size_t i = 0; i < settings_table_count; i++) {
		if (settings_table[i].type == SETTING_INT)
			*(long long *)field_of(settings, &settings_table[i]) =
				settings_table[i].start;
	}
	settings->state = mem_string("/var/lib/purposed");
	if (path != NULL && conf_load(&settings->doc, path, e) != 0) {
		settings_free(&settings);
		return -1;
	}
	if (path != NULL)
		bad = read_root(settings, conf_root(settings->doc), e);
	*settings_r = settings;
	return bad;
}

int settings_load(struct settings **settings_r, const char *path, struct err *e)
{
	struct settings *settings = NULL;

	if (settings_read(&settings, path, e) != 0) {
		settings_free(&settings);
		return -1;
	}
	*settings_r = settings;
	return 0;
}

void settings_free(struct settings **settings)
{
	struct settings *s;

	if (settings == NULL || *settings == NULL)
		return;
	s = *settings;
	settings_free_inputs(s);
	settings_free_outputs(s);
	settings_ids_fini(&s->default_purposes);
	free(s->policy);
	free(s->rules);
	free(s->state);
	free(s->pseudonym_key_file);
	conf_free(&s->doc);
	free(s);
	*settings = NULL;
}

/* One that stays was named by the file, which says where. */
static int replace(const struct settings *settings, const char *name, char **path, const char *by,
		   struct err *e)
{
	if (by != NULL) {
		free(*path);
		*path = mem_string(by);
		return 0;
	}
	if (*path == NULL || access(*path, R_OK) == 0)
		return 0;
	conf_err(e, conf_get(conf_root(settings->doc), name), "cannot read the %s %s: %s", name,
		 *path, strerror(errno));
	return -1;
}

int settings_replace(struct settings *settings, const char *policy, const char *rules,
		     struct err *e)
{
	int bad = replace(settings, "policy", &settings->policy, policy, e);

	return bad | replace(settings, "rules", &settings->rules, rules, e);
}

struct engine_options settings_engine(const struct settings *settings)
{
	struct engine_options options = engine_defaults();

	options.policy_path = settings->policy;
	options.rules_path = settings->rules;
	options.record_max_bytes = (size_t)settings->record_bytes;
	options.limits.match = (uint32_t)settings->match_limit;
	options.limits.depth = (uint32_t)settings->depth_limit;
	options.limits.heap_kib = (uint32_t)(settings->heap_bytes / 1024);
	return options;
}
