/* What is said of findings is the same whether it is made anew or copied. */
#include "unit_run.h"

#include <purposed/run/format.h>
#include <purposed/run/format_memo.h>

static const char *const texts[] = {
	"GET /?n=jan@example.be x",
	"to jan@example.be and els@example.be, from 192.0.2.7",
	"shoe=42 fine of 80 %2525252540",
	"to piet@example.be",
	"shoe=43, 192.0.2.8",
	"",
};

static const char *const purposes[] = { "web", "all", "", "web" };

/* As JSON (0), or with a tag of that enterprise. */
static void write_record(struct buf *out, struct unit_run *run, const char *text, const char *kind,
			 unsigned enterprise_id, struct format_memo *memo)
{
	const struct format_options options = { .pseudonyms = run->pseudonyms,
						.enterprise_id = enterprise_id };
	const struct format *format = enterprise_id == 0 ? &format_json : &format_tag;
	const struct record record = {
		.text = span_str(text), .len = strlen(text), .number = 1, .offset = -1, .input = "x"
	};
	const struct format_job job = {
		.options = &options,
		.record = &record,
		.result = classify_run(run->classifier, run->plan, span_str(text), strlen(text),
				       kind),
		.plan = run->plan,
		.classifier = run->classifier,
		.memo = memo,
	};
	size_t tail;

	format->add(out, &job, &tail);
	buf_add_char(out, '\n');
}

/*
 * A record in which the kind is stated is decided otherwise than the one before it.  What
 * several outputs have in common is not what they say; these want the same places.
 */
static void write_all(struct buf *out, struct unit_run *run, struct format_memo *memo)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (unsigned id = 0; id <= 63; id += id == 0 ? 31 : 32) {
			write_record(out, run, texts[i], NULL, id, memo);
			write_record(out, run, texts[i], "web-traffic-log", id, memo);
		}
	}
}

/* One memo for plans that come and go, often at the same address. */
static void test_same(void **state)
{
	struct format_memo *memo = format_memo_new();

	(void)state;
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
			struct unit_run run = unit_run_open(purposes[i], NULL);
			struct buf made = { 0 };
			struct buf copied = { 0 };

			write_all(&made, &run, NULL);
			write_all(&copied, &run, memo);
			assert_string_equal(buf_str(&copied), buf_str(&made));
			assert_non_null(strstr(buf_str(&made), "\"rule\":\"shoe\""));
			buf_fini(&made);
			buf_fini(&copied);
			format_memo_wipe(memo);
			unit_run_close(&run);
		}
	}
	format_memo_free(&memo);
	assert_null(memo);
	format_memo_free(&memo);
}

/* What two findings share a place for is still told apart. */
static void test_places(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct format_memo *memo = format_memo_new();

	(void)state;
	for (unsigned rule = 0; rule < 2000; rule++) {
		struct finding finding = { .rule = (uint16_t)rule };
		struct format_pieces *pieces = format_memo_pieces(memo, run.plan, &finding);

		assert_int_equal(pieces->before.len, 0);
		buf_add_uint(&pieces->before, rule);
		pieces = format_memo_pieces(memo, run.plan, &finding);
		assert_int_equal(strtoul(buf_str(&pieces->before), NULL, 10), rule);
		finding.decision.verdict = VERDICT_GAP;
		assert_int_equal(format_memo_pieces(memo, run.plan, &finding)->before.len, 0);
	}
	format_memo_free(&memo);
	unit_run_close(&run);
}

/* Likewise of what is said before findings: of all kinds, verdicts and sets of categories. */
static void test_judgements(void **state)
{
	static const char *const kinds[] = { NULL, "web-traffic-log", "web", "mail" };
	struct unit_run run = unit_run_open("web", NULL);
	struct format_memo *memo = format_memo_new();

	(void)state;
	for (unsigned i = 0; i < 4096; i++) {
		const size_t categories[] = { 0, 1, 2, 3, POLICY_NONE, POLICY_OUTSIDE };
		const char *kind = kinds[i % 4];
		struct finding findings[6];
		struct result result = {
			.findings = findings,
			.verdict = i / 4 % 4 + VERDICT_PERMITTED,
			.kind = kind,
			.kind_source = kind == NULL	 ? KIND_NONE
				       : i / 16 % 2 == 0 ? KIND_STATED
							 : KIND_RECOGNISED,
		};
		struct buf *text;

		for (size_t bit = 0; bit < 6; bit++) {
			if ((i / 32 >> bit & 1) != 0)
				findings[result.n++] =
					(struct finding){ .category = categories[bit] };
		}
		text = format_memo_judgement(memo, FORMAT_MEMO_JSON, run.plan, &result);
		if (text->len == 0)
			buf_printf(text, "%u", i);
		/* What has neither kind nor its source, or a finding more without a category. */
		if (kind != NULL && (i / 32 >> 4 & 1) == 0)
			assert_int_equal(strtoul(buf_str(text), NULL, 10) % 2048, i % 2048);
		assert_ptr_equal(format_memo_judgement(memo, FORMAT_MEMO_JSON, run.plan, &result),
				 text);
		assert_int_not_equal(text->len, 0);
	}
	format_memo_free(&memo);
	unit_run_close(&run);
}

/* A category for which there is no bit: made anew, every time. */
static void test_many_categories(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct format_memo *memo = format_memo_new();
	const struct finding finding = { .category = 63 };
	const struct result result = { .findings = &finding, .n = 1 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct buf *text = format_memo_judgement(memo, FORMAT_MEMO_JSON, run.plan, &result);

		assert_int_equal(text->len, 0);
		buf_add_str(text, "made");
	}
	format_memo_free(&memo);
	unit_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_judgements),
		cmocka_unit_test(test_many_categories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
