/*
 * Memory that held bytes of records is overwritten when it is released: after
 * each walk a word of the records is looked for in all memory of the process.
 */
#include "unit_memory.h"
#include "unit_sink.h"

#include <fcntl.h>

#include <purposed/base/mem.h>
#include <purposed/engine/decode.h>
#include <purposed/engine/prescan.h>
#include <purposed/io/members.h>
#include <purposed/io/tail.h>
#include <purposed/run/feed.h>
#include <purposed/run/source_fd.h>

enum { BATCH_BYTES = 1024 };

/* A text in which '#' stands for the word and '%' for the word as %hh. */
struct text {
	const char *at;
	size_t inside; /* bytes of the word that are told */
};

/* The next byte; false at the end. */
static bool next_byte(struct text *text, char *out)
{
	static const char hex[] = "0123456789abcdef";
	size_t len = 1;
	char byte = unit_secret_byte(text->inside / 3 % UNIT_SECRET_BYTES);

	switch (*text->at) {
	case '\0': return false;
	case '#':
		len = UNIT_SECRET_BYTES;
		*out = unit_secret_byte(text->inside);
		break;
	case '%':
		len = 3 * (size_t)UNIT_SECRET_BYTES;
		*out = text->inside % 3 == 0   ? '%'
		       : text->inside % 3 == 1 ? hex[byte >> 4]
					       : hex[byte & 15];
		break;
	default: *out = *text->at; break;
	}
	if (++text->inside == len) {
		text->inside = 0;
		text->at++;
	}
	return true;
}

static void add_text(struct buf *out, const char *bytes)
{
	struct text text = { bytes, 0 };
	char byte;

	while (next_byte(&text, &byte))
		buf_add_char(out, byte);
}

/* The rest of this file means nothing if the search finds nothing. */
static void test_search(void **state)
{
	char *block = malloc(100);

	(void)state;
	assert_non_null(block);
	unit_secret_new();
	assert_int_equal(unit_memory_secrets(), 0);
	for (size_t i = 0; i < UNIT_SECRET_BYTES; i++)
		block[50 + i] = block[70 + i] = unit_secret_byte(i);
	assert_int_equal(unit_memory_secrets(), 2);
	memset(block, ' ', 100);
	assert_int_equal(unit_memory_secrets(), 0);
	free(block);
}

/* A buf that grows leaves no copy, not of what it was shortened by either. */
static void test_buf(void **state)
{
	struct buf b = { 0 };

	(void)state;
	unit_secret_new();
	add_text(&b, "some bytes before it #");
	for (size_t cap = b.cap; b.cap < 64 * cap;)
		buf_add_str(&b, "and more");
	assert_int_equal(unit_memory_secrets(), 1);
	buf_clear(&b);
	buf_add_str(&b, "short");
	assert_int_equal(unit_memory_secrets(), 1);
	buf_reserve(&b, b.cap);
	assert_int_equal(unit_memory_secrets(), 0);
	assert_true(span_is(buf_span(&b), "short"));
	add_text(&b, "#");
	buf_clear(&b);
	buf_fini(&b);
	assert_int_equal(unit_memory_secrets(), 0);
}

/* Of every record since the last time, also where a shorter one came later. */
static void test_decoded(void **state)
{
	struct decoded decoded = { 0 };
	struct buf record = { 0 };

	(void)state;
	unit_secret_new();
	add_text(&record, "a long enough record with a word % at the end of it");
	decode_run(&decoded, buf_span(&record));
	decode_run(&decoded, span_str("%40"));
	assert_int_equal(unit_memory_secrets(), 1);
	decoded_wipe(&decoded);
	assert_int_equal(unit_memory_secrets(), 0);
	decode_run(&decoded, buf_span(&record));
	assert_int_equal(decoded.n, 2);
	decoded_fini(&decoded);
	assert_int_equal(unit_memory_secrets(), 0);
	buf_fini(&record);
}

/* The first look at a text, as one record. */
static void look_at(struct prescan *prescan, const struct plan *plan, struct span text)
{
	struct prescan_record record = { .end = text.len, .plan = plan };

	prescan_run(prescan, plan, PRESCAN_CATEGORIES, text, &record, 1, NULL);
}

/* Likewise, where a first look holds what was decoded. */
static void test_prescan(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct prescan *prescan = prescan_new(run.engine);
	struct buf record = { 0 };

	(void)state;
	unit_secret_new();
	assert_non_null(plan_prescan(run.plan, PRESCAN_CATEGORIES));
	add_text(&record, "a long enough record with a word % at the end of it");
	look_at(prescan, run.plan, buf_span(&record));
	look_at(prescan, run.plan, span_str("%40"));
	buf_fini(&record);
	assert_true(unit_memory_secrets() > 1);
	prescan_wipe(prescan);
	assert_int_equal(unit_memory_secrets(), 0);
	prescan_free(&prescan);
	unit_run_close(&run);
}

