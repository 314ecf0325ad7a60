/*
 * One row per option says everything of it but what it does; what it does is
 * one case in take().  Help and parser both read the rows.
 */
#include <purposed/cmd/options.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/base/words.h>

enum { JOBS_MAX = 256, FIRST_LONG = 256 };

enum option_id {
	OPT_PURPOSE = 'p',
	OPT_FORMAT = 'o',
	OPT_JOBS = 'j',
	OPT_CONFIG = 'c',
	OPT_QUIET = 'q',
	OPT_VERBOSE = 'v',
	OPT_HELP = 'h',
	OPT_VERSION = 'V',
	OPT_SELECT = FIRST_LONG,
	OPT_REDACT,
	OPT_WITH_TEXT,
	OPT_KIND,
	OPT_LANG,
	OPT_JSON,
	OPT_POLICY,
	OPT_RULES,
	OPT_ENGINE,
	OPT_CPU,
	OPT_STRICT,
	OPT_DUMP_CONFIG,
	OPT_COLOR,
	OPT_EXIT_ZERO,
};

struct option_row {
	int id; /* a character: also the short option */
	const char *name;
	unsigned group;	      /* 0: global */
	const char *argument; /* NULL: none; "[=X]": optional */
	const char *what;
};

static const struct option_row rows[] = {
	{ OPT_PURPOSE, "purpose", OPTIONS_PURPOSE, "PURPOSE",
	  "a purpose for which the records are processed; repeatable" },
	{ OPT_FORMAT, "output", OPTIONS_OUTPUT, "FORMAT",
	  "tag, json, record, text, ecs, ocsf or cef" },
	{ OPT_SELECT, "select", OPTIONS_OUTPUT, "WHICH",
	  "all, personal (any finding) or flagged records" },
	{ OPT_REDACT, "redact", OPTIONS_OUTPUT, "[=pseudonym]",
	  "replace flagged values by <element>" },
	{ OPT_WITH_TEXT, "with-text", OPTIONS_OUTPUT, NULL,
	  "write text and values in json, text, ecs, ocsf and cef, unmasked" },
	{ OPT_KIND, "kind", OPTIONS_KIND, "KIND",
	  "what the records are, such as web-traffic-log; else recognised" },
	{ OPT_LANG, "lang", OPTIONS_LANG, "nl|en", "language of the policy's words (nl)" },
	{ OPT_JSON, "json", OPTIONS_JSON, NULL, "for programs" },
	{ OPT_CONFIG, "config", 0, "FILE", "configuration file" },
	{ OPT_POLICY, "policy", 0, "FILE", "policy instead of the built-in Annex I" },
	{ OPT_RULES, "rules", 0, "DIR", "rule files instead of the built-in ones" },
	{ OPT_ENGINE, "engine", 0, "auto|pcre2",
	  "pcre2: every rule at every byte, slowly; finds the same" },
	{ OPT_JOBS, "jobs", 0, "N", "threads that search (filter, scan, serve)" },
	{ OPT_CPU, "cpu", 0, "LEVEL",
	  "of the processor: auto, avx512-gather, avx512, avx2, baseline (for tests)" },
	{ OPT_STRICT, "strict", 0, NULL,
	  "a slow rule is an error; of `purposed check`, every warning" },
	{ OPT_DUMP_CONFIG, "dump-config", 0, NULL, "print the settings in force and exit" },
	{ OPT_COLOR, "color", 0, "WHEN", "auto, always or never" },
	{ OPT_EXIT_ZERO, "exit-zero", 0, NULL,
	  "exit with 0 instead of 1 when records are flagged" },
	{ OPT_QUIET, "quiet", 0, NULL, "no progress, no summary" },
	{ OPT_VERBOSE, "verbose", 0, NULL, "say by what records are judged, and what was counted" },
	{ OPT_HELP, "help", 0, NULL, "this help" },
	{ OPT_VERSION, "version", 0, NULL, "version" },
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

/* The index of value in words, or -1 and a message. */
static int choice(const struct option_row *row, const char *value, const char *const words[],
		  struct err *e)
{
	int which = words_find(words, value);
	struct buf list = { 0 };

	if (which < 0) {
		words_add(&list, words);
		err_add(e, "--%s: '%s' is none of %s", row->name, value, buf_str(&list));
		buf_fini(&list);
	}
	return which;
}

static int take_jobs(struct options *o, const char *value, struct err *e)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (end == value || *end != '\0' || n < 1 || n > JOBS_MAX) {
		err_add(e, "--jobs: '%s' is no number from 1 to %d", value, JOBS_MAX);
		return -1;
	}
	o->jobs = (unsigned)n;
	return 0;
}

static int take_redact(struct options *o, const struct option_row *row, const char *value,
		       struct err *e)
{
	/* Not to redact is not to say it. */
	int which = value == NULL ? 0 : choice(row, value, redact_words + REDACT_ELEMENT, e);

	o->redact = (enum redact_mode)(REDACT_ELEMENT + which);
	return which < 0 ? -1 : 0;
}

/* An empty one is a variable of a script that is not set. */
static int take_path(const char **path_r, const struct option_row *row, const char *value,
		     struct err *e)
{
	if (value[0] == '\0') {
		err_add(e, "--%s: '' names no file", row->name);
		return -1;
	}
	*path_r = value;
	return 0;
}

static int take_format(struct options *o, const char *value, struct err *e)
{
	o->format = format_find(value);
	if (o->format == NULL) {
		err_add(e, "--output: '%s' is none of %s", value, format_names());
		return -1;
	}
	return 0;
}

