/*
 * validate_plain: the reading and the arithmetic that validators share.
 */
#include <purposed/engine/validate_private.h>

#define SEPARATORS_RUN_MAX 3

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Spaces and hyphens beyond ASCII that programs and people put into numbers. */
static const struct {
	const char *bytes;
	char ascii;
} typographic[] = {
	{ "\xc2\xa0", ' ' },	 /* U+00A0 no-break space */
	{ "\xe2\x80\xaf", ' ' }, /* U+202F narrow no-break space */
	{ "\xe2\x80\x89", ' ' }, /* U+2009 thin space */
	{ "\xe2\x80\x91", '-' }, /* U+2011 no-break hyphen */
	{ "\xe2\x80\x93", '-' }, /* U+2013 en dash */
};

/* The character that rest begins with; its length in bytes goes to *size_r. */
static char next_char(struct span rest, size_t *size_r)
{
	*size_r = 1;
	if ((unsigned char)rest.ptr[0] < 0x80)
		return rest.ptr[0];
	for (size_t i = 0; i < sizeof(typographic) / sizeof(typographic[0]); i++) {
		if (span_starts(rest, typographic[i].bytes)) {
			*size_r = strlen(typographic[i].bytes);
			return typographic[i].ascii;
		}
	}
	return rest.ptr[0];
}

static bool plain_append(struct plain *plain, char c)
{
	if (plain->len == PLAIN_MAX)
		return false;
	if (c >= 'a' && c <= 'z') {
		plain->lower = true;
		c = (char)(c - 'a' + 'A');
	} else if (is_letter(c)) {
		plain->upper = true;
	} else if (!is_digit(c)) {
		return false;
	}
	plain->text[plain->len++] = c;
	return true;
}

bool plain_read(struct plain *plain_r, struct span value, const char *separators)
{
	struct plain plain = { .len = 0 };
	unsigned run = 0;   /* separators since the last letter or digit */
	unsigned marks = 0; /* those of them that are no spaces */

	for (size_t at = 0, size; at < value.len; at += size) {
		char c = next_char(span_slice(value, at, value.len), &size);

		if (c != '\0' && strchr(separators, c) != NULL) {
			run++;
			marks += c != ' ';
			if (plain.len == 0 || run > SEPARATORS_RUN_MAX || marks > 1)
				return false;
			continue;
		}
		if (run > 0)
			plain.breaks |= BREAK(plain.len);
		run = 0;
		marks = 0;
		if (!plain_append(&plain, c))
			return false;
	}
	if (plain.len == 0 || run > 0)
		return false;
	*plain_r = plain;
	return true;
}

bool plain_read_digits(struct plain *plain_r, struct span value, const char *separators, size_t len,
		       uint64_t breaks)
{
	return plain_read(plain_r, value, separators) && plain_r->len == len &&
	       plain_is_digits(plain_r) && (plain_r->breaks & ~breaks) == 0;
}

void plain_skip(struct plain *plain, size_t n)
{
	plain->len -= n;
	memmove(plain->text, plain->text + n, plain->len + 1);
	plain->breaks = plain->breaks >> n & ~BREAK(0);
}

bool plain_skip_prefix(struct plain *plain, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(plain->text, prefix, n) != 0)
		return false;
	plain_skip(plain, n);
	return true;
}

bool plain_is_digits(const struct plain *plain)
{
	return strspn(plain->text, "0123456789") == plain->len;
}

bool plain_is_uniform(const struct plain *plain)
{
	for (size_t i = 1; i < plain->len; i++) {
		if (plain->text[i] != plain->text[0])
			return false;
	}
	return true;
}

static bool fits(char c, char form)
{
	switch (form) {
	case '#': return is_digit(c);
	case '@': return is_letter(c);
	case '*': return is_digit(c) || is_letter(c);
	default: return c == form;
	}
}

bool plain_has_form(const struct plain *plain, const char *form)
{
	if (strlen(form) != plain->len)
		return false;
	for (size_t i = 0; i < plain->len; i++) {
		if (!fits(plain->text[i], form[i]))
			return false;
	}
	return true;
}

uint64_t plain_number(const struct plain *plain, size_t start, size_t end)
{
	uint64_t number = 0;

	for (size_t i = start; i < end; i++)
		number = number * 10 + (uint64_t)(plain->text[i] - '0');
	return number;
}

bool plain_luhn(const char *digits, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		int digit = digits[n - 1 - i] - '0';

		if (i % 2 == 1)
			digit = digit > 4 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return sum % 10 == 0;
}

bool plain_mod_11_10(const char *digits, size_t n)
{
	int product = 10;

	for (size_t i = 0; i + 1 < n; i++) {
		int sum = (digits[i] - '0' + product) % 10;

		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (11 - product) % 10 == digits[n - 1] - '0';
}

unsigned plain_mod_97(const char *text, size_t n)
{
	unsigned rest = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_digit(text[i]))
			rest = (rest * 10 + (unsigned)(text[i] - '0')) % 97;
		else
			rest = (rest * 100 + (unsigned)(text[i] - 'A' + 10)) % 97;
	}
	return rest;
}

bool plain_gs1(const char *digits, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (digits[n - 1 - i] - '0') * (i % 2 == 1 ? 3 : 1);
	return sum % 10 == 0;
}

bool plain_in_ranges(const char *digits, size_t n, const struct digit_range *ranges,
		     size_t n_ranges)
{
	for (size_t i = 0; i < n_ranges; i++) {
		size_t prefix = strlen(ranges[i].lo);

		if (n >= ranges[i].min && n <= ranges[i].max &&
		    strncmp(digits, ranges[i].lo, prefix) >= 0 &&
		    strncmp(digits, ranges[i].hi, prefix) <= 0)
			return true;
	}
	return false;
}
