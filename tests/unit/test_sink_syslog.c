/* A receiver that is away, and a spool that is full: who writes is told so soon. */
#include "unit.h"
#include "unit_clock.h"

#include <purposed/base/log.h>
#include <purposed/io/address.h>
#include <purposed/io/sink.h>

/* Whatever the clock was set to meanwhile. */
static void test_full(void **state)
{
	static const long long steps_s[] = { 0, 86400, -86400 };
	char dir[32];
	char spool[64];
	char to[80];
	struct address address;
	struct sink *sink = NULL;
	struct err e = { 0 };
	struct span first = span_str("a message\n");

	(void)state;
	log_set_level(LOG_LEVEL_ERR);
	snprintf(spool, sizeof(spool), "%s/s", unit_directory(dir));
	snprintf(to, sizeof(to), "unixstream:%s/nobody", dir);
	assert_null(address_parse(&address, to));
	assert_int_equal(sink_syslog_new(&sink,
					 &(struct sink_syslog_settings){ .name = "s",
									 .to = &address,
									 .spool = spool,
									 .spool_bytes = 20 },
					 &e),
			 0);
	assert_int_equal(sink_write(sink, &first, &e), SINK_ACCEPTED);
	alarm(60); /* an hour's wait is a failure */
	for (size_t i = 0; i < COUNT(steps_s); i++) {
		struct span second = span_str("another one\n");

		unit_clock_ahead_s = steps_s[i];
		assert_int_equal(sink_write(sink, &second, &e), SINK_FULL);
		assert_int_equal(second.len, strlen("another one\n"));
	}
	unit_clock_ahead_s = 0;
	alarm(0);
	sink_free(&sink);
	address_fini(&address);
	log_set_level(LOG_LEVEL_NOTICE);
	unlink(spool);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
