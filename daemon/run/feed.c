#include <purposed/run/feed.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/mem.h>
#include <purposed/run/overlong.h>

/* Below this much room a batch is submitted even though more is waiting. */
enum { ROOM_MIN = 16 * 1024 };

struct feed {
	struct pipeline *pipeline;
	struct stream *stream; /* a reference */
	struct source source;
	struct batch *batch;	   /* NULL: parked */
	struct buf parked;	   /* what stood in it */
	size_t lines_end;	   /* bytes of the batch that are whole lines */
	unsigned long long number; /* of the batch's first record */
	long long offset;	   /* of its first byte */
	struct overlong *line;	   /* being read: batch has more bytes of it, or nothing yet */
	struct batch *head;	   /* its first bytes */
	bool torn;		   /* the input has failed: what has no line end is torn */
	bool ends_lines;	   /* see feed_end_lines */
	unsigned long long line_len;
};

static void begin_batch(struct feed *f)
{
	f->batch = pipeline_take(f->pipeline);
	f->batch->stream = stream_ref(f->stream);
	f->batch->first_number = f->number;
	f->batch->offset = f->offset;
	f->lines_end = 0;
}

/* Submits bytes [0, end) of the batch; what is behind them moves into a new one. */
static int submit(struct feed *f, size_t end)
{
	struct batch *full = f->batch;
	struct span rest = span_slice(buf_span(&full->bytes), end, full->bytes.len);

	f->number += framing_count_lines(span_slice(buf_span(&full->bytes), 0, end));
	f->offset += (long long)end;
	begin_batch(f);
	buf_add_span(&f->batch->bytes, rest);
	mem_wipe(full->bytes.ptr + end, rest.len);
	full->bytes.len = end;
	clock_gettime(CLOCK_REALTIME, &full->read_at);
	return pipeline_submit(f->pipeline, full);
}

static ssize_t read_more(struct feed *f, struct err *e)
{
	struct buf *bytes = &f->batch->bytes;
	ssize_t n = f->source.read(f->source.context, bytes->ptr + bytes->len,
				   bytes->cap - bytes->len, e);

	if (n > 0) {
		struct span more = span_of(bytes->ptr + bytes->len, (size_t)n);
		const char *lf = memrchr(more.ptr, '\n', more.len);

		if (lf != NULL)
			f->lines_end = bytes->len + (size_t)(lf - more.ptr) + 1;
		bytes->len += more.len;
	}
	return n;
}

/* The batch is full and has no line end: it is the head of an overlong line. */
static void begin_line(struct feed *f)
{
	f->head = f->batch;
	f->line_len = f->head->bytes.len;
	clock_gettime(CLOCK_REALTIME, &f->head->read_at);
	f->line = overlong_begin(f->pipeline, f->head);
	begin_batch(f);
}

/* The overlong line is over; the batch begins behind it. */
static void end_line(struct feed *f, struct span end)
{
	overlong_end(&f->line, end, f->torn);
	pipeline_return(f->pipeline, f->head);
	f->head = NULL;
	f->number++;
	f->offset += (long long)(f->line_len + end.len);
	f->batch->first_number = f->number;
	f->batch->offset = f->offset;
}

/* The batch holds more of the line and, where lines_end is not 0, what is behind it. */
static void go_on_with_line(struct feed *f)
{
	struct buf *bytes = &f->batch->bytes;
	size_t len = bytes->len;
	size_t used = bytes->len;

	if (f->lines_end != 0) {
		len = (size_t)((char *)memchr(bytes->ptr, '\n', bytes->len) - bytes->ptr);
		used = len + 1;
	}
	overlong_more(f->line, span_of(bytes->ptr, len));
	f->line_len += len;
	memmove(bytes->ptr, bytes->ptr + used, bytes->len - used);
	bytes->len -= used;
	mem_wipe(bytes->ptr + bytes->len, used);
	if (f->lines_end != 0) {
		f->lines_end -= used;
		end_line(f, span_of("\n", 1));
	}
}

/*
 * For the next read: into a full batch it would look like the end of the input.
 * A batch may be full already where it took over what stood in another one.
 */
static int make_room(struct feed *f)
{
	if (f->batch->bytes.len < f->batch->bytes.cap)
		return 0;
	if (f->lines_end != 0)
		return submit(f, f->lines_end);
	begin_line(f);
	return pipeline_stopped(f->pipeline) ? -1 : 0;
}

