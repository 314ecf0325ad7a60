#include <purposed/io/troubles.h>

#include <search.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>

enum { A_MINUTE = 20 /* messages in each */ };

struct trouble {
	char *path;
	char *what;
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct trouble *)a)->path, ((const struct trouble *)b)->path);
}

static void trouble_free(void *node)
{
	struct trouble *trouble = node;

	free(trouble->path);
	free(trouble->what);
	free(trouble);
}

void troubles_fini(struct troubles *t)
{
	tdestroy(t->root, trouble_free);
	t->root = NULL;
}

static struct trouble *find(const struct troubles *t, const char *path)
{
	const struct trouble key = { .path = (char *)(uintptr_t)path };
	struct trouble *const *node = tfind(&key, &t->root, by_path);

	return node != NULL ? *node : NULL;
}

/* Whether one more message may be written now. */
static bool may_say(struct troubles *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (t->minute == 0 || now.tv_sec - t->minute >= 60) {
		if (t->unsaid != 0)
			log_warning("and %u more messages of this kind", t->unsaid);
		t->minute = now.tv_sec;
		t->said = 0;
		t->unsaid = 0;
	}
	if (t->said < A_MINUTE) {
		t->said++;
		return true;
	}
	t->unsaid++;
	return false;
}

void troubles_add(struct troubles *t, const char *path, const char *what)
{
	struct trouble *trouble = find(t, path);

	if (trouble != NULL && strcmp(trouble->what, what) == 0)
		return;
	if (trouble == NULL) {
		trouble = mem_new(1, sizeof(*trouble));
		*trouble = (struct trouble){ .path = mem_string(path) };
		if (tsearch(trouble, &t->root, by_path) == NULL)
			abort(); /* out of memory: see mem.h */
	}
	free(trouble->what);
	trouble->what = mem_string(what);
	if (may_say(t))
		log_warning("%s: %s", path, what);
}

static bool take_out(struct troubles *t, const char *path)
{
	struct trouble *trouble = find(t, path);

	if (trouble == NULL)
		return false;
	tdelete(trouble, &t->root, by_path);
	trouble_free(trouble);
	return true;
}

void troubles_end(struct troubles *t, const char *path)
{
	if (take_out(t, path) && may_say(t))
		log_notice("%s: it is read again", path);
}

void troubles_forget(struct troubles *t, const char *path)
{
	take_out(t, path);
}
