#include <purposed/run/stream.h>

#include <fnmatch.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <purposed/base/mem.h>
#include <purposed/io/syslog.h>

struct binding {
	char *app;
	const struct plan *plan;
};

struct stream {
	atomic_uint refs;
	char *name;
	char *kind;
	const struct plan *plan;
	bool has_offsets;
	struct binding *bindings;
	size_t n_bindings, bindings_cap;
};

struct stream *stream_new(const char *name, const struct plan *plan, const char *kind,
			  bool has_offsets)
{
	struct stream *stream = mem_new(1, sizeof(*stream));

	atomic_init(&stream->refs, 1);
	stream->name = mem_string(name);
	stream->kind = kind != NULL ? mem_string(kind) : NULL;
	stream->plan = plan;
	stream->has_offsets = has_offsets;
	return stream;
}

struct stream *stream_ref(struct stream *stream)
{
	atomic_fetch_add(&stream->refs, 1);
	return stream;
}

void stream_unref(struct stream **stream)
{
	struct stream *s;

	if (stream == NULL || *stream == NULL)
		return;
	s = *stream;
	*stream = NULL;
	if (atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	for (size_t i = 0; i < s->n_bindings; i++)
		free(s->bindings[i].app);
	free(s->bindings);
	free(s->name);
	free(s->kind);
	free(s);
}

void stream_bind(struct stream *stream, const char *app, const struct plan *plan)
{
	stream->bindings = mem_grow(stream->bindings, stream->n_bindings, &stream->bindings_cap,
				    sizeof(*stream->bindings));
	stream->bindings[stream->n_bindings++] = (struct binding){ mem_string(app), plan };
}

const char *stream_name(const struct stream *stream)
{
	return stream->name;
}

const char *stream_kind(const struct stream *stream)
{
	return stream->kind;
}

bool stream_has_offsets(const struct stream *stream)
{
	return stream->has_offsets;
}

const struct engine *stream_engine(const struct stream *stream)
{
	return stream->plan->engine;
}

/* fnmatch wants C strings; names of applications are short (RFC 5424: 48). */
static bool app_fits(const char *glob, struct span app)
{
	char name[128];

	if (app.len == 0 || app.len >= sizeof(name) || memchr(app.ptr, '\0', app.len) != NULL)
		return false;
	memcpy(name, app.ptr, app.len);
	name[app.len] = '\0';
	return fnmatch(glob, name, 0) == 0;
}

const struct plan *stream_only_plan(const struct stream *stream)
{
	return stream->n_bindings == 0 ? stream->plan : NULL;
}

const struct plan *stream_plan(const struct stream *stream, struct span record)
{
	struct syslog_message message;

	if (stream->n_bindings == 0)
		return stream->plan;
	message = syslog_parse(record);
	for (size_t i = 0; i < stream->n_bindings; i++) {
		if (app_fits(stream->bindings[i].app, message.app))
			return stream->bindings[i].plan;
	}
	return stream->plan;
}