static bool wait_for_more(const struct feed *f)
{
	if (f->batch->bytes.cap - f->batch->bytes.len < ROOM_MIN)
		return false;
	return f->source.ready == NULL || f->source.ready(f->source.context);
}

/* Takes a batch again for what was parked. */
static void resume(struct feed *f)
{
	size_t lines_end = f->lines_end;

	if (f->batch != NULL)
		return;
	begin_batch(f);
	buf_add_span(&f->batch->bytes, buf_span(&f->parked));
	f->lines_end = lines_end;
	mem_wipe(f->parked.ptr, f->parked.len);
	buf_clear(&f->parked);
}

void feed_park(struct feed *f)
{
	if (f->line != NULL || f->batch == NULL)
		return;
	buf_add_span(&f->parked, buf_span(&f->batch->bytes));
	pipeline_return(f->pipeline, f->batch);
	f->batch = NULL;
}

struct feed *feed_new(struct pipeline *pipeline, struct stream *stream, const struct source *source)
{
	struct feed *f = mem_new(1, sizeof(*f));

	f->pipeline = pipeline;
	f->stream = stream_ref(stream);
	f->source = *source;
	f->number = 1;
	begin_batch(f);
	return f;
}

enum feed_result feed_step(struct feed *f, struct err *e)
{
	bool stopped = false;
	ssize_t n;

	resume(f);
	if (make_room(f) != 0)
		return FEED_OUTPUT_FAILED;
	n = read_more(f, e);
	if (n <= 0) {
		f->torn = n < 0;
		return f->torn ? FEED_INPUT_FAILED : FEED_DONE;
	}
	/* An overlong line has drained the pipeline: it may be asked. */
	if (f->line != NULL) {
		go_on_with_line(f);
		stopped = pipeline_stopped(f->pipeline);
	} else if (f->batch->bytes.len == f->batch->bytes.cap && f->lines_end == 0) {
		begin_line(f);
		stopped = pipeline_stopped(f->pipeline);
	}
	if (f->lines_end != 0 && !wait_for_more(f))
		stopped = submit(f, f->lines_end) != 0;
	return stopped ? FEED_OUTPUT_FAILED : FEED_MORE;
}

void feed_tear(struct feed *f)
{
	f->torn = true;
}

void feed_end_lines(struct feed *f)
{
	f->ends_lines = true;
}

int feed_finish(struct feed *f)
{
	struct buf *bytes;

	resume(f);
	if (f->line != NULL) {
		end_line(f, span_of("\n", f->ends_lines ? 1 : 0));
		return pipeline_stopped(f->pipeline) ? -1 : 0;
	}
	bytes = &f->batch->bytes;
	if (bytes->len > f->lines_end) {
		f->batch->torn = f->torn;
		if (f->ends_lines)
			framing_end_line(bytes);
	}
	return bytes->len != 0 ? submit(f, bytes->len) : 0;
}

bool feed_can_move(const struct feed *f)
{
	return f->line == NULL;
}

void feed_move(struct feed *f, struct pipeline *pipeline, struct stream *stream)
{
	struct pipeline *old_pipeline = f->pipeline;
	struct batch *old;
	size_t lines_end = f->lines_end;

	resume(f);
	old = f->batch;
	stream_unref(&f->stream);
	f->stream = stream_ref(stream);
	f->pipeline = pipeline;
	begin_batch(f);
	buf_add_span(&f->batch->bytes, buf_span(&old->bytes));
	f->lines_end = lines_end;
	pipeline_return(old_pipeline, old);
}

void feed_free(struct feed **feed)
{
	struct feed *f;

	if (feed == NULL || *feed == NULL)
		return;
	f = *feed;
	*feed = NULL;
	if (f->line != NULL)
		end_line(f, span_of(NULL, 0));
	if (f->batch != NULL)
		pipeline_return(f->pipeline, f->batch);
	stream_unref(&f->stream);
	buf_fini(&f->parked);
	free(f);
}

enum feed_result feed_run(struct pipeline *pipeline, struct stream *stream,
			  const struct source *source, struct err *e)
{
	struct feed *feed = feed_new(pipeline, stream, source);
	enum feed_result result;

	while ((result = feed_step(feed, e)) == FEED_MORE)
		continue;
	if (result != FEED_OUTPUT_FAILED && feed_finish(feed) != 0)
		result = FEED_OUTPUT_FAILED;
	feed_free(&feed);
	return result;
}
