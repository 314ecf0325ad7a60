/*
 * The mark before a line: what alerts must know of an alert that it gets as text.
 *
 * One character that no text of ours holds, then a hash of what alerts are grouped by,
 * the time in milliseconds, both in 16 hexadecimal digits, and the verdict.
 */
#include <purposed/run/alerts_private.h>

#include <stdlib.h>
#include <string.h>

#include <purposed/base/clock.h>
#include <purposed/base/hash.h>

enum {
	MARK_START = 0x1e,
	MARK_BYTES = 1 + 16 + 16 + 1, /* that, key and time in hexadecimal digits, verdict */
};

static uint64_t hash_of(uint64_t hash, void (*add)(struct buf *out, const struct format_job *job),
			const struct format_job *job)
{
	struct buf text = { 0 };

	add(&text, job);
	buf_add_char(&text, '\n');
	hash = hash_add(hash, buf_span(&text));
	buf_fini(&text);
	return hash;
}

void alerts_add_mark(struct buf *out, const struct format_job *job)
{
	const struct timespec time = format_time(job->record);
	uint64_t key = hash_add(HASH_START, span_str(job->record->input));

	key = hash_add(key, span_of("\n", 1));
	key = hash_of(key, format_add_purposes, job);
	key = hash_of(key, format_add_rules, job);
	key = hash_add(key, span_str(verdict_name(job->result->verdict)));
	buf_printf(out, "%c%016llx%016llx%u", MARK_START, (unsigned long long)key,
		   (unsigned long long)clock_ms(&time), (unsigned)job->result->verdict);
}

static unsigned long long hex(const char *digits)
{
	char text[17];

	memcpy(text, digits, 16);
	text[16] = '\0';
	return strtoull(text, NULL, 16);
}

bool alerts_read_mark(struct span *line, struct alerts_mark *mark_r)
{
	if (line->len < MARK_BYTES || line->ptr[0] != MARK_START)
		return false;
	*mark_r = (struct alerts_mark){
		.key = hex(line->ptr + 1),
		.time = clock_time((long long)hex(line->ptr + 17)),
		.verdict = (enum verdict)(line->ptr[33] - '0'),
	};
	*line = span_slice(*line, MARK_BYTES, line->len);
	return true;
}
