/*
 * service: tells the service manager how we are; the only place that knows
 * sd_notify.  Without a manager ($NOTIFY_SOCKET unset) nothing happens.
 */
#ifndef PURPOSED_RUN_SERVICE_H
#define PURPOSED_RUN_SERVICE_H

void service_ready(void);
void service_reloading(void); /* to be followed by service_ready, whatever came of it */
void service_stopping(void);
void service_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
