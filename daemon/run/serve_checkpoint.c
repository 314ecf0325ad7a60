/*
 * Inputs with a position (files, the journal) are read again from their last checkpoint
 * after a crash.  A checkpoint is written only when nothing is held: then all that was read
 * is accepted by every output.
 */
#include <purposed/run/serve_private.h>

#include <purposed/base/log.h>

enum { FIRST_CHECKPOINT_MS = 100 };

static void complain_unsaved(struct serve *s, struct err *e)
{
	if (s->unsaved == 0 || serve_now() - s->unsaved >= SERVE_COMPLAIN_S) {
		serve_complain(e);
		log_error(
			"the last checkpoint stays; what is read since would come out again after "
			"a crash");
		s->unsaved = serve_now();
	}
	err_fini(e);
}

/* An alert that is in the state no more must be somewhere: first on the disk, in a spool. */
int serve_save_alerts(struct serve *s, struct err *e)
{
	if (setup_sync(s->setup, e) != 0)
		return -1;
	return setup_save_alerts(s->setup, s->state, e);
}

/* Of all ports, or of one. */
void serve_save(struct serve *s, struct port *only)
{
	struct err e = { 0 };
	int bad = 0;

	if (s->state == NULL || pipeline_drain(s->setup->pipeline) != 0)
		return;
	/* What is past a checkpoint must be somewhere: what a receiver has not got is in a spool,
	 * alerts in their windows are in the state. */
	bad = serve_save_alerts(s, &e);
	for (size_t i = 0; i < s->n_ports && bad == 0; i++) {
		if (s->ports[i] != NULL && (only == NULL || s->ports[i] == only))
			bad |= port_save(s->ports[i], s->state, &e);
	}
	if (bad != 0) {
		complain_unsaved(s, &e);
	} else if (s->unsaved != 0) {
		log_notice("checkpoints can be written again");
		s->unsaved = 0;
	}
}

/* A checkpoint that is not written now will be in a while. */
void serve_plan_checkpoint(struct serve *s)
{
	uint64_t ms = (uint64_t)s->setup->session.settings->checkpoint_interval * 1000;

	/* At first more often: who is killed again and again must get on, too. */
	if (s->checkpoints < 16 && ms > (uint64_t)FIRST_CHECKPOINT_MS << s->checkpoints)
		ms = (uint64_t)FIRST_CHECKPOINT_MS << s->checkpoints;
	if (s->checkpoint_due || s->state == NULL || s->stalled)
		return;
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] == NULL || !port_is_unsaved(s->ports[i], s->state))
			continue;
		s->checkpoint_due = true;
		loop_set_timer(s->checkpoint, ms);
		return;
	}
}

void serve_on_checkpoint(void *context)
{
	struct serve *s = context;

	s->checkpoint_due = false;
	s->checkpoints++;
	serve_save(s, NULL);
	/* While an output does not take all there is none, also where that shows only now that
	 * what was under way has been written: it is made up for as soon as it does. */
	s->checkpoint_missed = pipeline_stopped(s->setup->pipeline);
	serve_plan_checkpoint(s);
}
