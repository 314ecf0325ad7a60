/* purposed filter: a stream in, the same stream out, every record judged. */
#include <purposed/cmd/cmd.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/log.h>
#include <purposed/base/visible.h>
#include <purposed/cmd/common.h>
#include <purposed/run/feed.h>
#include <purposed/run/progress.h>
#include <purposed/run/source_fd.h>

/* What is read of a file that is written to meanwhile has no end. */
static bool is_output(const struct stat *in)
{
	struct stat out;

	return S_ISREG(in->st_mode) && fstat(STDOUT_FILENO, &out) == 0 &&
	       in->st_dev == out.st_dev && in->st_ino == out.st_ino;
}

static int check_input(const struct source_fd *input, struct err *e)
{
	struct stat st;

	if (fstat(input->fd, &st) != 0)
		return 0;
	if (is_output(&st)) {
		err_add(e, "%s is the file that standard output goes to: write to another one",
			input->name);
		return -1;
	}
	if (S_ISDIR(st.st_mode)) {
		err_add(e, "%s is a folder; `purposed scan` reads folders", input->name);
		return -1;
	}
	return 0;
}

static int open_input(const struct options *options, struct source_fd *input, struct err *e)
{
	const char *path = options->n_operands != 0 ? options->operands[0] : "-";

	if (path[0] == '-' && path[1] == '\0') {
		*input = (struct source_fd){ .fd = STDIN_FILENO, .name = "stdin" };
		return check_input(input, e);
	}
	*input = (struct source_fd){ .fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY),
				     .name = path };
	if (input->fd < 0) {
		err_errno(e, "cannot open %s", path[0] != '\0' ? path : "''");
		return -1;
	}
	if (check_input(input, e) != 0) {
		close(input->fd);
		return -1;
	}
	return 0;
}

/* Under the name of the input, as scan writes it. */
static struct stream *new_stream(const char *path, const struct session *session,
				 const struct options *options)
{
	struct buf name = { 0 };
	struct stream *stream;

	visible_add(&name, span_str(path));
	stream = stream_new(buf_str(&name), session->plan, options->kind, true);
	buf_fini(&name);
	return stream;
}

static void report(const struct options *options, const struct session *session,
		   const struct stats *stats, double seconds)
{
	if (stats->undeclared != 0 && !options->quiet && isatty(STDERR_FILENO) == 1)
		log_notice(
			"no purpose was declared: say which with -p (see: purposed policy list)");
	if (stats->forged_tags != 0)
		log_warning("forged tags taken out of records: %llu", stats->forged_tags);
	if (log_get_level() >= LOG_LEVEL_INFO)
		stats_print(stats, engine_policy(session->engine), seconds, NULL, 0, stderr);
}

static enum feed_result run(const struct options *options, const struct session *session,
			    struct source_fd *input, struct stats *stats, struct err *e)
{
	struct sink *sink = sink_fd_new(STDOUT_FILENO, "standard output", -1);
	const struct output output = common_stdout(options, session, &format_tag, SELECT_ALL, sink);
	struct stream *stream = new_stream(input->name, session, options);
	struct pipeline *pipeline =
		pipeline_new(&output, 1, stats->n_categories,
			     options->jobs != 0 ? options->jobs : 1, session_batch_bytes(session));
	struct source source = source_of_fd(input);
	enum feed_result result = feed_run(pipeline, stream, &source, e);

	if (pipeline_drain(pipeline) != 0) {
		err_append(e, pipeline_error(pipeline));
		result = FEED_OUTPUT_FAILED;
	}
	pipeline_stats(pipeline, stats);
	pipeline_free(&pipeline);
	stream_unref(&stream);
	sink_free(&sink);
	return result;
}

static enum status filter(const struct options *options, const struct session *session,
			  struct source_fd *input, struct err *e)
{
	const struct progress clock = progress_start(false, 0);
	enum status status = STATUS_OK;
	struct stats stats;

	common_say(session, options);
	stats_init(&stats, policy_category_count(engine_policy(session->engine)));
	if (run(options, session, input, &stats, e) != FEED_DONE)
		status = STATUS_TROUBLE;
	else if (stats_flagged(&stats) != 0)
		status = STATUS_FLAGGED;
	report(options, session, &stats, progress_seconds(&clock));
	stats_fini(&stats);
	return status;
}

static enum status filter_run(const struct options *options, struct err *e)
{
	struct session session;
	struct source_fd input;
	enum status status;

	if (common_operands(&cmd_filter, options, 0, 1, e) != 0)
		return STATUS_TROUBLE;
	if (!common_open(&session, options, &status, e))
		return status;
	if (open_input(options, &input, e) != 0) {
		session_close(&session);
		return STATUS_TROUBLE;
	}
	status = filter(options, &session, &input, e);
	if (input.fd != STDIN_FILENO)
		close(input.fd);
	session_close(&session);
	return status;
}

const struct cmd cmd_filter = {
	.name = "filter",
	.arguments = "[FILE]",
	.summary = "judge the records of standard input or FILE and pass them on, live",
	.help = "  purposed filter -p website-traffic-analysis < access.log\n"
		"  tail -F app.log | purposed filter -p nis2-supervision -o json --select "
		"flagged\n",
	.takes = OPTIONS_PURPOSE | OPTIONS_KIND | OPTIONS_OUTPUT,
	.run = filter_run,
};
