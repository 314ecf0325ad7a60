/* purposed serve: the daemon. */
#include <purposed/cmd/cmd.h>

#include <purposed/cmd/common.h>
#include <purposed/run/serve.h>

static enum status serve(const struct options *given, struct err *e)
{
	struct options options = *given;
	struct session_request request;

	if (options.config == NULL)
		options.config = PURPOSED_SYSCONFDIR "/purposed/purposed.conf";
	if (common_operands(&cmd_serve, &options, 0, 0, e) != 0)
		return STATUS_TROUBLE;
	if (options.dump_config) {
		struct session session;
		enum status status = STATUS_OK;

		common_open(&session, &options, &status, e);
		return status;
	}
	request = common_request(&options);
	request.lasting = true;
	request.jobs = options.jobs;
	return serve_run(&request, e) == 0 ? STATUS_OK : STATUS_TROUBLE;
}

const struct cmd cmd_serve = {
	.name = "serve",
	.arguments = "",
	.summary = "the daemon: judge the records of the configured inputs as they come",
	.help = "Without -c it reads " PURPOSED_SYSCONFDIR "/purposed/purposed.conf.\n"
		"SIGHUP reloads it, SIGUSR1 prints counters, SIGTERM ends, with everything "
		"written.\n",
	.run = serve,
};
