/*
 * An example is parsed into a plain text and the spans it marks; the rule is
 * run over the text's layers and must find these spans, with their groups,
 * and no other.
 */
#include <purposed/engine/examples.h>

#include <stdlib.h>

#include <purposed/base/buf.h>
#include <purposed/base/mem.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>

/* A marked or found span, in bytes of the plain text. */
struct mark {
	size_t start;
	size_t end;
	size_t target; /* index in the rule's targets */
	bool found;
};

struct trial {
	const struct rule *rule;
	uint16_t index;
	struct regex_scratch *regex;
	struct decoded decoded;
	struct hits hits;
	struct buf text;
	struct mark *marks;
	size_t n_marks, marks_cap;
	struct err *e;
	int bad;
};

__attribute__((format(printf, 3, 4))) static void fail(struct trial *t, const char *example,
						       const char *format, ...)
{
	struct buf why = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&why, format, args);
	va_end(args);
	err_at(t->e, t->rule->file, t->rule->line, "rule '%s': example \"%s\": %s", t->rule->id,
	       example, buf_str(&why));
	buf_fini(&why);
	t->bad = -1;
}

/* The target that "[[name:" or "[[" at *at names; moves *at behind it; -1: there is none. */
static int marked_target(const struct rule *rule, const char **at)
{
	if (rule->targets[0].group_name == NULL)
		return 0;
	for (size_t i = 0; i < rule->n_targets; i++) {
		const char *name = rule->targets[i].group_name;
		size_t len = strlen(name);

		if (strncmp(*at, name, len) == 0 && (*at)[len] == ':') {
			*at += len + 1;
			return (int)i;
		}
	}
	return -1;
}

/* Fills text and marks; -1 where the brackets do not pair or name no group. */
static int parse(struct trial *t, const char *example)
{
	const char *at = example;

	buf_clear(&t->text);
	t->n_marks = 0;
	for (;;) {
		const char *open = strstr(at, "[[");
		const char *close;
		bool bracketed = false;
		int target;

		if (open == NULL) {
			buf_add_str(&t->text, at);
			return 0;
		}
		buf_add(&t->text, at, (size_t)(open - at));
		at = open + 2;
		target = marked_target(t->rule, &at);
		/* "[[[group:x]]]" is a mark within brackets. */
		if (target < 0 && *at == '[') {
			buf_add_str(&t->text, "[");
			at++;
			target = marked_target(t->rule, &at);
			bracketed = true;
		}
		close = strstr(at, "]]");
		if (close == NULL || target < 0) {
			fail(t, example,
			     close == NULL ? "[[ without ]]"
					   : "[[ must be followed by a group and ':'");
			return -1;
		}
		/* Else "]]]" closes at its end: the value itself may end in a bracket. */
		while (!bracketed && close[2] == ']')
			close++;
		t->marks = mem_grow(t->marks, t->n_marks, &t->marks_cap, sizeof(*t->marks));
		t->marks[t->n_marks].start = t->text.len;
		buf_add(&t->text, at, (size_t)(close - at));
		t->marks[t->n_marks].end = t->text.len;
		t->marks[t->n_marks].target = (size_t)target;
		t->marks[t->n_marks++].found = false;
		at = close + 2;
	}
}

static void search(struct trial *t)
{
	decode_run(&t->decoded, buf_span(&t->text));
	hits_clear(&t->hits);
	for (size_t layer = 0; layer < t->decoded.n; layer++)
		confirm_rule(t->rule, t->index, t->decoded.layers[layer].text, (uint8_t)layer, 0,
			     t->regex, &t->hits);
}

/* Whether a finding at [start, end) is marked, or only part of what is marked (another layer). */
static bool is_expected(struct trial *t, size_t start, size_t end, size_t target)
{
	bool part = false;

	for (size_t i = 0; i < t->n_marks; i++) {
		struct mark *mark = &t->marks[i];

		if (mark->start == start && mark->end == end && mark->target == target) {
			mark->found = true;
			return true;
		}
		part |= mark->start <= start && end <= mark->end &&
			t->rule->targets[mark->target].element == t->rule->targets[target].element;
	}
	return part && t->decoded.n > 1;
}

static void compare(struct trial *t, const char *example)
{
	for (size_t i = 0; i < t->hits.n; i++) {
		const struct hit *hit = &t->hits.hits[i];
		size_t start = hit->start;
		size_t end = hit->end;

		if (decode_splits(&t->decoded, hit->layer, start, end))
			continue;
		decode_to_record(&t->decoded, hit->layer, &start, &end);
		if (!is_expected(t, start, end, hit->target))
			fail(t, example, "finds \"%.*s\", which is not marked", (int)(end - start),
			     t->text.ptr + start);
	}
	for (size_t i = 0; i < t->n_marks; i++) {
		const struct mark *mark = &t->marks[i];

		if (!mark->found)
			fail(t, example, "does not find \"%.*s\"", (int)(mark->end - mark->start),
			     t->text.ptr + mark->start);
	}
	if (t->hits.n_unsearched != 0 && t->hits.unsearched[0].reason == REASON_ENGINE_ERROR)
		fail(t, example, "cannot be searched: the pattern's engine fails");
	else if (t->hits.n_unsearched != 0)
		fail(t, example, "runs into a match limit");
}

static void run_rule(struct trial *t)
{
	for (size_t i = 0; i < t->rule->n_examples; i++) {
		if (parse(t, t->rule->examples[i]) != 0)
			continue;
		if (t->n_marks == 0)
			fail(t, t->rule->examples[i], "marks nothing with [[ ]]");
		search(t);
		compare(t, t->rule->examples[i]);
	}
	for (size_t i = 0; i < t->rule->n_counter_examples; i++) {
		buf_clear(&t->text);
		buf_add_str(&t->text, t->rule->counter_examples[i]);
		t->n_marks = 0;
		search(t);
		compare(t, t->rule->counter_examples[i]);
	}
}

int examples_run(const struct rules *rules, const struct regex_limits *limits, struct err *e)
{
	struct trial trial = { .regex = regex_scratch_new(limits), .e = e };

	for (size_t i = 0; i < rules_count(rules); i++) {
		trial.rule = rules_at(rules, i);
		trial.index = (uint16_t)i;
		run_rule(&trial);
	}
	regex_scratch_free(&trial.regex);
	decoded_fini(&trial.decoded);
	hits_fini(&trial.hits);
	buf_fini(&trial.text);
	free(trial.marks);
	return trial.bad;
}
