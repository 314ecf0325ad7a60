#include <purposed/cmd/cmd.h>

#include <stdio.h>
#include <string.h>

static const struct cmd *const cmds[] = {
	&cmd_filter, &cmd_scan, &cmd_serve, &cmd_check, &cmd_explain, &cmd_policy, &cmd_rules,
};

enum { N_CMDS = sizeof(cmds) / sizeof(cmds[0]) };

const struct cmd *cmd_find(const char *name)
{
	for (size_t i = 0; i < N_CMDS; i++) {
		if (strcmp(cmds[i]->name, name) == 0)
			return cmds[i];
	}
	return NULL;
}

void cmd_print_usage(void)
{
	printf("usage: purposed COMMAND [OPTION]... [ARGUMENT]...\n\n"
	       "Finds personal data in log records and flags what the declared purpose of\n"
	       "processing does not permit.\n\n"
	       "commands:\n");
	for (size_t i = 0; i < N_CMDS; i++)
		printf("  %-9s %s\n", cmds[i]->name, cmds[i]->summary);
	printf("\noptions of every command:\n");
	options_print(0);
	printf("\nexit status: 0 nothing flagged, 1 something flagged, 2 trouble\n"
	       "`purposed COMMAND -h` tells more of one command; purposed(8) is the manual.\n");
}

void cmd_print_help(const struct cmd *cmd)
{
	printf("usage: purposed %s [OPTION]...%s%s\n\n%s\n", cmd->name,
	       cmd->arguments[0] != '\0' ? " " : "", cmd->arguments, cmd->summary);
	if (cmd->help != NULL)
		printf("\n%s", cmd->help);
	if (cmd->takes != 0) {
		printf("\noptions:\n");
		options_print(cmd->takes);
	}
	printf("\noptions of every command:\n");
	options_print(0);
}
