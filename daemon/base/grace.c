#include <purposed/base/grace.h>

#include <poll.h>

#include <purposed/base/clock.h>

void grace_begin(struct grace *grace)
{
	if (grace->until_ms == 0)
		grace->until_ms = clock_now_ms() + GRACE_MS;
}

static long long left_ms(const struct grace *grace)
{
	long long left = grace->until_ms - clock_now_ms();

	return left > 0 ? left : 0;
}

bool grace_is_over(const struct grace *grace)
{
	return left_ms(grace) == 0;
}

int grace_poll(const struct grace *grace, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, (int)left_ms(grace)) > 0 ? p.revents : 0;
}
