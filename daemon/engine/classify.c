/* The heart: see classify.h for the walk. */
#include <purposed/engine/classify.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/base/utf8.h>
#include <purposed/engine/batch_search.h>
#include <purposed/engine/claims.h>
#include <purposed/engine/confirm.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/finder.h>

struct classifier {
	struct engine *engine;
	struct regex_scratch *regex;
	struct finder_scan *scan;
	size_t searched; /* bytes so far, up to few_bytes */
	size_t *resume;	 /* by rule: where in the text at hand it is searched on */
	struct batch_search *ahead;
	struct decoded decoded;
	struct decoded value; /* for classify_value */
	struct hits hits;
	struct claim *claims;
	size_t n_claims, claims_cap;
	size_t *order; /* for claims_settle */
	struct finding *findings;
	size_t n_findings, findings_cap;
	struct result result;
};

struct classifier *classifier_new(struct engine *engine)
{
	struct classifier *c = mem_new(1, sizeof(*c));

	c->engine = engine_ref(engine);
	c->regex = regex_scratch_new(&engine_settings(engine)->limits);
	c->scan = finder_scan_new();
	c->ahead = batch_search_new(rules_count(engine_rules(engine)));
	c->resume = mem_new(rules_count(engine_rules(engine)) + 1, sizeof(*c->resume));
	return c;
}

void classifier_free(struct classifier **classifier)
{
	struct classifier *c;

	if (classifier == NULL || *classifier == NULL)
		return;
	c = *classifier;
	engine_unref(&c->engine);
	regex_scratch_free(&c->regex);
	finder_scan_free(&c->scan);
	free(c->resume);
	batch_search_free(&c->ahead);
	decoded_fini(&c->decoded);
	decoded_fini(&c->value);
	hits_fini(&c->hits);
	free(c->claims);
	free(c->order);
	free(c->findings);
	free(c);
	*classifier = NULL;
}

void classifier_wipe(struct classifier *c)
{
	decoded_wipe(&c->decoded);
	decoded_wipe(&c->value);
	finder_scan_wipe(c->scan);
	batch_search_wipe(c->ahead);
}

/* --- Search ----------------------------------------------------------------- */

/*
 * Confirms a candidate of a text, in ascending order of their anchors.  A match
 * starts within a candidate's reach; what was searched for an earlier candidate
 * of the same rule is not searched again, so all reach back as far as any may.
 */
static void confirm_candidate(struct classifier *c, struct candidate *found, struct span text,
			      uint8_t layer)
{
	const struct rule *rule = rules_at(engine_rules(c->engine), found->rule);
	size_t *resume = &c->resume[found->rule];
	size_t last;

	found->before_max = found->rule_max;
	if (candidate_reach(found, text, found->at, resume, &last))
		*resume =
			confirm_within(rule, found->rule,
				       rule_finders_starts(engine_finders(c->engine), found->rule),
				       text, layer, *resume, last, c->regex, &c->hits);
}

static void confirm_candidates(struct classifier *c, struct span text, uint8_t layer)
{
	struct candidate found;

	memset(c->resume, 0, rules_count(engine_rules(c->engine)) * sizeof(*c->resume));
	finder_begin(c->scan, rule_finders_all(engine_finders(c->engine)), text);
	while (finder_next(c->scan, &found))
		confirm_candidate(c, &found, text, layer);
}

/* Whether it pays to derive anchors for that many bytes more, or they are there. */
static bool has_finder(struct classifier *c, size_t more)
{
	const struct engine_options *options = engine_settings(c->engine);

	if (options->oracle)
		return false;
	if (engine_has_finders(c->engine))
		return true;
	if (c->searched < options->few_bytes)
		c->searched += more;
	return c->searched >= options->few_bytes && more >= options->few_bytes;
}

/* What is searched of a record. */
static struct span searched_part(const struct classifier *c, struct span text)
{
	size_t max = engine_settings(c->engine)->record_max_bytes;

	return text.len > max ? span_of(text.ptr, max) : text;
}

