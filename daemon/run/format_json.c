/* One JSON object a record: the form for programs.  purposed(8), JSON, is its contract. */
#include <purposed/run/format_parts.h>

static unsigned json_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	struct json j = json_to(out);

	(void)tail_r;
	json_begin_object(&j, NULL);
	format_json_place(&j, job->record);
	format_json_time(&j, "time", job->record);
	format_json_verdict(&j, job);
	if (job->options->with_text)
		format_json_text(&j, "text", job);
	json_end_object(&j);
	return 0;
}

static void json_add_count(struct buf *line, unsigned long long n,
			   const struct format_period *period)
{
	struct json j = format_json_reopen(line, 1);

	json_uint(&j, "count", n);
	format_json_period(&j, "first", "last", period);
	json_end_object(&j);
}

static void json_add_held(struct buf *out, const struct format_held *held)
{
	struct json j = json_to(out);

	json_begin_object(&j, NULL);
	json_string(&j, "output", held->output);
	format_json_held(&j, held);
	format_json_period(&j, "first", "last", &held->period);
	json_end_object(&j);
}

const struct format format_json = {
	.name = "json",
	.is_record = false,
	.depth = PRESCAN_DEPTHS,
	.add = json_add,
	.add_count = json_add_count,
	.add_held = json_add_held,
};
