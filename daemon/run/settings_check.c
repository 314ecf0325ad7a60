/* What only policy, rules and certificates can tell of the settings. */
#include <purposed/run/settings.h>

#include <purposed/engine/plan.h>

static bool knows_all(const struct policy *policy, const struct settings_ids *ids)
{
	for (size_t i = 0; i < ids->n; i++) {
		if (policy_find_purpose(policy, ids->ids[i]) == POLICY_NONE)
			return false;
	}
	return true;
}

static int check_ids(const struct settings_ids *ids, struct engine *engine, struct err *e)
{
	struct plan *plan = NULL;

	if (knows_all(engine_policy(engine), ids))
		return 0;
	/* A plan is not to be had; why not is said better there than here. */
	if (plan_new(&plan, engine, ids->ids, ids->n, ids->where, e) == 0)
		plan_free(&plan);
	return -1;
}

/* What is missing of it has been said. */
static bool is_whole(const struct settings_tls *tls)
{
	return tls->node != NULL && (tls->cert == NULL) == (tls->key == NULL) &&
	       (tls->peers.n == 0 || tls->ca != NULL);
}

/* Certificates are read here too, so that a reload with bad ones is refused as a whole. */
static int check_tls(const struct settings_tls *settings,
		     int (*make)(struct tls_context **context_r, const struct tls_settings *tls,
				 struct err *e),
		     struct err *e)
{
	const struct tls_settings tls = settings_tls(settings);
	struct tls_context *context = NULL;
	struct err why = { 0 };

	if (!is_whole(settings) || make(&context, &tls, &why) == 0) {
		tls_context_free(&context);
		return 0;
	}
	conf_err(e, settings->node, "%.*s", (int)(why.text.len - 1), why.text.ptr);
	err_fini(&why);
	return -1;
}

static int check_input(const struct settings_input *input, struct engine *engine, struct err *e)
{
	int bad = check_ids(&input->purposes, engine, e);

	bad |= check_ids(&input->allow_purposes, engine, e);
	for (size_t i = 0; i < input->n_binds; i++)
		bad |= check_ids(&input->binds[i].purposes, engine, e);
	if (input->kind != NULL && !engine_knows_kind(engine, input->kind)) {
		conf_err(e, conf_get(input->node, "kind"),
			 "neither a condition of the policy nor a rule knows a kind '%s'",
			 input->kind);
		bad = -1;
	}
	return bad;
}

int settings_check(const struct settings *settings, struct engine *engine, struct err *e)
{
	int bad = 0;

	if (engine != NULL)
		bad |= check_ids(&settings->default_purposes, engine, e);
	for (size_t i = 0; i < settings->n_inputs; i++) {
		const struct settings_input *input = &settings->inputs[i];

		if (engine != NULL)
			bad |= check_input(input, engine, e);
		if (input->tls.cert != NULL)
			bad |= check_tls(&input->tls, tls_server_context, e);
	}
	for (size_t i = 0; i < settings->n_outputs; i++)
		bad |= check_tls(&settings->outputs[i].tls, tls_client_context, e);
	return bad;
}
