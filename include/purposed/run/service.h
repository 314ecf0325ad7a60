/*
 * service: tells the service manager how we are, and takes what it passes; the
 * only place that knows sd-daemon(3).  Without a manager ($NOTIFY_SOCKET unset)
 * nothing happens.
 */
#ifndef PURPOSED_RUN_SERVICE_H
#define PURPOSED_RUN_SERVICE_H

#include <stddef.h>

void service_ready(void);
void service_reloading(void); /* to be followed by service_ready, whatever came of it */
void service_stopping(void);
void service_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The sockets that the service manager opened for the input of that name (socket
 * activation, $LISTEN_FDNAMES): copies that are the caller's, since an input may be
 * opened again.  Returns their number, at most cap.
 */
size_t service_sockets(const char *name, int *fds, size_t cap);

/* Logs which of them no input of these n names is for. */
void service_check_sockets(const char *const *names, size_t n);

#endif
