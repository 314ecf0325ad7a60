/*
 * settings: the configuration file (purposed.conf(5)), read and checked.
 *
 * A setting of one value is one row of a table in settings_table.c: name, type,
 * range, default, unit, what it does.  The table drives reading, `--dump-config`
 * and the check for unknown names.
 *
 * Every mistake is reported with file and line.  Immutable once read; strings
 * are the settings' own.
 */
#ifndef PURPOSED_RUN_SETTINGS_H
#define PURPOSED_RUN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <purposed/base/conf.h>
#include <purposed/base/err.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/redact.h>
#include <purposed/io/address.h>
#include <purposed/io/sink.h>
#include <purposed/io/tls.h>
#include <purposed/run/pipeline.h>
#include <purposed/run/stream.h>

/* A list of ids, with the place where they stand. */
struct settings_ids {
	const char **ids;
	size_t n;
	char *where; /* "file:line", or NULL where they are not set */
};

/* { app = "sshd"; host = "www*"; purposes = [ ... ]; } */
struct settings_bind {
	struct stream_selector selector;
	struct settings_ids purposes;
};

/* { cert = "..."; key = "..."; ca = "..."; peers = [ ... ]; }; paths are resolved */
struct settings_tls {
	const struct conf_node *node; /* NULL: not set */
	char *cert, *key, *ca;	      /* or NULL */
	struct settings_ids peers;    /* globs of names that a certificate must have one of */
};

enum input_type { INPUT_STDIN, INPUT_SYSLOG, INPUT_TAIL, INPUT_FIFO, INPUT_JOURNAL };

enum input_from { FROM_END, FROM_START };

struct settings_input {
	const struct conf_node *node; /* the group that says all this */
	const char *name;
	enum input_type type;
	struct address listen;	 /* syslog; a path is resolved */
	long long receive_bytes; /* syslog: of a datagram socket's queue; 0: the system's */
	struct settings_tls tls; /* syslog */
	size_t message_bytes, connections; /* of `limits`, for it */
	/* Resolved.  tail: a glob; fifo; journal: a folder or a file, NULL: the machine's. */
	char *path;
	enum input_from from;	   /* tail, journal: where to begin at the first start */
	struct settings_ids match; /* journal */
	const char *kind;
	struct settings_ids purposes;
	struct settings_bind *binds;
	size_t n_binds;
	bool trust_record_purpose;
	struct settings_ids allow_purposes;
};

enum output_type { OUTPUT_STDOUT, OUTPUT_FILE, OUTPUT_JOURNAL, OUTPUT_SYSLOG };

struct settings_output {
	const char *name;
	enum output_type type;
	char *path;		       /* file */
	const char *owner, *group;     /* file, as written, or NULL */
	struct sink_file_options file; /* file */
	char *socket;		       /* journal */
	struct address to;	       /* syslog; a path is resolved */
	struct settings_tls tls;       /* syslog */
	enum link_framing framing;     /* syslog */
	long long spool_bytes;	       /* syslog */
	int facility;		       /* syslog */
	const struct format *format;
	enum select select;
	enum redact_mode redact;
	bool with_text;
	long long window;     /* seconds; 0: none */
	long long rate_limit; /* lines a minute; 0: none */
};

struct settings {
	struct conf *doc; /* most strings are borrowed from it */
	char *policy;	  /* resolved; NULL: embedded */
	char *rules;
	struct settings_ids default_purposes;
	char *state;
	long long checkpoint_interval; /* seconds */
	long long stats_interval;      /* seconds; 0: never */
	long long workers; /* of the daemon; 0: as many as there are processors, up to 4 */
	long long record_bytes;
	long long match_limit;
	long long depth_limit;
	long long heap_bytes;
	long long decoder_bytes;
	long long archive_ratio;
	long long nesting;
	long long message_bytes;
	long long connections;
	long long enterprise_id;
	long long pseudonym_key_id;
	const char *pseudonym_key_credential;  /* its name; NULL: the file is no credential */
	char *pseudonym_key_file;	       /* NULL: a random key per run */
	const struct conf_node *pseudonym_key; /* the group that names it */
	struct settings_input *inputs;
	size_t n_inputs;
	struct settings_output *outputs;
	size_t n_outputs;
};

/* path NULL: all defaults. */
int settings_load(struct settings **settings_r, const char *path, struct err *e);
void settings_free(struct settings **settings);

/*
 * The same, but where the file can be read and holds mistakes *settings_r is what
 * could be made of it: for settings_check, and settings_pseudonymizer, to tell the
 * other mistakes as well, and for nothing else.
 */
int settings_read(struct settings **settings_r, const char *path, struct err *e);

/*
 * Whether policy and rules know every purpose and kind in them, and TLS takes its
 * files.  engine NULL: it could not be loaded; then only the files are looked at.
 */
int settings_check(const struct settings *settings, struct engine *engine, struct err *e);

/*
 * The command line has these in their place; NULL: it says nothing of it.  -1: what the file
 * has instead cannot be read; described in e.
 */
int settings_replace(struct settings *settings, const char *policy, const char *rules,
		     struct err *e);

/* What the engine needs of them; the strings are borrowed. */
struct engine_options settings_engine(const struct settings *settings);

/* The key of the settings, or a random one. */
int settings_pseudonymizer(const struct settings *settings, struct pseudonymizer **p_r,
			   struct err *e);

/*
 * Whether both lead to one file, pipe or folder, by whatever names; or would when it is made: that
 * is asked of the folders, and of no link to what is not there yet.
 */
bool settings_same_file(const char *a, const char *b);

/* Where the spool of a syslog output is; in path, whose storage it is. */
const char *settings_spool_path(struct buf *path, const struct settings *settings,
				const struct settings_output *output);

/* Whether both send to one receiver, in one form. */
bool settings_same_destination(const struct settings_output *a, const struct settings_output *b);

/*
 * Whether a receiver that is connected to as a says is that of b too, and may stay so
 * through a reload: certificates may have changed, so one over TLS may not.
 */
bool settings_same_receiver(const struct settings_output *a, const struct settings_output *b);

/* What io/tls.h needs of them; borrowed. */
struct tls_settings settings_tls(const struct settings_tls *tls);

/* The settings in force, as a configuration file with comments. */
void settings_dump(const struct settings *settings, FILE *file);

#endif
