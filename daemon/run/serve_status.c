/*
 * The line that the service manager shows of us (`systemctl status`): what was counted
 * since the start, how fast it goes, and what is not as it could be.
 */
#include <purposed/run/serve_private.h>

#include <purposed/run/service.h>

enum { STATUS_MS = 10 * 1000 };

static double per_second(unsigned long long n, unsigned long long before, time_t seconds)
{
	return n >= before && seconds > 0 ? (double)(n - before) / (double)seconds : 0;
}

void serve_on_status(void *context)
{
	struct serve *s = context;
	const struct stats sum = serve_totals(s);
	unsigned long long flagged = stats_flagged(&sum);
	time_t seconds = serve_now() - s->said.at;

	service_status("%s%s%llu records (%.0f/s), %llu flagged (%.1f/s)",
		       s->complained != 0 ? "an output fails, inputs wait; " : "",
		       s->interpreted ? "patterns are interpreted; " : "", sum.records,
		       per_second(sum.records, s->said.records, seconds), flagged,
		       per_second(flagged, s->said.flagged, seconds));
	if (seconds > 0) {
		s->said.at = serve_now();
		s->said.records = sum.records;
		s->said.flagged = flagged;
	}
	loop_set_timer(s->status, STATUS_MS);
}
