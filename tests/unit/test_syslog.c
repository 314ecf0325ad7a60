/* Headers of syslog messages, as RFC 5424 has them and as programs really write them. */
#include "unit.h"

#include <purposed/io/syslog.h>

#define LONG_AGO "Jan  5 10:00:00"

static const struct header_case {
	const char *message;
	enum syslog_form form;
	int facility, severity;
	const char *host, *app, *data, *text;
} cases[] = {
	/* RFC 5424 */
	{ "<165>1 2026-01-05T10:00:00.003Z web1.example.be shop 812 ID47 - hello there",
	  SYSLOG_RFC5424, 20, 5, "web1.example.be", "shop", "-", "hello there" },
	{ "<0>1 - - - - - - x", SYSLOG_RFC5424, 0, 0, "", "", "-", "x" },
	{ "<191>1 - h a - - [x@1 k=\"v\"][y@2] t", SYSLOG_RFC5424, 23, 7, "h", "a",
	  "[x@1 k=\"v\"][y@2]", "t" },
	{ "<14>1 - h a - - [x@1 k=\"q\\\"]\\\\ \\] z\"] t", SYSLOG_RFC5424, 1, 6, "h", "a",
	  "[x@1 k=\"q\\\"]\\\\ \\] z\"]", "t" },
	{ "<14>1 - h a - - [x@1 k=\"a ] b\"] t", SYSLOG_RFC5424, 1, 6, "h", "a",
	  "[x@1 k=\"a ] b\"]", "t" },
	{ "<14>1 - h a - - -", SYSLOG_RFC5424, 1, 6, "h", "a", "-", "" },
	{ "<14>1 - h a - - [x@1]", SYSLOG_RFC5424, 1, 6, "h", "a", "[x@1]", "" },
	/* what breaks off is read as RFC 3164 */
	{ "<14>1 - h a - - [x@1 k=\"v", SYSLOG_RFC3164, 1, 6, "", "", "",
	  "1 - h a - - [x@1 k=\"v" },
	{ "<14>1 - h a - - [x@1]t", SYSLOG_RFC3164, 1, 6, "", "", "", "1 - h a - - [x@1]t" },
	{ "<14>1 - h", SYSLOG_RFC3164, 1, 6, "", "", "", "1 - h" },
	{ "<14>2 - h a - - - t", SYSLOG_RFC3164, 1, 6, "", "", "", "2 - h a - - - t" },
	/* RFC 3164: to the letter, nginx, logger, /dev/log, with a time of rsyslog's */
	{ "<34>" LONG_AGO " mail su: 'su root' failed", SYSLOG_RFC3164, 4, 2, "mail", "su", "",
	  "'su root' failed" },
	{ "<190>" LONG_AGO " web1 nginx: 192.0.2.1 - - [x] \"GET / HTTP/1.1\" 200", SYSLOG_RFC3164,
	  23, 6, "web1", "nginx", "", "192.0.2.1 - - [x] \"GET / HTTP/1.1\" 200" },
	{ "<190>" LONG_AGO " nginx: text", SYSLOG_RFC3164, 23, 6, "", "nginx", "", "text" },
	{ "<13>" LONG_AGO " shop[812]: text", SYSLOG_RFC3164, 1, 5, "", "shop", "", "text" },
	{ "<13>" LONG_AGO " h shop[812]: text", SYSLOG_RFC3164, 1, 5, "h", "shop", "", "text" },
	{ "<13>2026-01-05T10:00:00+01:00 h shop: text", SYSLOG_RFC3164, 1, 5, "h", "shop", "",
	  "text" },
	{ "<13>shop: text", SYSLOG_RFC3164, 1, 5, "", "shop", "", "text" },
	{ "<13>shop:text", SYSLOG_RFC3164, 1, 5, "", "shop", "", "text" },
	{ "<13>shop[1: text", SYSLOG_RFC3164, 1, 5, "", "shop", "", "[1: text" },
	{ "<13>no tag here", SYSLOG_RFC3164, 1, 5, "", "", "", "no tag here" },
	/* rsyslog passes a tag on as it came, without a colon too */
	{ "<13>" LONG_AGO " h shop text here", SYSLOG_RFC3164, 1, 5, "h", "shop", "", "text here" },
	{ "<13>" LONG_AGO " h shop[12] text", SYSLOG_RFC3164, 1, 5, "h", "shop", "", "text" },
	{ "<13>" LONG_AGO " h {\"a\": 1}", SYSLOG_RFC3164, 1, 5, "h", "", "", "{\"a\": 1}" },
	{ "<13>" LONG_AGO " h a=b c", SYSLOG_RFC3164, 1, 5, "h", "", "", "a=b c" },
	{ "<13>" LONG_AGO " h shop", SYSLOG_RFC3164, 1, 5, "h", "", "", "shop" },
	/* a byte order mark before the text, or before all; or nothing else */
	{ "<14>1 - h a - - - \xef\xbb\xbfx", SYSLOG_RFC5424, 1, 6, "h", "a", "-", "x" },
	{ "\xef\xbb\xbf<14>1 - h a - - - x", SYSLOG_RFC5424, 1, 6, "h", "a", "-", "x" },
	{ "\xef\xbb\xbf", SYSLOG_NONE, -1, -1, "", "", "", "" },
	/* a line of a log file: no priority, but a time */
	{ LONG_AGO " h shop[1]: x", SYSLOG_RFC3164, -1, -1, "h", "shop", "", "x" },
	{ "2026-01-05T10:00:00+01:00 h shop: x", SYSLOG_RFC3164, -1, -1, "h", "shop", "", "x" },
	{ "<13>" LONG_AGO " ", SYSLOG_RFC3164, 1, 5, "", "", "", "" },
	{ "<13>", SYSLOG_RFC3164, 1, 5, "", "", "", "" },
	{ "<13>: text", SYSLOG_RFC3164, 1, 5, "", "", "", ": text" },
	/* no priority: no syslog */
	{ "<192>shop: x", SYSLOG_NONE, -1, -1, "", "", "", "<192>shop: x" },
	{ "<999>x", SYSLOG_NONE, -1, -1, "", "", "", "<999>x" },
	{ "<1234>x", SYSLOG_NONE, -1, -1, "", "", "", "<1234>x" },
	{ "<>x", SYSLOG_NONE, -1, -1, "", "", "", "<>x" },
	{ "<-1>x", SYSLOG_NONE, -1, -1, "", "", "", "<-1>x" },
	{ "<13", SYSLOG_NONE, -1, -1, "", "", "", "<13" },
	{ "<1a>x", SYSLOG_NONE, -1, -1, "", "", "", "<1a>x" },
	{ "shop: x", SYSLOG_NONE, -1, -1, "", "", "", "shop: x" },
	{ "", SYSLOG_NONE, -1, -1, "", "", "", "" },
};

