/* Outputs, as the configuration lists them. */
#include <purposed/run/settings_private.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

static int read_format(const struct conf_node *node, struct settings_output *output, struct err *e)
{
	const char *name = "json";

	if (conf_read_string(node, "format", CONF_OPTIONAL, &name, e) != 0)
		return -1;
	output->format = format_find(name);
	if (output->format == NULL) {
		conf_err(e, conf_get(node, "format"), "format '%s' is none of %s", name,
			 format_names());
		return -1;
	}
	return 0;
}

static int read_output(const struct conf_node *node, struct settings_output *output, struct err *e)
{
	static const char *const keys[] = { "name",   "type",	"path",	     "format",
					    "select", "redact", "with_text", NULL };
	static const struct setting_of uses[] = { { "path", "file" } };
	int type = -1;
	int select = SELECT_ALL;
	int redact = REDACT_NONE;
	int bad = 0;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "an output must be %s", conf_type_name(CONF_GROUP));
		return -1;
	}
	bad |= conf_only(node, keys, e);
	bad |= conf_read_string(node, "name", CONF_REQUIRED, &output->name, e);
	bad |= settings_read_word(node, "type", CONF_REQUIRED, settings_output_types, &type, e);
	bad |= settings_read_word(node, "select", CONF_OPTIONAL, select_words, &select, e);
	bad |= settings_read_word(node, "redact", CONF_OPTIONAL, redact_words, &redact, e);
	bad |= conf_read_bool(node, "with_text", CONF_OPTIONAL, &output->with_text, e);
	bad |= read_format(node, output, e);
	output->select = (enum select)select;
	output->redact = (enum redact_mode)redact;
	if (type < 0)
		return -1;
	output->type = (enum output_type)type;
	bad |= settings_check_uses(node, uses, sizeof(uses) / sizeof(uses[0]), "an output",
				   settings_output_types[type], e);
	if (output->type == OUTPUT_FILE)
		bad |= settings_read_path(node, "path", CONF_REQUIRED, &output->path, e);
	return bad;
}

/* --- The list ---------------------------------------------------------------- */

/* Each name once, each file once, and one standard output: lines of two would mix. */
static int check_output(const struct settings *settings, const struct conf_node *list, size_t index,
			struct err *e)
{
	const struct settings_output *output = &settings->outputs[index];
	const struct conf_node *node = conf_at(list, index);
	size_t count = e->count;

	for (size_t i = 0; i < index; i++) {
		const struct settings_output *other = &settings->outputs[i];

		if (settings_same(output->name, other->name))
			conf_err(e, node, "there is an output '%s' already", output->name);
		if (output->path != NULL && other->path != NULL &&
		    settings_same_path(output->path, other->path))
			conf_err(e, node, "there is an output to %s already", output->path);
		if (settings_is_of(node, "stdout") && settings_is_of(conf_at(list, i), "stdout"))
			conf_err(e, node, "there is an output of type \"stdout\" already");
	}
	return e->count != count ? -1 : 0;
}

int settings_read_outputs(struct settings *settings, const struct conf_node *root, struct err *e)
{
	const struct conf_node *list = NULL;
	int bad = 0;

	if (conf_read_list(root, "outputs", CONF_OPTIONAL, &list, e) != 0)
		return -1;
	if (list == NULL)
		return 0;
	settings->n_outputs = conf_count(list);
	settings->outputs = mem_new(settings->n_outputs, sizeof(*settings->outputs));
	for (size_t i = 0; i < settings->n_outputs; i++) {
		bad |= read_output(conf_at(list, i), &settings->outputs[i], e);
		bad |= check_output(settings, list, i, e);
	}
	return bad;
}

void settings_free_outputs(struct settings *settings)
{
	for (size_t i = 0; i < settings->n_outputs; i++)
		free(settings->outputs[i].path);
	free(settings->outputs);
}
