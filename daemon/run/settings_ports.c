/* Inputs, as the configuration lists them, and what they share with outputs. */
#include <purposed/run/settings_private.h>

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <purposed/base/mem.h>

int settings_check_uses(const struct conf_node *node, const struct setting_of *rows, size_t n,
			const char *what, const char *type, struct err *e)
{
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		const struct conf_node *child = conf_get(node, rows[i].name);

		if (child == NULL || strcmp(rows[i].type, type) == 0)
			continue;
		conf_err(e, child, "'%s' needs %s of type \"%s\"", rows[i].name, what,
			 rows[i].type);
		bad = -1;
	}
	return bad;
}

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
	input->n_binds = conf_count(list);
	input->binds = mem_new(input->n_binds, sizeof(*input->binds));
	for (size_t i = 0; i < input->n_binds; i++)
		bad |= read_bind(conf_at(list, i), &input->binds[i], e);
	return bad;
}

static int read_listen(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
	const struct conf_node *at = conf_get(node, "listen");
	const char *listen = NULL;

	if (conf_read_string(node, "listen", CONF_REQUIRED, &listen, e) != 0)
		return -1;
	if (strncmp(listen, "unix:", 5) != 0 || listen[5] == '\0') {
		conf_err(e, at, "listen = \"%s\": this version listens on \"unix:/path\" only",
			 listen);
		return -1;
	}
	input->listen = settings_resolve(at, listen + 5);
	if (strlen(input->listen) > max) {
		conf_err(e, at,
			 "'listen' is longer than the %zu bytes a socket's path may have: %s", max,
			 input->listen);
		return -1;
	}
	return 0;
}

static int read_input(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	static const char *const keys[] = { "name",	"type", "listen", "kind",
					    "purposes", "bind", NULL };
	static const struct setting_of uses[] = { { "listen", "syslog" }, { "bind", "syslog" } };
	int type = -1;
	int bad = 0;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "an input must be %s", conf_type_name(CONF_GROUP));
		return -1;
	}
	input->node = node;
	bad |= conf_only(node, keys, e);
	bad |= conf_read_string(node, "name", CONF_REQUIRED, &input->name, e);
	bad |= conf_read_string(node, "kind", CONF_OPTIONAL, &input->kind, e);
	bad |= settings_read_ids(node, "purposes", CONF_OPTIONAL, &input->purposes, e);
	bad |= settings_read_word(node, "type", CONF_REQUIRED, settings_input_types, &type, e);
	if (type < 0)
		return -1;
	input->type = (enum input_type)type;
	bad |= settings_check_uses(node, uses, sizeof(uses) / sizeof(uses[0]), "an input",
				   settings_input_types[type], e);
	if (input->type == INPUT_SYSLOG) {
		bad |= read_listen(node, input, e);
		bad |= read_binds(node, input, e);
	}
	return bad;
}

/* --- The lists -------------------------------------------------------------- */

bool settings_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool same_path(const char *a, const char *b)
{
	return a != NULL && b != NULL && settings_same_path(a, b);
}

bool settings_is_of(const struct conf_node *node, const char *type)
{
	const struct conf_node *word = conf_get(node, "type");

	return word != NULL && conf_type(word) == CONF_STRING &&
	       settings_same(conf_as_string(word), type);
}

/* Each name once, each socket once, and one standard input. */
static int check_input(const struct settings *settings, const struct conf_node *list, size_t index,
		       struct err *e)
{
	const struct settings_input *input = &settings->inputs[index];
	const struct conf_node *node = conf_at(list, index);
	size_t count = e->count;

	for (size_t i = 0; i < index; i++) {
		const struct settings_input *other = &settings->inputs[i];

		if (settings_same(input->name, other->name))
			conf_err(e, node, "there is an input '%s' already", input->name);
		if (same_path(input->listen, other->listen))
			conf_err(e, node, "there is an input that listens on %s already",
				 input->listen);
		if (settings_is_of(node, "stdin") && settings_is_of(conf_at(list, i), "stdin"))
			conf_err(e, node, "there is an input of type \"stdin\" already");
	}
	return e->count != count ? -1 : 0;
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
		bad |= read_input(conf_at(list, i), &settings->inputs[i], e);
		bad |= check_input(settings, list, i, e);
	}
	return bad;
}

void settings_free_inputs(struct settings *settings)
{
	for (size_t i = 0; i < settings->n_inputs; i++) {
		for (size_t j = 0; j < settings->inputs[i].n_binds; j++)
			settings_ids_fini(&settings->inputs[i].binds[j].purposes);
		free(settings->inputs[i].binds);
		settings_ids_fini(&settings->inputs[i].purposes);
		free(settings->inputs[i].listen);
	}
	free(settings->inputs);
}
