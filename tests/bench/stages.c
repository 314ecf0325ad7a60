/*
 * stages: where the time of a search goes, over a file of lines, in one thread.
 *
 *	stages [-p PURPOSE]... [-c LEVEL] [-n ROWS] FILE
 *
 * Two ways are gone over the file, block by block of 256 KiB, as the product
 * goes: that of `scan` (a first look, a full one at the lines that it names, as
 * JSON) and that of `filter` (a full look at each line, as tags).  Each stage
 * runs over the whole file by itself and is timed by itself, the fastest of
 * ROUNDS (of processor time) counts; where one holds another, the rest is what is
 * left.  The calls of PCRE2 are counted and timed as they are made (the linker leads them here),
 * in a round of its own, since looking at the clock costs as much as some calls.
 *
 * "candidates" is what the pass over the bytes proposes, by rule; of each, the
 * confirms are the calls of PCRE2 that it leads to: none, where an earlier one
 * has searched that place or the line is named already; several, where a match
 * was found and the search goes on behind it.
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

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/base/mem.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/finder.h>
#include <purposed/engine/glance.h>
#include <purposed/engine/mask.h>
#include <purposed/engine/plan.h>
#include <purposed/io/framing.h>
#include <purposed/run/format.h>

enum { ROUNDS = 3, BLOCK_BYTES = 256 * 1024, PURPOSES_MAX = 64 };

/* A line of the file. */
struct line {
	size_t start, end;
};

struct bench {
	struct engine *engine;
	struct plan *plan;
	struct classifier *classifier;
	struct glance *glance;
	struct finder_scan *scan;
	struct pseudonymizer *pseudonyms;
	const char *path;
	struct buf file;
	size_t *blocks; /* where they end */
	size_t n_blocks, blocks_cap;
	struct line *named; /* by the first look */
	size_t n_named, named_cap;
	size_t *candidates; /* by rule; the last one: escapes */
	struct buf out;
	size_t written;
};

/* --- PCRE2, counted ------------------------------------------------------------- */

static size_t calls;
static double inside;
static bool watched;

static double clock_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Cheap enough to be asked around every call. */
static double now(void)
{
	return clock_now(CLOCK_MONOTONIC);
}

/* Of this thread alone, whatever else the machine does. */
static double cpu_now(void)
{
	return clock_now(CLOCK_THREAD_CPUTIME_ID);
}

int __real_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE len,
			 PCRE2_SIZE start, uint32_t options, pcre2_match_data *data,
			 pcre2_match_context *context);
int __wrap_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE len,
			 PCRE2_SIZE start, uint32_t options, pcre2_match_data *data,
			 pcre2_match_context *context);

int __wrap_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR subject, PCRE2_SIZE len,
			 PCRE2_SIZE start, uint32_t options, pcre2_match_data *data,
			 pcre2_match_context *context)
{
	double begin;
	int result;

	if (!watched)
		return __real_pcre2_match_8(code, subject, len, start, options, data, context);
	begin = now();
	result = __real_pcre2_match_8(code, subject, len, start, options, data, context);
	inside += now() - begin;
	calls++;
	return result;
}

/* --- Stages --------------------------------------------------------------------- */

static struct span block_at(const struct bench *b, size_t i)
{
	return span_slice(buf_span(&b->file), i != 0 ? b->blocks[i - 1] : 0, b->blocks[i]);
}

static void read_blocks(struct bench *b)
{
	char *room = mem_new(BLOCK_BYTES, 1);
	int fd = open(b->path, O_RDONLY);

	while (read(fd, room, BLOCK_BYTES) > 0)
		continue;
	close(fd);
	free(room);
}

static void count_lines(struct bench *b)
{
	volatile size_t n = 0;

	for (size_t i = 0; i < b->n_blocks; i++)
		n += framing_count_lines(block_at(b, i));
}

static void sieve_with(struct bench *b, const struct finder *finder)
{
	size_t n_rules = rules_count(engine_rules(b->engine));
	struct candidate c;

	memset(b->candidates, 0, (n_rules + 1) * sizeof(*b->candidates));
	for (size_t i = 0; i < b->n_blocks; i++) {
		finder_begin(b->scan, finder, block_at(b, i));
		while (finder_next(b->scan, &c))
			b->candidates[c.rule == PLAN_ESCAPE ? n_rules : c.rule]++;
	}
}

