/*
 * unit_run: what tests of redaction, formats and the pipeline need besides
 * unit.h: a session of engine, plan, classifier and pseudonyms in one struct.
 */
#ifndef PURPOSED_TESTS_UNIT_RUN_H
#define PURPOSED_TESTS_UNIT_RUN_H

#include "unit.h"

#include <purposed/engine/classify.h>
#include <purposed/engine/mask.h>
#include <purposed/engine/plan.h>

/* Addresses in a request URI; a name that is nowhere in the policy; prose. */
static const char unit_run_rules[] =
	"rules = (\n"
	"  { id = 'uri'; element = 'request_uri'; what = 'w'; container = true;\n"
	"    pattern = 'GET (?<value>[^ ]+)'; kind = 'web-traffic-log';\n"
	"    examples = [ 'GET [[/a]] x' ]; counter_examples = [ '-' ]; },\n"
	"  { id = 'email'; element = 'email'; what = 'w';\n"
	"    pattern = '[a-z0-9.]+@[a-z]+[.][a-z]+';\n"
	"    examples = [ 'to [[jan@example.be]]' ]; counter_examples = [ '-' ]; },\n"
	"  { id = 'ip'; element = 'ipv4'; what = 'w'; pattern = "
	"'[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+';\n"
	"    examples = [ 'from [[192.0.2.7]]' ]; counter_examples = [ '-' ]; },\n"
	"  { id = 'shoe'; element = 'shoe_size'; what = 'w'; pattern = 'shoe=(?<value>[0-9]+)';\n"
	"    examples = [ 'shoe=[[42]]' ]; counter_examples = [ '-' ]; },\n"
	"  { id = 'fine'; element = 'sanction'; what = 'w'; pattern = 'fine of [0-9]+';\n"
	"    examples = [ 'a [[fine of 80]]' ]; counter_examples = [ '-' ]; } );\n";

struct unit_run {
	struct engine *engine;
	struct plan *plan;
	struct classifier *classifier;
	struct pseudonymizer *pseudonyms;
};

/* purpose: one id, or "" for none.  options: NULL for the defaults. */
static inline struct unit_run unit_run_open_rules(const char *rules, const char *purpose,
						  const struct engine_options *options)
{
	struct unit_run run = { .engine = unit_engine(NULL, rules, options) };
	struct err e = { 0 };

	run.classifier = classifier_new(run.engine);
	assert_int_equal(pseudonymizer_new(&run.pseudonyms, 1, "0123456789abcdef", 16, &e), 0);
	if (plan_new(&run.plan, run.engine, &purpose, purpose[0] != '\0' ? 1 : 0, "-p", &e) != 0)
		fail_msg("%s", buf_str(&e.text));
	return run;
}

/* The same, with the rules above. */
static inline struct unit_run unit_run_open(const char *purpose,
					    const struct engine_options *options)
{
	return unit_run_open_rules(unit_run_rules, purpose, options);
}

static inline void unit_run_close(struct unit_run *run)
{
	plan_free(&run->plan);
	classifier_free(&run->classifier);
	pseudonymizer_free(&run->pseudonyms);
	engine_unref(&run->engine);
}

static inline const struct result *unit_run_text(struct unit_run *run, const char *text)
{
	return classify_run(run->classifier, run->plan, span_str(text), strlen(text), NULL);
}

#endif
