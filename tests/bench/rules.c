/*
 * rules: what each rule costs, alone, over a file of records.
 *
 *	rules [-n ROWS] [-r RULES] FILE
 *
 * Every rule of RULES (a directory or a file; else the built-in ones) is
 * confirmed over every record of FILE as it is written, without finder or
 * decoding, ROUNDS times; the fastest round counts.  Prints the ROWS slowest
 * rules (0: all), then the sum: the speed that the rules would allow if
 * nothing else cost anything and every rule saw every record.  The last line
 * is the same work in the order in which a record meets it, all rules on one
 * record and then the next one: what it loses is caches and predictors, which
 * the machine code of so many rules does not fit.
 *
 * "hits" are what the rule yields after keywords and validators.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <time.h>
#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/base/mem.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/rules.h>

enum { ROUNDS = 3 };

struct cost {
	const struct rule *rule;
	double seconds;
	size_t hits;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int load(struct rules **rules_r, const char *path, struct err *e)
{
	return path != NULL ? rules_load(rules_r, path, true, e) : rules_builtin(rules_r, true, e);
}

static int read_file(const char *path, struct buf *bytes)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	if (file == NULL)
		return -1;
	do {
		buf_reserve(bytes, 1 << 20);
		n = fread(bytes->ptr + bytes->len, 1, 1 << 20, file);
		bytes->len += n;
	} while (n != 0);
	fclose(file);
	return 0;
}

/* Confirms rules [first, end) over each record in turn. */
static void confirm(const struct rules *rules, size_t first, size_t end, struct span block,
		    struct regex_scratch *scratch, struct hits *hits)
{
	for (size_t at = 0; at < block.len;) {
		const char *lf = memchr(block.ptr + at, '\n', block.len - at);
		size_t stop = lf != NULL ? (size_t)(lf - block.ptr) : block.len;

		for (size_t i = first; i < end; i++)
			confirm_rule(rules_at(rules, i), (uint16_t)i, span_slice(block, at, stop),
				     0, 0, scratch, hits);
		at = stop + 1;
	}
}

/* The fastest of some rounds; hits are those of one round. */
static struct cost measure(const struct rules *rules, size_t first, size_t end, struct span block,
			   struct regex_scratch *scratch)
{
	struct cost cost = { .rule = rules_at(rules, first), .seconds = 1e9 };
	struct hits hits = { 0 };

	for (int round = 0; round < ROUNDS; round++) {
		double start = now();

		hits_clear(&hits);
		confirm(rules, first, end, block, scratch, &hits);
		start = now() - start;
		if (start < cost.seconds)
			cost.seconds = start;
	}
	cost.hits = hits.n;
	hits_fini(&hits);
	return cost;
}

static int slowest_first(const void *a, const void *b)
{
	double x = ((const struct cost *)a)->seconds;
	double y = ((const struct cost *)b)->seconds;

	return (x < y) - (x > y);
}

static void print_sum(double seconds, size_t bytes, const char *what)
{
	printf("%8.2f %8.2f %15s  %s\n", (double)bytes / seconds / 1e6,
	       seconds / (double)bytes * 1e9, "", what);
}

static void print(struct cost *costs, size_t n, size_t rows, size_t bytes)
{
	double sum = 0;

	qsort(costs, n, sizeof(*costs), slowest_first);
	for (size_t i = 0; i < n; i++)
		sum += costs[i].seconds;
	printf("%8s %8s %6s %8s  %s\n", "MB/s", "ns/byte", "share", "hits", "rule");
	for (size_t i = 0; i < n && (rows == 0 || i < rows); i++)
		printf("%8.1f %8.2f %5.1f%% %8zu  %s\n", (double)bytes / costs[i].seconds / 1e6,
		       costs[i].seconds / (double)bytes * 1e9, 100 * costs[i].seconds / sum,
		       costs[i].hits, costs[i].rule->id);
	print_sum(sum, bytes, "all rules, one after the other");
}

static void run(const struct rules *rules, struct span block, size_t rows)
{
	const struct regex_limits limits = engine_defaults().limits;
	struct regex_scratch *scratch = regex_scratch_new(&limits);
	size_t n = rules_count(rules);
	struct cost *costs = mem_new(n, sizeof(*costs));
	struct cost together;

	for (size_t i = 0; i < n; i++)
		costs[i] = measure(rules, i, i + 1, block, scratch);
	together = measure(rules, 0, n, block, scratch);
	print(costs, n, rows, block.len);
	print_sum(together.seconds, block.len, "all of them, record by record");
	free(costs);
	regex_scratch_free(&scratch);
}

int main(int argc, char **argv)
{
	const char *path = NULL;
	size_t rows = 10;
	struct rules *rules;
	struct buf bytes = { 0 };
	struct err e = { 0 };
	int option;

	while ((option = getopt(argc, argv, "n:r:")) != -1) {
		if (option == 'n')
			rows = strtoul(optarg, NULL, 10);
		else if (option == 'r')
			path = optarg;
		else
			return 2;
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "usage: rules [-n ROWS] [-r RULES] FILE\n");
		return 2;
	}
	if (load(&rules, path, &e) != 0 || rules_count(rules) == 0) {
		err_print(&e);
		return 2;
	}
	if (read_file(argv[optind], &bytes) != 0) {
		fprintf(stderr, "rules: %s: %s\n", argv[optind], strerror(errno));
		return 2;
	}
	run(rules, buf_span(&bytes), rows);
	buf_fini(&bytes);
	rules_free(&rules);
	return 0;
}
