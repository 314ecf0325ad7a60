#include <purposed/run/stream.h>

#include <fnmatch.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/io/origin.h>
#include <purposed/io/syslog.h>
#include <purposed/run/carried.h>

enum { FIELDS = 6 };

struct binding {
	char *globs[FIELDS];	 /* in the order of fields_of; NULL: any */
	char *member;		 /* of a JSON object; NULL: any */
	const char *member_glob; /* in the same memory */
	const struct plan *plan;
};

struct allowed {
	char *id;
	const struct plan *plan;
};

struct stream {
	atomic_ullong records, bytes, flagged, lag_ms; /* see stream_counts */
	atomic_uint refs;
	char *name;
	char *kind;
	const struct plan *plan;
	bool has_offsets;
	struct binding *bindings;
	size_t n_bindings, bindings_cap;
	bool reads_record;	    /* some binding asks for what a record's bytes may say */
	const struct plan *unknown; /* NULL: records are not trusted */
	unsigned enterprise_id;
	struct allowed *allowed;
	size_t n_allowed, allowed_cap;
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
	for (size_t i = 0; i < s->n_bindings; i++) {
		for (size_t j = 0; j < FIELDS; j++)
			free(s->bindings[i].globs[j]);
		free(s->bindings[i].member);
	}
	for (size_t i = 0; i < s->n_allowed; i++)
		free(s->allowed[i].id);
	free(s->bindings);
	free(s->allowed);
	free(s->name);
	free(s->kind);
	free(s);
}

void stream_bind(struct stream *stream, const struct stream_selector *selector,
		 const struct plan *plan)
{
	const char *const globs[FIELDS] = { selector->app,  selector->host, selector->facility,
					    selector->unit, selector->path, selector->peer };
	struct binding binding = { .plan = plan };

	for (size_t i = 0; i < FIELDS; i++)
		binding.globs[i] = globs[i] != NULL ? mem_string(globs[i]) : NULL;
	if (selector->json != NULL) {
		size_t name = strcspn(selector->json, "=");

		binding.member = mem_string(selector->json);
		binding.member_glob = binding.member + name + (binding.member[name] != '\0');
		binding.member[name] = '\0';
	}
	if (selector->app != NULL || selector->host != NULL || selector->facility != NULL ||
	    selector->json != NULL)
		stream->reads_record = true;
	stream->bindings = mem_grow(stream->bindings, stream->n_bindings, &stream->bindings_cap,
				    sizeof(*stream->bindings));
	stream->bindings[stream->n_bindings++] = binding;
}

void stream_trust(struct stream *stream, unsigned enterprise_id, const struct plan *unknown)
{
	stream->enterprise_id = enterprise_id;
	stream->unknown = unknown;
}

