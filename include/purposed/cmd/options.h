/*
 * options: the command line, parsed from one table.
 */
#ifndef PURPOSED_CMD_OPTIONS_H
#define PURPOSED_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <purposed/base/err.h>
#include <purposed/engine/redact.h>
#include <purposed/run/pipeline.h>

/* Groups of options that a command may take; the global ones are taken by all. */
enum {
	OPTIONS_PURPOSE = 1 << 0, /* -p */
	OPTIONS_KIND = 1 << 1,	  /* --kind */
	OPTIONS_OUTPUT = 1 << 2,  /* -o, --select, --redact, --with-text */
	OPTIONS_LANG = 1 << 3,	  /* --lang */
	OPTIONS_JSON = 1 << 4,	  /* --json */
};

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* All strings are borrowed from argv. */
struct options {
	const char **purposes;
	size_t n_purposes;
	const struct format *format; /* NULL: the command's default */
	int select;		     /* enum select, or -1: the command's default */
	enum redact_mode redact;
	bool with_text;
	const char *kind;
	unsigned jobs; /* 0: the command's default */
	bool english;
	bool json;
	const char *config;
	const char *policy;
	const char *rules;
	bool oracle;	 /* --engine pcre2 */
	const char *cpu; /* --cpu; NULL: the best */
	bool strict;
	bool dump_config;
	bool quiet;
	int verbose;
	enum color_when color;
	bool exit_zero;
	bool help;
	bool version;
	const char *const *operands;
	size_t n_operands;
};

/*
 * Parses the arguments behind the command's name (argv[0] is that name).
 * takes: which groups the command knows; help_of names it in messages.
 */
int options_parse(struct options *options, unsigned takes, int argc, char **argv, struct err *e);
void options_fini(struct options *options);

/* Prints the lines of the options in takes (or the global ones for 0). */
void options_print(unsigned takes);

/* Whether output to that descriptor is to be coloured. */
bool options_color(const struct options *options, int fd);

#endif
