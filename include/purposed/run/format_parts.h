/*
 * format_parts: pieces of JSON that several formats share.  None of them writes
 * a value: samples are masked, and what stands for a person is keyed (mask.h).
 */
#ifndef PURPOSED_RUN_FORMAT_PARTS_H
#define PURPOSED_RUN_FORMAT_PARTS_H

#include <purposed/base/json.h>
#include <purposed/run/format.h>

/* input, record and, where it has one, offset. */
void format_json_place(struct json *j, const struct record *record);

/* When the record was written, or was read, as RFC 3339. */
void format_json_time(struct json *j, const char *key, const struct record *record);
void format_json_read_at(struct json *j, const char *key, const struct record *record);

/* A time as milliseconds since 1970; 0 where it is before that. */
void format_json_millis(struct json *j, const char *key, const struct timespec *time);

/* Two times, as RFC 3339. */
void format_json_period(struct json *j, const char *first, const char *last,
			const struct format_period *period);

/* held_back, and verdicts: how many of them had which. */
void format_json_held(struct json *j, const struct format_held *held);

/* "17 alerts were held back" */
void format_held_title(struct buf *out, const struct format_held *held);

/* Opens a JSON line again: takes n closing braces off its end. */
struct json format_json_reopen(struct buf *line, size_t n);

/* purposes, kind and kind_source, verdict, categories, findings. */
void format_json_verdict(struct json *j, const struct format_job *job);

/* An array of the ids of the categories of all findings. */
void format_json_categories(struct json *j, const char *key, const struct format_job *job);

/* The record's text, redacted as the options say; only with_text may show it. */
void format_json_text(struct json *j, const char *key, const struct format_job *job);

/* What one of format.h's functions adds, as a string. */
void format_json_added(struct json *j, const char *key,
		       void (*add)(struct buf *out, const struct format_job *job),
		       const struct format_job *job);

#endif