void stream_allow(struct stream *stream, const char *id, const struct plan *plan)
{
	stream->allowed = mem_grow(stream->allowed, stream->n_allowed, &stream->allowed_cap,
				   sizeof(*stream->allowed));
	stream->allowed[stream->n_allowed++] = (struct allowed){ mem_string(id), plan };
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

/* --- Bindings ----------------------------------------------------------------- */

/* fnmatch wants C strings.  What is longer than a path can be fits nothing. */
static bool fits(const char *glob, struct span value)
{
	char text[PATH_MAX];

	return value.len != 0 && span_copy(text, sizeof(text), value) &&
	       fnmatch(glob, text, 0) == 0;
}

/* A facility is bound by its name or its number, and comes as either. */
static bool facility_fits(const char *glob, struct span value)
{
	int number = syslog_facility_number(value);
	char digits[16];

	if (number < 0)
		return fits(glob, value);
	snprintf(digits, sizeof(digits), "%d", number);
	return fnmatch(glob, digits, 0) == 0 || fnmatch(glob, syslog_facility_name(number), 0) == 0;
}

static bool member_fits(const struct binding *binding, struct span text)
{
	struct span value;

	return binding->member == NULL ||
	       (carried_member(text, binding->member, &value) == CARRIED_ONE &&
		fits(binding->member_glob, value));
}

static bool binding_fits(const struct binding *binding, const struct origin *origin,
			 struct span text)
{
	const struct span fields[FIELDS] = { origin->app,  origin->host, origin->facility,
					     origin->unit, origin->path, origin->peer };

	for (size_t i = 0; i < FIELDS; i++) {
		const char *glob = binding->globs[i];

		if (glob == NULL)
			continue;
		if (!(i == 2 ? facility_fits(glob, fields[i]) : fits(glob, fields[i])))
			return false;
	}
	return member_fits(binding, text);
}

static struct span unless_known(struct span known, struct span other)
{
	return known.len != 0 ? known : other;
}

/* What the origin does not say, the header may. */
static void complete(struct origin *origin, const struct syslog_message *message)
{
	origin->app = unless_known(origin->app, message->app);
	origin->host = unless_known(origin->host, message->host);
	if (message->facility >= 0)
		origin->facility = unless_known(origin->facility,
						span_str(syslog_facility_name(message->facility)));
}

/* The plan of the first binding that fits, or NULL. */
static const struct plan *bound_plan(const struct stream *stream, const struct origin *origin,
				     struct span text)
{
	for (size_t i = 0; i < stream->n_bindings; i++) {
		if (binding_fits(&stream->bindings[i], origin, text))
			return stream->bindings[i].plan;
	}
	return NULL;
}

/* --- Trust ---------------------------------------------------------------------- */

static bool is_in_policy(const struct policy *policy, struct span purpose)
{
	char id[128];

	if (!span_copy(id, sizeof(id), purpose))
		return false;
	return policy_find_purpose(policy, id) != POLICY_NONE;
}

/* The plan of the purpose that the record carries, or NULL: it has no say. */
static const struct plan *carried_plan(const struct stream *stream,
				       const struct syslog_message *message,
				       const struct origin *origin)
{
	struct span purpose;
	enum carried carried = carried_purpose(message, origin, stream->enterprise_id, &purpose);

	if (carried == CARRIED_NONE)
		return NULL;
	for (size_t i = 0; carried == CARRIED_ONE && i < stream->n_allowed; i++) {
		if (span_is(purpose, stream->allowed[i].id))
			return stream->allowed[i].plan;
	}
	/* One that the policy knows but nobody allowed here is as good as none. */
	if (carried == CARRIED_ONE && is_in_policy(engine_policy(stream_engine(stream)), purpose))
		return NULL;
	return stream->unknown;
}

/* --- Both ----------------------------------------------------------------------- */

const struct plan *stream_only_plan(const struct stream *stream, struct span origin)
{
	const struct origin known = origin_read(origin);
	const struct plan *plan;

	if (stream->reads_record || stream->unknown != NULL)
		return NULL;
	plan = bound_plan(stream, &known, span_of(NULL, 0));
	return plan != NULL ? plan : stream->plan;
}

const struct plan *stream_plan(const struct stream *stream, struct span record, struct span written)
{
	struct origin origin;
	struct syslog_message message = { .facility = -1, .text = record };
	const struct plan *plan = NULL;

	if (stream->n_bindings == 0 && stream->unknown == NULL)
		return stream->plan;
	origin = origin_read(written);
	if (stream->reads_record || stream->unknown != NULL)
		message = syslog_parse(record);
	complete(&origin, &message);
	plan = bound_plan(stream, &origin, message.text);
	if (plan == NULL && stream->unknown != NULL)
		plan = carried_plan(stream, &message, &origin);
	return plan != NULL ? plan : stream->plan;
}

void stream_count(struct stream *stream, const struct stream_counts *counts)
{
	atomic_fetch_add(&stream->records, counts->records);
	atomic_fetch_add(&stream->bytes, counts->bytes);
	atomic_fetch_add(&stream->flagged, counts->flagged);
	atomic_store(&stream->lag_ms, counts->lag_ms);
}

struct stream_counts stream_counted(const struct stream *stream)
{
	return (struct stream_counts){
		.records = atomic_load(&stream->records),
		.bytes = atomic_load(&stream->bytes),
		.flagged = atomic_load(&stream->flagged),
		.lag_ms = atomic_load(&stream->lag_ms),
	};
}
