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
 *   lines     the lines of a descriptor
 *   pipeline  and pipeline_*: batches, workers, order, what a sink did not take
 *   process   the records of one batch
 *   stream    what an input's records share stats     what is counted
 *   format    and format_*: how records look; the pieces of JSON are format_parts, and
 *             those that findings have in common kept in format_memo, and what
 *             is said of values that come again in format_values
 *   cuts      a batch's records, and what a first look says of them
 *   output    which records go where, and how    envelope  and envelope_*: as messages
 *   alerts    and alerts_*: grouped, limited counters  names and types of what is counted
 *   scan      a list of paths, to the end  carried   the purpose that a record names
 *   progress  the line on a terminal        outgoing  what a batch has for an output
 *   serve     and serve_*: the daemon       setup     and setup_*: its streams and outputs
 *   warm      what nobody should wait for
 *   loop      sd-event                      port      and port_*: one input of the loop
 *   service   what systemd is told        turn      who is given a processor soon
 *
 * engine/   bytes in, findings and verdicts out; no input, no output
 *   engine    all of it, loaded             plan      what purposes look for
 *   policy    the table; decide()           policy_load  and policy_load_*: its file
 *   rules     and rules_*: the catalogue    examples  every rule proves itself
 *   decode    and decode_*: escapes undone, layer by layer
 *   finder    and finder_match: where to look; what it is made of: finder_build, finder_parts,
 *             finder_window; what texts lack some bytes need not be asked: finder_cuts
 *   confirm   is it really there          head      and head_*: where its own text begins
 *   byte_set  sets of bytes                 pattern   and pattern_*: patterns as trees; what
 *             stands next in them is pattern_first, how many blanks pattern_blanks,
 *             where a match may start pattern_starts, pattern_starts_walk
 *   anchor    and anchor_*: what every match contains
 *   shape     and shape_*: anchors as programs over bitmaps
 *   sieve     and sieve_*: the pass over all bytes, by processor
 *   prescan   and prescan_*: a fast first look at many; what it must look for is prescan_goal
 *   rule_anchors  those of all rules        rule_finders  what looks for all of them
 *   words     lists that rules have in common
 *   pcre      PCRE2
 *   regex     a pattern                     regex_form  compiled, when it is worth it
 *   regex_match  where it matches           regex_made  what PCRE2 is to see of it:
 *   regex_factor  what alternatives have in common
 *   regex_share   lookaheads that patterns have in common
 *   regex_words   and regex_words_*: long lists in them as tables, regex_table
 *   validate  and validate_*: checksums
 *   batch_search  many records at once      candidates  in order of rules
 *   layer_lines  layers one behind another  layer_near  what of them must be searched
 *   order     which rules are asked first
 *   classify  findings of a record and its verdict
 *   claims    which of the values that overlap stand
 *   mask, mask_pseudonym  how values are told  redact    text with values taken out
 *   element   how values may be shown       timestamp, timestamp_add  when it was written
 *   rules_builtin  the rules in the binary  prepared  what is known of them when it is built
 *   embedded  the policy in the binary
 *
 * io/       bytes from and to the world; no idea what they mean
 *   tail      and tail_*: files that grow    watch     what happens in folders
 *   position  how far a file was read       fingerprint  how a file begins
 *   input_journal  sd-journal                wake      several things to wait for
 *   state     the folder of checkpoints     troubles  what is wrong, said once
 *   walk      PATH arguments -> files       members   a file -> its streams
 *   source, reader, codec*, unpack*, magic, label: below members
 *   pipe      room in pipes
 *   framing   bytes -> records              syslog    message headers
 *   cutter    a connection -> messages      socket    what senders find
 *   connection one sender                   crowd     all of them, and who is let in;
 *                                           crowd_begun  what they hold
 *   origin    what is known beside them     input     and input_*: sockets of messages
 *   udp       what the kernel keeps of one
 *   address   where a socket is             tls       OpenSSL
 *   sink      and sink_*: where output goes link      a connection to a receiver
 *   spool     and spool_*: on disk          doubt     sent, but arrived?
 *
 * base/     span, buf, mem, err, log, seldom, conf and conf_*, json, utf8, visible,
 *           words, hash, clock, grace, mapped
 *
 * prepare.c a program of its own, which the build runs on the built-in rules: what
 *           engine/prepared has of them
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/cmd/cmd.h>
#include <purposed/cmd/common.h>

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

static enum status print_version(struct err *e)
{
	printf("purposed %s\n", PURPOSED_VERSION);
	return common_flush(e) == 0 ? STATUS_OK : STATUS_TROUBLE;
}

/* cmd: NULL for that of the whole. */
static enum status print_help(const struct cmd *cmd, struct err *e)
{
	if (cmd != NULL)
		cmd_print_help(cmd);
	else
		cmd_print_usage();
	return common_flush(e) == 0 ? STATUS_OK : STATUS_TROUBLE;
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
		status = print_help(cmd, &e);
	} else if (options.version) {
		status = print_version(&e);
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

static void set_signals(void)
{
	/* A reader that goes away ends us quietly, whatever our parent thinks of SIGPIPE. */
	signal(SIGPIPE, SIG_DFL);
	/* A file that may not grow further is an error of writing, as a full disk is. */
	signal(SIGXFSZ, SIG_IGN);
}

/* Records are in our memory; it must not come to lie about on disks. */
static void prevent_core_dumps(void)
{
	const struct rlimit none = { 0, 0 };

	/* The limit does not hold where a program takes the dumps; the flag does. */
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

/* Unless told the zone, mktime(3) looks after its file at every call. */
static void name_time_zone(void)
{
	setenv("TZ", ":/etc/localtime", 0);
}

static bool is_option(const char *word, const char *brief, const char *full)
{
	return strcmp(word, brief) == 0 || strcmp(word, full) == 0;
}

/* What the whole is asked, not a command. */
static enum status answer(const char *word)
{
	struct err e = { 0 };
	enum status status;

	if (is_option(word, "-h", "--help"))
		status = print_help(NULL, &e);
	else if (is_option(word, "-V", "--version"))
		status = print_version(&e);
	else
		return usage_error(word[0] == '-' ? "no command stands before the option"
						  : "there is no command",
				   word);
	err_print(&e);
	err_fini(&e);
	return status;
}

int main(int argc, char **argv)
{
	const struct cmd *cmd;

	secure_descriptors();
	set_signals();
	prevent_core_dumps();
	name_time_zone();

	if (argc < 2)
		return usage_error("which command?", NULL);
	cmd = cmd_find(argv[1]);
	if (cmd == NULL)
		return answer(argv[1]);
	return run(cmd, argc - 1, argv + 1);
}