/* And where records are searched before they are classified. */
static void test_ahead(void **state)
{
	struct engine_options options = engine_defaults();
	struct unit_run run;
	struct buf record = { 0 };
	struct span records[2];

	(void)state;
	options.few_bytes = 1;
	run = unit_run_open("web", &options);
	unit_secret_new();
	add_text(&record, "a word % and at the very end #");
	records[0] = span_str("a shorter one");
	records[1] = buf_span(&record);
	classifier_look_ahead(run.classifier, records, 2);
	classifier_look_ahead(run.classifier, records, 1);
	classifier_look_ahead(run.classifier, records, 2);
	buf_fini(&record);
	assert_true(unit_memory_secrets() > 1);
	classifier_wipe(run.classifier);
	assert_int_equal(unit_memory_secrets(), 0);
	unit_run_close(&run);
}

/* --- Whole walks ---------------------------------------------------------------- */

/* A source that gives so many bytes a read. */
struct pieces {
	struct text text;
	size_t size;
};

static ssize_t pieces_read(void *context, char *bytes, size_t cap, struct err *e)
{
	struct pieces *pieces = context;
	size_t len = 0;

	(void)e;
	while (len < cap && len < pieces->size && next_byte(&pieces->text, bytes + len))
		len++;
	return (ssize_t)len;
}

/* A sink that keeps nothing; with full, it takes nothing either. */
static bool full;

static enum sink_result drop(struct sink *sink, struct span *bytes, struct err *e)
{
	(void)sink;
	(void)e;
	if (full)
		return SINK_FULL;
	*bytes = span_of(NULL, 0);
	return SINK_ACCEPTED;
}

static struct sink *dropping_sink(void)
{
	static const struct sink_ops ops = { .write = drop,
					     .reopen = unit_sink_reopen,
					     .free = unit_sink_free };
	static struct sink sink = { &ops };

	return &sink;
}

/* Every format, with the text and without, redacted and not. */
enum { N_OUTPUTS = 12 };

static void make_outputs(struct output outputs[N_OUTPUTS], const struct unit_run *run)
{
	static const char *const formats[N_OUTPUTS] = { "json",	  "json",   "text",   "tag",
							"record", "record", "ecs",    "ocsf",
							"cef",	  "json",   "record", "text" };

	struct unit_sink none = unit_sink();

	for (size_t i = 0; i < N_OUTPUTS; i++) {
		outputs[i] = unit_output(formats[i], SELECT_ALL, &none, run);
		outputs[i].sink = dropping_sink();
		outputs[i].options.with_text = i == 1 || i == 2 || i > 5;
		outputs[i].options.host = "here";
	}
	outputs[9].envelope = outputs[10].envelope = &envelope_syslog;
	outputs[11].envelope = &envelope_journal;
	outputs[1].options.redact = REDACT_PSEUDONYM;
	outputs[5].options.redact = REDACT_ELEMENT;
}

static void walk(const char *text, size_t size, unsigned workers)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct stream *stream = stream_new("in", run.plan, NULL, true);
	struct pieces pieces = { { text, 0 }, size };
	const struct source source = { .read = pieces_read, .context = &pieces };
	struct output outputs[N_OUTPUTS];
	struct pipeline *pipeline;
	struct err e = { 0 };

	unit_secret_new();
	make_outputs(outputs, &run);
	pipeline = pipeline_new(outputs, N_OUTPUTS, 3, workers, BATCH_BYTES);
	assert_int_equal(feed_run(pipeline, stream, &source, &e), FEED_DONE);
	assert_int_equal(pipeline_drain(pipeline), 0);
	assert_int_equal(unit_memory_secrets(), 0);
	stream_unref(&stream);
	pipeline_free(&pipeline);
	unit_run_close(&run);
	assert_int_equal(unit_memory_secrets(), 0);
}

/* Raw, escaped, in a value that is found, in another one, and in a last line without an end. */
static void test_records(void **state)
{
	static const char text[] = "in prose # and again #\nescaped % too\n"
				   "mail #@example.be\nmail %@example.be\n"
				   "GET /a?mail=%@example.be x\nto \\\"#@example.be\\\"\n"
				   "x\n"
				   "torn #@example.be";

	(void)state;
	for (unsigned workers = 1; workers <= 3; workers++) {
		walk(text, SIZE_MAX, workers);
		walk(text, 20, workers);
	}
}

