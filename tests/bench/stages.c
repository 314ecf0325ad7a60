/*
 * stages: where the time goes, from the bytes of a file to its output.
 *
 *	stages [-p PURPOSE]... [-o FORMAT] [-s SELECT] [-r RULES] [-c LEVEL] [-n ROWS] FILE
 *
 * Runs the product's own pipeline in one thread over FILE, as `filter` and
 * `scan` do, into a pipe that somebody empties.  The linker leads the calls of
 * some functions here (--wrap, see build.sh): who is called begins a stage, and
 * time is charged to the innermost one that is under way.
 *
 *	work of the pipeline itself │ cuts_next │ prescan_run ┬ finder ┬ confirm ─ PCRE2
 *	                            │ classify_run ──────────┴ decode ┘ │ output_write │ ...
 *
 * The first of ROUNDS warms up; of the others the fastest one is printed, less
 * what the looking at the clock took, as it was gauged.
 *
 * "candidates" is what the finder proposes, by rule; of each, the confirms are
 * the calls of PCRE2 that it leads to: none, where an earlier one has searched
 * that place or the record is named already; several, where a match was found
 * and the search goes on behind it.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <purposed/base/err.h>
#include <purposed/base/mem.h>
#include <purposed/base/words.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/finder.h>
#include <purposed/engine/prescan_goal.h>
#include <purposed/io/pipe.h>
#include <purposed/run/cuts.h>
#include <purposed/run/feed.h>

enum { ROUNDS = 4, BATCH_BYTES = 256 * 1024, PURPOSES_MAX = 64 };

enum stage {
	PIPELINE,
	READ,
	COUNT,
	CUT,
	FIRST,
	FULL,
	SIEVE,
	DECODE,
	CONFIRM,
	MATCH,
	FORMAT,
	OUTPUT,
	STAGES,
};

static const char *const names[STAGES] = {
	"the pipeline itself",
	"read",
	"count lines",
	"cut into records",
	"first look: which records, categories",
	"full look: settle, judge",
	"sieve: the finder's pass over all bytes",
	"decode",
	"confirm: keywords, validators",
	"confirm: PCRE2",
	"format",
	"output",
};

/* --- The clock ------------------------------------------------------------------ */

static struct {
	enum stage stage;
	double since;
	double seconds[STAGES];
	size_t calls[STAGES];
} at;

/* What the finder proposes of a rule, and what confirming it takes, the clock's own time with it.
 */
struct proposal {
	size_t n;
	double seconds;
};

static struct proposal *proposals; /* by rule; the last one: escapes */
static size_t n_rules;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The stage that is left, for leave(). */
static enum stage enter(enum stage stage)
{
	double t = now();
	enum stage left = at.stage;

	at.seconds[left] += t - at.since;
	at.since = t;
	at.stage = stage;
	at.calls[stage]++;
	return left;
}

static void leave(enum stage left)
{
	double t = now();

	at.seconds[at.stage] += t - at.since;
	at.since = t;
	at.stage = left;
}

/* --- Who is led here ------------------------------------------------------------ */

#define WRAP(begun, type, name, declared, given)   \
	type __real_##name declared;               \
	type __wrap_##name declared;               \
	type __wrap_##name declared                \
	{                                          \
		enum stage left = enter(begun);    \
		type result = __real_##name given; \
                                                   \
		leave(left);                       \
		return result;                     \
	}

#define WRAP_VOID(begun, name, declared, given) \
	void __real_##name declared;            \
	void __wrap_##name declared;            \
	void __wrap_##name declared             \
	{                                       \
		enum stage left = enter(begun); \
                                                \
		__real_##name given;            \
		leave(left);                    \
	}

WRAP(MATCH, int, pcre2_match_8,
     (const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE len, PCRE2_SIZE start,
      uint32_t options, pcre2_match_data *data, pcre2_match_context *context),
     (code, subject, len, start, options, data, context))
WRAP(MATCH, int, pcre2_jit_match_8,
     (const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE len, PCRE2_SIZE start,
      uint32_t options, pcre2_match_data *data, pcre2_match_context *context),
     (code, subject, len, start, options, data, context))
