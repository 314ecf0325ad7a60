/* purposed check: is all of this as it should be? */
#include <purposed/cmd/cmd.h>

#include <stdio.h>

#include <purposed/base/log.h>
#include <purposed/cmd/common.h>

static size_t count_examples(const struct rules *rules)
{
	size_t n = 0;

	for (size_t i = 0; i < rules_count(rules); i++)
		n += rules_at(rules, i)->n_examples + rules_at(rules, i)->n_counter_examples;
	return n;
}

/* Rules that make every record slow: nothing rare stands in all that they match. */
static unsigned warn_slow(const struct session *session)
{
	size_t n;
	const uint16_t *slow;

	if (engine_settings(session->engine)->oracle)
		return 0;
	slow = rule_finders_slow_rules(engine_finders(session->engine), &n);
	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = rules_at(engine_rules(session->engine), slow[i]);

		log_warning("%s:%u: rule '%s' is slow: nothing rare stands in every text that it "
			    "matches, so that it is tried at every byte",
			    rule->file, rule->line, rule->id);
	}
	return (unsigned)n;
}

/* Anybody can send a datagram, in anybody's name. */
static unsigned warn_trust(const struct settings *settings)
{
	unsigned n = 0;

	for (size_t i = 0; i < settings->n_inputs; i++) {
		const struct settings_input *input = &settings->inputs[i];

		if (!input->trust_record_purpose || input->type != INPUT_SYSLOG ||
		    input->listen.transport != TRANSPORT_UDP)
			continue;
		log_warning("%s:%u: input '%s' trusts the purpose that a record carries, but over "
			    "UDP anybody can send one",
			    conf_file(input->node), conf_line(input->node), input->name);
		n++;
	}
	return n;
}

/* One without the other is of no use to anybody; without both it is for other commands. */
static unsigned warn_half(const struct settings *settings)
{
	if ((settings->n_inputs == 0) == (settings->n_outputs == 0))
		return 0;
	log_warning("there is no %s: `purposed serve` will not start",
		    settings->n_inputs == 0 ? "input" : "output");
	return 1;
}

/* Where there is no machine code at all that is somebody's wish (MemoryDenyWriteExecute=). */
static unsigned warn_interpreted(const struct session *session)
{
	size_t interpreted = common_count_without_jit(session);

	if (interpreted == 0 || !regex_may_have_jit())
		return 0;
	log_warning("%zu rule%s without machine code (slower)", interpreted,
		    interpreted == 1 ? " runs" : "s run");
	return 1;
}

static bool is_found(const struct rules *rules, const char *element)
{
	for (size_t i = 0; i < rules_element_count(rules); i++) {
		if (strcmp(rules_element(rules, i), element) == 0)
			return true;
	}
	return false;
}

/* Of an own policy: a misspelt element would take none of what was meant into its category. */
static unsigned warn_unfound(const struct session *session)
{
	const struct policy *policy = engine_policy(session->engine);
	unsigned n = 0;

	for (size_t c = 0; c < policy_category_count(policy); c++) {
		const struct policy_category *category = policy_category(policy, c);

		for (size_t i = 0; i < category->n_elements; i++) {
			const struct policy_place *place = &category->places[i];

			if (is_found(engine_rules(session->engine), category->elements[i]))
				continue;
			log_warning("%s:%u: no rule finds element '%s'", place->file, place->line,
				    category->elements[i]);
			n++;
		}
	}
	return n;
}

/* What works, but not as well as it could; the number of warnings. */
static unsigned warn(const struct session *session, bool own_policy)
{
	const struct rules *rules = engine_rules(session->engine);
	unsigned n = warn_interpreted(session);

	if (own_policy)
		n += warn_unfound(session);
	for (size_t i = 0; i < rules_element_count(rules); i++) {
		if (engine_category(session->engine, i) == POLICY_OUTSIDE &&
		    strcmp(rules_element(rules, i), "content") != 0) {
			log_warning("element '%s' is in no category of the policy: every finding "
				    "of it is out-of-purpose",
				    rules_element(rules, i));
			n++;
		}
	}
	return n + warn_slow(session) + warn_trust(session->settings) +
	       warn_half(session->settings);
}

static void report_finder(const struct engine *engine)
{
	size_t n_slow;

	if (engine_settings(engine)->oracle)
		return;
	rule_finders_slow_rules(engine_finders(engine), &n_slow);
	printf("finder: rules are looked for by their anchors, at level %s",
	       engine_settings(engine)->level->name);
	if (n_slow != 0)
		printf("; %zu %s", n_slow,
		       n_slow == 1 ? "has none and is slow" : "have none and are slow");
	printf("\n");
}

static void report(const struct session *session)
{
	const struct policy *policy = engine_policy(session->engine);
	const struct rules *rules = engine_rules(session->engine);
	size_t n_purposes = policy_purpose_count(policy);
	size_t n_categories = policy_category_count(policy);
	size_t n_elements = rules_element_count(rules);
	size_t n_examples = count_examples(rules);

	printf("policy: %s, version %s: %zu purpose%s, %zu categor%s\n",
	       policy_title(policy, POLICY_EN), policy_version(policy), n_purposes,
	       n_purposes == 1 ? "" : "s", n_categories, n_categories == 1 ? "y" : "ies");
	printf("rules: %zu, for %zu element%s; %zu example%s hold%s\n", rules_count(rules),
	       n_elements, n_elements == 1 ? "" : "s", n_examples, n_examples == 1 ? "" : "s",
	       n_examples == 1 ? "s" : "");
	report_finder(session->engine);
	if (!regex_may_have_jit())
		printf("patterns: interpreted, since memory may not be made executable\n");
	if (session->settings->n_inputs + session->settings->n_outputs != 0)
		printf("configuration: %zu inputs, %zu outputs\n", session->settings->n_inputs,
		       session->settings->n_outputs);
}

static enum status check_run(const struct options *options, struct err *e)
{
	struct options opening = *options;
	struct session session;
	enum status status = STATUS_OK;
	unsigned warnings;

	if (common_operands(&cmd_check, options, 0, 0, e) != 0)
		return STATUS_TROUBLE;
	opening.strict = false; /* all warnings are given first */
	if (!common_open(&session, &opening, &status, e))
		return status;
	if (engine_prove(session.engine, e) != 0) {
		session_close(&session);
		return STATUS_TROUBLE;
	}
	warnings = warn(&session, options->policy != NULL || session.settings->policy != NULL);
	if (!options->quiet)
		report(&session);
	if (warnings != 0 && options->strict) {
		err_add(e,
			warnings == 1 ? "%u warning, and --strict makes it an error"
				      : "%u warnings, and --strict makes them errors",
			warnings);
		status = STATUS_TROUBLE;
	}
	session_close(&session);
	return common_flush(e) != 0 ? STATUS_TROUBLE : status;
}

const struct cmd cmd_check = {
	.name = "check",
	.arguments = "",
	.summary = "validate configuration, policy and rules, and run every rule's examples",
	.run = check_run,
};