void classifier_look_ahead(struct classifier *c, const struct span *records, size_t n)
{
	struct batch_search_means means = { .rules = engine_rules(c->engine),
					    .scan = c->scan,
					    .regex = c->regex };
	size_t bytes = 0;

	batch_search_wipe(c->ahead);
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		bytes += records[i].len;
	if (!has_finder(c, 0) && !has_finder(c, bytes))
		return;
	for (size_t i = 0; i < n; i++)
		batch_search_add(c->ahead, searched_part(c, records[i]), &c->decoded);
	means.finders = engine_finders(c->engine);
	batch_search_run(c->ahead, &means);
}

/* n rules by their indices, or, where rules is NULL, all of them, at every byte of text. */
static void confirm_everywhere(struct classifier *c, const uint16_t *rules, size_t n,
			       struct span text, uint8_t layer)
{
	const struct rules *all = engine_rules(c->engine);

	for (size_t i = 0; i < n; i++) {
		uint16_t rule = rules != NULL ? rules[i] : (uint16_t)i;

		confirm_rule(rules_at(all, rule), rule, text, layer, 0, c->regex, &c->hits);
	}
}

static void search(struct classifier *c)
{
	size_t n = rules_count(engine_rules(c->engine));
	const uint16_t *slow = NULL;
	bool ahead;
	bool finder;

	hits_clear(&c->hits);
	ahead = batch_search_take(c->ahead, c->decoded.layers[0].text, &c->hits);
	finder = ahead || has_finder(c, c->decoded.layers[0].text.len);
	if (finder)
		slow = rule_finders_slow_rules(engine_finders(c->engine), &n);
	for (size_t layer = 0; layer < c->decoded.n; layer++) {
		struct span text = c->decoded.layers[layer].text;

		confirm_everywhere(c, slow, n, text, (uint8_t)layer);
		if (finder && !ahead)
			confirm_candidates(c, text, (uint8_t)layer);
	}
}

/* Patterns see bytes: a bounded repeat may stop inside a character, which is then taken whole. */
static void take_whole_characters(struct span text, size_t *start, size_t *end)
{
	size_t last = utf8_start(text, *end);

	*start = utf8_start(text, *start);
	if (last != *end)
		*end = last + utf8_length(text, last);
}

static void add_claim(struct classifier *c, const struct hit *hit)
{
	const struct rule_target *target =
		&rules_at(engine_rules(c->engine), hit->rule)->targets[hit->target];
	size_t start = hit->start;
	size_t end = hit->end;

	if (decode_splits(&c->decoded, hit->layer, start, end))
		return;
	decode_to_record(&c->decoded, hit->layer, &start, &end);
	take_whole_characters(c->decoded.layers[0].text, &start, &end);
	c->claims[c->n_claims++] = (struct claim){
		.finding = {
			.start = start,
			.end = end,
			.rule = hit->rule,
			.element = target->element,
			.layer_start = hit->start,
			.layer_end = hit->end,
			.layer = hit->layer,
		},
		.rank = target->rank,
		.container = target->container,
	};
}

/* Room for a claim, and its place in an order, for each hit. */
static void make_room(struct classifier *c)
{
	if (c->claims_cap >= c->hits.n)
		return;
	c->claims_cap = 2 * c->hits.n;
	c->claims = mem_resize(c->claims, c->claims_cap, sizeof(*c->claims));
	c->order = mem_resize(c->order, c->claims_cap, sizeof(*c->order));
}

/* --- Verdict ---------------------------------------------------------------- */

static void add_finding(struct classifier *c, const struct finding *finding)
{
	if (c->n_findings == c->findings_cap)
		c->findings = mem_grow(c->findings, c->n_findings, &c->findings_cap,
				       sizeof(*c->findings));
	c->findings[c->n_findings++] = *finding;
	if (finding->decision.verdict > c->result.verdict)
		c->result.verdict = finding->decision.verdict;
}

