#include <purposed/run/stats.h>

#include <stdlib.h>

#include <purposed/base/mem.h>

static size_t cell_count(const struct stats *stats)
{
	return (stats->n_categories + 2) * REASON_COUNT;
}

/* Row of a category; what is outside the annex and what was not searched come last. */
static size_t row_of(const struct stats *stats, size_t category)
{
	if (category == POLICY_OUTSIDE)
		return stats->n_categories;
	return category == POLICY_NONE ? stats->n_categories + 1 : category;
}

void stats_init(struct stats *stats, size_t n_categories)
{
	*stats = (struct stats){ .n_categories = n_categories };
	stats->findings = mem_new(cell_count(stats), sizeof(*stats->findings));
}

void stats_fini(struct stats *stats)
{
	free(stats->findings);
	free(stats->purposes);
	*stats = (struct stats){ 0 };
}

void stats_clear(struct stats *stats)
{
	struct stats empty = { .findings = stats->findings,
			       .n_categories = stats->n_categories,
			       .purposes = stats->purposes,
			       .n_purposes = stats->n_purposes };

	memset(stats->findings, 0, cell_count(stats) * sizeof(*stats->findings));
	if (stats->purposes != NULL)
		memset(stats->purposes, 0,
		       stats->n_purposes * STATS_VERDICTS * sizeof(*stats->purposes));
	*stats = empty;
}

void stats_record(struct stats *stats, const struct result *result, size_t len, bool declared)
{
	stats->records++;
	stats->bytes += len;
	stats->undeclared += !declared;
	stats->verdicts[result->verdict]++;
	for (size_t i = 0; i < result->n; i++) {
		const struct finding *finding = &result->findings[i];

		stats->findings[row_of(stats, finding->category) * REASON_COUNT +
				finding->decision.reason]++;
	}
}

void stats_verdict(struct stats *stats, enum verdict verdict, size_t len, bool declared)
{
	stats->records++;
	stats->bytes += len;
	stats->undeclared += !declared;
	stats->verdicts[verdict]++;
	stats->brief++;
}

void stats_pass(struct stats *stats, size_t len, bool declared)
{
	stats->records++;
	stats->bytes += len;
	stats->undeclared += !declared;
	stats->passed++;
}

/* Room for that many rows. */
static void make_rows(struct stats *stats, size_t n)
{
	size_t before = stats->n_purposes * STATS_VERDICTS;

	if (n <= stats->n_purposes)
		return;
	stats->purposes = mem_resize(stats->purposes, n * STATS_VERDICTS, sizeof(*stats->purposes));
	memset(stats->purposes + before, 0,
	       (n * STATS_VERDICTS - before) * sizeof(*stats->purposes));
	stats->n_purposes = n;
}

void stats_purposes(struct stats *stats, const struct purpose_set *set, unsigned verdict)
{
	if (set->n == 0)
		return;
	make_rows(stats, set->purposes[set->n - 1] + 1);
	for (size_t i = 0; i < set->n; i++)
		stats->purposes[set->purposes[i] * STATS_VERDICTS + verdict]++;
}

void stats_add_records(struct stats *into, const struct stats *from)
{
	into->records += from->records;
	into->bytes += from->bytes;
	into->undeclared += from->undeclared;
	into->forged_tags += from->forged_tags;
	into->passed += from->passed;
	into->brief += from->brief;
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		into->verdicts[i] += from->verdicts[i];
}

void stats_add(struct stats *into, const struct stats *from)
{
	stats_add_records(into, from);
	for (size_t i = 0; i < cell_count(into); i++)
		into->findings[i] += from->findings[i];
	make_rows(into, from->n_purposes);
	for (size_t i = 0; i < from->n_purposes * STATS_VERDICTS; i++)
		into->purposes[i] += from->purposes[i];
}

unsigned long long stats_flagged(const struct stats *stats)
{
	unsigned long long n = 0;

	for (enum verdict v = VERDICT_CLEAN; v < VERDICT_COUNT; v++) {
		if (verdict_is_flagged(v))
			n += stats->verdicts[v];
	}
	return n;
}

static const char not_searched[] = "(not searched)";

static const char *row_name(const struct stats *stats, const struct policy *policy, size_t row)
{
	if (row < stats->n_categories)
		return policy_category(policy, row)->id;
	return row == stats->n_categories ? POLICY_OUTSIDE_ID : not_searched;
}

static void print_verdicts(const struct stats *stats, FILE *file)
{
	if (stats->records != 0)
		fprintf(file, "records by verdict:\n");
	for (int v = VERDICT_COUNT - 1; v >= 0; v--) {
		if (stats->verdicts[v] != 0)
			fprintf(file, "  %-16s %10llu\n", verdict_name((enum verdict)v),
				stats->verdicts[v]);
	}
	if (stats->passed != 0)
		fprintf(file, "  %-16s %10llu\n", "not flagged", stats->passed);
}

static void print_finding(const char *what, const char *reason, unsigned long long n, FILE *file)
{
	if (n != 0)
		fprintf(file, "  %-22s %-24s %10llu\n", what, reason, n);
}

static void print_findings(const struct stats *stats, const struct policy *policy, FILE *file)
{
	for (size_t row = 0; row < stats->n_categories + 2; row++) {
		for (int reason = REASON_COUNT - 1; reason >= 0; reason--) {
			unsigned long long n = stats->findings[row * REASON_COUNT + (size_t)reason];

			print_finding(row_name(stats, policy, row),
				      reason == REASON_NONE ? "permitted"
							    : reason_name((enum reason)reason),
				      n, file);
		}
	}
}

void stats_print(const struct stats *stats, const struct policy *policy, double seconds,
		 const struct stats_input *inputs, size_t n_inputs, FILE *file)
{
	double mib = (double)stats->bytes / (1024.0 * 1024.0);
	bool any = stats->records != 0;

	fprintf(file, "\n%llu record%s, %.1f MiB, in %.1f s (%.1f MiB/s); %llu flagged\n",
		stats->records, stats->records == 1 ? "" : "s", mib, seconds,
		seconds > 0 ? mib / seconds : 0.0, stats_flagged(stats));
	for (size_t i = 0; i < n_inputs; i++)
		any |= inputs[i].n != 0;
	if (!any)
		return;
	print_verdicts(stats, file);
	fprintf(file, "findings by category and reason%s:\n",
		stats->passed + stats->brief != 0 ? ", in flagged records" : "");
	print_findings(stats, policy, file);
	for (size_t i = 0; i < n_inputs; i++)
		print_finding(not_searched, inputs[i].reason, inputs[i].n, file);
	if (stats->undeclared != 0)
		fprintf(file, "without a declared purpose: %llu (-p, see: purposed policy list)\n",
			stats->undeclared);
	if (stats->forged_tags != 0)
		fprintf(file, "forged tags taken out of records: %llu\n", stats->forged_tags);
}
