#include <purposed/engine/look.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/engine/plan.h>

/*
 * Thresholds.  With so many rules of a category above it no lower one is asked
 * for, and a category that has more rival rules than that is never sure.
 */
enum { OWN_ENOUGH = 8, RIVALS_MAX = 10 };

struct look {
	const struct plan *plan; /* borrowed: it owns the look */
	enum look_depth depth;
	const char *kind; /* the one that the rules recognise, or NULL: none, or several */
	struct look_rule *rules;
	struct look_rule second_sum;
	struct finder *first;
	struct finder *second;
	struct finder *decoys;
};

static const struct rules *rules_of(const struct look *look)
{
	return engine_rules(look->plan->engine);
}

/* --- What values mean --------------------------------------------------------- */

/* The one kind that rules recognise; NULL where it is none or several. */
static const char *only_kind(const struct rules *rules)
{
	const char *kind = NULL;

	for (size_t i = 0; i < rules_count(rules); i++) {
		const char *other = rules_at(rules, i)->kind;

		if (other == NULL)
			continue;
		if (kind != NULL && strcmp(kind, other) != 0)
			return NULL;
		kind = other;
	}
	return kind;
}

/* Whether an element may pass without a full look, in a record of that kind. */
static bool passes(const struct look *look, uint16_t element, const char *kind)
{
	const struct engine *engine = look->plan->engine;
	struct decision decision = policy_decide(
		engine_policy(engine), &look->plan->set, engine_category(engine, element),
		rules_element(engine_rules(engine), element), kind);

	if (look->depth == LOOK_FLAGS)
		return !verdict_is_flagged(decision.verdict);
	return decision.verdict == VERDICT_PERMITTED;
}

static struct look_target weigh_target(const struct look *look, uint16_t element)
{
	struct look_target target = { .need = LOOK_NOTHING };

	if (element == RULES_NO_ELEMENT)
		return target;
	if (passes(look, element, NULL))
		target.need = look->depth == LOOK_FLAGS ? LOOK_NOTHING : LOOK_CATEGORY;
	else if (look->kind != NULL && passes(look, element, look->kind))
		target.need = LOOK_UNLESS_KIND;
	else
		target.need = LOOK_NAMED;
	/* What passes is of a category: outside of them all is flagged. */
	if (look->depth == LOOK_CATEGORIES && target.need != LOOK_NAMED)
		target.category = UINT64_C(1) << engine_category(look->plan->engine, element);
	return target;
}

static void weigh_targets(struct look *look)
{
	for (size_t i = 0; i < rules_count(rules_of(look)); i++) {
		const struct rule *rule = rules_at(rules_of(look), i);
		struct look_rule *r = &look->rules[i];

		r->targets = mem_new(rule->n_targets, sizeof(*r->targets));
		for (size_t t = 0; t < rule->n_targets; t++)
			r->targets[t] = weigh_target(look, rule->targets[t].element);
	}
}

/* --- What makes a category sure ----------------------------------------------- */

static bool is_rival(const struct look_target *target, uint64_t category)
{
	return target->need != LOOK_NAMED && target->category != category;
}

struct census {
	size_t own;    /* rules with a value of the category of at least that rank */
	size_t rivals; /* rules with a rival of at least that rank */
};

static struct census count_rules(const struct look *look, uint64_t category, unsigned rank)
{
	struct census census = { 0 };

	for (size_t i = 0; i < rules_count(rules_of(look)); i++) {
		const struct rule *rule = rules_at(rules_of(look), i);
		bool own = false;
		bool rival = false;

		for (size_t t = 0; t < rule->n_targets; t++) {
			const struct look_target *target = &look->rules[i].targets[t];

			if (rule->targets[t].rank < rank)
				continue;
			rival |= is_rival(target, category);
			own |= target->need != LOOK_NAMED && target->category == category;
		}
		census.own += own;
		census.rivals += rival;
	}
	return census;
}

/* Above all ranks where the rivals are too many. */
static unsigned find_threshold(const struct look *look, uint64_t category)
{
	unsigned threshold = UINT_MAX;

	for (int rank = UINT8_MAX; rank >= 0; rank--) {
		struct census census = count_rules(look, category, (unsigned)rank);

		if (census.rivals > RIVALS_MAX)
			break;
		if (census.own > 0)
			threshold = (unsigned)rank;
		if (census.own >= OWN_ENOUGH)
			break;
	}
	return threshold;
}

static void set_threshold(struct look *look, uint64_t category)
{
	unsigned threshold = find_threshold(look, category);

	for (size_t i = 0; i < rules_count(rules_of(look)); i++) {
		const struct rule *rule = rules_at(rules_of(look), i);

		for (size_t t = 0; t < rule->n_targets; t++) {
			struct look_target *target = &look->rules[i].targets[t];

			if (rule->targets[t].rank < threshold)
				continue;
			if (is_rival(target, category))
				target->need = LOOK_NAMED;
			else if (target->need != LOOK_NAMED)
				target->sure = true;
		}
	}
}

static void set_thresholds(struct look *look)
{
	uint64_t all = 0;

	for (size_t i = 0; i < rules_count(rules_of(look)); i++) {
		for (size_t t = 0; t < rules_at(rules_of(look), i)->n_targets; t++)
			all |= look->rules[i].targets[t].category;
	}
	for (; all != 0; all &= all - 1)
		set_threshold(look, all & -all);
}

