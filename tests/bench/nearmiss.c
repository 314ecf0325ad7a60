/*
 * nearmiss: the worst text there is for the finder, in lines.
 *
 *	nearmiss [-p PURPOSE]... SAMPLE BYTES > file
 *
 * The rules with the most candidates in SAMPLE, a log, are those whose anchors
 * are the most frequent ones.  Each of their examples is changed in one byte,
 * every byte in turn, until the rule's anchor still stands in it, so that the
 * finder proposes it, and the rule does not match, so that confirming it was
 * for nothing.  Lines are made of such pieces, and a line of which anything is
 * flagged, which would end its search at once, is left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include <purposed/base/buf.h>
#include <purposed/base/err.h>
#include <purposed/base/mem.h>
#include <purposed/engine/classify.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/engine.h>
#include <purposed/engine/finder.h>
#include <purposed/engine/plan.h>
#include <purposed/engine/prescan_goal.h>

enum {
	FREQUENT = 24,
	PURPOSES_MAX = 64,
	LINE_BYTES = 160,
	LINES_MAX = 2000,
	SAMPLE_BYTES = 1 << 22
};

struct maker {
	struct engine *engine;
	struct plan *plan;
	struct finder_scan *scan;
	struct regex_scratch *regex;
	struct classifier *classifier;
	struct hits hits;
	size_t *candidates; /* by rule */
	struct span *pieces;
	size_t n_pieces, pieces_cap;
	struct span *lines;
	size_t n_lines, lines_cap;
	uint64_t dice;
};

static uint64_t draw(struct maker *m)
{
	m->dice ^= m->dice << 13;
	m->dice ^= m->dice >> 7;
	m->dice ^= m->dice << 17;
	return m->dice >> 16;
}

static void count_candidates(struct maker *m, const char *path)
{
	char *bytes = mem_new(SAMPLE_BYTES, 1);
	FILE *file = fopen(path, "rb");
	struct candidate c;
	size_t n;

	if (file == NULL) {
		perror(path);
		exit(2);
	}
	n = fread(bytes, 1, SAMPLE_BYTES, file);
	fclose(file);
	finder_begin(m->scan, prescan_goal_first(plan_prescan(m->plan, PRESCAN_FLAGS)),
		     span_of(bytes, n));
	while (finder_next(m->scan, &c)) {
		if (c.rule != PRESCAN_ESCAPE)
			m->candidates[c.rule]++;
	}
	free(bytes);
}

/* The rule with the most candidates that was not taken yet; SIZE_MAX: there is none. */
static size_t take_rule(struct maker *m)
{
	size_t n = rules_count(engine_rules(m->engine));
	size_t most = 0;

	for (size_t i = 1; i < n; i++) {
		if (m->candidates[i] > m->candidates[most])
			most = i;
	}
	if (m->candidates[most] == 0)
		return SIZE_MAX;
	m->candidates[most] = 0;
	return most;
}

static bool is_near_miss(struct maker *m, size_t rule, struct span text)
{
	struct candidate c;
	bool near = false;

	finder_begin(m->scan, prescan_goal_first(plan_prescan(m->plan, PRESCAN_FLAGS)), text);
	while (finder_next(m->scan, &c))
		near |= c.rule == rule;
	if (!near)
		return false;
	hits_clear(&m->hits);
	confirm_rule(rules_at(engine_rules(m->engine), rule), (uint16_t)rule, text, 0, 0, m->regex,
		     &m->hits);
	return m->hits.n == 0;
}

static struct span copy(struct span text)
{
	return span_of(mem_span_string(text), text.len);
}

/* Marks left out: "[[name:value]]" is value where the rule has groups of that name. */
static void unmark(const struct rule *rule, const char *example, struct buf *text)
{
	buf_clear(text);
	while (*example != '\0') {
		if (strncmp(example, "[[", 2) == 0) {
			example += 2;
			for (size_t i = 0; i < rule->n_targets; i++) {
				const char *name = rule->targets[i].group_name;
				size_t len = name != NULL ? strlen(name) : 0;

				if (len != 0 && strncmp(example, name, len) == 0 &&
				    example[len] == ':')
					example += len + 1;
			}
		} else if (strncmp(example, "]]", 2) == 0) {
			example += 2;
		} else {
			buf_add_char(text, *example++);
		}
	}
}