static void sieve_some(struct bench *b)
{
	sieve_with(b, plan_finder(b->plan));
}

static void sieve_all(struct bench *b)
{
	sieve_with(b, lookout_finder(engine_lookout(b->engine)));
}

static void first_look(struct bench *b)
{
	struct line line;

	b->n_named = 0;
	for (size_t i = 0; i < b->n_blocks; i++) {
		size_t base = i != 0 ? b->blocks[i - 1] : 0;

		glance_begin(b->glance, b->plan, block_at(b, i), NULL);
		while (glance_next(b->glance, &line.start, &line.end)) {
			b->named = mem_grow(b->named, b->n_named, &b->named_cap, sizeof(line));
			line.start += base;
			line.end += base;
			b->named[b->n_named++] = line;
		}
		glance_wipe(b->glance);
	}
}

/* With a format, also formats. */
static void look(struct bench *b, size_t start, size_t end, const struct format *format)
{
	struct span text = span_slice(buf_span(&b->file), start, end);
	struct record record = { .text = text, .len = text.len, .input = "stages" };
	struct format_options options = { .enterprise_id = 32473, .pseudonyms = b->pseudonyms };
	struct format_job job = {
		.options = &options,
		.record = &record,
		.plan = b->plan,
		.classifier = b->classifier,
	};
	size_t tail;

	job.result = classify_run(b->classifier, b->plan, text, text.len, NULL);
	if (format == NULL)
		return;
	format->add(&b->out, &job, &tail);
	if (b->out.len > BLOCK_BYTES) {
		b->written += b->out.len;
		buf_clear(&b->out);
	}
}

static void look_named(struct bench *b, const struct format *format)
{
	b->written = 0;
	for (size_t i = 0; i < b->n_named; i++)
		look(b, b->named[i].start, b->named[i].end, format);
	b->written += b->out.len;
	buf_clear(&b->out);
	classifier_wipe(b->classifier);
}

static void look_all(struct bench *b, const struct format *format)
{
	b->written = 0;
	for (size_t i = 0; i < b->n_blocks; i++) {
		size_t base = i != 0 ? b->blocks[i - 1] : 0;
		struct span block = block_at(b, i);
		struct frame frame;
		size_t at = 0;

		classifier_look_ahead(b->classifier, block);
		while (framing_next(FRAMING_LINES, block, &at, &frame)) {
			size_t start = base + (size_t)(frame.text.ptr - block.ptr);

			look(b, start, start + frame.text.len, format);
		}
		classifier_wipe(b->classifier);
	}
	b->written += b->out.len;
	buf_clear(&b->out);
}

static void full_named(struct bench *b)
{
	look_named(b, NULL);
}

static void json_named(struct bench *b)
{
	look_named(b, &format_json);
}

static void full_all(struct bench *b)
{
	look_all(b, NULL);
}

static void tag_all(struct bench *b)
{
	look_all(b, &format_tag);
}

static void decode_all(struct bench *b)
{
	struct decoded decoded = { 0 };
	struct frame frame;

	for (size_t i = 0; i < b->n_blocks; i++) {
		struct span block = block_at(b, i);
		size_t at = 0;

		while (framing_next(FRAMING_LINES, block, &at, &frame))
			decode_run(&decoded, frame.text);
	}
	decoded_fini(&decoded);
}

/* What was written, into a pipe that somebody empties. */
static void output(struct bench *b)
{
	char *bytes = mem_new(BLOCK_BYTES, 1);
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0)
		exit(2);
	child = fork();
	if (child == 0) {
		close(ends[1]);
		while (read(ends[0], bytes, BLOCK_BYTES) > 0)
			continue;
		_exit(0);
	}
	close(ends[0]);
	for (size_t left = b->written; left != 0;) {
		ssize_t n = write(ends[1], bytes, left < BLOCK_BYTES ? left : BLOCK_BYTES);

		if (n < 0)
			exit(2);
		left -= (size_t)n;
	}
	close(ends[1]);
	waitpid(child, NULL, 0);
	free(bytes);
}

