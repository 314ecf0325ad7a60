#include <purposed/run/scan.h>

#include <purposed/base/log.h>
#include <purposed/io/members.h>
#include <purposed/io/walk.h>
#include <purposed/run/feed.h>
#include <purposed/run/progress.h>

/* The work at hand. */
struct job {
	const struct scan_request *request;
	struct scan_summary *summary;
	struct pipeline *pipeline;
	struct progress progress;
	struct members *members; /* of the current file */
	struct members_limits limits;
	struct stats seen; /* for progress */
	bool any_read;	   /* of the current stream */
};

/* What was met is said at once, where it was met, and does not stop the scan. */
static void report(struct job *job, struct err *e)
{
	progress_clear(&job->progress);
	err_print(e);
	err_fini(e);
}

static void count_trouble(struct scan_summary *summary, enum members_trouble trouble)
{
	summary->troubles++;
	switch (trouble) {
	case MEMBERS_IO: summary->unreadable++; break;
	case MEMBERS_CORRUPT: summary->damaged++; break;
	case MEMBERS_REFUSED: summary->refused++; break;
	}
}

static ssize_t member_read(void *context, char *bytes, size_t cap, struct err *e)
{
	struct job *job = context;
	ssize_t n;

	if (job->progress.on) {
		pipeline_stats(job->pipeline, &job->seen);
		progress_draw(&job->progress, members_consumed(job->members),
			      stats_flagged(&job->seen));
	}
	n = members_read(job->members, bytes, cap, e);
	job->any_read |= n > 0;
	return n;
}

/* One stream; false where the output has failed and nothing more makes sense. */
static bool scan_stream(struct job *job)
{
	const struct scan_request *request = job->request;
	struct stream *stream =
		stream_new(members_name(job->members), request->session->plan, request->kind, true);
	const struct source source = { .read = member_read, .context = job };
	struct err e = { 0 };
	enum feed_result result;

	progress_clear(&job->progress);
	log_debug("searching %s", members_name(job->members));
	job->any_read = false;
	if (members_unpacks(job->members))
		pipeline_apart(job->pipeline);
	result = feed_run(job->pipeline, stream, &source, &e);
	if (result != FEED_INPUT_FAILED || job->any_read)
		job->summary->streams++;
	if (result == FEED_INPUT_FAILED)
		count_trouble(job->summary, members_trouble(job->members));
	report(job, &e);
	stream_unref(&stream);
	return result != FEED_OUTPUT_FAILED;
}

static bool scan_file(struct job *job, const char *path)
{
	struct err e = { 0 };
	bool go_on = true;
	int next;

	if (members_open(&job->members, path, &job->limits, &e) != 0) {
		count_trouble(job->summary, MEMBERS_IO);
		report(job, &e);
		return true;
	}
	while (go_on && (next = members_next(job->members, &e)) != 0) {
		if (next > 0) {
			go_on = scan_stream(job);
		} else {
			count_trouble(job->summary, members_trouble(job->members));
			report(job, &e);
		}
	}
	job->progress.done += members_consumed(job->members);
	members_free(&job->members);
	return go_on;
}

static void scan_paths(struct job *job)
{
	struct walk *walk = walk_open(job->request->paths, job->request->n_paths);
	struct err e = { 0 };
	const char *path;
	bool go_on = true;
	int next;

	while (go_on && (next = walk_next(walk, &path, &e)) != 0) {
		if (next > 0) {
			go_on = scan_file(job, path);
		} else {
			count_trouble(job->summary, MEMBERS_IO);
			report(job, &e);
		}
	}
	job->summary->skipped = walk_counts(walk).links + walk_counts(walk).specials;
	walk_close(&walk);
}

void scan_run(const struct scan_request *request, struct scan_summary *summary_r, struct err *e)
{
	const struct settings *settings = request->session->settings;
	size_t n_categories = policy_category_count(engine_policy(request->session->engine));
	struct job job = {
		.request = request,
		.summary = summary_r,
		.limits = members_limits_default,
		.progress = progress_start(request->progress, 0),
	};

	*summary_r = (struct scan_summary){ 0 };
	stats_init(&summary_r->stats, n_categories);
	stats_init(&job.seen, n_categories);
	job.limits.decoder_bytes = (size_t)settings->decoder_bytes;
	job.limits.archive_ratio = (uint64_t)settings->archive_ratio;
	job.limits.nesting = (unsigned)settings->nesting;
	if (request->progress)
		job.progress.total = walk_bytes(request->paths, request->n_paths);
	job.pipeline = pipeline_new(request->output, 1, n_categories, request->jobs,
				    session_batch_bytes(request->session));
	scan_paths(&job);
	if (pipeline_drain(job.pipeline) != 0) {
		err_append(e, pipeline_error(job.pipeline));
		summary_r->failed = true;
	}
	progress_clear(&job.progress);
	summary_r->seconds = progress_seconds(&job.progress);
	pipeline_stats(job.pipeline, &summary_r->stats);
	pipeline_free(&job.pipeline);
	stats_fini(&job.seen);
}

void scan_print(const struct scan_summary *summary, const struct session *session, FILE *file)
{
	const struct stats_input inputs[] = {
		{ "unreadable", summary->unreadable },
		{ "damaged", summary->damaged },
		{ "refused", summary->refused },
	};

	stats_print(&summary->stats, engine_policy(session->engine), summary->seconds, inputs,
		    sizeof(inputs) / sizeof(inputs[0]), file);
	fprintf(file, "%llu file%s or member%s searched", (unsigned long long)summary->streams,
		summary->streams == 1 ? "" : "s", summary->streams == 1 ? "" : "s");
	if (summary->skipped != 0)
		fprintf(file, "; %llu links, sockets, pipes and devices in folders passed over",
			(unsigned long long)summary->skipped);
	fprintf(file, "\n");
	if (summary->troubles != 0)
		fprintf(file,
			"NOT SEARCHED, or not to the end: %llu (%llu unreadable, %llu damaged, "
			"%llu refused)\n",
			(unsigned long long)summary->troubles,
			(unsigned long long)summary->unreadable,
			(unsigned long long)summary->damaged, (unsigned long long)summary->refused);
}
