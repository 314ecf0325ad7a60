/*
 * purposed: finds personal data in log records, and says whether the purpose
 * of their processing permits it.
 *
 * The map of the house.  Arrows go down only: main -> cmd -> run -> {engine,
 * io} -> base; engine and io do not know each other; `make check` holds this.
 *
 * cmd/      one file per command: filter, scan, serve, check, explain, policy, rules; and
 *   cmd       their table and help
 *   options   the command line
 *   common    what several commands share
 *
 * run/      where engine and io meet
 *   settings  and settings_*: the configuration file
 *   session   settings + engine + keys
 *   feed      bytes of a stream -> batches  overlong  a line larger than a batch
 *   source_fd a descriptor that is fed      torn      a record that its input broke off
 *   pipeline  batches, workers, order       process   the records of one batch
 *   stream    what an input's records share stats     what is counted
 *   format    and format_*: how records look  scan      a list of paths, to the end
 *   progress  the line on a terminal
 *   serve     the daemon                    setup     its inputs and outputs, opened
 *   loop      sd-event                      port      one input of the loop
 *   service   what systemd is told
 *
 * engine/   bytes in, findings and verdicts out; no input, no output
 *   engine    all of it, loaded             policy_load  a table's file
 *   policy    the table; decide()           plan      what purposes look for
 *   rules     the catalogue                 examples  every rule proves itself
 *   decode    escapes undone, layer by layer
 *   finder    where to look                 confirm   is it really there
 *   regex     PCRE2                         validate  and validate_*: checksums
 *   classify  findings of a record and its verdict
 *   claims    which of the values that overlap stand
 *   mask      samples, pseudonyms           redact    text with values taken out
 *   element   how values may be shown       timestamp when a record was written
 *   embedded  policy and rules in the binary
 *
 * io/       bytes from and to the world; no idea what they mean
 *   walk      PATH arguments -> files       members   a file -> its streams
 *   source, reader, codec*, unpack, magic, label: below members
 *   framing   bytes -> records              syslog    message headers
 *   sink      and sink_*: where output goes input_syslog  a socket of messages
 *
 * base/     span, buf, mem, err, log, conf, json, utf8, visible, words
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/cmd/cmd.h>

static enum status usage_error(const char *what, const char *word)
{
	struct err e = { 0 };

	if (word != NULL)
		err_add(&e, "%s '%s' (see: purposed -h)", what, word);
	else
		err_add(&e, "%s (see: purposed -h)", what);
	err_print(&e);
	err_fini(&e);
	return STATUS_TROUBLE;
}

static void print_version(void)
{
	printf("purposed %s\n", PURPOSED_VERSION);
}

static void apply(const struct options *options)
{
	if (options->quiet)
		log_set_level(LOG_LEVEL_WARNING);
	if (options->verbose != 0)
		log_set_level(options->verbose > 1 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
}

static enum status run(const struct cmd *cmd, int argc, char **argv)
{
	struct options options;
	struct err e = { 0 };
	enum status status = STATUS_OK;

	if (options_parse(&options, cmd->takes, argc, argv, &e) != 0) {
		status = STATUS_TROUBLE;
	} else if (options.help) {
		cmd_print_help(cmd);
	} else if (options.version) {
		print_version();
	} else {
		apply(&options);
		status = cmd->run(&options, &e);
		if (status == STATUS_FLAGGED && options.exit_zero)
			status = STATUS_OK;
	}
	err_print(&e);
	err_fini(&e);
	options_fini(&options);
	return status;
}

/*
 * A descriptor from 0 to 2 that is closed would be the next file we open, and
 * what we print would go into it.  They are filled so that reading standard
 * input and writing the others fail as they would have.
 */
static void secure_descriptors(void)
{
	for (int wanted = STDIN_FILENO; wanted <= STDERR_FILENO; wanted++) {
		if (fcntl(wanted, F_GETFD) < 0 &&
		    open("/dev/null", wanted == STDIN_FILENO ? O_WRONLY : O_RDONLY) != wanted)
			_exit(STATUS_TROUBLE);
	}
}

int main(int argc, char **argv)
{
	const struct cmd *cmd;

	secure_descriptors();

	if (argc < 2)
		return usage_error("which command?", NULL);
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
		cmd_print_usage();
		return STATUS_OK;
	}
	if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0) {
		print_version();
		return STATUS_OK;
	}
	cmd = cmd_find(argv[1]);
	if (cmd == NULL)
		return usage_error("there is no command", argv[1]);
	return run(cmd, argc - 1, argv + 1);
}
