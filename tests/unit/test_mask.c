/* Samples show no more than they may; pseudonyms are the HMAC that they claim to be. */
#include "unit.h"

#include <purposed/engine/mask.h>

static const struct sample_case {
	const char *element, *value;
	const char *sample; /* NULL: none */
} samples[] = {
	{ "email", "jan.peeters@example.be", "j***@e***.be" },
	{ "email", "j@e.be", "***@e***.be" },
	{ "email", "\xc3\xa9lise@example.be", "\xc3\xa9***@e***.be" },
	{ "email", "jan@localhost", "j***@l***" },
	{ "email", "a@b@example.be", "a***@e***.be" },
	{ "email", "@example.be", "***@e***.be" },
	{ "email", "jan@example.b\x01\xff", "j***@e***.b??" },
	{ "email", "jan.peeters", "j***" },
	{ "email", "", "***" },
	{ "url", "https://www.example.be/jan?rrn=1", "https://w***" },
	{ "referer", "http://a", "http://***" },
	{ "url", "https://", "https://***" },
	{ "url", "www.example.be", "w***" },
	{ "url", "://x", ":***" },
	{ "ipv4", "192.0.2.1", "1***" },
	{ "national_number", "85.07.30-033.28", "8***" },
	{ "username", "jan", "j***" },
	{ "username", "j", "***" },
	{ "username", "", "***" },
	{ "username",
	  "\xe2\x82\xac"
	  "5",
	  "\xe2\x82\xac***" },
	{ "username", "\xff\xff", "***" },
	{ "username", "\x1b[31m", "***" },
	{ "username", "\xc2\x9b[31m", "***" },
	{ "username", "\xe2\x80\xaejan", "***" },
	{ "username", " jan", "***" },
	{ "username",
	  "\x7f"
	  "jan",
	  "***" },
	{ "something_new", "value", "v***" },
	{ "family", "gehuwd", NULL },
	{ "sanction", "boete", NULL },
	{ "content", "Beste Jan", NULL },
};

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct buf out = { 0 };
		bool any = mask_sample(&out, element_find(samples[i].element),
				       span_str(samples[i].value));

		assert_int_equal(any, samples[i].sample != NULL);
		assert_string_equal(buf_str(&out),
				    samples[i].sample != NULL ? samples[i].sample : "");
		buf_fini(&out);
	}
}

static uint64_t dice = 362436069362436069ULL;

/*
 * Of values of distinct letters a sample gives at most so many away: one, or of
 * an address one on each side and the top-level domain, of a URL its scheme too.
 */
static void test_samples_are_short(void **state)
{
	static const struct {
		const char *element, *middle, *end;
		size_t most;
	} forms[] = {
		{ "username", "", "", 1 },
		{ "email", "@", ".be", 2 + 4 },
		{ "url", "://", "/x/y", 1 + 12 + 3 },
	};

	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t form = unit_below(&dice, COUNT(forms));
		struct buf value = { 0 };
		struct buf out = { 0 };

		for (size_t n = 1 + unit_below(&dice, 12); n > 0; n--)
			buf_add_char(&value, (char)('a' + unit_below(&dice, 26)));
		buf_add_str(&value, forms[form].middle);
		for (size_t n = 1 + unit_below(&dice, 30); n > 0; n--)
			buf_add_char(&value, (char)('a' + unit_below(&dice, 26)));
		buf_add_str(&value, forms[form].end);
		mask_sample(&out, element_find(forms[form].element), buf_span(&value));
		for (size_t i = 0; i < out.len;) {
			if (out.ptr[i] == '*')
				memmove(out.ptr + i, out.ptr + i + 1, --out.len - i);
			else
				i++;
		}
		assert_true(out.len <= forms[form].most);
		buf_fini(&value);
		buf_fini(&out);
	}
}

/* --- Pseudonyms ------------------------------------------------------------------ */

static struct pseudonymizer *with_key(unsigned id, const char *key)
{
	struct pseudonymizer *p = NULL;
	struct err e = { 0 };

	assert_int_equal(pseudonymizer_new(&p, id, key, strlen(key), &e), 0);
	return p;
}

static void expect(const struct pseudonymizer *p, const char *element, const char *value,
		   const char *pseudonym)
{
	struct buf out = { 0 };

	assert_true(pseudonym_add(p, &out, element_find(element), span_str(value)));
	assert_string_equal(buf_str(&out), pseudonym);
	buf_fini(&out);
}

