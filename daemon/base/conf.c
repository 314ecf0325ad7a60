/*
 * A conf_node is libconfig's config_setting_t under another name: the casts
 * between the two are all in this file.
 */
#include <purposed/base/conf.h>
#include <purposed/base/conf_private.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libconfig.h>

#include <purposed/base/mem.h>

struct conf {
	config_t tree; /* first: nodes know it, and through it us */
	char *name;
	char **files; /* where tree.filenames really are: libconfig keeps what @include says */
};

static const config_setting_t *setting(const struct conf_node *node)
{
	return (const config_setting_t *)(const void *)node;
}

static const struct conf_node *node_of(const config_setting_t *s)
{
	return (const struct conf_node *)(const void *)s;
}

static struct conf *conf_new(const char *name)
{
	struct conf *conf = mem_new(1, sizeof(*conf));

	config_init(&conf->tree);
	conf->name = mem_string(name);
	return conf;
}

static void describe_syntax(const struct conf *conf, struct err *e)
{
	const char *file = config_error_file(&conf->tree);
	char *path = file != NULL ? conf_included(conf->name, file) : mem_string(conf->name);

	err_at(e, path, (unsigned)config_error_line(&conf->tree), "%s",
	       config_error_text(&conf->tree));
	free(path);
}

static int conf_parsed(struct conf *conf, int ok, struct conf **conf_r, struct err *e)
{
	if (ok != CONFIG_TRUE) {
		describe_syntax(conf, e);
		conf_free(&conf);
		return -1;
	}
	conf->files = mem_new(conf->tree.num_filenames, sizeof(*conf->files));
	for (unsigned i = 0; i < conf->tree.num_filenames; i++)
		conf->files[i] = conf_included(conf->name, conf->tree.filenames[i]);
	*conf_r = conf;
	return 0;
}

/* Relative to the document are the files that it includes. */
static void set_folder(struct conf *conf, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;

	if (slash == NULL)
		return;
	folder = mem_span_string(span_of(path, (size_t)(slash - path) + 1));
	config_set_include_dir(&conf->tree, folder);
	free(folder);
}

static int read_document(const char *path, struct buf *text, struct err *e)
{
	int fd = conf_open(path);
	const char *why;

	if (fd < 0) {
		err_errno(e, "%s", path);
		return -1;
	}
	why = conf_read_text(fd, text);
	close(fd);
	if (why != NULL)
		err_add(e, "%s: %s", path, why);
	return why != NULL ? -1 : 0;
}

int conf_load(struct conf **conf_r, const char *path, struct err *e)
{
	struct buf text = { 0 };
	struct conf *conf;
	int result = -1;

	if (read_document(path, &text, e) == 0 && conf_check(path, buf_str(&text), e) == 0) {
		conf = conf_new(path);
		set_folder(conf, path);
		result = conf_parsed(conf, config_read_string(&conf->tree, text.ptr), conf_r, e);
	}
	buf_fini(&text);
	return result;
}

int conf_parse(struct conf **conf_r, const char *name, const char *text, struct err *e)
{
	struct conf *conf = conf_new(name);

	return conf_parsed(conf, config_read_string(&conf->tree, text), conf_r, e);
}

void conf_free(struct conf **conf)
{
	if (conf == NULL || *conf == NULL)
		return;
	for (unsigned i = 0; (*conf)->files != NULL && i < (*conf)->tree.num_filenames; i++)
		free((*conf)->files[i]);
	free((*conf)->files);
	config_destroy(&(*conf)->tree);
	free((*conf)->name);
	free(*conf);
	*conf = NULL;
}

const struct conf_node *conf_root(const struct conf *conf)
{
	return node_of(config_root_setting(&conf->tree));
}

enum conf_type conf_type(const struct conf_node *node)
{
	switch (config_setting_type(setting(node))) {
	case CONFIG_TYPE_GROUP: return CONF_GROUP;
	case CONFIG_TYPE_LIST:
	case CONFIG_TYPE_ARRAY: return CONF_LIST;
	case CONFIG_TYPE_STRING: return CONF_STRING;
	case CONFIG_TYPE_BOOL: return CONF_BOOL;
	case CONFIG_TYPE_FLOAT: return CONF_FLOAT;
	default: return CONF_INT;
	}
}

const char *conf_type_name(enum conf_type type)
{
	static const char *const names[] = {
		[CONF_GROUP] = "a group { ... }", [CONF_LIST] = "a list [ ... ]",
		[CONF_STRING] = "a string",	  [CONF_INT] = "a whole number",
		[CONF_BOOL] = "true or false",	  [CONF_FLOAT] = "a number with a fraction",
	};

	return names[type];
}

const char *conf_name(const struct conf_node *node)
{
	return config_setting_name(setting(node));
}

