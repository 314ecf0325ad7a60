/* The record alone: what a filter between two programs passes on. */
#include <purposed/run/format.h>

static unsigned record_add(struct buf *out, const struct format_job *job, size_t *tail_r)
{
	format_add_text(out, job, 0, job->record->text.len);
	*tail_r = out->len;
	return 0;
}

const struct format format_record = {
	.name = "record",
	.is_record = true,
	.depth = PRESCAN_FLAGS,
	.add = record_add,
};