static void check_span(const char *message, const char *what, struct span got, const char *wanted)
{
	if (!span_is(got, wanted))
		fail_msg("'%s': %s is '%.*s', wanted '%s'", message, what, (int)got.len, got.ptr,
			 wanted);
}

static void test_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct header_case *c = &cases[i];
		struct syslog_message m = syslog_parse(span_str(c->message));
		struct span data;

		if (m.form != c->form || m.facility != c->facility || m.severity != c->severity)
			fail_msg("'%s': form %d, facility %d, severity %d", c->message, m.form,
				 m.facility, m.severity);
		check_span(c->message, "host", m.host, c->host);
		check_span(c->message, "app", m.app, c->app);
		check_span(c->message, "data", m.data, c->data);
		assert_int_equal(syslog_find_data(span_str(c->message), &data),
				 c->form == SYSLOG_RFC5424);
		if (c->form == SYSLOG_RFC5424)
			assert_true(data.ptr == m.data.ptr && data.len == m.data.len);
		check_span(c->message, "text", m.text, c->text);
	}
}

/* Wherever a message is cut, nothing behind the cut is read: asan watches the copy's end. */
static void test_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].message);

		for (size_t cut = 0; cut <= len; cut++) {
			char *copy = malloc(cut != 0 ? cut : 1);
			struct syslog_message m;

			assert_non_null(copy);
			memcpy(copy, cases[i].message, cut);
			m = syslog_parse(span_of(copy, cut));
			assert_true(m.text.len <= cut);
			assert_true(m.text.len == 0 || m.text.ptr + m.text.len == copy + cut);
			free(copy);
		}
	}
}

static void test_nul(void **state)
{
	static const char app[] = "<13>sh\0op: x\0y";
	static const char data[] = "<13>1 - h a - - [x@1 k=\"\0\"] t\0u";
	struct syslog_message m = syslog_parse(span_of(app, sizeof(app) - 1));

	(void)state;
	/* a control character ends a word: this is no tag */
	assert_int_equal(m.form, SYSLOG_RFC3164);
	assert_int_equal(m.app.len, 0);
	assert_true(span_equal(m.text, span_of(app + 4, sizeof(app) - 5)));
	m = syslog_parse(span_of(data, sizeof(data) - 1));
	assert_int_equal(m.form, SYSLOG_RFC5424);
	assert_true(span_equal(m.text, span_of("t\0u", 3)));
}

static void test_facilities(void **state)
{
	(void)state;
	for (int i = 0; i < 24; i++)
		assert_int_equal(syslog_facility_number(span_str(syslog_facility_name(i))), i);
	assert_string_equal(syslog_facility_name(4), "auth");
	assert_string_equal(syslog_facility_name(23), "local7");
	assert_int_equal(syslog_facility_number(span_str("10")), 10);
	assert_int_equal(syslog_facility_number(span_str("24")), -1);
	assert_int_equal(syslog_facility_number(span_str("004")), -1);
	assert_int_equal(syslog_facility_number(span_str("4x")), -1);
	assert_int_equal(syslog_facility_number(span_str("")), -1);
}

static void test_elements(void **state)
{
	struct span data = span_str("[a@1 k=\"]\"][b@2][c@3 k=\"v\"");
	struct span element = { 0 };
	struct span id = { 0 };
	size_t at = 0;

	(void)state;
	assert_true(syslog_next_element(data, &at, &element, &id));
	assert_true(span_is(id, "a@1") && span_is(element, "[a@1 k=\"]\"]"));
	assert_true(syslog_next_element(data, &at, &element, &id));
	assert_true(span_is(id, "b@2") && span_is(element, "[b@2]"));
	/* the last one does not end */
	assert_false(syslog_next_element(data, &at, &element, &id));
	assert_int_equal(at, 16);
	at = 0;
	assert_false(syslog_next_element(span_str("-"), &at, &element, &id));
	assert_false(syslog_next_element(span_of(NULL, 0), &at, &element, &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),	 cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_nul),	 cmocka_unit_test(test_facilities),
		cmocka_unit_test(test_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
