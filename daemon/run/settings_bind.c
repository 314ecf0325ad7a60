/* How an input says which purpose its records stand under: bindings, and trust in records. */
#include <purposed/run/settings_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/io/syslog.h>

enum { SELECTORS = 7 };

static const struct selector {
	const char *name;
	size_t field; /* in struct stream_selector */
} selectors[SELECTORS] = {
	{ "app", offsetof(struct stream_selector, app) },
	{ "host", offsetof(struct stream_selector, host) },
	{ "facility", offsetof(struct stream_selector, facility) },
	{ "unit", offsetof(struct stream_selector, unit) },
	{ "path", offsetof(struct stream_selector, path) },
	{ "peer", offsetof(struct stream_selector, peer) },
	{ "json", offsetof(struct stream_selector, json) },
};

/* A name of no facility would bind nothing.  Globs, and numbers beyond the names, may. */
static int check_facility(const struct conf_node *node, const char *glob, struct err *e)
{
	if (glob == NULL || strpbrk(glob, "*?[\\") != NULL ||
	    glob[strspn(glob, "0123456789")] == '\0' || syslog_facility_number(span_str(glob)) >= 0)
		return 0;
	conf_err(e, conf_get(node, "facility"), "'%s' is no facility of syslog", glob);
	return -1;
}

static int check_member(const struct conf_node *node, const char *member, struct err *e)
{
	if (member == NULL || (strchr(member, '=') != NULL && member[0] != '='))
		return 0;
	conf_err(e, conf_get(node, "json"), "'json' must be \"member=glob\"");
	return -1;
}

static int read_selector(const struct conf_node *node, struct stream_selector *selector,
			 struct err *e)
{
	int bad = 0;
	bool any = false;

	for (size_t i = 0; i < SELECTORS; i++) {
		void *field = (char *)selector + selectors[i].field;

		bad |= settings_read_text(node, selectors[i].name, CONF_OPTIONAL, field, e);
		any |= conf_get(node, selectors[i].name) != NULL;
	}
	bad |= check_facility(node, selector->facility, e);
	bad |= check_member(node, selector->json, e);
	if (!any) {
		conf_err(e, node,
			 "a binding must name one of app, host, facility, unit, path, peer, json");
		bad = -1;
	}
	return bad;
}

static int read_bind(const struct conf_node *node, struct settings_bind *bind, struct err *e)
{
	static const char *const keys[] = { "app",  "host", "facility", "unit", "path",
					    "peer", "json", "purposes", NULL };
	int bad = 0;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "a binding must be { app = ...; purposes = [ ... ]; }");
		return -1;
	}
	bad |= conf_only(node, keys, e);
	bad |= read_selector(node, &bind->selector, e);
	bad |= settings_read_ids(node, "purposes", CONF_REQUIRED, &bind->purposes, e);
	return bad;
}

int settings_read_binds(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	const struct conf_node *list = NULL;
	int bad = 0;

	if (conf_read_list(node, "bind", CONF_OPTIONAL, &list, e) != 0)
		return -1;
	if (list == NULL)
		return 0;
	input->n_binds = conf_count(list);
	input->binds = mem_new(input->n_binds, sizeof(*input->binds));
	for (size_t i = 0; i < input->n_binds; i++)
		bad |= read_bind(conf_at(list, i), &input->binds[i], e);
	return bad;
}

int settings_read_trust(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	int bad = 0;

	bad |= conf_read_bool(node, "trust_record_purpose", CONF_OPTIONAL,
			      &input->trust_record_purpose, e);
	bad |= settings_read_ids(node, "allow_purposes", CONF_OPTIONAL, &input->allow_purposes, e);
	if (bad == 0 && input->trust_record_purpose && input->allow_purposes.n == 0) {
		conf_err(e, conf_get(node, "trust_record_purpose"),
			 "'trust_record_purpose' needs allow_purposes = [ ... ]: the purposes "
			 "that a record may name");
		bad = -1;
	}
	return bad;
}

void settings_free_binds(struct settings_input *input)
{
	for (size_t i = 0; i < input->n_binds; i++)
		settings_ids_fini(&input->binds[i].purposes);
	free(input->binds);
	settings_ids_fini(&input->allow_purposes);
}

static void dump_bind(const struct settings_bind *bind, FILE *file)
{
	fprintf(file, "{ ");
	for (size_t i = 0; i < SELECTORS; i++) {
		const void *field = (const char *)&bind->selector + selectors[i].field;
		const char *glob = *(const char *const *)field;

		if (glob != NULL)
			settings_dump_named(selectors[i].name, glob, file);
	}
	settings_dump_ids("purposes", &bind->purposes, file);
	fprintf(file, " }");
}

void settings_dump_binds(const struct settings_input *input, FILE *file)
{
	if (input->trust_record_purpose)
		fprintf(file, " trust_record_purpose = true;");
	if (input->allow_purposes.where != NULL) {
		fputc(' ', file);
		settings_dump_ids("allow_purposes", &input->allow_purposes, file);
	}
	if (input->n_binds == 0)
		return;
	fprintf(file, "\n    bind = (");
	for (size_t i = 0; i < input->n_binds; i++) {
		fprintf(file, "%s\n      ", i != 0 ? "," : "");
		dump_bind(&input->binds[i], file);
	}
	fprintf(file, " );");
}
