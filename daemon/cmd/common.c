#include <purposed/cmd/common.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <purposed/base/log.h>

struct session_request common_request(const struct options *options)
{
	return (struct session_request){
		.config = options->config,
		.policy = options->policy,
		.rules = options->rules,
		.oracle = options->oracle,
		.cpu = options->cpu,
		.strict = options->strict,
		.purposes = options->purposes,
		.n_purposes = options->n_purposes,
	};
}

bool common_open(struct session *session, const struct options *options, enum status *status_r,
		 struct err *e)
{
	const struct session_request request = common_request(options);

	if (session_open(session, &request, e) != 0) {
		*status_r = STATUS_TROUBLE;
		return false;
	}
	if (options->kind != NULL && !engine_knows_kind(session->engine, options->kind))
		log_warning("--kind: neither policy nor rules know a kind '%s'", options->kind);
	if (!options->dump_config)
		return true;
	settings_dump(session->settings, stdout);
	session_close(session);
	*status_r = common_flush(e) == 0 ? STATUS_OK : STATUS_TROUBLE;
	return false;
}

struct output common_stdout(const struct options *options, const struct session *session,
			    const struct format *format, enum select select, struct sink *sink)
{
	return (struct output){
		.format = options->format != NULL ? options->format : format,
		.select = options->select >= 0 ? (enum select)options->select : select,
		.sink = sink,
		.options = {
			.redact = options->redact,
			.with_text = options->with_text,
			.color = options_color(options, STDOUT_FILENO),
			.enterprise_id = (unsigned)session->settings->enterprise_id,
			.pseudonyms = session->pseudonyms,
		},
	};
}

size_t common_count_without_jit(const struct session *session)
{
	const struct rules *rules = engine_rules(session->engine);
	size_t n = 0;

	for (size_t i = 0; i < rules_count(rules); i++)
		n += !regex_has_jit(rules_at(rules, i)->regex);
	return n;
}

static void say_purposes(const struct session *session)
{
	const struct purpose_set *set = &session->plan->set;

	for (size_t i = 0; i < set->n; i++) {
		const struct policy_purpose *purpose =
			policy_purpose(engine_policy(session->engine), set->purposes[i]);

		log_info("purpose: %s, row %u", purpose->id, purpose->row);
	}
	if (set->n == 0)
		log_info("purpose: none is declared; personal data is a gap");
}

/* Where the policy or the rules in force are from. */
static const char *origin(const char *option, const char *setting)
{
	if (option != NULL)
		return option;
	return setting != NULL ? setting : "built in";
}

void common_say(const struct session *session, const struct options *options)
{
	const struct settings *settings = session->settings;
	const struct policy *policy = engine_policy(session->engine);
	const struct rules *rules = engine_rules(session->engine);
	size_t slow;

	/* Asking makes machine code of every rule. */
	if (log_get_level() < LOG_LEVEL_INFO)
		return;
	slow = common_count_without_jit(session);
	log_info("policy: %s, version %s: %zu purposes, %zu categories",
		 origin(options->policy, settings->policy), policy_version(policy),
		 policy_purpose_count(policy), policy_category_count(policy));
	log_info("rules: %s: %zu, for %zu elements", origin(options->rules, settings->rules),
		 rules_count(rules), rules_element_count(rules));
	log_info("engine: PCRE2, %zu rules as machine code, %zu interpreted; workers: %u; "
		 "%lld bytes of a record are searched",
		 rules_count(rules) - slow, slow, options->jobs != 0 ? options->jobs : 1,
		 settings->record_bytes);
	say_purposes(session);
}

int common_operands(const struct cmd *cmd, const struct options *options, size_t min, size_t max,
		    struct err *e)
{
	const char *space = cmd->arguments[0] != '\0' ? " " : "";

	if (options->n_operands < min) {
		err_add(e, "an argument is missing: purposed %s%s%s", cmd->name, space,
			cmd->arguments);
		return -1;
	}
	if (options->n_operands > max) {
		err_add(e, "'%s' is an argument too many: purposed %s%s%s", options->operands[max],
			cmd->name, space, cmd->arguments);
		return -1;
	}
	return 0;
}

int common_flush(struct err *e)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		/* A reader that went away (EPIPE) knows; everyone else must be told. */
		if (errno != EPIPE)
			err_errno(e, "cannot write to standard output");
		else
			err_add(e, "standard output was closed");
		return -1;
	}
	return 0;
}