/* Computed with another program: HMAC-SHA-256, key, element NUL value, first 8 bytes. */
static void test_known_answers(void **state)
{
	struct pseudonymizer *p = with_key(1, "0123456789abcdef");

	(void)state;
	expect(p, "email", "jan@example.be", "k1:9dd8c43c98fe5d3a");
	expect(p, "national_number", "85073003328", "k1:15c5e3f9b6626e57");
	expect(p, "username", "jan_p", "k1:cd2e1712119a17da");
	/* the same person, however written */
	expect(p, "email", "JAN@Example.BE", "k1:9dd8c43c98fe5d3a");
	expect(p, "national_number", "85.07.30-033.28", "k1:15c5e3f9b6626e57");
	expect(p, "national_number", "85 07 30 033 28", "k1:15c5e3f9b6626e57");
	expect(p, "national_number", "(85/07:30)_033-28", "k1:15c5e3f9b6626e57");
	expect(p, "username", "JAN_P", "k1:cd2e1712119a17da");
	pseudonymizer_free(&p);
	assert_null(p);
	pseudonymizer_free(&p);
	pseudonymizer_free(NULL);
}

/* A key fills a block of the hash, or is itself hashed first; values of several pieces. */
static void test_long_keys(void **state)
{
	static const struct {
		size_t len;
		const char *email, *long_name;
	} rows[] = {
		{ 64, "k7:4924f931f4e5d2ba", "k7:3c01495ab96df722" },
		{ 65, "k7:5cfaab2e343aa2b4", "k7:ae49701ac279337c" },
		{ 131, "k7:b01ffcfbf039acb0", "k7:12748a94d010f419" },
	};
	char key[132];
	char name[601];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pseudonymizer *p;

		for (size_t at = 0; at < rows[i].len; at++)
			key[at] = "0123456789abcdef"[at % 16];
		key[rows[i].len] = '\0';
		p = with_key(7, key);
		expect(p, "email", "jan@example.be", rows[i].email);
		expect(p, "username", name, rows[i].long_name);
		pseudonymizer_free(&p);
	}
}

static bool same(const struct pseudonymizer *p, const char *element, const char *value,
		 const struct pseudonymizer *q, const char *other_element, const char *other)
{
	struct buf a = { 0 };
	struct buf b = { 0 };
	bool equal;

	pseudonym_add(p, &a, element_find(element), span_str(value));
	pseudonym_add(q, &b, element_find(other_element), span_str(other));
	equal = span_equal(span_of(strchr(buf_str(&a), ':'), 17),
			   span_of(strchr(buf_str(&b), ':'), 17));
	buf_fini(&a);
	buf_fini(&b);
	return equal;
}

/* Another element, value or key is another pseudonym; dots tell two addresses apart. */
static void test_differences(void **state)
{
	struct pseudonymizer *p = with_key(1, "0123456789abcdef");
	struct pseudonymizer *q = with_key(1, "0123456789abcdeg");

	(void)state;
	assert_true(same(p, "phone", "021234567", p, "phone", "02/123.45.67"));
	assert_false(same(p, "phone", "021234567", p, "iban", "021234567"));
	assert_false(same(p, "phone", "021234567", p, "phone", "021234568"));
	assert_false(same(p, "phone", "021234567", q, "phone", "021234567"));
	assert_false(same(p, "email", "j.p@example.be", p, "email", "jp@example.be"));
	assert_false(same(p, "ipv4", "192.0.2.11", p, "ipv4", "192.0.21.1"));
	pseudonymizer_free(&p);
	pseudonymizer_free(&q);
}

static void test_none_of_prose(void **state)
{
	struct pseudonymizer *p = with_key(1, "0123456789abcdef");
	struct buf out = { 0 };

	(void)state;
	assert_false(pseudonym_add(p, &out, element_find("content"), span_str("Beste Jan")));
	assert_false(pseudonym_add(p, &out, element_find("sanction"), span_str("boete")));
	assert_false(pseudonym_add(p, &out, element_find("family"), span_str("gehuwd")));
	assert_int_equal(out.len, 0);
	pseudonymizer_free(&p);
	buf_fini(&out);
}

/* Without a key each run has its own; a short key is refused. */
static void test_keys(void **state)
{
	struct pseudonymizer *p = NULL;
	struct pseudonymizer *q = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(pseudonymizer_new(&p, 0, NULL, 0, &e), 0);
	assert_int_equal(pseudonymizer_new(&q, 0, NULL, 0, &e), 0);
	assert_true(same(p, "email", "jan@example.be", p, "email", "jan@example.be"));
	assert_false(same(p, "email", "jan@example.be", q, "email", "jan@example.be"));
	pseudonymizer_free(&p);
	pseudonymizer_free(&q);
	assert_int_equal(pseudonymizer_new(&p, 1, "0123456789abcde", 15, &e), -1);
	assert_null(p);
	unit_said(&e, "the pseudonym key has 15 bytes, at least 16 are needed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),	      cmocka_unit_test(test_samples_are_short),
		cmocka_unit_test(test_known_answers), cmocka_unit_test(test_long_keys),
		cmocka_unit_test(test_differences),   cmocka_unit_test(test_none_of_prose),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
