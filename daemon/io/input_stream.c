/*
 * Connections that bring syslog messages.
 *
 * What the set of the crowd says is ready is served in turn, one read for each, and
 * where a block is full the next one goes on behind it: a sender that never pauses
 * does not keep the others waiting.
 *
 * A stop counts what every socket holds, and reads that much, and the rest of the
 * message that it ends in where that comes at once.  What began behind that message is
 * as if it had not been read: a sender that never pauses has always begun another one,
 * and it would look as if that had broken off.
 */
#include <purposed/io/input.h>

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <purposed/base/grace.h>
#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/base/seldom.h>
#include <purposed/io/crowd.h>
#include <purposed/io/framing.h>

enum {
	EVENTS = 64,
	EXTRA_READS = 64, /* stopped: for the end of a message */
};

struct stream_input {
	struct input input;
	struct crowd crowd;
	char *name;
	struct tls_context *tls; /* or NULL */
	bool stopped;
	struct grace grace; /* stopped: for the ends of messages, of all of them */
	struct epoll_event events[EVENTS];
	int n_events, next_event; /* those from next_event on are still to be served */
	struct buf scratch;
	/* During a read: */
	struct buf *block;
	const struct connection *speaker; /* whose origin stands last in the block */
	struct seldom said_cut;
};

/* --- Messages --------------------------------------------------------------------- */

static void say_cut(struct stream_input *s, const struct connection *c, const struct cut *cut)
{
	if (!seldom_now(&s->said_cut))
		return;
	if (cut->message.len >= s->crowd.message_bytes)
		log_warning("input '%s': a message of %s is longer than the %zu bytes of "
			    "limits.message_bytes: its end is lost, and it counts as unscanned%s",
			    s->name, crowd_peer(c), s->crowd.message_bytes,
			    seldom_others(&s->said_cut));
	else
		log_warning("input '%s': a message of %s broke off after %zu bytes, and counts as "
			    "unscanned%s",
			    s->name, crowd_peer(c), cut->message.len, seldom_others(&s->said_cut));
}

static void take_message(void *context, struct connection *c, const struct cut *cut)
{
	struct stream_input *s = context;

	if (s->speaker != c) {
		struct origin origin = { .peer = span_str(c->peer) };

		framing_add_origin(s->block, &origin);
		s->speaker = c;
	}
	framing_add_message(s->block, cut->message, cut->len);
	s->input.counts.messages++;
	if (cut->len > cut->message.len) {
		s->input.counts.cut++;
		say_cut(s, c, cut);
	}
}

/* What was still to be served may be of a connection that is no more. */
static void forget(void *context, const struct connection *c)
{
	struct stream_input *s = context;

	for (int i = s->next_event; i < s->n_events; i++) {
		if (s->events[i].data.ptr == c)
			s->events[i].data.ptr = NULL;
	}
	if (s->speaker == c)
		s->speaker = NULL;
}

/* --- Reading ---------------------------------------------------------------------------- */

static void serve(struct stream_input *s, struct connection *c)
{
	enum connection_state state = CONNECTION_READS;
	struct err e = { 0 };
	size_t most;
	size_t n;

	if (!crowd_may_read(&s->crowd, c, &most))
		return;
	if (crowd_shake_hands(&s->crowd, c, &state, &e) && state == CONNECTION_READS) {
		state = connection_read(c, &s->scratch, most, s->crowd.now, take_message, s, &n,
					&e);
		crowd_note_begun(&s->crowd, c);
	}
	crowd_settle(&s->crowd, c, state, &e);
}

static void serve_event(struct stream_input *s, void *what)
{
	if (what == NULL)
		return;
	if (crowd_is_socket(&s->crowd, what))
		crowd_let_in(&s->crowd, *(int *)what);
	else if (what == &s->crowd.timer)
		crowd_tick(&s->crowd);
	else
		serve(s, what);
}

static void get_events(struct stream_input *s)
{
	s->n_events = epoll_wait(s->input.fd, s->events, EVENTS, 0);
	s->next_event = 0;
}

/* What has become ready meanwhile is left to the next call: whoever polls hears of it. */
static enum input_result read_ready(struct stream_input *s, size_t enough)
{
	if (s->next_event >= s->n_events)
		get_events(s);
	while (s->next_event < s->n_events) {
		void *what = s->events[s->next_event++].data.ptr;

		serve_event(s, what);
		if (s->block->len >= enough)
			return INPUT_MORE;
	}
	return s->n_events > 0 ? INPUT_MORE : INPUT_EMPTY;
}

/* --- Stopping ---------------------------------------------------------------------------- */

