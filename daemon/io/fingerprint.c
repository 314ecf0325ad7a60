#include <purposed/io/fingerprint.h>

#include <errno.h>
#include <unistd.h>

#include <purposed/base/hash.h>
#include <purposed/base/mem.h>

/* The first bytes; fewer where the file has no more; -1: errno. */
static ssize_t read_head(int fd, char *bytes, size_t cap)
{
	size_t len = 0;

	while (len < cap) {
		ssize_t n = pread(fd, bytes + len, cap - len, (off_t)len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

int fingerprint_take(struct fingerprint *print_r, int fd)
{
	char bytes[FINGERPRINT_BYTES];
	ssize_t n = read_head(fd, bytes, sizeof(bytes));

	if (n < 0)
		return -1;
	*print_r = (struct fingerprint){
		.len = (size_t)n,
		.hash = hash_add(HASH_START, span_of(bytes, (size_t)n)),
	};
	mem_wipe(bytes, (size_t)n);
	return 0;
}

bool fingerprint_fits(const struct fingerprint *print, int fd)
{
	char bytes[FINGERPRINT_BYTES];
	ssize_t n = read_head(fd, bytes, print->len);
	bool fits = n == (ssize_t)print->len &&
		    (n == 0 || hash_add(HASH_START, span_of(bytes, (size_t)n)) == print->hash);

	if (n > 0)
		mem_wipe(bytes, (size_t)n);
	return fits;
}

bool fingerprint_extend(struct fingerprint *print, int fd)
{
	char bytes[FINGERPRINT_BYTES];
	ssize_t n = read_head(fd, bytes, sizeof(bytes));
	struct fingerprint all = { .len = n > 0 ? (size_t)n : 0, .hash = HASH_START };
	bool fits = n >= 0 && all.len >= print->len;

	if (fits && print->len != 0) {
		all.hash = hash_add(all.hash, span_of(bytes, print->len));
		fits = all.hash == print->hash;
	}
	if (fits) {
		all.hash = hash_add(all.hash, span_of(bytes + print->len, all.len - print->len));
		*print = all;
	}
	mem_wipe(bytes, all.len);
	return fits;
}

bool fingerprint_alike(int fd, int other)
{
	char a[FINGERPRINT_BYTES];
	char b[FINGERPRINT_BYTES];
	ssize_t n = read_head(fd, a, sizeof(a));
	ssize_t m = read_head(other, b, sizeof(b));
	size_t both = (size_t)(n < m ? n : m);
	bool alike = n >= 0 && m >= 0 && memcmp(a, b, both) == 0;

	mem_wipe(a, sizeof(a));
	mem_wipe(b, sizeof(b));
	return alike;
}