/* --- What rules mean ---------------------------------------------------------- */

static void sum_rules(struct look *look)
{
	const struct rules *rules = rules_of(look);
	bool kind_matters = false;

	for (size_t i = 0; i < rules_count(rules); i++) {
		struct look_rule *r = &look->rules[i];

		for (size_t t = 0; t < rules_at(rules, i)->n_targets; t++) {
			const struct look_target *target = &r->targets[t];

			r->decoy |= target->need == LOOK_NOTHING;
			if (target->need > r->worst)
				r->worst = target->need;
			r->categories |= target->category;
			if (target->sure)
				r->sure |= target->category;
			kind_matters |= target->need == LOOK_UNLESS_KIND;
		}
	}
	for (size_t i = 0; i < rules_count(rules); i++)
		look->rules[i].tells_kind = kind_matters && rules_at(rules, i)->kind != NULL;
}

/* --- Finders ------------------------------------------------------------------ */

static bool matters(const struct look_rule *r)
{
	return r->worst != LOOK_NOTHING || r->tells_kind;
}

static bool is_first(const struct look *look, size_t rule)
{
	const struct look_rule *r = &look->rules[rule];

	return r->worst == LOOK_NAMED ||
	       (rules_at(rules_of(look), rule)->opens && (r->tells_kind || r->sure != 0));
}

static bool is_second(const struct look *look, size_t rule)
{
	return matters(&look->rules[rule]) && !is_first(look, rule);
}

static bool is_decoy(const struct look *look, size_t rule)
{
	return look->rules[rule].decoy;
}

/* For the rules that are asked for, and n more; NULL: one of them has no anchor. */
static struct finder *make_finder(const struct look *look,
				  bool (*is_asked)(const struct look *look, size_t rule),
				  uint16_t *rules, size_t n)
{
	const struct lookout *lookout = engine_lookout(look->plan->engine);

	for (size_t i = 0; i < rules_count(rules_of(look)); i++) {
		if (!is_asked(look, i))
			continue;
		if (lookout_is_slow(lookout, i))
			return NULL;
		rules[n++] = (uint16_t)i;
	}
	return finder_new(lookout_parts(lookout), rules, n,
			  engine_settings(look->plan->engine)->level);
}

/* Sums up the rules of the second pass; false: there are none. */
static bool sum_second(struct look *look)
{
	struct look_rule *sum = &look->second_sum;
	bool any = false;

	for (size_t i = 0; i < rules_count(rules_of(look)); i++) {
		const struct look_rule *r = &look->rules[i];

		if (!is_second(look, i))
			continue;
		any = true;
		sum->tells_kind |= r->tells_kind;
		sum->categories |= r->categories;
		sum->sure |= r->sure;
		if (r->worst > sum->worst)
			sum->worst = r->worst;
	}
	return any;
}

static int make_finders(struct look *look)
{
	const struct lookout *lookout = engine_lookout(look->plan->engine);
	size_t n = rules_count(rules_of(look)) + 1;
	uint16_t *rules = mem_new(n, sizeof(*rules));
	bool has_second = sum_second(look);

	rules[0] = (uint16_t)lookout_escapes(lookout);
	look->first = make_finder(look, is_first, rules, 1);
	if (has_second)
		look->second = make_finder(look, is_second, rules, 0);
	if (look->depth == LOOK_CATEGORIES)
		look->decoys = make_finder(look, is_decoy, rules, 0);
	free(rules);
	return look->first != NULL && (look->second != NULL || !has_second) ? 0 : -1;
}

struct look *look_new(const struct plan *plan, enum look_depth depth)
{
	struct look *look;

	if (engine_lookout(plan->engine) == NULL)
		return NULL;
	if (depth == LOOK_CATEGORIES && policy_category_count(engine_policy(plan->engine)) > 64)
		return NULL;
	look = mem_new(1, sizeof(*look));
	look->plan = plan;
	look->depth = depth;
	look->kind = only_kind(rules_of(look));
	look->rules = mem_new(rules_count(rules_of(look)) + 1, sizeof(*look->rules));
	weigh_targets(look);
	set_thresholds(look);
	sum_rules(look);
	if (make_finders(look) != 0)
		look_free(&look);
	return look;
}

void look_free(struct look **look)
{
	struct look *l;

	if (look == NULL || *look == NULL)
		return;
	l = *look;
	*look = NULL;
	for (size_t i = 0; i < rules_count(rules_of(l)); i++)
		free(l->rules[i].targets);
	free(l->rules);
	finder_free(&l->first);
	finder_free(&l->second);
	finder_free(&l->decoys);
	free(l);
}

const struct look_rule *look_rule(const struct look *look, size_t rule)
{
	return &look->rules[rule];
}

const struct finder *look_first(const struct look *look)
{
	return look->first;
}

const struct finder *look_second(const struct look *look)
{
	return look->second;
}

const struct finder *look_decoys(const struct look *look)
{
	return look->decoys;
}

const struct look_rule *look_second_sum(const struct look *look)
{
	return &look->second_sum;
}

bool look_kind_holds(const struct look *look, const char *kind)
{
	return look->kind != NULL && strcmp(look->kind, kind) == 0;
}
