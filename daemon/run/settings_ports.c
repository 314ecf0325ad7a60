/* Inputs, as the configuration lists them, and what they share with outputs. */
#include <purposed/run/settings_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>

/* The types that rows name for that setting: `"tail" or "fifo"`; false: type is one of them. */
static bool add_types(struct buf *out, const struct setting_of *rows, size_t n, const char *name,
		      const char *type)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		if (strcmp(rows[i].type, type) == 0)
			return false;
		buf_printf(out, "%s\"%s\"", out->len != 0 ? " or " : "", rows[i].type);
	}
	return true;
}

int settings_check_uses(const struct conf_node *node, const struct setting_of *rows, size_t n,
			const char *what, const char *type, struct err *e)
{
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		const struct conf_node *child = conf_get(node, rows[i].name);
		bool again = i != 0 && strcmp(rows[i - 1].name, rows[i].name) == 0;
		struct buf types = { 0 };

		if (child == NULL || again)
			continue;
		if (add_types(&types, rows, n, rows[i].name, type)) {
			conf_err(e, child, "'%s' needs %s of type %s", rows[i].name, what,
				 buf_str(&types));
			bad = -1;
		}
		buf_fini(&types);
	}
	return bad;
}

/* --- Inputs ----------------------------------------------------------------- */

/* What only some kinds of sockets use. */
static int check_socket(const struct conf_node *node, const struct settings_input *input,
			struct err *e)
{
	enum transport transport = input->listen.transport;
	int bad = 0;

	if (transport == TRANSPORT_TLS &&
	    (input->tls.node == NULL || input->tls.cert == NULL || input->tls.key == NULL)) {
		conf_err(e, node, "listening on tls:// needs tls = { cert = ...; key = ...; }");
		bad = -1;
	}
	if (transport != TRANSPORT_TLS && input->tls.node != NULL) {
		conf_err(e, input->tls.node, "'tls' needs an input that listens on tls://");
		bad = -1;
	}
	if (transport != TRANSPORT_UDP && input->receive_bytes != 0) {
		conf_err(e, conf_get(node, "receive_bytes"),
			 "'receive_bytes' needs an input that listens on udp://");
		bad = -1;
	}
	return bad;
}

static int read_socket(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	int bad = 0;

	bad |= conf_read_int(node, "receive_bytes", CONF_OPTIONAL, 4096, 1 << 30,
			     &input->receive_bytes, e);
	bad |= settings_read_tls(node, &input->tls, e);
	bad |= settings_read_address(node, "listen", &input->listen, e);
	return bad != 0 ? -1 : check_socket(node, input, e);
}

/* As sd_journal_add_match(3) takes them, which is not asked before the journal is opened. */
static bool is_match(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t name = strspn(text, letters);

	return strcmp(text, "+") == 0 ||
	       (name != 0 && text[name] == '=' && strncmp(text, "__", 2) != 0);
}

static int read_matches(const struct conf_node *node, struct settings_ids *match, struct err *e)
{
	const struct conf_node *at = conf_get(node, "match");
	int bad = settings_read_ids(node, "match", CONF_OPTIONAL, match, e);

	for (size_t i = 0; bad == 0 && i < match->n; i++) {
		if (is_match(match->ids[i]))
			continue;
		conf_err(e, at, "match \"%s\" is none, such as \"_SYSTEMD_UNIT=nginx.service\"",
			 match->ids[i]);
		return -1;
	}
	return bad;
}

/* What is read from a place that has a name: files, a pipe, a journal. */
static int read_place(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	enum conf_need need = input->type == INPUT_JOURNAL ? CONF_OPTIONAL : CONF_REQUIRED;
	int from = FROM_END;
	int bad = 0;

	bad |= settings_read_path(node, "path", need, &input->path, e);
	bad |= settings_read_word(node, "from", CONF_OPTIONAL, settings_froms, &from, e);
	bad |= read_matches(node, &input->match, e);
	input->from = (enum input_from)from;
	return bad;
}

static int read_input(const struct conf_node *node, struct settings_input *input, struct err *e)
{
	static const char *const keys[] = { "name",	      "type",
					    "kind",	      "purposes",
					    "bind",	      "trust_record_purpose",
					    "allow_purposes", "listen",
					    "receive_bytes",  "tls",
					    "path",	      "from",
					    "match",	      NULL };
	static const struct setting_of uses[] = {
		{ "listen", "syslog" }, { "receive_bytes", "syslog" },
		{ "tls", "syslog" },	{ "path", "tail" },
		{ "path", "fifo" },	{ "path", "journal" },
		{ "from", "tail" },	{ "from", "journal" },
		{ "match", "journal" },
	};
	int type = -1;
	int bad = 0;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "an input must be %s", conf_type_name(CONF_GROUP));
		return -1;
	}
	input->node = node;
	bad |= conf_only(node, keys, e);
	bad |= settings_read_name(node, &input->name, e);
	bad |= conf_read_string(node, "kind", CONF_OPTIONAL, &input->kind, e);
	bad |= settings_read_ids(node, "purposes", CONF_OPTIONAL, &input->purposes, e);
	bad |= settings_read_word(node, "type", CONF_REQUIRED, settings_input_types, &type, e);
	if (type < 0)
		return -1;
	input->type = (enum input_type)type;
	bad |= settings_check_uses(node, uses, sizeof(uses) / sizeof(uses[0]), "an input",
				   settings_input_types[type], e);
	if (input->type == INPUT_SYSLOG)
		bad |= read_socket(node, input, e);
	if (input->type >= INPUT_TAIL)
		bad |= read_place(node, input, e);
	bad |= settings_read_binds(node, input, e);
	bad |= settings_read_trust(node, input, e);
	return bad;
}

/* --- The lists -------------------------------------------------------------- */

bool settings_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
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
		if (settings_same_address(&input->listen, &other->listen)) {
			struct buf text = { 0 };

			address_write(&text, &input->listen);
			conf_err(e, node, "there is an input that listens on %s already",
				 buf_str(&text));
			buf_fini(&text);
		}
		if (settings_is_of(node, "fifo") && settings_is_of(conf_at(list, i), "fifo") &&
		    input->path != NULL && other->path != NULL &&
		    settings_same_file(input->path, other->path))
			conf_err(e, node, "there is an input of type \"fifo\" at %s already",
				 input->path);
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
		settings->inputs[i].message_bytes = (size_t)settings->message_bytes;
		settings->inputs[i].connections = (size_t)settings->connections;
		bad |= read_input(conf_at(list, i), &settings->inputs[i], e);
		bad |= check_input(settings, list, i, e);
	}
	return bad;
}

void settings_free_inputs(struct settings *settings)
{
	for (size_t i = 0; i < settings->n_inputs; i++) {
		settings_free_binds(&settings->inputs[i]);
		settings_free_tls(&settings->inputs[i].tls);
		settings_ids_fini(&settings->inputs[i].purposes);
		address_fini(&settings->inputs[i].listen);
		free(settings->inputs[i].path);
		settings_ids_fini(&settings->inputs[i].match);
	}
	free(settings->inputs);
}
