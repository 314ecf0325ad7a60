/*
 * The journal of systemd; the only place that knows sd-journal.
 *
 * The position is the cursor of the last entry that was handed out.  An entry that
 * is gone when we come back (the journal is vacuumed) is made up for by the next
 * one that there is, which is said.
 */
#include <purposed/io/input.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/base/seldom.h>
#include <purposed/io/framing.h>
#include <purposed/io/wake.h>

enum {
	FIELD_BYTES = 4096, /* so much of a field other than MESSAGE is kept */
};

/* The fields that an origin is made of; of two names the first one that is there. */
enum { APP, HOST, FACILITY, UNIT, PURPOSE, FIELDS };

static const char *const field_names[FIELDS][2] = {
	[APP] = { "SYSLOG_IDENTIFIER", "_COMM" },
	[HOST] = { "_HOSTNAME" },
	[FACILITY] = { "SYSLOG_FACILITY" },
	[UNIT] = { "_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT" },
	[PURPOSE] = { "PURPOSE" },
};

struct journal_input {
	struct input input;
	char *name;
	sd_journal *journal;
	struct wake wake;
	size_t message_bytes;
	char *cursor; /* of the last entry; NULL: none was read */
	bool pending; /* the current entry is still to be handed out */
	bool changed; /* there may be something new */
	bool stopped;
	char pid[24];  /* our own, */
	char boot[40]; /* and when it is that */
	struct buf fields[FIELDS];
	struct seldom said;
};

/* --- One entry ---------------------------------------------------------------- */

/* The value of a field of the current entry; false: it has none. */
static bool get(struct journal_input *j, const char *field, struct span *value_r)
{
	size_t skip = strlen(field) + 1;
	const void *data;
	size_t len;

	if (sd_journal_get_data(j->journal, field, &data, &len) < 0 || len < skip)
		return false;
	*value_r = span_of((const char *)data + skip, len - skip);
	return true;
}

static bool is(struct journal_input *j, const char *field, const char *wanted)
{
	struct span value;

	return get(j, field, &value) && span_is(value, wanted);
}

static bool is_ours(struct journal_input *j)
{
	return is(j, "_PID", j->pid) && is(j, "_BOOT_ID", j->boot);
}

/* A value lives until the next one is asked for: they are copied. */
static void read_fields(struct journal_input *j)
{
	for (size_t i = 0; i < FIELDS; i++) {
		struct span value = { 0 };

		buf_clear(&j->fields[i]);
		if (!get(j, field_names[i][0], &value) && field_names[i][1] != NULL)
			get(j, field_names[i][1], &value);
		if (value.len <= FIELD_BYTES)
			buf_add_span(&j->fields[i], value);
	}
}

static void add_origin(struct journal_input *j, struct buf *block)
{
	struct origin origin;
	char time[24] = "";
	uint64_t us;

	read_fields(j);
	if (sd_journal_get_realtime_usec(j->journal, &us) >= 0)
		snprintf(time, sizeof(time), "%" PRIu64, us);
	origin = (struct origin){
		.app = buf_span(&j->fields[APP]),
		.host = buf_span(&j->fields[HOST]),
		.facility = buf_span(&j->fields[FACILITY]),
		.unit = buf_span(&j->fields[UNIT]),
		.purpose = buf_span(&j->fields[PURPOSE]),
		.time = span_str(time),
	};
	framing_add_origin(block, &origin);
}

/* What a compressed field has beyond the threshold is not told: one byte more at least. */
static void add_message(struct journal_input *j, struct buf *block, struct span message)
{
	size_t len = message.len;

	if (message.len > j->message_bytes) {
		message.len = j->message_bytes;
		j->input.counts.cut++;
	}
	framing_add_message(block, message, len);
	j->input.counts.messages++;
}

/* The current entry; an entry without a message says nothing. */
static void take(struct journal_input *j, struct buf *block)
{
	struct span message;
	char *cursor;

	if (!is_ours(j)) {
		add_origin(j, block);
		if (get(j, "MESSAGE", &message))
			add_message(j, block, message);
	}
	if (sd_journal_get_cursor(j->journal, &cursor) >= 0) {
		free(j->cursor);
		j->cursor = cursor;
		j->input.moves++;
	}
}

/* --- Reading ------------------------------------------------------------------ */

/* Whether something may have been added; the journal wants to be asked. */
static bool look(struct journal_input *j)
{
	bool second = wake_second(&j->wake);
	int code = sd_journal_process(j->journal);

	if (code < 0 && seldom_now(&j->said))
		log_warning("input '%s': the journal cannot be watched: %s%s", j->name,
			    strerror(-code), seldom_others(&j->said));
	if (code != SD_JOURNAL_NOP || second)
		j->changed = true;
	return j->changed;
}

static enum input_result journal_read(struct input *input, struct buf *block, size_t enough,
				      struct err *e)
{
	struct journal_input *j = (struct journal_input *)input;
	enum input_result result = INPUT_EMPTY;

	(void)e;
	if (j->stopped || !look(j))
		return INPUT_EMPTY;
	for (;;) {
		int code;

		if (block->len >= enough) {
			result = INPUT_MORE;
			break;
		}
		code = j->pending ? 1 : sd_journal_next(j->journal);
		j->pending = false;
		if (code > 0) {
			take(j, block);
			continue;
		}
		if (code < 0 && seldom_now(&j->said))
			log_warning("input '%s': cannot read on in the journal: %s; it is tried "
				    "again%s",
				    j->name, strerror(-code), seldom_others(&j->said));
		break;
	}
	j->changed = result == INPUT_MORE;
	wake_again(&j->wake, j->changed);
	return result;
}

static bool journal_reachable(const struct input *input)
{
	(void)input;
	return true;
}

