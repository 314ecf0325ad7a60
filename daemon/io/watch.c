#include <purposed/io/watch.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <purposed/base/mem.h>
#include <purposed/io/wake.h>

enum { EVENT_BYTES = 64 * 1024 };

struct watch {
	struct wake wake;
	int inotify;
	char **folders; /* paths by watch descriptor; NULL: not watched any more */
	size_t n_folders;
	struct buf path; /* of the last event */
	_Alignas(struct inotify_event) char events[EVENT_BYTES];
	size_t at, len; /* of events that were not handed out */
};

int watch_new(struct watch **watch_r, struct err *e)
{
	struct watch *w = mem_new(1, sizeof(*w));

	w->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (wake_init(&w->wake) != 0 || wake_add(&w->wake, w->inotify) != 0) {
		err_errno(e, "cannot watch files (fs.inotify.max_user_instances may be too low)");
		watch_free(&w);
		return -1;
	}
	*watch_r = w;
	return 0;
}

void watch_free(struct watch **watch)
{
	struct watch *w;

	if (watch == NULL || *watch == NULL)
		return;
	w = *watch;
	*watch = NULL;
	wake_fini(&w->wake);
	if (w->inotify >= 0)
		close(w->inotify);
	for (size_t i = 0; i < w->n_folders; i++)
		free(w->folders[i]);
	free(w->folders);
	buf_fini(&w->path);
	free(w);
}

int watch_fd(const struct watch *w)
{
	return w->wake.fd;
}

int watch_folder(struct watch *w, const char *path)
{
	int wd = inotify_add_watch(w->inotify, path,
				   IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MODIFY |
					   IN_ATTRIB | IN_ONLYDIR);
	size_t index = (size_t)wd;

	if (wd < 0)
		return -1;
	if (index >= w->n_folders) {
		w->folders = mem_resize(w->folders, index + 1, sizeof(char *));
		while (w->n_folders <= index)
			w->folders[w->n_folders++] = NULL;
	}
	if (w->folders[index] == NULL || strcmp(w->folders[index], path) != 0) {
		free(w->folders[index]);
		w->folders[index] = mem_string(path);
	}
	return 0;
}

void watch_again(struct watch *w, bool again)
{
	wake_again(&w->wake, again);
}

static enum watch_what what_of(const struct inotify_event *event)
{
	if (event->mask & IN_Q_OVERFLOW)
		return WATCH_MISSED;
	if (event->mask & (IN_CREATE | IN_MOVED_TO))
		return WATCH_CAME;
	if (event->mask & (IN_DELETE | IN_MOVED_FROM))
		return WATCH_WENT;
	return event->mask & (IN_MODIFY | IN_ATTRIB) ? WATCH_CHANGED : WATCH_NOTHING;
}

/* The next event of those that were read; WATCH_NOTHING: it says nothing. */
static enum watch_what take_event(struct watch *w)
{
	const struct inotify_event *event = (const void *)(w->events + w->at);
	enum watch_what what = what_of(event);
	const char *folder = NULL;

	w->at += sizeof(*event) + event->len;
	if (event->wd >= 0 && (size_t)event->wd < w->n_folders)
		folder = w->folders[event->wd];
	if ((event->mask & IN_IGNORED) && folder != NULL) {
		free(w->folders[event->wd]);
		w->folders[event->wd] = NULL;
		return WATCH_NOTHING;
	}
	if (what == WATCH_NOTHING || what == WATCH_MISSED)
		return what;
	if (folder == NULL || event->len == 0)
		return WATCH_NOTHING;
	buf_clear(&w->path);
	buf_printf(&w->path, "%s%s%s", folder, strcmp(folder, "/") == 0 ? "" : "/", event->name);
	return what;
}

enum watch_what watch_next(struct watch *w, const char **path_r)
{
	ssize_t n;

	for (;;) {
		while (w->at < w->len) {
			enum watch_what what = take_event(w);

			if (what == WATCH_NOTHING)
				continue;
			*path_r = buf_str(&w->path);
			return what;
		}
		n = read(w->inotify, w->events, sizeof(w->events));
		if (n <= 0)
			break;
		w->at = 0;
		w->len = (size_t)n;
	}
	return wake_second(&w->wake) ? WATCH_SECOND : WATCH_NOTHING;
}