static void make_pieces(struct maker *m, size_t index)
{
	static const char others[] = "x0-/";
	const struct rule *rule = rules_at(engine_rules(m->engine), index);
	struct buf text = { 0 };

	for (size_t i = 0; i < rule->n_examples; i++) {
		unmark(rule, rule->examples[i], &text);
		for (size_t at = 0; at < 4 * text.len; at++) {
			char *byte = &text.ptr[at / 4];
			char was = *byte;

			*byte = others[at % 4];
			if (is_near_miss(m, index, buf_span(&text))) {
				m->pieces = mem_grow(m->pieces, m->n_pieces, &m->pieces_cap,
						     sizeof(*m->pieces));
				m->pieces[m->n_pieces++] = copy(buf_span(&text));
			}
			*byte = was;
		}
	}
	buf_fini(&text);
}

static void make_lines(struct maker *m)
{
	struct buf line = { 0 };

	for (size_t tries = 0; tries < 50 * LINES_MAX && m->n_lines < LINES_MAX; tries++) {
		const struct result *result;

		buf_clear(&line);
		while (line.len < LINE_BYTES) {
			buf_add_span(&line, m->pieces[draw(m) % m->n_pieces]);
			buf_add_char(&line, ' ');
		}
		result = classify_run(m->classifier, m->plan, buf_span(&line), line.len, NULL);
		if (verdict_is_flagged(result->verdict))
			continue;
		m->lines = mem_grow(m->lines, m->n_lines, &m->lines_cap, sizeof(*m->lines));
		buf_add_char(&line, '\n');
		m->lines[m->n_lines++] = copy(buf_span(&line));
	}
	buf_fini(&line);
}

static int make(struct maker *m, const char *sample, size_t bytes)
{
	count_candidates(m, sample);
	for (size_t i = 0; i < FREQUENT; i++) {
		size_t rule = take_rule(m);

		if (rule != SIZE_MAX)
			make_pieces(m, rule);
	}
	if (m->n_pieces != 0)
		make_lines(m);
	if (m->n_lines == 0) {
		fprintf(stderr, "nearmiss: nothing comes near\n");
		return 2;
	}
	for (size_t written = 0; written < bytes;) {
		struct span line = m->lines[draw(m) % m->n_lines];

		if (fwrite(line.ptr, 1, line.len, stdout) != line.len)
			return 2;
		written += line.len;
	}
	return fflush(stdout) == 0 ? 0 : 2;
}

static void release(struct maker *m)
{
	for (size_t i = 0; i < m->n_pieces; i++)
		free((char *)(uintptr_t)m->pieces[i].ptr);
	for (size_t i = 0; i < m->n_lines; i++)
		free((char *)(uintptr_t)m->lines[i].ptr);
	free(m->pieces);
	free(m->lines);
	free(m->candidates);
	hits_fini(&m->hits);
	classifier_free(&m->classifier);
	regex_scratch_free(&m->regex);
	finder_scan_free(&m->scan);
	plan_free(&m->plan);
	engine_unref(&m->engine);
}

int main(int argc, char **argv)
{
	struct engine_options options = engine_defaults();
	struct maker m = { .dice = 88172645463325252 };
	const char *purposes[PURPOSES_MAX];
	struct err e = { 0 };
	size_t n = 0;
	int option;
	int status;

	while ((option = getopt(argc, argv, "p:")) != -1) {
		if (option != 'p' || n == PURPOSES_MAX)
			return 2;
		purposes[n++] = optarg;
	}
	if (optind + 2 != argc) {
		fprintf(stderr, "usage: nearmiss [-p PURPOSE]... SAMPLE BYTES\n");
		return 2;
	}
	if (engine_load(&m.engine, &options, &e) != 0 ||
	    plan_new(&m.plan, m.engine, purposes, n, "-p", &e) != 0) {
		err_print(&e);
		return 2;
	}
	m.scan = finder_scan_new();
	m.regex = regex_scratch_new(&options.limits);
	m.classifier = classifier_new(m.engine);
	m.candidates = mem_new(rules_count(engine_rules(m.engine)), sizeof(*m.candidates));
	status = make(&m, argv[optind], strtoull(argv[optind + 1], NULL, 10));
	release(&m);
	return status;
}