static int take(struct options *o, const struct option_row *row, const char *value, struct err *e)
{
	static const char *const langs[] = { "nl", "en", NULL };
	static const char *const engines[] = { "auto", "pcre2", NULL };
	static const char *const colors[] = { "auto", "always", "never", NULL };
	int which = 0;

	switch (row->id) {
	case OPT_PURPOSE: o->purposes[o->n_purposes++] = value; break;
	case OPT_FORMAT: return take_format(o, value, e);
	case OPT_SELECT: which = o->select = choice(row, value, select_words, e); break;
	case OPT_REDACT: return take_redact(o, row, value, e);
	case OPT_WITH_TEXT: o->with_text = true; break;
	case OPT_KIND: o->kind = value; break;
	case OPT_JOBS: return take_jobs(o, value, e);
	case OPT_LANG:
		which = choice(row, value, langs, e);
		o->english = which == 1;
		break;
	case OPT_JSON: o->json = true; break;
	case OPT_CONFIG: return take_path(&o->config, row, value, e);
	case OPT_POLICY: return take_path(&o->policy, row, value, e);
	case OPT_RULES: return take_path(&o->rules, row, value, e);
	case OPT_ENGINE:
		which = choice(row, value, engines, e);
		o->oracle = which == 1;
		break;
	case OPT_CPU: o->cpu = value; break;
	case OPT_STRICT: o->strict = true; break;
	case OPT_DUMP_CONFIG: o->dump_config = true; break;
	case OPT_COLOR:
		which = choice(row, value, colors, e);
		o->color = (enum color_when)which;
		break;
	case OPT_EXIT_ZERO: o->exit_zero = true; break;
	case OPT_QUIET: o->quiet = true; break;
	case OPT_VERBOSE: o->verbose++; break;
	case OPT_HELP: o->help = true; break;
	case OPT_VERSION: o->version = true; break;
	default: break;
	}
	return which < 0 ? -1 : 0;
}

static void build_tables(char *shorts, struct option *longs)
{
	*shorts++ = ':'; /* getopt reports a missing argument as ':' and prints nothing */
	for (size_t i = 0; i < N_ROWS; i++) {
		const char *argument = rows[i].argument;

		longs[i] = (struct option){ .name = rows[i].name, .val = rows[i].id };
		if (argument != NULL)
			longs[i].has_arg =
				argument[0] == '[' ? optional_argument : required_argument;
		if (rows[i].id < FIRST_LONG) {
			*shorts++ = (char)rows[i].id;
			if (argument != NULL)
				*shorts++ = ':';
		}
	}
	*shorts = '\0';
	longs[N_ROWS] = (struct option){ 0 };
}

static const struct option_row *row_of(int id)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].id == id)
			return &rows[i];
	}
	return NULL;
}

static int report_bad(int code, char **argv, struct err *e)
{
	if (optopt > 0 && optopt < FIRST_LONG && row_of(optopt) == NULL)
		err_add(e, "unknown option -%c (see: purposed %s -h)", optopt, argv[0]);
	else if (optopt > 0 && code == '?')
		err_add(e, "'%s': that option takes no value (see: purposed %s -h)",
			argv[optind - 1], argv[0]);
	else
		err_add(e, "%s '%s' (see: purposed %s -h)",
			code == ':' ? "an argument is missing behind" : "unknown option",
			argv[optind - 1], argv[0]);
	return -1;
}

/* Behind a blank the word is an operand: a file, that is, and there is none of that name. */
static int check_redact(const struct options *o, struct err *e)
{
	if (o->redact != REDACT_ELEMENT)
		return 0;
	for (size_t i = 0; i < o->n_operands; i++) {
		const char *word = o->operands[i];

		if (words_find(redact_words, word) < 0 || access(word, F_OK) == 0)
			continue;
		err_add(e,
			"there is no file '%s'; for redaction write --redact=%s, without a blank",
			word, word);
		return -1;
	}
	return 0;
}

int options_parse(struct options *o, unsigned takes, int argc, char **argv, struct err *e)
{
	char shorts[2 * N_ROWS + 2];
	struct option longs[N_ROWS + 1];
	int bad = 0;
	int code;

	*o = (struct options){ .select = -1 };
	o->purposes = mem_new((size_t)argc, sizeof(*o->purposes));
	build_tables(shorts, longs);
	optind = 1;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_row *row = row_of(code);

		if (row == NULL) {
			bad |= report_bad(code, argv, e);
		} else if (row->group != 0 && (row->group & takes) == 0) {
			err_add(e, "option --%s is not for this command (see: purposed %s -h)",
				row->name, argv[0]);
			bad = -1;
		} else {
			bad |= take(o, row, optarg, e);
		}
	}
	o->operands = (const char *const *)argv + optind;
	o->n_operands = (size_t)(argc - optind);
	return bad | check_redact(o, e);
}

void options_fini(struct options *options)
{
	free(options->purposes);
	options->purposes = NULL;
}

void options_print(unsigned takes)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		char left[64];
		const char *argument = rows[i].argument != NULL ? rows[i].argument : "";
		const char *space = argument[0] != '\0' && argument[0] != '[' ? " " : "";

		if (takes == 0 ? rows[i].group != 0 : (rows[i].group & takes) == 0)
			continue;
		if (rows[i].id < FIRST_LONG)
			snprintf(left, sizeof(left), "-%c, --%s%s%s", rows[i].id, rows[i].name,
				 space, argument);
		else
			snprintf(left, sizeof(left), "    --%s%s%s", rows[i].name, space, argument);
		printf("  %-28s %s\n", left, rows[i].what);
	}
}

bool options_color(const struct options *options, int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return isatty(fd) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}
