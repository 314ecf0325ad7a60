#include <purposed/run/session.h>

enum { BATCH_BYTES = 256 * 1024 };

static int open_plan(struct session *session, const struct session_request *request, struct err *e)
{
	const struct settings_ids *ids = &session->settings->default_purposes;

	if (request->n_purposes != 0)
		return plan_new(&session->plan, session->engine, request->purposes,
				request->n_purposes, "-p", e);
	return plan_new(&session->plan, session->engine, ids->ids, ids->n,
			ids->where != NULL ? ids->where : "default_purposes", e);
}

/* Searching so much takes the oracle about as long as deriving the anchors. */
enum { FEW_BYTES = 32 * 1024 };

/* Rules that would make every record slow. */
static int refuse_slow(struct engine *engine, struct err *e)
{
	size_t n = 0;
	const uint16_t *slow = NULL;

	if (!engine_settings(engine)->oracle)
		slow = rule_finders_slow_rules(engine_finders(engine), &n);
	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = rules_at(engine_rules(engine), slow[i]);

		err_at(e, rule->file, rule->line,
		       "rule '%s' is slow (see: purposed check), and --strict makes that an error",
		       rule->id);
	}
	return n == 0 ? 0 : -1;
}

static int set_options(struct engine_options *options, const struct settings *settings,
		       const struct session_request *request, struct err *e)
{
	*options = settings_engine(settings);
	options->oracle = request->oracle;
	options->few_bytes = request->lasting || request->cpu != NULL ? 0 : FEW_BYTES;
	if (request->cpu == NULL)
		return 0;
	options->level = sieve_level_find(request->cpu);
	if (options->level != NULL)
		return 0;
	err_add(e, "--cpu: '%s' is not a level that this processor has", request->cpu);
	return -1;
}

int session_open(struct session *session, const struct session_request *request, struct err *e)
{
	struct engine_options options;
	int bad = 0;
	int unread;

	*session = (struct session){ 0 };
	/* All that is wrong is told at once, not only the first of it. */
	bad |= settings_read(&session->settings, request->config, e);
	if (session->settings == NULL)
		return -1;
	unread = settings_replace(session->settings, request->policy, request->rules, e);
	if (set_options(&options, session->settings, request, e) != 0) {
		session_close(session);
		return -1;
	}
	bad |= unread != 0 ? -1 : engine_load(&session->engine, &options, e);
	bad |= settings_pseudonymizer(session->settings, &session->pseudonyms, e);
	if (session->engine != NULL && request->lasting)
		engine_finders(session->engine);
	if (session->engine != NULL && request->strict)
		bad |= refuse_slow(session->engine, e);
	bad |= settings_check(session->settings, session->engine, e);
	if (session->engine != NULL && (bad == 0 || request->n_purposes != 0))
		bad |= open_plan(session, request, e);
	if (bad != 0) {
		session_close(session);
		return -1;
	}
	return 0;
}

void session_close(struct session *session)
{
	plan_free(&session->plan);
	pseudonymizer_free(&session->pseudonyms);
	engine_unref(&session->engine);
	settings_free(&session->settings);
}

size_t session_batch_bytes(const struct session *session)
{
	size_t line = engine_settings(session->engine)->record_max_bytes + 2;

	return line > BATCH_BYTES ? line : BATCH_BYTES;
}