/* One read of what was queued at the stop; false: all of that is read. */
static bool read_queued(struct stream_input *s, struct connection *c)
{
	unsigned long long before = c->received;
	enum connection_state state;
	struct err e = { 0 };
	size_t n = 0;
	size_t taken;

	state = connection_read(c, &s->scratch, c->left, s->crowd.now, take_message, s, &n, &e);
	taken = (size_t)(c->received - before);
	c->left -= taken < c->left ? taken : c->left;
	if (state == CONNECTION_READS && n != 0)
		return true;
	/* Nothing is waited for any more. */
	if (state < CONNECTION_OVER)
		crowd_drop(&s->crowd, c, false);
	else
		crowd_settle(&s->crowd, c, state, &e);
	return false;
}

/* One read for the end of the message that this ended in; false: the connection is over. */
static bool read_end(struct stream_input *s, struct connection *c)
{
	unsigned long long before = s->input.counts.messages;

	if (c->waits == 0 || c->extra == EXTRA_READS || grace_poll(&s->grace, c->fd) == 0) {
		crowd_drop(&s->crowd, c, false);
		return false;
	}
	c->extra++;
	if (!read_queued(s, c))
		return false;
	if (s->input.counts.messages == before)
		return true;
	connection_forget(c);
	crowd_drop(&s->crowd, c, false);
	return false;
}

static bool read_rest(struct stream_input *s, struct connection *c)
{
	if (c->handshaking) {
		crowd_drop(&s->crowd, c, false);
		return false;
	}
	return c->left != 0 ? read_queued(s, c) : read_end(s, c);
}

static enum input_result read_rests(struct stream_input *s, size_t enough)
{
	while (s->crowd.first != NULL) {
		while (read_rest(s, s->crowd.first)) {
			if (s->block->len >= enough)
				return INPUT_MORE;
		}
		if (s->block->len >= enough)
			return INPUT_MORE;
	}
	return INPUT_EMPTY;
}

static enum input_result stream_read(struct input *input, struct buf *block, size_t enough,
				     struct err *e)
{
	struct stream_input *s = (struct stream_input *)input;
	enum input_result result;

	(void)e;
	s->block = block;
	s->speaker = NULL;
	s->crowd.now = crowd_now();
	result = s->stopped ? read_rests(s, enough) : read_ready(s, enough);
	s->block = NULL;
	return result;
}

static void stream_stop(struct input *input)
{
	struct stream_input *s = (struct stream_input *)input;

	if (s->stopped)
		return;
	s->stopped = true;
	grace_begin(&s->grace);
	s->crowd.now = crowd_now();
	crowd_close(&s->crowd);
	for (struct connection *c = s->crowd.first; c != NULL; c = c->next) {
		int queued = 0;

		if (ioctl(c->fd, FIONREAD, &queued) == 0 && queued > 0)
			c->left = (size_t)queued;
		/* Senders that look see that nobody will read what they write from now on. */
		if (c->tls == NULL)
			shutdown(c->fd, SHUT_WR);
	}
}

/* --- Opening --------------------------------------------------------------------------- */

static bool stream_reachable(const struct input *input)
{
	return sockets_reachable(&((const struct stream_input *)input)->crowd.sockets);
}

static void stream_free(struct input *input)
{
	struct stream_input *s = (struct stream_input *)input;
	struct buf nowhere = { 0 };

	s->block = &nowhere;
	crowd_fini(&s->crowd);
	buf_fini(&nowhere);
	tls_context_free(&s->tls);
	buf_fini(&s->scratch);
	free(s->name);
	free(s);
}

static int stream_renew(struct input *input, const struct input_settings *settings, struct err *e)
{
	struct stream_input *s = (struct stream_input *)input;
	struct tls_context *tls = NULL;

	if (settings->address->transport == TRANSPORT_TLS) {
		if (tls_server_context(&tls, settings->tls, e) != 0)
			return -1;
		tls_context_free(&s->tls);
		s->tls = tls;
	}
	s->crowd.tls = s->tls;
	s->crowd.message_bytes = settings->message_bytes;
	s->crowd.connections_max = settings->connections;
	return 0;
}

int input_stream_new(struct input **input_r, const struct input_settings *settings, struct err *e)
{
	static const struct input_ops ops = { stream_read,  stream_reachable, NULL,
					      stream_renew, stream_stop,      stream_free };
	struct stream_input *s = mem_new(1, sizeof(*s));
	struct input *input = &s->input;

	*input = (struct input){ .ops = &ops, .fd = -1 };
	s->name = mem_string(settings->name);
	s->crowd = (struct crowd){ .name = s->name,
				   .counts = &input->counts,
				   .take = take_message,
				   .gone = forget,
				   .context = s,
				   .set = -1,
				   .timer = -1 };
	if (stream_renew(input, settings, e) != 0 ||
	    crowd_open(&s->crowd, settings->address, settings->passed, settings->n_passed, e) !=
		    0) {
		input_free(&input);
		return -1;
	}
	input->fd = s->crowd.set;
	*input_r = input;
	return 0;
}
