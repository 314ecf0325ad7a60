/* When a record says that it was written: each form, its zone, and what is none. */
#include "unit.h"

#include <time.h>

#include <purposed/engine/timestamp.h>

/* 2026-03-10 12:00:00 UTC */
static const struct timespec now = { .tv_sec = 1773144000 };

/* The zone of the process is UTC+1 without summer time ("CET-1"); NULL: no time. */
static const struct time_case {
	const char *record, *time;
} cases[] = {
	/* RFC 3339, ISO 8601 */
	{ "2026-01-05T10:00:00Z x", "2026-01-05T10:00:00.000Z" },
	{ "2026-01-05T10:00:00z", "2026-01-05T10:00:00.000Z" },
	{ "2026-01-05t10:00:00.123+01:00", "2026-01-05T09:00:00.123Z" },
	{ "2026-01-05T10:00:00,123456-0330 x", "2026-01-05T13:30:00.123Z" },
	{ "2026-01-05 10:00:00.5 +0200 x", "2026-01-05T08:00:00.500Z" },
	{ "2026-01-05 10:00:00+01", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00 x", "2026-01-05T09:00:00.000Z" },
	{ "2026/01/05 10:00:00 [error]", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00 - x", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05T10:00:00.1234567899Z", "2026-01-05T10:00:00.123Z" },
	{ "2026-01-05T23:59:60Z", "2026-01-06T00:00:00.000Z" },
	{ "2026-01-05T10:00:00.Z", "2026-01-05T09:00:00.000Z" },
	/* a zone that there is none of */
	{ "2026-01-05T10:00:00+99:00", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05T10:00:00+01:75", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05T10:00:00+01000", "2026-01-05T09:00:00.000Z" },
	/* behind a space a zone is written out and in use: else it is what comes next */
	{ "2026-01-05 10:00:00 -10 degrees", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00 -10: x", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00 -1234 bytes", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00 +1500 points", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00 -12345", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00 +", "2026-01-05T09:00:00.000Z" },
	{ "2026-01-05 10:00:00 -03:30 x", "2026-01-05T13:30:00.000Z" },
	{ "2026-01-05 10:00:00 +1400", "2026-01-04T20:00:00.000Z" },
	{ "2026-01-05 10:00:00 -1200", "2026-01-05T22:00:00.000Z" },
	{ "2026-01-05 10:00:00 +0545", "2026-01-05T04:15:00.000Z" },
	/* days that there are, and that there are not */
	{ "2026-02-28T10:00:00Z", "2026-02-28T10:00:00.000Z" },
	{ "2026-02-29T10:00:00Z", NULL },
	{ "2026-02-30T10:00:00Z", NULL },
	{ "2024-02-29T10:00:00Z", "2024-02-29T10:00:00.000Z" },
	{ "2024-02-30T10:00:00Z", NULL },
	{ "2000-02-29T10:00:00Z", "2000-02-29T10:00:00.000Z" },
	{ "2100-02-29T10:00:00Z", NULL },
	{ "2026-04-30T10:00:00Z", "2026-04-30T10:00:00.000Z" },
	{ "2026-04-31T10:00:00Z", NULL },
	{ "2026-06-31T10:00:00Z", NULL },
	{ "2026-09-31T10:00:00Z", NULL },
	{ "2026-11-31T10:00:00Z", NULL },
	{ "2026-12-31T10:00:00Z", "2026-12-31T10:00:00.000Z" },
	{ "2026-13-05T10:00:00Z", NULL },
	{ "2026-00-05T10:00:00Z", NULL },
	{ "2026-01-00T10:00:00Z", NULL },
	{ "2026-01-32T10:00:00Z", NULL },
	{ "2026-01-05T24:00:00Z", NULL },
	{ "2026-01-05T10:60:00Z", NULL },
	{ "2026-01-05T10:00:61Z", NULL },
	{ "2026-01/05T10:00:00Z", NULL },
	{ "2026-01-05", NULL },
	{ "2026-01-05T10:00", NULL },
	{ "20260105T100000Z", NULL },
	{ "0000-01-05T10:00:00Z", NULL },
	{ "9999-12-31T23:59:59-01:00", NULL },
	{ "x 2026-01-05T10:00:00Z", NULL },
	/* RFC 3164: this year, or the year before */
	{ "Jan  5 10:00:00 host app: x", "2026-01-05T09:00:00.000Z" },
	{ "Mar 10 13:00:00 host", "2026-03-10T12:00:00.000Z" },
	{ "Mar 11 12:00:00 host", "2026-03-11T11:00:00.000Z" },
	{ "Mar 11 14:00:00 host", "2025-03-11T13:00:00.000Z" },
	{ "Dec 31 23:59:59 host", "2025-12-31T22:59:59.000Z" },
	{ "Jan 05 10:00:00.500 host", "2026-01-05T09:00:00.000Z" },
	{ "Jan 15 10:00:00 +0500", "2026-01-15T09:00:00.000Z" },
	{ "Jan 5 10:00:00", NULL },
	{ "jan  5 10:00:00", NULL },
	{ "Jax  5 10:00:00", NULL },
	{ "Jan  0 10:00:00", NULL },
	{ "Feb 29 10:00:00", NULL },
	{ "Feb 31 10:00:00", NULL },
	{ "Apr 31 10:00:00", NULL },
	{ "Jan 99 10:00:00", NULL },
	{ "Jan", NULL },
	/* a priority before it */
	{ "<134>Jan  5 10:00:00 x", "2026-01-05T09:00:00.000Z" },
	{ "<134>1 2026-01-05T10:00:00Z host", "2026-01-05T10:00:00.000Z" },
	{ "<1>2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000Z" },
	{ "<>2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000Z" },
	{ "<13452026-01-05T10:00:00Z", NULL },
	/* common log format */
	{ "192.0.2.1 - - [05/Jan/2026:10:00:00 +0100] \"GET /\"", "2026-01-05T09:00:00.000Z" },
	{ "[x] [05/Jan/2026:10:00:00 -0500]", "2026-01-05T15:00:00.000Z" },
	{ "[05/Jan/2026:10:00:00]", "2026-01-05T09:00:00.000Z" },
	{ "[31/Apr/2026:10:00:00 +0100] [05/Jan/2026:10:00:00 +0100]", "2026-01-05T09:00:00.000Z" },
	{ "[05/Foo/2026:10:00:00 +0100]", NULL },
	{ "[30/Feb/2026:10:00:00 +0100]", NULL },
	{ "[05/Jan/2026 10:00:00 +0100]", NULL },
	{ "[", NULL },
	/* JSON and logfmt */
	{ "{\"ts\":\"2026-01-05T10:00:00Z\"}", "2026-01-05T10:00:00.000Z" },
	{ "{\"a\":1,\"@timestamp\": \"2026-01-05T10:00:00.250Z\"}", "2026-01-05T10:00:00.250Z" },
	{ "level=info time=2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000Z" },
	{ "level=info timestamp=\"2026-01-05 10:00:00\"", "2026-01-05T09:00:00.000Z" },
	{ "{\"ts\":1767603600}", "2026-01-05T09:00:00.000Z" },
	{ "{\"ts\":1767603600.123,\"a\":1}", "2026-01-05T09:00:00.123Z" },
	{ "{\"ts\":1767603600,\"a\":1}", "2026-01-05T09:00:00.000Z" },
	{ "{\"ts\":1767603600123}", "2026-01-05T09:00:00.123Z" },
	{ "{\"ts\":1767603600123456}", "2026-01-05T09:00:00.123Z" },
	{ "{\"ts\":1767603600123456789}", "2026-01-05T09:00:00.123Z" },
	{ "{\"time_local\":\"05/Jan/2026:10:00:00 -0500\",\"a\":1}", "2026-01-05T15:00:00.000Z" },
	{ "{\"time_local\": \"30/Feb/2026:10:00:00 -0500\"}", NULL },
	{ "{\"time_iso8601\":\"2026-01-05T10:00:00-05:00\"}", "2026-01-05T15:00:00.000Z" },
	{ "{\"msec\":\"1767603600.123\"}", "2026-01-05T09:00:00.123Z" },
	{ "{\"msec\":1767603600.123,\"a\":1}", "2026-01-05T09:00:00.123Z" },
	{ "{\"StartLocal\":\"2026-01-05T10:00:00.1+02:00\",\"StartUTC\":\"x\"}",
	  "2026-01-05T08:00:00.100Z" },
	{ "{\"Overhead\":61,\"StartUTC\":\"2026-01-05T10:00:00.123456789Z\"}",
	  "2026-01-05T10:00:00.123Z" },
	{ "{\"level\":\"info\",\"ts\":1767603600.1234567,\"logger\":\"http.log.access\"}",
	  "2026-01-05T09:00:00.123Z" },
	{ "{\"start_time\":\"2026-01-05T10:00:00.123Z\"}", "2026-01-05T10:00:00.123Z" },
	{ "{\"@t\":\"2026-01-05T10:00:00.123Z\"}", "2026-01-05T10:00:00.123Z" },
	{ "{\"Timestamp\":\"2026-01-05T10:00:00.123Z\"}", "2026-01-05T10:00:00.123Z" },
	{ "{\"datetime\":\"2026-01-05T10:00:00.123456+01:00\"}", "2026-01-05T09:00:00.123Z" },
	{ "{\"asctime\": \"2026-01-05 10:00:00,123\"}", "2026-01-05T09:00:00.123Z" },
	{ "{\"timeMillis\":1767603600123}", "2026-01-05T09:00:00.123Z" },
	{ "{ \"__REALTIME_TIMESTAMP\" : \"1767603600123456\" }", "2026-01-05T09:00:00.123Z" },
	{ "time=\"05/Jan/2026:10:00:00 +0100\"", "2026-01-05T09:00:00.000Z" },
	/* other things that end in such a name, or begin with it */
	{ "expiry-time=2036-01-05T10:00:00Z", NULL },
	{ "{\"cert.time\":\"2036-01-05T10:00:00Z\"}", NULL },
	{ "{\"EndTime\":\"2036-01-05T10:00:00Z\"}", NULL },
	{ "{\"time2\":\"2036-01-05T10:00:00Z\"}", NULL },
	{ "{\"lastTime\":1,\"ts\":1767603600}", "2026-01-05T09:00:00.000Z" },
	{ "time=later ts=1767603600", "2026-01-05T09:00:00.000Z" },
	{ "{\"ts\":176760360}", NULL },
	{ "{\"ts\":17676036001}", NULL },
	{ "{\"ts\":12345678901234567890}", NULL },
	{ "uptime=1767603600", NULL },
	{ "{\"times\":1767603600}", NULL },
	{ "ts", NULL },
	{ "ts=", NULL },
	{ "ts=\"", NULL },
	/* none */
	{ "", NULL },
	{ "hello", NULL },
	{ "<134>", NULL },
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct timespec time = { .tv_sec = 77, .tv_nsec = 7 };
		struct buf text = { 0 };
		bool found = timestamp_find(span_str(cases[i].record), &now, &time);

		if (found != (cases[i].time != NULL))
			fail_msg("%s: %s", cases[i].record, found ? "a time" : "no time");
		if (!found) {
			assert_int_equal(time.tv_sec, 77);
			assert_int_equal(time.tv_nsec, 7);
			continue;
		}
		timestamp_add(&text, &time);
		if (strcmp(buf_str(&text), cases[i].time) != 0)
			fail_msg("%s: %s, not %s", cases[i].record, buf_str(&text), cases[i].time);
		buf_fini(&text);
	}
}

/* Nineteen nines are more than 64 bits with a sign: still a number, in the year 2286. */
static void test_largest(void **state)
{
	struct timespec time;

	(void)state;
	assert_true(timestamp_find(span_str("ts=9999999999999999999"), &now, &time));
	assert_true(time.tv_sec == 9999999999);
	assert_int_equal(time.tv_nsec, 999999999);
}

/* On New Year's morning yesterday's records are last year's. */
static void test_year_rollover(void **state)
{
	const struct timespec morning = { .tv_sec = 1767225600 }; /* 2026-01-01 00:00 UTC */
	struct timespec time;
	struct buf text = { 0 };

	(void)state;
	assert_true(timestamp_find(span_str("Dec 31 23:59:59 x"), &morning, &time));
	timestamp_add(&text, &time);
	assert_string_equal(buf_str(&text), "2025-12-31T22:59:59.000Z");
	buf_fini(&text);
}

/* A day that this year has not is last year's, if that one has it. */
static void test_leap_day(void **state)
{
	const struct timespec now_2025 = { .tv_sec = 1736503200 }; /* 2025-01-10 10:00 UTC */
	const struct timespec now_2028 = { .tv_sec = 1831111200 }; /* 2028-01-10 10:00 UTC */
	struct timespec time = { .tv_sec = 77 };
	struct buf text = { 0 };

	(void)state;
	assert_true(timestamp_find(span_str("Feb 29 10:00:00 x"), &now_2025, &time));
	timestamp_add(&text, &time);
	assert_string_equal(buf_str(&text), "2024-02-29T09:00:00.000Z");
	/* that of 2028 is to come, 2027 has none */
	time.tv_sec = 77;
	assert_false(timestamp_find(span_str("Feb 29 10:00:00 x"), &now_2028, &time));
	assert_int_equal(time.tv_sec, 77);
	buf_fini(&text);
}

/* Behind the first KiB nothing is looked for; and no byte behind the record is read. */
static void test_bounds(void **state)
{
	char record[2048];
	struct timespec time;

	(void)state;
	memset(record, ' ', sizeof(record));
	memcpy(record + 990, "[05/Jan/2026:10:00:00 +0100]", 28);
	assert_true(timestamp_find(span_of(record, sizeof(record)), &now, &time));
	memset(record, ' ', sizeof(record));
	memcpy(record + 1020, "[05/Jan/2026:10:00:00 +0100]", 28);
	assert_false(timestamp_find(span_of(record, sizeof(record)), &now, &time));
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t len = 0; len < strlen(cases[i].record); len++) {
			char *exact = malloc(len != 0 ? len : 1);

			memcpy(exact, cases[i].record, len);
			timestamp_find(span_of(exact, len), &now, &time);
			free(exact);
		}
	}
}

