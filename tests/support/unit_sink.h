/*
 * unit_sink: a sink that keeps what it takes, and can be told to be full or to
 * fail.  It is called by one thread at a time, as any sink is.
 */
#ifndef PURPOSED_TESTS_UNIT_SINK_H
#define PURPOSED_TESTS_UNIT_SINK_H

#include "unit_run.h"

#include <purposed/io/sink.h>
#include <purposed/run/pipeline.h>

struct unit_sink {
	struct sink sink;
	struct buf taken;
	unsigned long long calls;
	size_t largest;	      /* bytes that were offered at once */
	unsigned full_every;  /* 0: never full; n: of n calls one takes all, others a byte */
	unsigned fails_after; /* 0: never; n: the n-th call and all later ones fail */
};

static inline enum sink_result unit_sink_write(struct sink *sink, struct span *bytes, struct err *e)
{
	struct unit_sink *s = (struct unit_sink *)sink;
	size_t n = bytes->len;

	s->calls++;
	if (n > s->largest)
		s->largest = n;
	if (s->fails_after != 0 && s->calls >= s->fails_after) {
		err_add(e, "the sink is broken");
		return SINK_ERROR;
	}
	if (s->full_every != 0 && s->calls % s->full_every != 0)
		n = n > 1 ? 1 : 0;
	buf_add(&s->taken, bytes->ptr, n);
	*bytes = span_slice(*bytes, n, bytes->len);
	return bytes->len == 0 ? SINK_ACCEPTED : SINK_FULL;
}

static inline int unit_sink_reopen(struct sink *sink, struct err *e)
{
	(void)sink;
	(void)e;
	return 0;
}

static inline void unit_sink_free(struct sink *sink)
{
	(void)sink;
}

static inline struct unit_sink unit_sink(void)
{
	static const struct sink_ops ops = { .write = unit_sink_write,
					     .reopen = unit_sink_reopen,
					     .free = unit_sink_free };

	return (struct unit_sink){ .sink = { &ops } };
}

/* An output of that format into the sink. */
static inline struct output unit_output(const char *format, enum select select,
					struct unit_sink *sink, const struct unit_run *run)
{
	return (struct output){ .format = format_find(format),
				.options = { .enterprise_id = 32473,
					     .pseudonyms = run->pseudonyms },
				.select = select,
				.sink = &sink->sink };
}

/* Submits text as a batch of lines, which must give that result. */
static inline void unit_submit_text(struct pipeline *pipeline, const struct plan *plan,
				    const char *text, int result)
{
	struct batch *batch = pipeline_take(pipeline);

	batch->stream = stream_new("in", plan, NULL, true);
	buf_add_str(&batch->bytes, text);
	assert_int_equal(pipeline_submit(pipeline, batch), result);
}

#endif
