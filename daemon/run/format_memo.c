#include <purposed/run/format_memo.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* As many as a log has findings of kinds, and records; of two that share a place the last stands.
 */
enum { PLACES = 256, JUDGEMENTS = 32 };

/* Bit of a set of categories that stands for what is outside the annex; those behind have none. */
enum { CATEGORY_OUTSIDE = 63 };

struct key {
	unsigned long long plan; /* its serial; 0: nothing is here */
	uint16_t rule;
	uint16_t element;
	struct decision decision;
	size_t category;
};

struct place {
	struct key key;
	struct format_pieces pieces;
};

/* What a record is said to be. */
struct judgement {
	uint64_t form;
	unsigned long long plan; /* likewise */
	uint64_t categories;
	enum verdict verdict;
	enum kind_source kind_source;
	struct buf kind;
	struct buf text;
};

struct format_memo {
	struct place places[PLACES];
	struct judgement judgements[JUDGEMENTS];
	struct buf unknown; /* of a record that no set of categories tells */
	struct format_values *values;
};

struct format_memo *format_memo_new(void)
{
	struct format_memo *memo = mem_new(1, sizeof(*memo));

	memo->values = format_values_new();
	return memo;
}

void format_memo_wipe(struct format_memo *memo)
{
	format_values_wipe(memo->values);
}

struct format_values *format_memo_values(struct format_memo *memo)
{
	return memo->values;
}

void format_pieces_fini(struct format_pieces *pieces)
{
	buf_fini(&pieces->before);
	buf_fini(&pieces->behind);
}

void format_memo_free(struct format_memo **memo)
{
	if (memo == NULL || *memo == NULL)
		return;
	for (size_t i = 0; i < PLACES; i++)
		format_pieces_fini(&(*memo)->places[i].pieces);
	for (size_t i = 0; i < JUDGEMENTS; i++) {
		buf_fini(&(*memo)->judgements[i].kind);
		buf_fini(&(*memo)->judgements[i].text);
	}
	buf_fini(&(*memo)->unknown);
	format_values_free(&(*memo)->values);
	free(*memo);
	*memo = NULL;
}

static bool same(const struct key *a, const struct key *b)
{
	return a->plan == b->plan && a->rule == b->rule && a->element == b->element &&
	       a->category == b->category && a->decision.verdict == b->decision.verdict &&
	       a->decision.reason == b->decision.reason;
}

static size_t place_of(const struct key *key)
{
	unsigned long long mixed = key->plan * 131 + key->rule * 8ULL + key->element * 31ULL +
				   (unsigned)key->decision.reason;

	return mixed % PLACES;
}

struct format_pieces *format_memo_pieces(struct format_memo *memo, const struct plan *plan,
					 const struct finding *finding)
{
	const struct key key = {
		.plan = plan->serial,
		.rule = finding->rule,
		.element = finding->element,
		.decision = finding->decision,
		.category = finding->category,
	};
	struct place *place = &memo->places[place_of(&key)];

	if (!same(&place->key, &key)) {
		place->key = key;
		buf_clear(&place->pieces.before);
		buf_clear(&place->pieces.behind);
	}
	return &place->pieces;
}

/* The categories of all findings, as bits; false: some have none. */
static bool gather(const struct result *result, uint64_t *categories_r)
{
	uint64_t categories = 0;

	for (size_t i = 0; i < result->n; i++) {
		size_t category = result->findings[i].category;

		if (category == POLICY_OUTSIDE)
			category = CATEGORY_OUTSIDE;
		else if (category >= CATEGORY_OUTSIDE && category != POLICY_NONE)
			return false;
		if (category != POLICY_NONE)
			categories |= UINT64_C(1) << category;
	}
	*categories_r = categories;
	return true;
}

static struct span kind_of(const struct result *result)
{
	return span_str(result->kind_source != KIND_NONE ? result->kind : "");
}

struct buf *format_memo_judgement(struct format_memo *memo, uint64_t form, const struct plan *plan,
				  const struct result *result)
{
	const struct span kind = kind_of(result);
	struct judgement *judgement;
	uint64_t categories;

	if (!gather(result, &categories)) {
		buf_clear(&memo->unknown);
		return &memo->unknown;
	}
	judgement = &memo->judgements[(plan->serial * 7 + categories * 5 + result->verdict +
				       result->kind_source * 11 + form * 13) %
				      JUDGEMENTS];
	if (judgement->plan != plan->serial || judgement->form != form ||
	    judgement->categories != categories || judgement->verdict != result->verdict ||
	    judgement->kind_source != result->kind_source ||
	    !span_equal(buf_span(&judgement->kind), kind)) {
		judgement->plan = plan->serial;
		judgement->form = form;
		judgement->categories = categories;
		judgement->verdict = result->verdict;
		judgement->kind_source = result->kind_source;
		buf_clear(&judgement->kind);
		buf_add_span(&judgement->kind, kind);
		buf_clear(&judgement->text);
	}
	return &judgement->text;
}