const char *conf_file(const struct conf_node *node)
{
	const struct conf *conf = (const struct conf *)(const void *)setting(node)->config;
	const char *file = config_setting_source_file(setting(node));

	for (unsigned i = 0; file != NULL && i < conf->tree.num_filenames; i++) {
		if (conf->tree.filenames[i] == file)
			return conf->files[i];
	}
	return conf->name;
}

unsigned conf_line(const struct conf_node *node)
{
	return config_setting_source_line(setting(node));
}

size_t conf_count(const struct conf_node *node)
{
	enum conf_type type = conf_type(node);

	if (type != CONF_GROUP && type != CONF_LIST)
		return 0;
	return (size_t)config_setting_length(setting(node));
}

const struct conf_node *conf_at(const struct conf_node *node, size_t index)
{
	return node_of(config_setting_get_elem(setting(node), (unsigned)index));
}

const struct conf_node *conf_get(const struct conf_node *group, const char *name)
{
	size_t n = conf_count(group);

	for (size_t i = 0; i < n; i++) {
		const struct conf_node *child = conf_at(group, i);
		const char *child_name = conf_name(child);

		if (child_name != NULL && strcmp(child_name, name) == 0)
			return child;
	}
	return NULL;
}

const char *conf_as_string(const struct conf_node *node)
{
	return config_setting_get_string(setting(node));
}

long long conf_as_int(const struct conf_node *node)
{
	return config_setting_get_int64(setting(node));
}

bool conf_as_bool(const struct conf_node *node)
{
	return config_setting_get_bool(setting(node)) != 0;
}

void conf_err(struct err *e, const struct conf_node *node, const char *format, ...)
{
	struct buf message = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&message, format, args);
	va_end(args);
	err_at(e, conf_file(node), conf_line(node), "%s", buf_str(&message));
	buf_fini(&message);
}

/* 1: found with that type.  0: absent and optional.  -1: described in e. */
static int conf_find(const struct conf_node *group, const char *name, enum conf_need need,
		     enum conf_type type, const struct conf_node **node_r, struct err *e)
{
	const struct conf_node *node = conf_get(group, name);

	if (node == NULL) {
		if (need == CONF_OPTIONAL)
			return 0;
		conf_err(e, group, "setting '%s' is missing", name);
		return -1;
	}
	if (conf_type(node) != type) {
		conf_err(e, node, "'%s' must be %s, not %s", name, conf_type_name(type),
			 conf_type_name(conf_type(node)));
		return -1;
	}
	*node_r = node;
	return 1;
}

int conf_read_string(const struct conf_node *group, const char *name, enum conf_need need,
		     const char **out_r, struct err *e)
{
	const struct conf_node *node;
	int found = conf_find(group, name, need, CONF_STRING, &node, e);

	if (found == 1)
		*out_r = conf_as_string(node);
	return found < 0 ? -1 : 0;
}

int conf_read_int(const struct conf_node *group, const char *name, enum conf_need need,
		  long long min, long long max, long long *out_r, struct err *e)
{
	const struct conf_node *node;
	int found = conf_find(group, name, need, CONF_INT, &node, e);
	long long value;

	if (found != 1)
		return found;
	value = conf_as_int(node);
	if (value < min || value > max) {
		conf_err(e, node, "'%s' is %lld, must be from %lld to %lld", name, value, min, max);
		return -1;
	}
	*out_r = value;
	return 0;
}

int conf_read_bool(const struct conf_node *group, const char *name, enum conf_need need,
		   bool *out_r, struct err *e)
{
	const struct conf_node *node;
	int found = conf_find(group, name, need, CONF_BOOL, &node, e);

	if (found == 1)
		*out_r = conf_as_bool(node);
	return found < 0 ? -1 : 0;
}

int conf_read_group(const struct conf_node *group, const char *name, enum conf_need need,
		    const struct conf_node **out_r, struct err *e)
{
	return conf_find(group, name, need, CONF_GROUP, out_r, e) < 0 ? -1 : 0;
}

int conf_read_list(const struct conf_node *group, const char *name, enum conf_need need,
		   const struct conf_node **out_r, struct err *e)
{
	return conf_find(group, name, need, CONF_LIST, out_r, e) < 0 ? -1 : 0;
}

int conf_strings_only(const struct conf_node *list, struct err *e)
{
	size_t n = conf_count(list);
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		const struct conf_node *node = conf_at(list, i);

		if (conf_type(node) != CONF_STRING) {
			conf_err(e, node, "element %zu of '%s' must be a string, not %s", i + 1,
				 conf_name(list) != NULL ? conf_name(list) : "the list",
				 conf_type_name(conf_type(node)));
			result = -1;
		}
	}
	return result;
}

static bool is_listed(const char *name, const char *const names[])
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

int conf_only(const struct conf_node *group, const char *const names[], struct err *e)
{
	size_t n = conf_count(group);
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		const struct conf_node *child = conf_at(group, i);

		if (!is_listed(conf_name(child), names)) {
			conf_err(e, child, "unknown setting '%s'", conf_name(child));
			result = -1;
		}
	}
	return result;
}