WRAP(COUNT, size_t, framing_count_lines, (struct span block), (block))
WRAP(FULL, const struct result *, classify_run,
     (struct classifier * c, const struct plan *plan, struct span text, size_t len,
      const char *kind),
     (c, plan, text, len, kind))
WRAP(FORMAT, unsigned, output_write,
     (const struct output *output, struct buf *out, struct format_job *job, struct span end),
     (output, out, job, end))
WRAP(CUT, bool, cuts_next, (struct cuts * cuts, const struct batch *batch), (cuts, batch))
WRAP_VOID(FIRST, prescan_run,
	  (struct prescan * prescan, const struct plan *plan, enum prescan_depth depth,
	   struct span block, struct prescan_record *records, size_t n, const char *kind),
	  (prescan, plan, depth, block, records, n, kind))
WRAP_VOID(DECODE, decode_run, (struct decoded * d, struct span record), (d, record))
WRAP_VOID(SIEVE, finder_begin,
	  (struct finder_scan * scan, const struct finder *finder, struct span text),
	  (scan, finder, text))

size_t __real_confirm_within(const struct rule *rule, uint16_t index,
			     const struct pattern_starts *starts, struct span text, uint8_t layer,
			     size_t start, size_t last, struct regex_scratch *scratch,
			     struct hits *hits);
size_t __wrap_confirm_within(const struct rule *rule, uint16_t index,
			     const struct pattern_starts *starts, struct span text, uint8_t layer,
			     size_t start, size_t last, struct regex_scratch *scratch,
			     struct hits *hits);

size_t __wrap_confirm_within(const struct rule *rule, uint16_t index,
			     const struct pattern_starts *starts, struct span text, uint8_t layer,
			     size_t start, size_t last, struct regex_scratch *scratch,
			     struct hits *hits)
{
	enum stage left = enter(CONFIRM);
	double since = at.since;
	size_t result =
		__real_confirm_within(rule, index, starts, text, layer, start, last, scratch, hits);

	leave(left);
	proposals[index].seconds += at.since - since;
	return result;
}

bool __real_finder_next(struct finder_scan *scan, struct candidate *candidate);
bool __wrap_finder_next(struct finder_scan *scan, struct candidate *candidate);

bool __wrap_finder_next(struct finder_scan *scan, struct candidate *candidate)
{
	enum stage left = enter(SIEVE);
	bool found = __real_finder_next(scan, candidate);

	if (found)
		proposals[candidate->rule == PRESCAN_ESCAPE ? n_rules : candidate->rule].n++;
	leave(left);
	return found;
}

/* --- Both ends of the pipeline -------------------------------------------------- */

static ssize_t read_file(void *context, char *bytes, size_t cap, struct err *e)
{
	enum stage left = enter(READ);
	ssize_t n = read(*(int *)context, bytes, cap);

	(void)e;
	leave(left);
	return n;
}

struct pipe_sink {
	struct sink sink;
	int fd;
	size_t written;
};

static enum sink_result write_pipe(struct sink *sink, struct span *bytes, struct err *e)
{
	struct pipe_sink *s = (struct pipe_sink *)sink;
	enum stage left = enter(OUTPUT);

	(void)e;
	while (bytes->len != 0) {
		ssize_t n = write(s->fd, bytes->ptr, bytes->len);

		if (n < 0)
			exit(2);
		*bytes = span_slice(*bytes, (size_t)n, bytes->len);
		s->written += (size_t)n;
	}
	leave(left);
	return SINK_ACCEPTED;
}

static const struct sink_ops pipe_ops = { .write = write_pipe };

/* Somebody who reads and throws away; returns the pipe to write into. */
static int start_reader(void)
{
	char *bytes = mem_new(BATCH_BYTES, 1);
	int ends[2];

	if (pipe(ends) != 0)
		exit(2);
	if (fork() == 0) {
		close(ends[1]);
		while (read(ends[0], bytes, BATCH_BYTES) > 0)
			continue;
		_exit(0);
	}
	close(ends[0]);
	free(bytes);
	pipe_widen(ends[1]);
	return ends[1];
}