/* --- Measuring ------------------------------------------------------------------ */

static double fastest(struct bench *b, void (*stage)(struct bench *))
{
	double best = 1e9;

	for (int round = 0; round < ROUNDS; round++) {
		double begin = cpu_now();

		stage(b);
		begin = cpu_now() - begin;
		if (begin < best)
			best = begin;
	}
	return best;
}

/* The calls of PCRE2 within a stage, and what they took, the clock taken out. */
static double confirms(struct bench *b, void (*stage)(struct bench *), size_t *calls_r)
{
	double tick = now();
	double best = 1e9;

	for (int i = 0; i < 1000; i++)
		now();
	tick = (now() - tick) / 1000;
	watched = true;
	for (int round = 0; round < ROUNDS; round++) {
		calls = 0;
		inside = 0;
		stage(b);
		inside -= (double)calls * tick;
		best = inside < best ? inside : best;
	}
	watched = false;
	*calls_r = calls;
	return best > 0 ? best : 0;
}

static void row(const struct bench *b, const char *name, double seconds, double whole)
{
	if (seconds < 0)
		seconds = 0;
	printf("  %-44s %8.3f ns/byte %6.1f%%\n", name, seconds * 1e9 / (double)b->file.len,
	       100 * seconds / whole);
}

static size_t sum(const struct bench *b)
{
	size_t n = 0;

	for (size_t i = 0; i <= rules_count(engine_rules(b->engine)); i++)
		n += b->candidates[i];
	return n;
}

/* The rules with the most candidates. */
static void print_candidates(struct bench *b, size_t rows)
{
	const struct rules *rules = engine_rules(b->engine);
	size_t n = rules_count(rules);
	double mb = (double)b->file.len / 1e6;

	for (size_t shown = 0; shown < rows; shown++) {
		size_t most = 0;

		for (size_t i = 0; i <= n; i++) {
			if (b->candidates[i] > b->candidates[most])
				most = i;
		}
		if (b->candidates[most] == 0)
			break;
		printf("  %10.1f a MB  %s\n", (double)b->candidates[most] / mb,
		       most == n ? "(an escape)" : rules_at(rules, most)->id);
		b->candidates[most] = 0;
	}
}

static void print_counts(const struct bench *b, size_t n_calls)
{
	printf("  candidates %.1f a MB, confirms %.1f a MB: %.2f a candidate\n",
	       (double)sum(b) / ((double)b->file.len / 1e6),
	       (double)n_calls / ((double)b->file.len / 1e6),
	       sum(b) != 0 ? (double)n_calls / (double)sum(b) : 0);
}

static void scan_way(struct bench *b, size_t rows)
{
	double reading, lines, sieve, glance, matching, full, full_matching, json, out, whole;
	size_t n_calls, n_more;

	reading = fastest(b, read_blocks);
	lines = 2 * fastest(b, count_lines); /* the feed does, and then the batch */
	sieve = fastest(b, sieve_some);
	glance = fastest(b, first_look);
	matching = confirms(b, first_look, &n_calls);
	full = fastest(b, full_named);
	full_matching = confirms(b, full_named, &n_more);
	json = fastest(b, json_named);
	out = fastest(b, output);
	whole = reading + lines + glance + json + out;
	printf("scan: %.2f GB/s; %zu lines named, %.1f%% of the bytes written\n",
	       (double)b->file.len / whole / 1e9, b->n_named,
	       100 * (double)b->written / (double)b->file.len);
	row(b, "read", reading, whole);
	row(b, "count lines", lines, whole);
	row(b, "sieve: the pass over all bytes", sieve, whole);
	row(b, "confirm: PCRE2 in the first look", matching, whole);
	row(b, "decode, and the rest of the first look", glance - sieve - matching, whole);
	row(b, "confirm: PCRE2 in the full look", full_matching, whole);
	row(b, "sieve, decode, settle in the full look", full - full_matching, whole);
	row(b, "format: JSON", json - full, whole);
	row(b, "output into a pipe", out, whole);
	print_counts(b, n_calls);
	print_candidates(b, rows);
}

