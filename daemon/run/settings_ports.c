/* Inputs and outputs, as the configuration lists them. */
#include <purposed/run/settings_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* --- Inputs ----------------------------------------------------------------- */

static int read_bind(const struct conf_node *node, struct settings_bind *bind, struct err *e)
{
	static const char *const keys[] = { "app", "purposes", NULL };
	int bad = 0;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "a binding must be { app = ...; purposes = [ ... ]; }");
		return -1;
	}
	bad |= conf_only(node, keys, e);
	bad |= conf_read_string(node, "app", CONF_REQUIRED, &bind->app, e);
	bad |= settings_read_ids(node, "purposes", CONF_REQUIRED, &bind->purposes, e);
	return bad;
}

static int read_binds(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	const struct conf_node *list = NULL;
	int bad = 0;

	if (conf_read_list(node, "bind", CONF_OPTIONAL, &list, e) != 0)
		return -1;
	if (list == NULL)
		return 0;
	if (input->type != INPUT_SYSLOG) {
		conf_err(e, list, "'bind' needs an input of type \"syslog\"");
		return -1;
	}
	input->n_binds = conf_count(list);
	input->binds = mem_new(input->n_binds, sizeof(*input->binds));
	for (size_t i = 0; i < input->n_binds; i++)
		bad |= read_bind(conf_at(list, i), &input->binds[i], e);
	return bad;
}

static int read_listen(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	const char *listen = NULL;

	if (input->type != INPUT_SYSLOG)
		return 0;
	if (conf_read_string(node, "listen", CONF_REQUIRED, &listen, e) != 0)
		return -1;
	if (strncmp(listen, "unix:", 5) != 0 || listen[5] == '\0') {
		conf_err(e, conf_get(node, "listen"),
			 "listen = \"%s\": this version listens on \"unix:/path\" only", listen);
		return -1;
	}
	input->listen = settings_resolve(conf_get(node, "listen"), listen + 5);
	return 0;
}

static int read_input(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	static const char *const keys[] = { "name",	"type", "listen", "kind",
					    "purposes", "bind", NULL };
	int type = 0;
	int bad = 0;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "an input must be %s", conf_type_name(CONF_GROUP));
		return -1;
	}
	bad |= conf_only(node, keys, e);
	bad |= conf_read_string(node, "name", CONF_REQUIRED, &input->name, e);
	bad |= conf_read_string(node, "kind", CONF_OPTIONAL, &input->kind, e);
	bad |= settings_read_ids(node, "purposes", CONF_OPTIONAL, &input->purposes, e);
	if (settings_read_word(node, "type", CONF_REQUIRED, settings_input_types, &type, e) != 0)
		return -1;
	input->type = (enum input_type)type;
	bad |= read_listen(node, input, e);
	bad |= read_binds(node, input, e);
	return bad;
}

/* --- Outputs ---------------------------------------------------------------- */

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
	int type = 0;
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
	output->type = (enum output_type)type;
	output->select = (enum select)select;
	output->redact = (enum redact_mode)redact;
	if (bad == 0 && output->type == OUTPUT_FILE)
		bad |= settings_read_path(node, "path", CONF_REQUIRED, &output->path, e);
	return bad;
}

/* --- The lists -------------------------------------------------------------- */

/* Each name once, each socket once, and one standard input. */
static int check_input(const struct settings *settings, size_t index, const struct conf_node *node,
		       struct err *e)
{
	const struct settings_input *input = &settings->inputs[index];
	int bad = 0;

	for (size_t i = 0; i < index; i++) {
		const struct settings_input *other = &settings->inputs[i];

		if (input->name != NULL && other->name != NULL &&
		    strcmp(input->name, other->name) == 0) {
			conf_err(e, node, "there is an input '%s' already", input->name);
			bad = -1;
		}
		if (input->listen != NULL && other->listen != NULL &&
		    strcmp(input->listen, other->listen) == 0) {
			conf_err(e, node, "there is an input that listens on %s already",
				 input->listen);
			bad = -1;
		}
		if (input->type == INPUT_STDIN && other->type == INPUT_STDIN) {
			conf_err(e, node, "there is an input of type \"stdin\" already");
			bad = -1;
		}
	}
	return bad;
}

static int check_output(const struct settings *settings, size_t index, const struct conf_node *node,
			struct err *e)
{
	const struct settings_output *output = &settings->outputs[index];

	for (size_t i = 0; i < index && output->name != NULL; i++) {
		const char *other = settings->outputs[i].name;

		if (other != NULL && strcmp(other, output->name) == 0) {
			conf_err(e, node, "there is an output '%s' already", other);
			return -1;
		}
	}
	return 0;
}

int settings_read_inputs(struct settings *settings, const struct conf_node *root, struct err *e)
{
	const struct conf_node *list = NULL;
	int bad = 0;

	if (conf_read_list(root, "inputs", CONF_OPTIONAL, &list, e) != 0)
		return -1;
	if (list == NULL)
		return 0;
	settings->n_inputs = conf_count(list);
	settings->inputs = mem_new(settings->n_inputs, sizeof(*settings->inputs));
	for (size_t i = 0; i < settings->n_inputs; i++) {
		const struct conf_node *node = conf_at(list, i);
		int wrong = read_input(node, &settings->inputs[i], e);

		bad |= wrong != 0 ? wrong : check_input(settings, i, node, e);
	}
	return bad;
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
		const struct conf_node *node = conf_at(list, i);
		int wrong = read_output(node, &settings->outputs[i], e);

		bad |= wrong != 0 ? wrong : check_output(settings, i, node, e);
	}
	return bad;
}

void settings_free_ports(struct settings *settings)
{
	for (size_t i = 0; i < settings->n_inputs; i++) {
		for (size_t j = 0; j < settings->inputs[i].n_binds; j++)
			settings_ids_fini(&settings->inputs[i].binds[j].purposes);
		free(settings->inputs[i].binds);
		settings_ids_fini(&settings->inputs[i].purposes);
		free(settings->inputs[i].listen);
	}
	for (size_t i = 0; i < settings->n_outputs; i++)
		free(settings->outputs[i].path);
	free(settings->inputs);
	free(settings->outputs);
}
