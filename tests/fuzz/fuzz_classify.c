/* Any record under a small policy and rule set: findings lie inside it, in order. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <purposed/engine/classify.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char policy[] =
	"version = \"f\"; title = { en = \"F\"; };\n"
	"categories = ( { id = \"a\"; en = \"A\"; elements = [ \"email\", \"uri\" ]; } );\n"
	"purposes = ( { id = \"p\"; en = \"P\"; cells = { a = \"permitted\"; }; } );\n";

static const char rules[] =
	"rules = (\n"
	"{ id = \"uri\"; element = \"uri\"; what = \"w\"; container = true; kind = \"web\";\n"
	"  pattern = \"(?:GET|POST) (?<value>[^ ]+)\"; examples = [ \"GET [[/a]] x\" ];\n"
	"  counter_examples = [ \"-\" ]; },\n"
	"{ id = \"email\"; element = \"email\"; what = \"w\";\n"
	"  pattern = \"[a-z0-9.]+@[a-z0-9]+[.][a-z]+\"; examples = [ \"[[a@b.be]]\" ];\n"
	"  counter_examples = [ \"-\" ]; },\n"
	"{ id = \"iban\"; element = \"iban\"; what = \"w\"; validate = \"iban\"; rank = 70;\n"
	"  pattern = \"(?i)[A-Z]{2}[0-9]{2}[A-Z0-9 ]{11,30}\"; examples = [ "
	"\"[[BE71096123456769]]\" "
	"];\n"
	"  counter_examples = [ \"-\" ]; },\n"
	"{ id = \"tel\"; element = \"phone\"; what = \"w\"; keywords = [ \"tel\", \"gsm\" ];\n"
	"  pattern = \"[0-9][0-9 ]{6,12}[0-9]\"; examples = [ \"tel [[02 123 45 67]]\" ];\n"
	"  counter_examples = [ \"-\" ]; },\n"
	"{ id = \"decoy\"; element = \"none\"; what = \"w\"; pattern = \"v[0-9.]+\";\n"
	"  examples = [ \"[[v1.2]]\" ]; counter_examples = [ \"-\" ]; } );\n";

static const char *make_file(char *path, const char *text)
{
	int fd = mkstemp(path);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0)
		abort();
	return path;
}

/* Records of up to 200 bytes are searched: longer ones meet that limit, too. */
static struct classifier *start(struct plan **plan_r)
{
	static const char *const purposes[] = { "p" };
	char policy_path[] = "/tmp/purposed-fuzz.XXXXXX";
	char rules_path[] = "/tmp/purposed-fuzz.XXXXXX";
	struct engine_options options = engine_defaults();
	struct engine *engine = NULL;
	struct classifier *classifier;
	struct err e = { 0 };
	int bad;

	options.record_max_bytes = 200;
	options.policy_path = make_file(policy_path, policy);
	options.rules_path = make_file(rules_path, rules);
	bad = engine_load(&engine, &options, &e);
	unlink(policy_path);
	unlink(rules_path);
	if (bad != 0 || plan_new(plan_r, engine, purposes, 1, "fuzz", &e) != 0) {
		err_print(&e);
		abort();
	}
	classifier = classifier_new(engine);
	engine_unref(&engine);
	return classifier;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct classifier *classifier;
	static struct plan *plan;
	const struct result *result;

	if (classifier == NULL)
		classifier = start(&plan);
	result = classify_run(classifier, plan, span_of((const char *)data, size), size, NULL);
	if (size > 200 && result->verdict < VERDICT_UNSCANNED)
		abort();
	for (size_t i = 0; i < result->n; i++) {
		const struct finding *f = &result->findings[i];

		if (f->start >= f->end || f->end > size || (i != 0 && f[-1].start > f->start) ||
		    f->decision.verdict > result->verdict)
			abort();
		if (f->rule != FINDING_NONE && classify_value(classifier, f).len == 0)
			abort();
	}
	return 0;
}