static void test_written(void **state)
{
	static const struct {
		struct timespec time;
		const char *text;
	} times[] = {
		{ { 0, 0 }, "1970-01-01T00:00:00.000Z" },
		{ { 1767603600, 999999999 }, "2026-01-05T09:00:00.999Z" },
		{ { -1, 0 }, "1969-12-31T23:59:59.000Z" },
		{ { 1709210096, 7000000 }, "2024-02-29T12:34:56.007Z" },
		{ { 4107542400, 0 }, "2100-03-01T00:00:00.000Z" },
		/* the first and the last of four digits; all else is the first of all times */
		{ { -62167219200, 0 }, "0000-01-01T00:00:00.000Z" },
		{ { 253402300799, 0 }, "9999-12-31T23:59:59.000Z" },
		{ { -62167219201, 0 }, "1970-01-01T00:00:00.000Z" },
		{ { 253402300800, 0 }, "1970-01-01T00:00:00.000Z" },
		{ { INT64_MAX, 0 }, "1970-01-01T00:00:00.000Z" },
		{ { INT64_MIN, 0 }, "1970-01-01T00:00:00.000Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct buf text = { 0 };

		timestamp_add(&text, &times[i].time);
		assert_string_equal(buf_str(&text), times[i].text);
		buf_fini(&text);
	}
}

/* Every day of the years 0 to 9999, at some second, as the C library writes it. */
static void test_all_days(void **state)
{
	struct buf text = { 0 };

	(void)state;
	for (long long at = -62167219200; at < 253402300800; at += 86400 + 7) {
		const struct timespec time = { .tv_sec = at };
		struct tm tm;
		char wanted[64];

		gmtime_r(&time.tv_sec, &tm);
		snprintf(wanted, sizeof(wanted), "%04d-%02d-%02dT%02d:%02d:%02d.000Z",
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
			 tm.tm_sec);
		buf_clear(&text);
		timestamp_add(&text, &time);
		if (strcmp(buf_str(&text), wanted) != 0)
			fail_msg("%lld: %s, not %s", at, buf_str(&text), wanted);
	}
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_days), cmocka_unit_test(test_forms),
		cmocka_unit_test(test_largest),	 cmocka_unit_test(test_year_rollover),
		cmocka_unit_test(test_leap_day), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_written),
	};

	setenv("TZ", "CET-1", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
