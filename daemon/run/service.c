#include <purposed/run/service.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include <purposed/base/log.h>

void service_ready(void)
{
	sd_notify(0, "READY=1");
}

/* The time lets the manager tell this reload from an earlier one. */
void service_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		   (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

void service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void service_status(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sd_notifyf(0, "STATUS=%s", text);
}

/* --- Sockets --------------------------------------------------------------------- */

/* Asked once: asking again would find nothing, since the variables are for one process. */
static int passed_sockets(char ***names_r)
{
	static char **names;
	static int n = -1;

	if (n < 0)
		n = sd_listen_fds_with_names(1, &names);
	*names_r = names;
	return n > 0 ? n : 0;
}

size_t service_sockets(const char *name, int *fds, size_t cap)
{
	char **names;
	int n = passed_sockets(&names);
	size_t found = 0;

	for (int i = 0; i < n && found < cap; i++) {
		int copy;

		if (strcmp(names[i], name) != 0)
			continue;
		copy = fcntl(SD_LISTEN_FDS_START + i, F_DUPFD_CLOEXEC, 0);
		if (copy >= 0)
			fds[found++] = copy;
	}
	return found;
}

void service_check_sockets(const char *const *names, size_t n)
{
	char **passed;
	int n_passed = passed_sockets(&passed);

	for (int i = 0; i < n_passed; i++) {
		bool known = false;

		for (size_t j = 0; j < n; j++)
			known |= strcmp(passed[i], names[j]) == 0;
		if (!known)
			log_warning("the service manager passes a socket named '%s', but there is "
				    "no input of that name (FileDescriptorName= must be one)",
				    passed[i]);
	}
}
