#include <purposed/engine/prescan_goal.h>

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

struct prescan_goal {
	const struct plan *plan; /* borrowed: it owns the goal */
	enum prescan_depth depth;
	const char *kind; /* the one that the rules recognise, or NULL: none, or several */
	struct prescan_rule *rules;
	struct prescan_rule second_sum;
	struct finder *first;
	struct finder *second;
	struct finder *decoys;
};

static const struct rules *rules_of(const struct prescan_goal *goal)
{
	return engine_rules(goal->plan->engine);
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

/* Whether an element may pass without a full goal, in a record of that kind. */
static bool passes(const struct prescan_goal *goal, uint16_t element, const char *kind)
{
	const struct engine *engine = goal->plan->engine;
	struct decision decision = policy_decide(
		engine_policy(engine), &goal->plan->set, engine_category(engine, element),
		rules_element(engine_rules(engine), element), kind);

	if (goal->depth == PRESCAN_FLAGS)
		return !verdict_is_flagged(decision.verdict);
	return decision.verdict == VERDICT_PERMITTED;
}

static struct prescan_target weigh_target(const struct prescan_goal *goal, uint16_t element)
{
	struct prescan_target target = { .need = PRESCAN_NOTHING };

	if (element == RULES_NO_ELEMENT)
		return target;
	if (passes(goal, element, NULL))
		target.need = goal->depth == PRESCAN_FLAGS ? PRESCAN_NOTHING : PRESCAN_CATEGORY;
	else if (goal->kind != NULL && passes(goal, element, goal->kind))
		target.need = PRESCAN_UNLESS_KIND;
	else
		target.need = PRESCAN_NAMED;
	/* What passes is of a category: outside of them all is flagged. */
	if (goal->depth == PRESCAN_CATEGORIES && target.need != PRESCAN_NAMED)
		target.category = UINT64_C(1) << engine_category(goal->plan->engine, element);
	return target;
}

static void weigh_targets(struct prescan_goal *goal)
{
	for (size_t i = 0; i < rules_count(rules_of(goal)); i++) {
		const struct rule *rule = rules_at(rules_of(goal), i);
		struct prescan_rule *r = &goal->rules[i];

		r->targets = mem_new(rule->n_targets, sizeof(*r->targets));
		for (size_t t = 0; t < rule->n_targets; t++)
			r->targets[t] = weigh_target(goal, rule->targets[t].element);
	}
}

/* --- What makes a category sure ----------------------------------------------- */

static bool is_rival(const struct prescan_target *target, uint64_t category)
{
	return target->need != PRESCAN_NAMED && target->category != category;
}

struct census {
	size_t own;    /* rules with a value of the category of at least that rank */
	size_t rivals; /* rules with a rival of at least that rank */
};

static struct census count_rules(const struct prescan_goal *goal, uint64_t category, unsigned rank)
{
	struct census census = { 0 };

	for (size_t i = 0; i < rules_count(rules_of(goal)); i++) {
		const struct rule *rule = rules_at(rules_of(goal), i);
		bool own = false;
		bool rival = false;

		for (size_t t = 0; t < rule->n_targets; t++) {
			const struct prescan_target *target = &goal->rules[i].targets[t];

			if (rule->targets[t].rank < rank)
				continue;
			rival |= is_rival(target, category);
			own |= target->need != PRESCAN_NAMED && target->category == category;
		}
		census.own += own;
		census.rivals += rival;
	}
	return census;
}

/* Above all ranks where the rivals are too many. */
static unsigned find_threshold(const struct prescan_goal *goal, uint64_t category)
{
	unsigned threshold = UINT_MAX;

	for (int rank = UINT8_MAX; rank >= 0; rank--) {
		struct census census = count_rules(goal, category, (unsigned)rank);

		if (census.rivals > RIVALS_MAX)
			break;
		if (census.own > 0)
			threshold = (unsigned)rank;
		if (census.own >= OWN_ENOUGH)
			break;
	}
	return threshold;
}

static void set_threshold(struct prescan_goal *goal, uint64_t category)
{
	unsigned threshold = find_threshold(goal, category);

	for (size_t i = 0; i < rules_count(rules_of(goal)); i++) {
		const struct rule *rule = rules_at(rules_of(goal), i);

		for (size_t t = 0; t < rule->n_targets; t++) {
			struct prescan_target *target = &goal->rules[i].targets[t];

			if (rule->targets[t].rank < threshold)
				continue;
			if (is_rival(target, category))
				target->need = PRESCAN_NAMED;
			else if (target->need != PRESCAN_NAMED)
				target->sure = true;
		}
	}
}

static void set_thresholds(struct prescan_goal *goal)
{
	uint64_t all = 0;

	for (size_t i = 0; i < rules_count(rules_of(goal)); i++) {
		for (size_t t = 0; t < rules_at(rules_of(goal), i)->n_targets; t++)
			all |= goal->rules[i].targets[t].category;
	}
	for (; all != 0; all &= all - 1)
		set_threshold(goal, all & -all);
}

/* --- What rules mean ---------------------------------------------------------- */

static void sum_rules(struct prescan_goal *goal)
{
	const struct rules *rules = rules_of(goal);
	bool kind_matters = false;

	for (size_t i = 0; i < rules_count(rules); i++) {
		struct prescan_rule *r = &goal->rules[i];

		for (size_t t = 0; t < rules_at(rules, i)->n_targets; t++) {
			const struct prescan_target *target = &r->targets[t];

			r->decoy |= target->need == PRESCAN_NOTHING;
			if (target->need > r->worst)
				r->worst = target->need;
			r->categories |= target->category;
			if (target->sure)
				r->sure |= target->category;
			kind_matters |= target->need == PRESCAN_UNLESS_KIND;
		}
	}
	for (size_t i = 0; i < rules_count(rules); i++)
		goal->rules[i].tells_kind = kind_matters && rules_at(rules, i)->kind != NULL;
}

/* --- Finders ------------------------------------------------------------------ */

static bool matters(const struct prescan_rule *r)
{
	return r->worst != PRESCAN_NOTHING || r->tells_kind;
}

static bool is_first(const struct prescan_goal *goal, size_t rule)
{
	const struct prescan_rule *r = &goal->rules[rule];

	return r->worst == PRESCAN_NAMED ||
	       (rules_at(rules_of(goal), rule)->opens && (r->tells_kind || r->sure != 0));
}

static bool is_second(const struct prescan_goal *goal, size_t rule)
{
	return matters(&goal->rules[rule]) && !is_first(goal, rule);
}

static bool is_decoy(const struct prescan_goal *goal, size_t rule)
{
	return goal->rules[rule].decoy;
}

/* For the rules that are asked for, and n more; NULL: one of them has no anchor. */
static struct finder *make_finder(const struct prescan_goal *goal,
				  bool (*is_asked)(const struct prescan_goal *goal, size_t rule),
				  uint16_t *rules, size_t n)
{
	const struct rule_finders *finders = engine_finders(goal->plan->engine);

	for (size_t i = 0; i < rules_count(rules_of(goal)); i++) {
		if (!is_asked(goal, i))
			continue;
		if (rule_finders_is_slow(finders, i))
			return NULL;
		rules[n++] = (uint16_t)i;
	}
	return finder_new(rule_finders_parts(finders), rules, n,
			  engine_settings(goal->plan->engine)->level);
}

/* Sums up the rules of the second pass; false: there are none. */
static bool sum_second(struct prescan_goal *goal)
{
	struct prescan_rule *sum = &goal->second_sum;
	bool any = false;

	for (size_t i = 0; i < rules_count(rules_of(goal)); i++) {
		const struct prescan_rule *r = &goal->rules[i];

		if (!is_second(goal, i))
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

static int make_finders(struct prescan_goal *goal)
{
	const struct rule_finders *finders = engine_finders(goal->plan->engine);
	size_t n = rules_count(rules_of(goal)) + 1;
	uint16_t *rules = mem_new(n, sizeof(*rules));
	bool has_second = sum_second(goal);

	rules[0] = (uint16_t)rule_finders_escapes(finders);
	goal->first = make_finder(goal, is_first, rules, 1);
	if (has_second)
		goal->second = make_finder(goal, is_second, rules, 0);
	if (goal->depth == PRESCAN_CATEGORIES)
		goal->decoys = make_finder(goal, is_decoy, rules, 0);
	free(rules);
	return goal->first != NULL && (goal->second != NULL || !has_second) ? 0 : -1;
}

struct prescan_goal *prescan_goal_new(const struct plan *plan, enum prescan_depth depth)
{
	struct prescan_goal *goal;

	if (engine_finders(plan->engine) == NULL)
		return NULL;
	if (depth == PRESCAN_CATEGORIES && policy_category_count(engine_policy(plan->engine)) > 64)
		return NULL;
	goal = mem_new(1, sizeof(*goal));
	goal->plan = plan;
	goal->depth = depth;
	goal->kind = only_kind(rules_of(goal));
	goal->rules = mem_new(rules_count(rules_of(goal)) + 1, sizeof(*goal->rules));
	weigh_targets(goal);
	set_thresholds(goal);
	sum_rules(goal);
	if (make_finders(goal) != 0)
		prescan_goal_free(&goal);
	return goal;
}

void prescan_goal_free(struct prescan_goal **goal)
{
	struct prescan_goal *g;

	if (goal == NULL || *goal == NULL)
		return;
	g = *goal;
	*goal = NULL;
	for (size_t i = 0; i < rules_count(rules_of(g)); i++)
		free(g->rules[i].targets);
	free(g->rules);
	finder_free(&g->first);
	finder_free(&g->second);
	finder_free(&g->decoys);
	free(g);
}

const struct prescan_rule *prescan_goal_rule(const struct prescan_goal *goal, size_t rule)
{
	return &goal->rules[rule];
}

const struct finder *prescan_goal_first(const struct prescan_goal *goal)
{
	return goal->first;
}

const struct finder *prescan_goal_second(const struct prescan_goal *goal)
{
	return goal->second;
}

const struct finder *prescan_goal_decoys(const struct prescan_goal *goal)
{
	return goal->decoys;
}

const struct prescan_rule *prescan_goal_second_sum(const struct prescan_goal *goal)
{
	return &goal->second_sum;
}

bool prescan_goal_kind_holds(const struct prescan_goal *goal, const char *kind)
{
	return goal->kind != NULL && strcmp(goal->kind, kind) == 0;
}
