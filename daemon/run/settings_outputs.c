/* Outputs, as the configuration lists them. */
#include <purposed/run/settings_private.h>

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <purposed/base/mem.h>
#include <purposed/io/spool.h>
#include <purposed/io/syslog.h>

static int read_format(const struct conf_node *node, struct settings_output *output, struct err *e)
{
	/* Who looks at the journal is a person. */
	const char *name = settings_is_of(node, "journal") ? "text" : "json";

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

/* The mode is written as chmod(1) takes it: libconfig knows no octal numbers. */
static int read_mode(const struct conf_node *node, int *mode_r, struct err *e)
{
	const char *text = NULL;
	char *end;
	unsigned long mode;

	if (conf_read_string(node, "mode", CONF_OPTIONAL, &text, e) != 0)
		return -1;
	if (text == NULL)
		return 0;
	mode = strtoul(text, &end, 8);
	if (text[0] < '0' || text[0] > '7' || *end != '\0' || mode > 0777) {
		conf_err(e, conf_get(node, "mode"),
			 "mode = \"%s\" is no octal number from 0 to 0777, such as \"0640\"", text);
		return -1;
	}
	*mode_r = (int)mode;
	return 0;
}

static bool is_number(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) < 10;
}

/* -1: there is nobody of that name. */
static long user_id(const char *name)
{
	const struct passwd *user = is_number(name) ? NULL : getpwnam(name);

	if (is_number(name))
		return strtol(name, NULL, 10);
	return user != NULL ? (long)user->pw_uid : -1;
}

static long group_id(const char *name)
{
	const struct group *group = is_number(name) ? NULL : getgrnam(name);

	if (is_number(name))
		return strtol(name, NULL, 10);
	return group != NULL ? (long)group->gr_gid : -1;
}

/* A user or a group, by name or number. */
static int read_id(const struct conf_node *node, const char *key, long (*find)(const char *name),
		   const char **name_r, long *id_r, struct err *e)
{
	const char *name = NULL;
	long id;

	if (conf_read_string(node, key, CONF_OPTIONAL, &name, e) != 0)
		return -1;
	if (name == NULL)
		return 0;
	id = find(name);
	if (id < 0) {
		conf_err(e, conf_get(node, key), "there is no %s '%s'",
			 find == user_id ? "user" : "group", name);
		return -1;
	}
	*name_r = name;
	*id_r = id;
	return 0;
}

static int read_file(const struct conf_node *node, struct settings_output *output, struct err *e)
{
	int bad = settings_read_path(node, "path", CONF_REQUIRED, &output->path, e);

	bad |= read_mode(node, &output->file.mode, e);
	bad |= read_id(node, "owner", user_id, &output->owner, &output->file.owner, e);
	bad |= read_id(node, "group", group_id, &output->group, &output->file.group, e);
	return bad;
}

static int read_journal(const struct conf_node *node, struct settings_output *output, struct err *e)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	output->socket = mem_string("/run/systemd/journal/socket");
	if (settings_read_path(node, "socket", CONF_OPTIONAL, &output->socket, e) != 0)
		return -1;
	if (strlen(output->socket) <= max)
		return 0;
	conf_err(e, conf_get(node, "socket"),
		 "'socket' is longer than the %zu bytes a socket's path may have: %s", max,
		 output->socket);
	return -1;
}

/* What only some kinds of receivers use. */
static int check_receiver(const struct conf_node *node, const struct settings_output *output,
			  struct err *e)
{
	bool datagrams =
		output->to.transport == TRANSPORT_UNIX || output->to.transport == TRANSPORT_UDP;
	int bad = 0;

	if (settings_same(output->to.host, "*")) {
		conf_err(e, conf_get(node, "to"),
			 "'to' needs one host; '*' is every address, for 'listen'");
		bad = -1;
	}
	if (output->to.transport != TRANSPORT_TLS && output->tls.node != NULL) {
		conf_err(e, output->tls.node, "'tls' needs an output to tls://");
		bad = -1;
	}
	if (datagrams && conf_get(node, "framing") != NULL) {
		conf_err(e, conf_get(node, "framing"),
			 "'framing' needs an output to tcp://, tls:// or unixstream:");
		bad = -1;
	}
	return bad;
}

/* The spool has its name. */
static int check_name(const struct conf_node *node, const char *name, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	if (name == NULL ||
	    (name[0] != '\0' && name[0] != '.' && name[strspn(name, letters)] == '\0'))
		return 0;
	conf_err(e, conf_get(node, "name"),
		 "the name of a syslog output, which its spool has too, must be of letters, "
		 "digits, '-', '_' and '.', which is not the first: '%s'",
		 name);
	return -1;
}

static int read_facility(const struct conf_node *node, int *facility_r, struct err *e)
{
	const char *name = "user";

	if (conf_read_string(node, "facility", CONF_OPTIONAL, &name, e) != 0)
		return -1;
	*facility_r = syslog_facility_number(span_str(name));
	if (*facility_r >= 0)
		return 0;
	conf_err(e, conf_get(node, "facility"), "'%s' is no facility of syslog", name);
	return -1;
}