static void filter_way(struct bench *b, size_t rows)
{
	double decode, sieve, full, matching, tag, out;
	size_t n_calls;

	sieve = fastest(b, sieve_all);
	decode = fastest(b, decode_all);
	full = fastest(b, full_all);
	matching = confirms(b, full_all, &n_calls);
	tag = fastest(b, tag_all);
	out = fastest(b, output);
	printf("filter: %.2f GB/s\n", (double)b->file.len / (tag + out) / 1e9);
	row(b, "sieve: the pass over all bytes", sieve, tag + out);
	row(b, "decode", decode, tag + out);
	row(b, "confirm: PCRE2", matching, tag + out);
	row(b, "sieve of layers, settle, judge", full - sieve - decode - matching, tag + out);
	row(b, "format: tag", tag - full, tag + out);
	row(b, "output into a pipe", out, tag + out);
	sieve_all(b);
	print_counts(b, n_calls);
	print_candidates(b, rows);
}

/* --- The rest ------------------------------------------------------------------- */

static int read_file(struct bench *b, const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	if (file == NULL)
		return -1;
	do {
		buf_reserve(&b->file, 1 << 20);
		n = fread(b->file.ptr + b->file.len, 1, 1 << 20, file);
		b->file.len += n;
	} while (n != 0);
	fclose(file);
	for (size_t at = 0; at < b->file.len;) {
		size_t end = b->file.len - at > BLOCK_BYTES ? at + BLOCK_BYTES : b->file.len;
		const char *lf = memrchr(b->file.ptr + at, '\n', end - at);

		at = lf != NULL ? (size_t)(lf - b->file.ptr) + 1 : end;
		b->blocks = mem_grow(b->blocks, b->n_blocks, &b->blocks_cap, sizeof(*b->blocks));
		b->blocks[b->n_blocks++] = at;
	}
	return b->file.len != 0 ? 0 : -1;
}

static int prepare(struct bench *b, const struct engine_options *options,
		   const char *const *purposes, size_t n, struct err *e)
{
	if (engine_load(&b->engine, options, e) != 0 ||
	    plan_new(&b->plan, b->engine, purposes, n, "-p", e) != 0 ||
	    pseudonymizer_new(&b->pseudonyms, 0, NULL, 0, e) != 0)
		return -1;
	b->classifier = classifier_new(b->engine);
	b->glance = glance_new(b->engine);
	b->scan = finder_scan_new();
	b->candidates = mem_new(rules_count(engine_rules(b->engine)) + 1, sizeof(*b->candidates));
	return 0;
}

static void release(struct bench *b)
{
	finder_scan_free(&b->scan);
	glance_free(&b->glance);
	classifier_free(&b->classifier);
	pseudonymizer_free(&b->pseudonyms);
	plan_free(&b->plan);
	engine_unref(&b->engine);
	buf_fini(&b->file);
	buf_fini(&b->out);
	free(b->blocks);
	free(b->named);
	free(b->candidates);
}

static int usage(void)
{
	fprintf(stderr, "usage: stages [-p PURPOSE]... [-c LEVEL] [-n ROWS] FILE\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct engine_options options = engine_defaults();
	const char *purposes[PURPOSES_MAX];
	struct bench b = { 0 };
	struct err e = { 0 };
	size_t n = 0;
	size_t rows = 12;
	int option;

	while ((option = getopt(argc, argv, "p:c:n:")) != -1) {
		if (option == 'p' && n < PURPOSES_MAX)
			purposes[n++] = optarg;
		else if (option == 'c')
			options.level = sieve_level_find(optarg);
		else if (option == 'n')
			rows = strtoul(optarg, NULL, 10);
		else
			return usage();
	}
	if (optind + 1 != argc || options.level == NULL)
		return usage();
	if (prepare(&b, &options, purposes, n, &e) != 0) {
		err_print(&e);
		return 2;
	}
	b.path = argv[optind];
	if (read_file(&b, b.path) != 0) {
		perror(argv[optind]);
		return 2;
	}
	if (plan_finder(b.plan) != NULL)
		scan_way(&b, rows);
	filter_way(&b, rows);
	release(&b);
	return 0;
}
