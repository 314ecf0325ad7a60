/* An output: its sink, its form, and what is before the sink. */
#include <purposed/run/setup_private.h>

#include <sys/stat.h>
#include <unistd.h>

#include <purposed/run/alerts.h>

/* How late a signal may be noticed while a reader is slow. */
enum { STDOUT_PATIENCE_MS = 100 };

static int make_receiver(const struct settings *settings, const struct settings_output *from,
			 struct sink **sink_r, struct err *e)
{
	const struct tls_settings tls = settings_tls(&from->tls);
	struct buf spool = { 0 };
	struct sink_syslog_settings to = {
		.name = from->name,
		.to = &from->to,
		.framing = from->framing,
		.tls = &tls,
		.spool_bytes = (unsigned long long)from->spool_bytes,
	};
	int result;

	/* What else is wrong with the folder is said when the file is made in it. */
	mkdir(settings->state, 0700);
	to.spool = settings_spool_path(&spool, settings, from);
	result = sink_syslog_new(sink_r, &to, e);
	buf_fini(&spool);
	return result;
}

static int make_sink(const struct setup *setup, const struct settings_output *from,
		     struct output *output, struct err *e)
{
	switch (from->type) {
	case OUTPUT_FILE: return sink_file_new(&output->sink, from->path, &from->file, e);
	case OUTPUT_JOURNAL:
		output->envelope = &envelope_journal;
		output->sink = sink_journal_new(from->socket);
		return 0;
	case OUTPUT_SYSLOG:
		output->envelope = &envelope_syslog;
		return make_receiver(setup->session.settings, from, &output->sink, e);
	default:
		output->sink = sink_fd_new(STDOUT_FILENO, "standard output", STDOUT_PATIENCE_MS);
		return 0;
	}
}

void setup_control_output(struct output *output, const struct settings_output *from)
{
	output->sink =
		alerts_new(output->sink, &(struct alerts_settings){
						 .name = from->name,
						 .output = output,
						 .window_s = (unsigned long long)from->window,
						 .rate_limit = (unsigned long long)from->rate_limit,
					 });
	output->controlled = true;
}

int setup_make_output(const struct setup *setup, const struct settings_output *from,
		      struct output *output, struct err *e)
{
	*output = (struct output){
		.format = from->format,
		.select = from->select,
		.options = {
			.redact = from->redact,
			.with_text = from->with_text,
			.enterprise_id = (unsigned)setup->session.settings->enterprise_id,
			.host = setup->host,
			.facility = (unsigned)from->facility,
			.pseudonyms = setup->session.pseudonyms,
		},
	};
	if (make_sink(setup, from, output, e) != 0)
		return -1;
	if (from->window != 0 || from->rate_limit != 0)
		setup_control_output(output, from);
	return 0;
}
