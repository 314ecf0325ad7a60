/*
 * Configurations in which the daemon would read what it has written: each alert
 * would be a record, and bring forth the next.
 */
#include <purposed/run/settings_private.h>

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <purposed/io/state.h>
#include <purposed/run/alerts.h>

/* --- The journal ---------------------------------------------------------------- */

/* The namespace of a journal whose path has it behind a dot: "" where it has none. */
static struct span namespace_in(const char *path, const char *before)
{
	const char *start = path + strlen(before);

	if (strncmp(path, before, strlen(before)) != 0)
		return span_str("");
	start += strcspn(start, "./");
	return *start == '.' ? span_of(start + 1, strcspn(start + 1, "/")) : span_str("");
}

/* Whether the input reads the journal that the output writes to, as far as paths tell. */
static bool same_journal(const struct settings_input *input, const struct settings_output *output)
{
	static const char *const folders[] = { "/var/log/journal/", "/run/log/journal/" };
	struct span theirs = namespace_in(output->socket, "/run/systemd/journal");

	if (strncmp(output->socket, "/run/systemd/journal", 20) != 0)
		return false; /* no journal of systemd's, or one that nobody knows */
	if (input->path == NULL)
		return theirs.len == 0;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (strncmp(input->path, folders[i], strlen(folders[i])) == 0)
			return span_equal(theirs, namespace_in(input->path, folders[i]));
		if (settings_same_path(input->path, folders[i]))
			return true;
	}
	return false;
}

/* Fields of which an entry has one value, and which value ours have. */
static const struct {
	const char *field; /* with its '=' */
	const char *ours;
} identities[] = {
	{ "SYSLOG_IDENTIFIER=", "purposed" },
	{ "_SYSTEMD_UNIT=", "purposed.service" },
	{ "_COMM=", "purposed" },
	{ "_TRANSPORT=", "journal" },
};

/* Whether matches of that field are there, and none of them is for our entries. */
static bool excludes(const struct settings_ids *match, const char *field, const char *ours)
{
	bool any = false;

	for (size_t i = 0; i < match->n; i++) {
		if (strncmp(match->ids[i], field, strlen(field)) != 0)
			continue;
		any = true;
		if (strcmp(match->ids[i] + strlen(field), ours) == 0)
			return false;
	}
	return any;
}

/* Matches of different fields must all fit; "+" makes alternatives, of which any may. */
static bool leaves_us_out(const struct settings_ids *match)
{
	for (size_t i = 0; i < match->n; i++) {
		if (strcmp(match->ids[i], "+") == 0)
			return false;
	}
	for (size_t i = 0; i < sizeof(identities) / sizeof(identities[0]); i++) {
		if (excludes(match, identities[i].field, identities[i].ours))
			return true;
	}
	return false;
}

/* --- Files ------------------------------------------------------------------------ */

static bool reads_file(const struct settings_input *input, const char *path)
{
	if (input->path == NULL || path == NULL)
		return false;
	if (input->type == INPUT_FIFO)
		return settings_same_file(input->path, path);
	return input->type == INPUT_TAIL && settings_takes_in(input->path, path);
}

/* --- Receivers that are ourselves ------------------------------------------------- */

/* As sets: which of the two a name of this machine has an address of. */
enum { NEITHER = 0, IPV4 = 1, IPV6 = 2, BOTH = IPV4 | IPV6 };

static bool is_our_name(const char *host)
{
	char name[256] = "";

	return gethostname(name, sizeof(name) - 1) == 0 && strcasecmp(host, name) == 0;
}

/* Who listens there is reached by every address of the machine, at :: those of IPv4, too. */
static unsigned every_address(const char *host)
{
	if (strcmp(host, "*") == 0 || strcmp(host, "::") == 0)
		return BOTH;
	return strcmp(host, "0.0.0.0") == 0 ? IPV4 : NEITHER;
}

/* What `localhost` may stand for. */
static unsigned localhost(const char *host)
{
	if (strcasecmp(host, "localhost") == 0)
		return BOTH;
	if (strcmp(host, "127.0.0.1") == 0)
		return IPV4;
	return strcmp(host, "::1") == 0 ? IPV6 : NEITHER;
}

