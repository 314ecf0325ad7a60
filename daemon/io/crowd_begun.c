/*
 * Messages that are begun and not complete are all that connections hold of our memory, and
 * a sender may take its time.  So there is a measure for all of them together.  Beyond it
 * short ones go on, a little at a time, and of the long ones a single one does, which is
 * favoured until it is complete; whoever else has one is not read for the time being, and
 * its sender waits.
 *
 * One that does not go on, although nothing but its sender keeps it, must not hold up the
 * others for ever: it goes, as one does that holds a place which another one needs.
 */
#include <purposed/io/crowd_private.h>

#include <purposed/base/log.h>

enum {
	BEGUN_MAX = 16 << 20, /* bytes of all that is begun */
	BEGUN_SOME = 8 << 20, /* with that little all may go on */
	SHORT_BYTES =
		16 << 10, /* a beginning of less is never held up; no less than a TLS record */
};

static bool is_long(const struct connection *c)
{
	return c->pending.len >= SHORT_BYTES;
}

static void hold(struct crowd *crowd, struct connection *c, bool held)
{
	if (held == c->held)
		return;
	c->held = held;
	if (held)
		crowd->held++;
	else
		crowd->held--;
	if (!held && c->waits != 0)
		c->waits = crowd->now; /* it was not its sender who kept it waiting */
	crowd_watch(crowd, c);
	crowd_set_timer(crowd);
}

bool crowd_may_read(struct crowd *crowd, struct connection *c, size_t *most_r)
{
	*most_r = 0;
	/* One that is held is heard of when it is broken: let it say so. */
	if (crowd->begun < BEGUN_MAX || c->held)
		return true;
	if (!is_long(c)) {
		*most_r = SHORT_BYTES;
		return true;
	}
	if (crowd->favoured == NULL)
		crowd->favoured = c;
	if (crowd->favoured == c)
		return true;
	if (seldom_now(&crowd->said_held))
		log_warning("input '%s': messages that are begun and not complete have %d MB: some "
			    "connections wait until others have completed theirs%s",
			    crowd->name, BEGUN_MAX >> 20, seldom_others(&crowd->said_held));
	hold(crowd, c, true);
	return false;
}

/* Lets all go on, or the one that has been connected for longest. */
static void let_go(struct crowd *crowd)
{
	struct connection *last = NULL;

	if (crowd->held == 0 || (crowd->begun > BEGUN_SOME && crowd->favoured != NULL))
		return;
	for (struct connection *c = crowd->first; c != NULL; c = c->next) {
		if (c->held && crowd->begun <= BEGUN_SOME)
			hold(crowd, c, false);
		if (c->held)
			last = c;
	}
	if (last != NULL) {
		crowd->favoured = last;
		hold(crowd, last, false);
	}
}

void crowd_note_begun(struct crowd *crowd, struct connection *c)
{
	crowd->begun += c->pending.len - c->begun;
	c->begun = c->pending.len;
	if (crowd->favoured == c && !is_long(c))
		crowd->favoured = NULL;
	let_go(crowd);
}

void crowd_forget_begun(struct crowd *crowd, struct connection *c)
{
	crowd->begun -= c->begun;
	c->begun = 0;
	if (crowd->favoured == c)
		crowd->favoured = NULL;
	crowd->held -= c->held;
	c->held = false;
	let_go(crowd);
}

bool crowd_is_in_the_way(const struct crowd *crowd, const struct connection *c)
{
	return crowd->held != 0 && !c->held && is_long(c);
}
