/*
 * purposed scan: everything that lies there, folders and archives and all.
 *
 * One thread walks, unpacks and cuts; workers judge (one of them in the same
 * thread, as long as there is nothing to unpack); output stays in the order
 * of the walk.  Whatever cannot be read is said, counted, and ends the scan
 * with status 2: the rest is scanned all the same.
 */
#include <purposed/cmd/cmd.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <purposed/cmd/common.h>
#include <purposed/run/scan.h>

static enum status scan(const struct options *options, const struct session *session, struct err *e)
{
	const struct format *format = isatty(STDOUT_FILENO) == 1 ? &format_text : &format_json;
	struct sink *sink = sink_fd_new(STDOUT_FILENO, "standard output", -1);
	const struct output output = common_stdout(options, session, format, SELECT_FLAGGED, sink);
	const struct scan_request request = {
		.session = session,
		.output = &output,
		.paths = options->operands,
		.n_paths = options->n_operands,
		.kind = options->kind,
		.jobs = options->jobs != 0 ? options->jobs : 1,
		.progress = !options->quiet && isatty(STDERR_FILENO) == 1,
	};
	struct scan_summary summary;
	enum status status = STATUS_OK;

	common_say(session, options);
	scan_run(&request, &summary, e);
	if (stats_flagged(&summary.stats) != 0)
		status = STATUS_FLAGGED;
	if (summary.failed || summary.troubles != 0)
		status = STATUS_TROUBLE;
	if (!options->quiet)
		scan_print(&summary, session, stderr);
	stats_fini(&summary.stats);
	sink_free(&sink);
	return status;
}

static enum status scan_command(const struct options *options, struct err *e)
{
	struct session session;
	enum status status;

	if (options->n_operands == 0 && !options->dump_config) {
		err_add(e, "which files or folders? ('-' is standard input)");
		return STATUS_TROUBLE;
	}
	if (!common_open(&session, options, &status, e))
		return status;
	status = scan(options, &session, e);
	session_close(&session);
	return status;
}

const struct cmd cmd_scan = {
	.name = "scan",
	.arguments = "PATH...",
	.summary = "judge files, folders and archives, and list what is flagged",
	.help = "Archives are known by their content: gzip, bzip2, xz, zstd, lz4, tar, zip.\n"
		"  purposed scan -p website-traffic-analysis /var/log/nginx/\n"
		"  purposed scan -j4 -p nis2-supervision -o json --select all app.log.tar.gz\n",
	.takes = OPTIONS_PURPOSE | OPTIONS_KIND | OPTIONS_OUTPUT,
	.run = scan_command,
};