/* What is not read now will be the next time. */
static void journal_stop(struct input *input)
{
	((struct journal_input *)input)->stopped = true;
}

void input_journal_add_position(const struct input *input, struct buf *out)
{
	const struct journal_input *j = (const struct journal_input *)input;

	if (j->cursor != NULL)
		buf_printf(out, "cursor %s\n", j->cursor);
}

static void journal_free(struct input *input)
{
	struct journal_input *j = (struct journal_input *)input;

	wake_fini(&j->wake);
	sd_journal_close(j->journal);
	for (size_t i = 0; i < FIELDS; i++)
		buf_fini(&j->fields[i]);
	free(j->cursor);
	free(j->name);
	free(j);
}

/* --- Opening ------------------------------------------------------------------ */

static int open_journal(struct journal_input *j, const char *path)
{
	const char *files[] = { path, NULL };
	struct stat st;

	if (path == NULL)
		return sd_journal_open(&j->journal, SD_JOURNAL_LOCAL_ONLY);
	if (stat(path, &st) != 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return sd_journal_open_directory(&j->journal, path, 0);
	return sd_journal_open_files(&j->journal, files, 0);
}

/* Matches of one field are alternatives; "+" stands between alternatives of all. */
static int add_matches(struct journal_input *j, const struct journal_settings *settings,
		       struct err *e)
{
	for (size_t i = 0; i < settings->n_matches; i++) {
		const char *match = settings->matches[i];
		int code = strcmp(match, "+") == 0 ? sd_journal_add_disjunction(j->journal)
						   : sd_journal_add_match(j->journal, match, 0);

		if (code < 0) {
			err_add(e,
				"input '%s': match \"%s\" is none, such as "
				"\"_SYSTEMD_UNIT=nginx.service\"",
				settings->name, match);
			return -1;
		}
	}
	return 0;
}

/* Behind the entry of the cursor. */
static int go_behind(struct journal_input *j, const char *cursor)
{
	int code = sd_journal_seek_cursor(j->journal, cursor);

	if (code < 0)
		return code;
	code = sd_journal_next(j->journal);
	if (code > 0 && sd_journal_test_cursor(j->journal, cursor) > 0) {
		j->cursor = mem_string(cursor);
		return 0;
	}
	if (code > 0) {
		j->pending = true;
		log_warning(
			"input '%s': the entry that was read last is in the journal no more; what "
			"stood between it and the first one that is there was not read",
			j->name);
	}
	return code;
}

static int go_to_end(struct journal_input *j)
{
	int code = sd_journal_seek_tail(j->journal);

	if (code >= 0)
		code = sd_journal_previous(j->journal);
	if (code > 0)
		return sd_journal_get_cursor(j->journal, &j->cursor);
	return code < 0 ? code : sd_journal_seek_head(j->journal);
}

static int go_to_start(struct journal_input *j, const struct journal_settings *settings)
{
	struct span position = settings->position;
	char *cursor;
	int code;

	if (!settings->resumed && settings->from_end)
		return go_to_end(j);
	if (!span_starts(position, "cursor ") || position.ptr[position.len - 1] != '\n')
		return sd_journal_seek_head(j->journal);
	cursor = mem_span_string(span_slice(position, strlen("cursor "), position.len - 1));
	code = go_behind(j, cursor);
	free(cursor);
	return code;
}

static void name_ourselves(struct journal_input *j)
{
	sd_id128_t boot;

	snprintf(j->pid, sizeof(j->pid), "%ld", (long)getpid());
	if (sd_id128_get_boot(&boot) >= 0)
		snprintf(j->boot, sizeof(j->boot), SD_ID128_FORMAT_STR, SD_ID128_FORMAT_VAL(boot));
}

/* A journal without a file is no error to the library, whatever the reason is. */
static void check_files(const struct journal_input *j, const char *path)
{
	if (path == NULL && sd_journal_has_runtime_files(j->journal) <= 0 &&
	    sd_journal_has_persistent_files(j->journal) <= 0)
		log_warning(
			"input '%s': there is no journal that may be read; members of the group "
			"systemd-journal may read it",
			j->name);
}

static int open_all(struct journal_input *j, const struct journal_settings *settings, struct err *e)
{
	int code = open_journal(j, settings->path);
	/* Before the first entry is looked for, so that none is added unseen. */
	int fd = code >= 0 ? sd_journal_get_fd(j->journal) : code;

	if (fd >= 0 && add_matches(j, settings, e) != 0)
		return -1;
	code = fd;
	if (code >= 0)
		code = sd_journal_set_data_threshold(j->journal, settings->message_bytes + 64);
	if (code >= 0)
		code = go_to_start(j, settings);
	if (code >= 0 && (wake_init(&j->wake) != 0 || wake_add(&j->wake, fd) != 0))
		code = -errno;
	if (code < 0) {
		err_add(e, "input '%s': cannot read the journal%s%s: %s", settings->name,
			settings->path != NULL ? " " : "",
			settings->path != NULL ? settings->path : "", strerror(-code));
		return -1;
	}
	check_files(j, settings->path);
	return 0;
}

int input_journal_new(struct input **input_r, const struct journal_settings *settings,
		      struct err *e)
{
	static const struct input_ops ops = {
		.read = journal_read,
		.reachable = journal_reachable,
		.stop = journal_stop,
		.free = journal_free,
	};
	struct journal_input *j = mem_new(1, sizeof(*j));

	j->input.ops = &ops;
	j->name = mem_string(settings->name);
	j->message_bytes = settings->message_bytes;
	name_ourselves(j);
	if (open_all(j, settings, e) != 0) {
		journal_free(&j->input);
		return -1;
	}
	j->input.fd = j->wake.fd;
	j->changed = true;
	wake_again(&j->wake, true);
	*input_r = &j->input;
	return 0;
}