#define PIECE "a piece of a line that is long, # %@example.be # %@example.be #@example.be "
#define LONG PIECE PIECE PIECE PIECE PIECE PIECE PIECE PIECE PIECE PIECE PIECE PIECE

/* A line of several batches; the next one begins where its last piece ends. */
static void test_overlong(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= 2; workers++) {
		walk(LONG "\nx\n", SIZE_MAX, workers);
		walk(LONG "\nx\n", 100, workers);
		walk(LONG, SIZE_MAX, workers);
		walk(LONG, 100, workers);
	}
}

/* Messages longer than the room a batch has at first, and a sink that lets them wait. */
static void test_messages_held(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct stream *stream = stream_new("in", run.plan, NULL, false);
	struct output outputs[N_OUTPUTS];
	struct pipeline *pipeline;

	(void)state;
	unit_secret_new();
	make_outputs(outputs, &run);
	pipeline = pipeline_new(outputs, N_OUTPUTS, 3, 1, BATCH_BYTES);
	pipeline_hold(pipeline, NULL, NULL);
	full = true;
	for (int i = 0; i < 3; i++) {
		struct batch *batch = pipeline_take(pipeline);
		struct buf message = { 0 };

		add_text(&message, LONG "\nline two\n" PIECE);
		batch->stream = stream_ref(stream);
		batch->framing = FRAMING_MESSAGES;
		for (int j = 0; j < 3; j++)
			framing_add_message(&batch->bytes, buf_span(&message), message.len);
		buf_fini(&message);
		pipeline_submit(pipeline, batch);
	}
	assert_true(unit_memory_secrets() > 0);
	full = false;
	assert_int_equal(pipeline_retry(pipeline), SINK_ACCEPTED);
	assert_int_equal(unit_memory_secrets(), 0);
	stream_unref(&stream);
	pipeline_free(&pipeline);
	unit_run_close(&run);
}

/* --- What is read and not used ---------------------------------------------------- */

static char dir[32];

