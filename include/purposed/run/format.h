/*
 * format: how a classified record is written.
 *
 * One file per format, behind one table.  A format adds bytes to a buffer and
 * knows neither files nor threads.  To add one: write format_NAME.c with its
 * struct format, and name it in the table of format.c.
 */
#ifndef PURPOSED_RUN_FORMAT_H
#define PURPOSED_RUN_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <purposed/base/buf.h>
#include <purposed/base/span.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/mask.h>
#include <purposed/engine/plan.h>
#include <purposed/engine/redact.h>

/* One record on its way through the house. */
struct record {
	struct span text;	   /* its bytes; of an overlong one the first ones */
	size_t len;		   /* bytes it has, or SIZE_MAX: not known yet (overlong) */
	unsigned long long number; /* from 1 in its input */
	long long offset;	   /* of its first byte in its input; -1: a message has none */
	const char *input;	   /* name of the input; in filter and scan the path */
	struct timespec read_at;
	struct span origin; /* see io/origin.h */
	bool is_message;    /* a datagram: line ends inside it are data */
};

struct format_options {
	enum redact_mode redact; /* not REDACT_MASK */
	bool with_text;		 /* values may be shown */
	bool color;
	unsigned enterprise_id; /* the PEN of the tag's SD-ID */
	const char *host;	/* envelope_syslog: our name; borrowed */
	unsigned facility;	/* envelope_syslog: of what brings none along */
	const struct pseudonymizer *pseudonyms;
};

/* When records were written that are said together. */
struct format_period {
	struct timespec first, last;
};

/* Alerts that a limit kept from an output. */
struct format_held {
	struct format_period period;
	unsigned long long n;
	unsigned long long verdicts[VERDICT_COUNT]; /* of them */
	const char *output;			    /* its name */
};

/* Everything a format may look at. */
struct format_job {
	const struct format_options *options;
	const struct record *record;
	const struct result *result;
	const struct plan *plan;
	struct classifier *classifier; /* result is its last one */
	struct format_memo *memo;      /* of this thread, or NULL */
};

struct format {
	const char *name;
	/*
	 * The output is the record itself, with its own line end; else every
	 * record becomes one line of the format's own.
	 */
	bool is_record;
	/* What it tells of a record that is not flagged; PRESCAN_DEPTHS: findings. */
	enum prescan_depth depth;
	/*
	 * Adds the record without a line end.  For one whose bytes are not all
	 * there (len > text.len) an is_record format that does not redact puts
	 * the place of the missing bytes, as an index into out, in *tail_r; the
	 * others leave it.  Returns the number of tags in the record that
	 * claimed to be ours and were taken out.
	 */
	unsigned (*add)(struct buf *out, const struct format_job *job, size_t *tail_r);
	/*
	 * For alerts; both NULL: its lines are none.  add_count: line, which add made
	 * (behind whatever an envelope put before it), stands for n such records from
	 * now on.  add_held: adds a line that says what was held back, without a line end.
	 */
	void (*add_count)(struct buf *line, unsigned long long n,
			  const struct format_period *period);
	void (*add_held)(struct buf *out, const struct format_held *held);
};

/* By name, or NULL. */
const struct format *format_find(const char *name);

/* All of them, for messages: "tag, json, ..." */
const char *format_names(void);

/* --- For formats ------------------------------------------------------------ */

extern const struct format format_tag;
extern const struct format format_json;
extern const struct format format_record;
extern const struct format format_text;
extern const struct format format_ecs;
extern const struct format format_ocsf;
extern const struct format format_cef;

/* How much a verdict matters, for forms that want a number; each has its own scale. */
enum severity { SEVERITY_INFORMATIONAL, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH };

enum severity format_severity(enum verdict verdict);

/* When the record says that it was written, else when it was read. */
struct timespec format_time(const struct record *record);

/* The first of the worst findings, or NULL. */
const struct finding *format_worst(const struct result *result);

/* Adds the record's bytes, redacted as the options say; *tail_r as in add(). */
void format_add_text(struct buf *out, const struct format_job *job, size_t start, size_t end);

/* What we say of the record, as an RFC 5424 SD element: [purposed@32473 verdict="..." ...] */
void format_add_tag(struct buf *out, const struct format_job *job);

/*
 * Adds the record's bytes from start on, the message of syslog behind a tag of ours,
 * without tags that claim to be ours; returns how many there were.
 */
unsigned format_add_message(struct buf *out, const struct format_job *job, size_t start);

/* Ids of the categories of all findings, in the order of the policy, separated by commas. */
void format_add_categories(struct buf *out, const struct format_job *job);

/* Ids of the distinct elements of findings that are at least a notice, separated by commas. */
void format_add_elements(struct buf *out, const struct format_job *job);

/* Ids of the declared purposes, and of the distinct rules of all findings, likewise. */
void format_add_purposes(struct buf *out, const struct format_job *job);
void format_add_rules(struct buf *out, const struct format_job *job);

/* The verdict in a few words: "out-of-purpose: email (not-permitted)"; no byte of the record. */
void format_add_title(struct buf *out, const struct format_job *job);

/*
 * The categories of all findings, each once, in the order of the policy and
 * POLICY_OUTSIDE last: start with *category = POLICY_NONE; false when there is
 * none left.
 */
bool format_next_category(const struct result *result, size_t *category);

#endif