/* What leaves the machine is redacted, unless its owner says otherwise. */
static int read_syslog(const struct conf_node *node, struct settings_output *output, struct err *e)
{
	int framing = LINK_OCTET_COUNTING;
	int bad = check_name(node, output->name, e);

	output->spool_bytes = 64 << 20;
	bad |= settings_read_address(node, "to", &output->to, e);
	bad |= settings_read_tls(node, &output->tls, e);
	bad |= settings_read_word(node, "framing", CONF_OPTIONAL, settings_framings, &framing, e);
	bad |= conf_read_int(node, "spool_bytes", CONF_OPTIONAL, 64 << 10, 1LL << 40,
			     &output->spool_bytes, e);
	bad |= read_facility(node, &output->facility, e);
	output->framing = (enum link_framing)framing;
	if (bad != 0)
		return -1;
	if (!address_is_unix(&output->to) && conf_get(node, "redact") == NULL)
		output->redact = REDACT_ELEMENT;
	return check_receiver(node, output, e);
}

/* What controls alerts, and needs a format that makes such. */
static int read_control(const struct conf_node *node, struct settings_output *output, struct err *e)
{
	static const char *const names[] = { "window", "rate_limit" };
	int bad = 0;

	bad |= conf_read_int(node, names[0], CONF_OPTIONAL, 1, 86400, &output->window, e);
	bad |= conf_read_int(node, names[1], CONF_OPTIONAL, 1, 1000000000, &output->rate_limit, e);
	if (output->format == NULL || output->format->add_count != NULL)
		return bad;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (conf_get(node, names[i]) == NULL)
			continue;
		conf_err(
			e, conf_get(node, names[i]),
			"'%s' is for alerts: format \"%s\" passes records on, and every one counts",
			names[i], output->format->name);
		bad = -1;
	}
	return bad;
}

static int read_output(const struct conf_node *node, struct settings_output *output, struct err *e)
{
	static const char *const keys[] = { "name",	   "type",	"format", "select",
					    "redact",	   "with_text", "window", "rate_limit",
					    "path",	   "mode",	"owner",  "group",
					    "socket",	   "to",	"tls",	  "framing",
					    "spool_bytes", "facility",	NULL };
	static const struct setting_of uses[] = {
		{ "path", "file" },	 { "mode", "file" },	  { "owner", "file" },
		{ "group", "file" },	 { "socket", "journal" }, { "to", "syslog" },
		{ "tls", "syslog" },	 { "framing", "syslog" }, { "spool_bytes", "syslog" },
		{ "facility", "syslog" }
	};
	int type = -1;
	int select = SELECT_ALL;
	int redact = REDACT_NONE;
	int bad = 0;

	if (conf_type(node) != CONF_GROUP) {
		conf_err(e, node, "an output must be %s", conf_type_name(CONF_GROUP));
		return -1;
	}
	output->file = (struct sink_file_options){ -1, -1, -1 };
	bad |= conf_only(node, keys, e);
	bad |= settings_read_name(node, &output->name, e);
	bad |= settings_read_word(node, "type", CONF_REQUIRED, settings_output_types, &type, e);
	bad |= settings_read_word(node, "select", CONF_OPTIONAL, select_words, &select, e);
	bad |= settings_read_word(node, "redact", CONF_OPTIONAL, redact_words, &redact, e);
	bad |= conf_read_bool(node, "with_text", CONF_OPTIONAL, &output->with_text, e);
	bad |= read_format(node, output, e);
	bad |= read_control(node, output, e);
	output->select = (enum select)select;
	output->redact = (enum redact_mode)redact;
	if (type < 0)
		return -1;
	output->type = (enum output_type)type;
	bad |= settings_check_uses(node, uses, sizeof(uses) / sizeof(uses[0]), "an output",
				   settings_output_types[type], e);
	if (output->type == OUTPUT_FILE)
		bad |= read_file(node, output, e);
	if (output->type == OUTPUT_JOURNAL)
		bad |= read_journal(node, output, e);
	if (output->type == OUTPUT_SYSLOG)
		bad |= read_syslog(node, output, e);
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
		    settings_same_file(output->path, other->path)) {
			bool by_name = settings_same(output->path, other->path);

			conf_err(e, node, "there is an output to %s already%s%s", output->path,
				 by_name ? "" : ", as ", by_name ? "" : other->path);
		}
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
	for (size_t i = 0; i < settings->n_outputs; i++) {
		free(settings->outputs[i].path);
		free(settings->outputs[i].socket);
		address_fini(&settings->outputs[i].to);
		settings_free_tls(&settings->outputs[i].tls);
	}
	free(settings->outputs);
}

const char *settings_spool_path(struct buf *path, const struct settings *settings,
				const struct settings_output *output)
{
	buf_clear(path);
	buf_printf(path, "%s/%s" SPOOL_ENDING, settings->state, output->name);
	return buf_str(path);
}

bool settings_same_destination(const struct settings_output *a, const struct settings_output *b)
{
	return a->type == OUTPUT_SYSLOG && b->type == OUTPUT_SYSLOG &&
	       a->to.transport == b->to.transport && settings_same_address(&a->to, &b->to) &&
	       a->framing == b->framing;
}

bool settings_same_receiver(const struct settings_output *a, const struct settings_output *b)
{
	return settings_same_destination(a, b) && a->to.transport != TRANSPORT_TLS &&
	       settings_same(a->name, b->name) && a->spool_bytes == b->spool_bytes;
}