static char *make_file(const char *name, const char *text)
{
	struct buf path = { 0 };
	struct buf bytes = { 0 };
	FILE *file;

	buf_printf(&path, "%s/%s", dir, name);
	file = fopen(buf_str(&path), "a");
	assert_non_null(file);
	setvbuf(file, NULL, _IONBF, 0);
	add_text(&bytes, text);
	assert_int_equal(fwrite(buf_str(&bytes), 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
	buf_fini(&bytes);
	return path.ptr;
}

static void run_tool(const char *tool, const char *path)
{
	struct buf command = { 0 };

	buf_printf(&command, "%s %s", tool, path);
	assert_int_equal(system(buf_str(&command)), 0);
	buf_fini(&command);
}

/* Reads what members gives of the path: behind what it says to have read there is nothing. */
static void read_all(const char *path, const struct members_limits *limits, struct err *e)
{
	struct members *members = NULL;
	size_t cap = 64 * (size_t)BATCH_BYTES;
	char *bytes = mem_new(cap, 1);
	size_t len = 0;
	ssize_t n;

	assert_int_equal(members_open(&members, path, limits, e), 0);
	assert_int_equal(members_next(members, e), 1);
	while ((n = members_read(members, bytes + len, cap - len, e)) > 0)
		len += (size_t)n;
	assert_int_equal(n, -1);
	for (size_t i = len; i < cap; i++)
		assert_int_equal(bytes[i], 0);
	members_free(&members);
	free(bytes);
}

/* What others have appended behind the line that is read to its end. */
static void test_tail(void **state)
{
	struct members_limits limits = members_limits_default;
	struct members *members = NULL;
	struct err e = { 0 };
	char *path = make_file("growing", "a line");
	char *bytes = malloc(1000);
	ssize_t n;

	(void)state;
	assert_non_null(bytes);
	unit_secret_new();
	assert_int_equal(members_open(&members, path, &limits, &e), 0);
	free(make_file("growing", " and its end\nanother one # # #\n"));
	assert_int_equal(members_next(members, &e), 1);
	while ((n = members_read(members, bytes, 1000, &e)) > 0)
		continue;
	assert_int_equal(n, 0);
	assert_int_equal(unit_memory_secrets(), 0);
	members_free(&members);
	assert_false(err_any(&e));
	unlink(path);
	free(path);
	free(bytes);
}

/* A file that grows: what is read of it, what is looked for a line end, where its end is looked
 * for. */
static void test_followed(void **state)
{
	static const size_t blocks[] = { 4096, 64 };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(blocks); i++) {
		char *path = make_file("followed", "a line\n");
		const struct tail_options options = { .pattern = path, .from_end = i % 2 != 0 };
		struct tail_piece piece;
		struct tail *tail = NULL;
		struct buf block = { 0 };
		struct err e = { 0 };

		unit_secret_new();
		free(make_file("followed", "# #"));
		assert_int_equal(tail_new(&tail, &options, &e), 0);
		for (int more = 0; more < 3; more++) {
			free(make_file("followed", more == 2 ? LONG "\n# #" : "# #"));
			buf_reserve(&block, blocks[i / 2]);
			do {
				piece = tail_read(tail, &block);
				buf_wipe(&block);
			} while (piece.what != TAIL_NOTHING);
			assert_int_equal(unit_memory_secrets(), 0);
		}
		tail_free(&tail);
		buf_fini(&block);
		assert_int_equal(unit_memory_secrets(), 0);
		unlink(path);
		free(path);
	}
}

/* A feed that waits with half a line. */
static void test_parked(void **state)
{
	struct unit_run run = unit_run_open("web", NULL);
	struct stream *stream = stream_new("in", run.plan, NULL, true);
	struct pieces pieces = { { "a line\nhalf a line # and more of it\n", 0 }, 60 };
	const struct source source = { .read = pieces_read, .context = &pieces };
	struct output outputs[N_OUTPUTS];
	struct pipeline *pipeline;
	struct feed *feed;
	struct err e = { 0 };

	(void)state;
	unit_secret_new();
	make_outputs(outputs, &run);
	pipeline = pipeline_new(outputs, N_OUTPUTS, 3, 1, BATCH_BYTES);
	feed = feed_new(pipeline, stream, &source);
	while (unit_memory_secrets() == 0) {
		pieces.size = 1;
		assert_int_equal(feed_step(feed, &e), FEED_MORE);
		feed_park(feed);
	}
	assert_int_equal(unit_memory_secrets(), 1);
	while (feed_step(feed, &e) == FEED_MORE)
		feed_park(feed);
	assert_int_equal(unit_memory_secrets(), 0);
	feed_free(&feed);
	stream_unref(&stream);
	pipeline_free(&pipeline);
	unit_run_close(&run);
}

/* Refused, since it unpacks to too much: what was unpacked to find out. */
static void test_refused_archive(void **state)
{
	struct members_limits limits = members_limits_default;
	struct err e = { 0 };
	char *path;

	(void)state;
	limits.archive_ratio = 1;
	limits.ratio_from_bytes = 2000;
	unit_secret_new();
	path = make_file("bomb", LONG);
	run_tool("gzip", path);
	free(path);
	path = make_file("bomb.gz", "");
	read_all(path, &limits, &e);
	assert_non_null(strstr(buf_str(&e.text), "limits.archive_ratio"));
	err_fini(&e);
	unlink(path);
	free(path);
}

/* Damaged: what the decoder wrote before it saw that. */
static void test_damaged_archive(void **state)
{
	struct err e = { 0 };
	char *path;
	int fd;

	(void)state;
	unit_secret_new();
	path = make_file("damaged", LONG);
	run_tool("zstd -q --rm --check", path);
	free(path);
	path = make_file("damaged.zst", "");
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_true(lseek(fd, -1, SEEK_END) > 0);
	assert_int_equal(write(fd, "?", 1), 1);
	close(fd);
	read_all(path, &members_limits_default, &e);
	assert_non_null(strstr(buf_str(&e.text), "is damaged"));
	err_fini(&e);
	unlink(path);
	free(path);
}

/* What is no text is not passed on. */
static void test_no_text(void **state)
{
	struct buf text = { 0 };
	char *bytes = mem_new(BATCH_BYTES, 1);
	struct err e = { 0 };
	int pipes[2];
	struct source_fd fd;
	struct source source;

	(void)state;
	unit_secret_new();
	add_text(&text, "PK\003\004#");
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], text.ptr, text.len), text.len);
	buf_fini(&text);
	fd = (struct source_fd){ .fd = pipes[0], .name = "stdin" };
	source = source_of_fd(&fd);
	assert_int_equal(source.read(source.context, bytes, BATCH_BYTES, &e), -1);
	assert_int_equal(unit_memory_secrets(), 0);
	err_fini(&e);
	close(pipes[0]);
	close(pipes[1]);
	free(bytes);
}

static int make_dir(void **state)
{
	(void)state;
	unit_directory(dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_decoded),
		cmocka_unit_test(test_prescan),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_overlong),
		cmocka_unit_test(test_messages_held),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_followed),
		cmocka_unit_test(test_parked),
		cmocka_unit_test(test_refused_archive),
		cmocka_unit_test(test_damaged_archive),
		cmocka_unit_test(test_no_text),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