static void add_unscanned(struct classifier *c, size_t start, size_t end, enum reason reason)
{
	const struct finding finding = {
		.start = start,
		.end = end,
		.rule = FINDING_NONE,
		.element = FINDING_NONE,
		.category = POLICY_NONE,
		.decision = { VERDICT_UNSCANNED, reason },
	};

	add_finding(c, &finding);
}

static void recognise_kind(struct classifier *c, const char *stated)
{
	if (stated != NULL) {
		c->result.kind = stated;
		c->result.kind_source = KIND_STATED;
	} else if (c->hits.kind_rule != UINT32_MAX) {
		c->result.kind = rules_at(engine_rules(c->engine), c->hits.kind_rule)->kind;
		c->result.kind_source = KIND_RECOGNISED;
	}
}

static void decide_claims(struct classifier *c, const struct plan *plan)
{
	const struct policy *policy = engine_policy(c->engine);
	const struct rules *rules = engine_rules(c->engine);

	for (size_t i = 0; i < c->n_claims; i++) {
		struct finding finding = c->claims[i].finding;

		if (!c->claims[i].stands || finding.element == RULES_NO_ELEMENT)
			continue;
		finding.category = engine_category(c->engine, finding.element);
		finding.decision =
			policy_decide(policy, &plan->set, finding.category,
				      rules_element(rules, finding.element), c->result.kind);
		add_finding(c, &finding);
	}
}

/* One finding per reason: from where the first search stopped to where the last would have. */
static void report_unsearched(struct classifier *c, enum reason reason)
{
	size_t start = SIZE_MAX;
	size_t end = 0;

	for (size_t i = 0; i < c->hits.n_unsearched; i++) {
		const struct unsearched *u = &c->hits.unsearched[i];
		size_t from = u->start;
		size_t to = u->end;

		if (u->reason != reason)
			continue;
		decode_to_record(&c->decoded, u->layer, &from, &to);
		if (from < start)
			start = from;
		if (to > end)
			end = to;
	}
	if (start != SIZE_MAX)
		add_unscanned(c, start, end, reason);
}

static int findings_by_start(const void *a, const void *b)
{
	const struct finding *x = a;
	const struct finding *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->end < y->end) - (x->end > y->end);
}

const struct result *classify_run(struct classifier *c, const struct plan *plan, struct span text,
				  size_t record_len, const char *kind)
{
	size_t found;

	text = searched_part(c, text);
	c->n_claims = 0;
	c->n_findings = 0;
	c->result = (struct result){ .verdict = VERDICT_CLEAN };
	if (batch_search_is_plain(c->ahead, text))
		decode_nothing(&c->decoded, text);
	else
		decode_run(&c->decoded, text);
	search(c);
	make_room(c);
	for (size_t i = 0; i < c->hits.n; i++)
		add_claim(c, &c->hits.hits[i]);
	claims_settle(c->claims, c->order, c->n_claims);
	recognise_kind(c, kind);
	decide_claims(c, plan); /* whose findings are in order, as claims are */
	found = c->n_findings;
	report_unsearched(c, REASON_MATCH_LIMIT);
	report_unsearched(c, REASON_ENGINE_ERROR);
	if (c->decoded.limited)
		add_unscanned(c, c->decoded.limit_start, c->decoded.limit_end, REASON_DECODE_LIMIT);
	if (record_len > text.len)
		add_unscanned(c, text.len, record_len, REASON_RECORD_LIMIT);
	if (c->n_findings > found)
		qsort(c->findings, c->n_findings, sizeof(*c->findings), findings_by_start);
	c->result.findings = c->findings;
	c->result.n = c->n_findings;
	return &c->result;
}

struct span classify_value(struct classifier *c, const struct finding *finding)
{
	struct span text = c->decoded.layers[finding->layer].text;

	if (finding->rule == FINDING_NONE)
		return span_of(NULL, 0);
	text = span_slice(text, finding->layer_start, finding->layer_end);
	if (decode_find_beginning(text, 0) == text.len)
		return text;
	decode_run(&c->value, text);
	return c->value.layers[c->value.n - 1].text;
}
