/*
 * sd-event asks for callbacks of three shapes that return an int; one struct per
 * source stands between them and ours.  Errors inside a callback are the
 * caller's business: none ever ends the loop.
 */
#include <purposed/run/loop.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <systemd/sd-event.h>

#include <purposed/base/mem.h>

struct loop {
	sd_event *event;
};

struct loop_source {
	sd_event_source *source;
	void (*call)(void *context);
	void *context;
	int wake; /* an eventfd, or -1 */
};

static int failed(struct err *e, const char *what, int code)
{
	err_add(e, "cannot %s: %s", what, strerror(-code));
	return -1;
}

int loop_new(struct loop **loop_r, struct err *e)
{
	struct loop *loop = mem_new(1, sizeof(*loop));
	int code = sd_event_new(&loop->event);

	if (code < 0) {
		free(loop);
		return failed(e, "make an event loop", code);
	}
	sd_event_set_watchdog(loop->event, 1);
	*loop_r = loop;
	return 0;
}

void loop_free(struct loop **loop)
{
	if (loop == NULL || *loop == NULL)
		return;
	sd_event_unref((*loop)->event);
	free(*loop);
	*loop = NULL;
}

int loop_run(struct loop *loop, struct err *e)
{
	int code = sd_event_loop(loop->event);

	return code < 0 ? failed(e, "wait for events", code) : 0;
}

void loop_end(struct loop *loop)
{
	sd_event_exit(loop->event, 0);
}

static struct loop_source *source_new(void (*call)(void *context), void *context)
{
	struct loop_source *source = mem_new(1, sizeof(*source));

	*source = (struct loop_source){ .call = call, .context = context, .wake = -1 };
	return source;
}

/* What was made, or not, becomes the caller's. */
static int give(struct loop_source *source, int code, const char *what,
		struct loop_source **source_r, struct err *e)
{
	if (code < 0) {
		free(source);
		return failed(e, what, code);
	}
	*source_r = source;
	return 0;
}

static void dispatch(void *userdata)
{
	struct loop_source *source = userdata;

	source->call(source->context);
}

static int on_fd(sd_event_source *s, int fd, uint32_t events, void *userdata)
{
	(void)s, (void)fd, (void)events;
	dispatch(userdata);
	return 0;
}

static int on_wake(sd_event_source *s, int fd, uint32_t events, void *userdata)
{
	eventfd_t count;

	(void)s, (void)events;
	eventfd_read(fd, &count);
	dispatch(userdata);
	return 0;
}

static int on_turn(sd_event_source *s, void *userdata)
{
	(void)s;
	dispatch(userdata);
	return 0;
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *info, void *userdata)
{
	(void)s, (void)info;
	dispatch(userdata);
	return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	(void)s, (void)usec;
	dispatch(userdata);
	return 0;
}

int loop_add_fd(struct loop *loop, struct loop_source **source_r, int fd,
		void (*call)(void *context), void *context, struct err *e)
{
	struct loop_source *source = source_new(call, context);
	int code = sd_event_add_io(loop->event, &source->source, fd, EPOLLIN, on_fd, source);

	if (code == -EPERM) { /* epoll knows no regular files */
		code = sd_event_add_defer(loop->event, &source->source, on_turn, source);
		if (code >= 0)
			sd_event_source_set_enabled(source->source, SD_EVENT_ON);
	}
	return give(source, code, "watch a descriptor", source_r, e);
}

int loop_add_signal(struct loop *loop, struct loop_source **source_r, int number,
		    void (*call)(void *context), void *context, struct err *e)
{
	struct loop_source *source = source_new(call, context);
	sigset_t set;
	int code;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	code = sd_event_add_signal(loop->event, &source->source, number, on_signal, source);
	if (code >= 0)
		sd_event_source_set_priority(source->source, SD_EVENT_PRIORITY_IMPORTANT);
	return give(source, code, "wait for a signal", source_r, e);
}

int loop_add_timer(struct loop *loop, struct loop_source **source_r, void (*call)(void *context),
		   void *context, struct err *e)
{
	struct loop_source *source = source_new(call, context);
	int code = sd_event_add_time(loop->event, &source->source, CLOCK_MONOTONIC, UINT64_MAX, 0,
				     on_timer, source);

	if (code >= 0)
		sd_event_source_set_enabled(source->source, SD_EVENT_OFF);
	return give(source, code, "make a timer", source_r, e);
}

void loop_set_timer(struct loop_source *timer, uint64_t ms)
{
	sd_event_source_set_time_relative(timer->source, ms * 1000);
	sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT);
}

int loop_add_wake(struct loop *loop, struct loop_source **source_r, void (*call)(void *context),
		  void *context, struct err *e)
{
	struct loop_source *source = source_new(call, context);
	int code;

	source->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (source->wake < 0) {
		code = -errno;
	} else {
		code = sd_event_add_io(loop->event, &source->source, source->wake, EPOLLIN, on_wake,
				       source);
		if (code < 0)
			close(source->wake);
	}
	return give(source, code, "watch for what threads say", source_r, e);
}

void loop_wake(struct loop_source *wake)
{
	eventfd_write(wake->wake, 1);
}

void loop_enable(struct loop_source *source, bool on)
{
	sd_event_source_set_enabled(source->source, on ? SD_EVENT_ON : SD_EVENT_OFF);
}

void loop_remove(struct loop_source **source)
{
	if (source == NULL || *source == NULL)
		return;
	sd_event_source_disable_unref((*source)->source);
	if ((*source)->wake >= 0)
		close((*source)->wake);
	free(*source);
	*source = NULL;
}