/* --- Rounds --------------------------------------------------------------------- */

struct bench {
	struct engine *engine;
	struct plan *plan;
	struct pseudonymizer *pseudonyms;
	struct output output;
	const char *path;
	/* Of the fastest round. */
	double whole;
	double seconds[STAGES];
	size_t calls[STAGES];
	size_t bytes, written, records, flagged;
};

/* What one visit to a stage costs that the stage, and the one around it, is charged. */
static void gauge(double *inner_r, double *outer_r)
{
	enum { VISITS = 100000 };

	memset(&at, 0, sizeof(at));
	at.since = now();
	for (int i = 0; i < VISITS; i++)
		leave(enter(MATCH));
	*inner_r = at.seconds[MATCH] / VISITS;
	*outer_r = at.seconds[PIPELINE] / VISITS;
}

static void keep(struct bench *b, const struct pipe_sink *sink, struct pipeline *pipeline)
{
	double inner, outer, visits = 0;
	double seconds[STAGES];
	double whole = 0;
	struct stats stats;

	memcpy(seconds, at.seconds, sizeof(seconds));
	memcpy(b->calls, at.calls, sizeof(b->calls));
	gauge(&inner, &outer);
	for (int i = 0; i < STAGES; i++) {
		seconds[i] -= inner * (double)b->calls[i];
		visits += (double)b->calls[i];
		whole += seconds[i];
	}
	/* Visits come from the looks and from confirm: in proportion to what these took. */
	for (int i = FIRST; i <= CONFIRM; i++)
		seconds[i] -= outer * visits * seconds[i] /
			      (seconds[FIRST] + seconds[FULL] + seconds[SIEVE] + seconds[DECODE] +
			       seconds[CONFIRM]);
	whole -= outer * visits;
	if (b->whole != 0 && whole > b->whole)
		return;
	b->whole = whole;
	memcpy(b->seconds, seconds, sizeof(seconds));
	stats_init(&stats, policy_category_count(engine_policy(b->engine)));
	pipeline_stats(pipeline, &stats);
	b->bytes = (size_t)stats.bytes;
	b->records = (size_t)stats.records;
	b->flagged = (size_t)stats_flagged(&stats);
	b->written = sink->written;
	stats_fini(&stats);
}

static void run_once(struct bench *b, bool counts)
{
	struct pipe_sink sink = { .sink = { &pipe_ops }, .fd = start_reader() };
	int fd = open(b->path, O_RDONLY | O_CLOEXEC);
	const struct source source = { .read = read_file, .context = &fd };
	struct stream *stream = stream_new("stages", b->plan, NULL, true);
	struct pipeline *pipeline;
	struct err e = { 0 };

	b->output.sink = &sink.sink;
	pipeline = pipeline_new(&b->output, 1, policy_category_count(engine_policy(b->engine)), 1,
				BATCH_BYTES);
	memset(proposals, 0, (n_rules + 1) * sizeof(*proposals));
	memset(&at, 0, sizeof(at));
	at.since = now();
	feed_run(pipeline, stream, &source, &e);
	leave(PIPELINE);
	if (counts)
		keep(b, &sink, pipeline);
	pipeline_free(&pipeline);
	stream_unref(&stream);
	err_fini(&e);
	close(fd);
	close(sink.fd);
	wait(NULL);
}

/* --- What is printed ------------------------------------------------------------ */

/* The rules that take the most time. */
static void print_proposals(const struct bench *b, size_t rows)
{
	const struct rules *rules = engine_rules(b->engine);
	double mb = (double)b->bytes / 1e6;

	for (size_t shown = 0; shown < rows; shown++) {
		size_t most = 0;

		for (size_t i = 0; i <= n_rules; i++) {
			if (proposals[i].seconds > proposals[most].seconds)
				most = i;
		}
		if (proposals[most].seconds <= 0)
			break;
		printf("  %10.1f a MB %8.3f ns/byte  %s\n", (double)proposals[most].n / mb,
		       proposals[most].seconds * 1e9 / (double)b->bytes, rules_at(rules, most)->id);
		proposals[most].seconds = 0;
	}
	printf("  %10.1f a MB                   (an escape)\n", (double)proposals[n_rules].n / mb);
}

