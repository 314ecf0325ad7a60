#include <purposed/run/format_memo.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

/* As many as a log has findings of kinds; of two that share a place the last one stands. */
enum { PLACES = 256 };

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

struct format_memo {
	struct place places[PLACES];
};

struct format_memo *format_memo_new(void)
{
	return mem_new(1, sizeof(struct format_memo));
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
