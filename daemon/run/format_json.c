/* One JSON object a record: the form for programs.  DESIGN section 4 is its contract. */
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

const struct format format_json = {
	.name = "json",
	.is_record = false,
	.depth = LOOK_DEPTHS,
	.add = json_add,
};
