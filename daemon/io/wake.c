/* Descriptors behind one of epoll(7): a timer, one that only says more, and others'. */
#include <purposed/io/wake.h>

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

int wake_add(const struct wake *wake, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return fd >= 0 ? epoll_ctl(wake->fd, EPOLL_CTL_ADD, fd, &event) : -1;
}

int wake_init(struct wake *wake)
{
	const struct itimerspec second = { { 1, 0 }, { 1, 0 } };

	wake->fd = epoll_create1(EPOLL_CLOEXEC);
	wake->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	wake->more = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (wake->fd < 0 || wake_add(wake, wake->timer) != 0 || wake_add(wake, wake->more) != 0)
		return -1;
	return timerfd_settime(wake->timer, 0, &second, NULL);
}

void wake_fini(struct wake *wake)
{
	const int fds[] = { wake->fd, wake->timer, wake->more };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] > 0)
			close(fds[i]);
	}
	*wake = (struct wake){ 0 };
}

void wake_again(struct wake *wake, bool again)
{
	eventfd_t value = 1;

	if (wake->again == again)
		return;
	wake->again = again;
	if (again)
		eventfd_write(wake->more, value);
	else
		eventfd_read(wake->more, &value);
}

bool wake_second(const struct wake *wake)
{
	uint64_t times;

	return read(wake->timer, &times, sizeof(times)) > 0;
}