/* What is sent there stays on this machine. */
static unsigned ourselves(const char *host)
{
	if (is_our_name(host))
		return BOTH;
	return localhost(host) | every_address(host) |
	       (strncmp(host, "127.", 4) == 0 ? IPV4 : NEITHER);
}

/* Whether what is sent to the one is received at the other; no name service is asked. */
static bool arrives_at(const struct address *to, const struct address *listen)
{
	if (settings_same_address(listen, to))
		return true;
	if (listen->host == NULL || to->host == NULL || listen->transport != to->transport ||
	    strcmp(listen->port, to->port) != 0)
		return false;
	return (every_address(listen->host) & ourselves(to->host)) != 0 ||
	       (localhost(listen->host) & localhost(to->host)) != 0;
}

/* --- The state folder ------------------------------------------------------------- */

/* There are many of them: of links that lead to one, those of its folder are looked for. */
static bool reads_state(const struct settings_input *input, const char *path)
{
	return input->type == INPUT_TAIL && settings_takes_in_name(input->path, path);
}

/* Puts the path of what there is of the output into path; false: the input reads none of it. */
static bool reads_output_state(const struct settings_input *input, const struct settings *settings,
			       const struct settings_output *output, struct buf *path)
{
	struct buf name = { 0 };
	bool reads;

	alerts_add_state_name(&name, output->name);
	reads = reads_state(input, state_checkpoint_path(path, settings->state, buf_str(&name)));
	buf_fini(&name);
	return reads || (output->type == OUTPUT_SYSLOG &&
			 reads_state(input, settings_spool_path(path, settings, output)));
}

/* Each checkpoint, or message in a spool, would be a new text, and bring forth the next. */
static int check_state(const struct settings_input *input, const struct settings *settings,
		       struct err *e)
{
	struct buf path = { 0 };
	bool reads = false;

	for (size_t i = 0; i < settings->n_inputs && !reads; i++)
		reads = reads_state(input, state_checkpoint_path(&path, settings->state,
								 settings->inputs[i].name));
	for (size_t i = 0; i < settings->n_outputs && !reads; i++)
		reads = reads_output_state(input, settings, &settings->outputs[i], &path);
	if (reads)
		conf_err(e, input->node, "input '%s' would read what the daemon itself keeps in %s",
			 input->name, buf_str(&path));
	buf_fini(&path);
	return reads ? -1 : 0;
}

/* --- All ---------------------------------------------------------------------------- */

static int check_pair(const struct settings_input *input, const struct settings_output *output,
		      struct err *e)
{
	if (input->type == INPUT_JOURNAL && output->type == OUTPUT_JOURNAL &&
	    same_journal(input, output) && !leaves_us_out(&input->match)) {
		conf_err(e, input->node,
			 "input '%s' would read back what output '%s' writes to the journal: "
			 "'match' must leave it out, as with \"_SYSTEMD_UNIT=...\"",
			 input->name, output->name);
		return -1;
	}
	if (output->type == OUTPUT_FILE && reads_file(input, output->path)) {
		conf_err(e, input->node, "input '%s' would read back what output '%s' writes to %s",
			 input->name, output->name, output->path);
		return -1;
	}
	if (input->type == INPUT_SYSLOG && output->type == OUTPUT_SYSLOG &&
	    arrives_at(&output->to, &input->listen)) {
		conf_err(e, input->node, "output '%s' would send to input '%s'", output->name,
			 input->name);
		return -1;
	}
	return 0;
}

int settings_check_loops(const struct settings *settings, struct err *e)
{
	int bad = 0;

	for (size_t i = 0; i < settings->n_inputs; i++) {
		bad |= check_state(&settings->inputs[i], settings, e);
		for (size_t j = 0; j < settings->n_outputs; j++)
			bad |= check_pair(&settings->inputs[i], &settings->outputs[j], e);
	}
	return bad;
}
