/*
 * The key of pseudonyms.  Its file is read whole or refused: a key that was cut
 * would give other pseudonyms than the one that its owner thinks is in use.
 */
#include <purposed/run/settings.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <purposed/base/mem.h>

enum { KEY_MAX = 1024 };

struct key {
	unsigned char bytes[KEY_MAX + 1]; /* one more, to see that it is too long */
	size_t len;
};

static int read_all(int fd, struct key *key)
{
	while (key->len < sizeof(key->bytes)) {
		ssize_t n = read(fd, key->bytes + key->len, sizeof(key->bytes) - key->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -1 : 0;
		key->len += (size_t)n;
	}
	return 0;
}

/* NULL, or why it cannot be read. */
static const char *read_key(struct key *key, const char *path)
{
	/* O_NONBLOCK: a named pipe is not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	const char *why = NULL;

	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		why = "it is no regular file";
	else if (read_all(fd, key) != 0)
		why = strerror(errno);
	close(fd);
	return why;
}

int settings_pseudonymizer(const struct settings *settings, struct pseudonymizer **p_r,
			   struct err *e)
{
	const char *path = settings->pseudonym_key_file;
	struct key key = { .len = 0 };
	struct err why = { 0 };
	const char *unread;
	int result = -1;

	if (path == NULL)
		return pseudonymizer_new(p_r, 0, NULL, 0, e);
	unread = read_key(&key, path);
	if (unread != NULL)
		conf_err(e, settings->pseudonym_key, "cannot read the pseudonym key %s: %s", path,
			 unread);
	else if (key.len > KEY_MAX)
		conf_err(e, settings->pseudonym_key, "the pseudonym key %s is longer than %d bytes",
			 path, KEY_MAX);
	else if (pseudonymizer_new(p_r, (unsigned)settings->pseudonym_key_id, key.bytes, key.len,
				   &why) != 0)
		conf_err(e, settings->pseudonym_key, "%s: %s", path, buf_str(&why.text));
	else
		result = 0;
	err_fini(&why);
	mem_wipe(&key, sizeof(key));
	return result;
}