static void print(const struct bench *b, size_t rows)
{
	double mb = (double)b->bytes / 1e6;
	size_t n = 0;

	for (size_t i = 0; i <= n_rules; i++)
		n += proposals[i].n;
	printf("%s, %s: %.0f MB/s; %zu records, %zu flagged, %zu looked at in full; %.1f%% of the "
	       "bytes written\n",
	       b->output.format->name, select_words[b->output.select], mb / b->whole, b->records,
	       b->flagged, b->calls[FULL], 100 * (double)b->written / (double)b->bytes);
	for (int i = 0; i < STAGES; i++) {
		if (b->calls[i] != 0 || i == PIPELINE)
			printf("  %-44s %8.3f ns/byte %6.1f%%\n", names[i],
			       b->seconds[i] * 1e9 / (double)b->bytes,
			       100 * b->seconds[i] / b->whole);
	}
	printf("  candidates %.1f a MB, confirms %.1f a MB: %.2f a candidate\n", (double)n / mb,
	       (double)b->calls[MATCH] / mb, n != 0 ? (double)b->calls[MATCH] / (double)n : 0);
	print_proposals(b, rows);
}

/* --- The command line ----------------------------------------------------------- */

static int usage(void)
{
	fprintf(stderr, "usage: stages [-p PURPOSE]... [-o FORMAT] [-s SELECT] [-r RULES] "
			"[-c LEVEL] [-n ROWS] FILE\n");
	return 2;
}

static int open_all(struct bench *b, const struct engine_options *options,
		    const char *const *purposes, size_t n, struct err *e)
{
	if (engine_load(&b->engine, options, e) != 0 ||
	    plan_new(&b->plan, b->engine, purposes, n, "-p", e) != 0 ||
	    pseudonymizer_new(&b->pseudonyms, 0, NULL, 0, e) != 0)
		return -1;
	b->output.options.enterprise_id = 32473;
	b->output.options.pseudonyms = b->pseudonyms;
	n_rules = rules_count(engine_rules(b->engine));
	proposals = mem_new(n_rules + 1, sizeof(*proposals));
	return 0;
}

int main(int argc, char **argv)
{
	struct engine_options options = engine_defaults();
	const char *purposes[PURPOSES_MAX];
	struct bench b = { .output = { .format = &format_json, .select = SELECT_FLAGGED } };
	struct err e = { 0 };
	size_t n = 0, rows = 12;
	int select = SELECT_FLAGGED;
	int option;

	while ((option = getopt(argc, argv, "p:o:s:r:c:n:")) != -1) {
		switch (option) {
		case 'p': purposes[n < PURPOSES_MAX ? n++ : 0] = optarg; break;
		case 'o': b.output.format = format_find(optarg); break;
		case 's': select = words_find(select_words, optarg); break;
		case 'r': options.rules_path = optarg; break;
		case 'c': options.level = sieve_level_find(optarg); break;
		case 'n': rows = strtoul(optarg, NULL, 10); break;
		default: return usage();
		}
	}
	if (optind + 1 != argc || options.level == NULL || b.output.format == NULL || select < 0)
		return usage();
	b.output.select = (enum select)select;
	b.path = argv[optind];
	if (access(b.path, R_OK) != 0) {
		perror(b.path);
		return 2;
	}
	if (open_all(&b, &options, purposes, n, &e) != 0) {
		err_print(&e);
		return 2;
	}
	for (int round = 0; round < ROUNDS; round++)
		run_once(&b, round != 0);
	print(&b, rows);
	plan_free(&b.plan);
	pseudonymizer_free(&b.pseudonyms);
	engine_unref(&b.engine);
	free(proposals);
	return 0;
}
