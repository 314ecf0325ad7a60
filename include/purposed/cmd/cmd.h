/*
 * cmd: the commands, one file each.
 *
 * To add one: write daemon/cmd/NAME.c with its struct cmd, and name it in the
 * table of cmd.c.
 */
#ifndef PURPOSED_CMD_CMD_H
#define PURPOSED_CMD_CMD_H

#include <purposed/base/err.h>
#include <purposed/cmd/options.h>

/* What a command ends with, as diff(1) does. */
enum status {
	STATUS_OK = 0,	    /* nothing flagged */
	STATUS_FLAGGED = 1, /* something flagged; --exit-zero makes it 0 */
	STATUS_TROUBLE = 2, /* usage, configuration, input or output */
};

struct cmd {
	const char *name;
	const char *arguments; /* as in the usage line, behind the options */
	const char *summary;   /* one line */
	const char *help;      /* more lines, each ended by '\n'; or NULL */
	unsigned takes;	       /* OPTIONS_ bits of options.h */
	/* STATUS_TROUBLE comes with messages in e, unless they were logged. */
	enum status (*run)(const struct options *options, struct err *e);
};

extern const struct cmd cmd_filter;
extern const struct cmd cmd_scan;
extern const struct cmd cmd_serve;
extern const struct cmd cmd_check;
extern const struct cmd cmd_explain;
extern const struct cmd cmd_policy;
extern const struct cmd cmd_rules;

/* By name, or NULL. */
const struct cmd *cmd_find(const char *name);

/* The list of commands, and what all of them take; to standard output. */
void cmd_print_usage(void);

/* One command's usage and options. */
void cmd_print_help(const struct cmd *cmd);

#endif
