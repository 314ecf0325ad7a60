/* One file: opened, known again, and where in it one stands. */
#include <purposed/io/tail_private.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <purposed/base/clock.h>
#include <purposed/base/mem.h>

enum {
	BACK_BYTES = 64 * 1024, /* in which the start of the last line is looked for */
	SPARE_DESCRIPTORS = 16, /* left to those who write checkpoints, reload, open outputs anew */
};

/* The kernel gives the lowest that is free. */
static bool is_spare(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       (rlim_t)fd + SPARE_DESCRIPTORS >= limit.rlim_cur;
}

static int open_text(const char *path)
{
	/* O_NONBLOCK: whatever takes the file's place meanwhile is not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || !is_spare(fd))
		return fd;
	close(fd);
	errno = EMFILE;
	return -1;
}

struct tail_file *tail_file_open(const char *path)
{
	struct tail_file *file;
	struct fingerprint print;
	struct stat st;
	int fd = open_text(path);

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || fingerprint_take(&print, fd) != 0) {
		int error = S_ISREG(st.st_mode) ? errno : 0;

		close(fd);
		errno = error;
		return NULL;
	}
	file = mem_new(1, sizeof(*file));
	file->fd = fd;
	file->path = mem_string(path);
	file->name = mem_string(path);
	file->device = st.st_dev;
	file->inode = st.st_ino;
	file->size = st.st_size;
	file->grown_ms = clock_now_ms();
	file->print = print;
	file->order = TAIL_NO_ORDER;
	return file;
}

void tail_file_free(struct tail_file **file)
{
	struct tail_file *f;

	if (file == NULL || *file == NULL)
		return;
	f = *file;
	*file = NULL;
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f->name);
	free(f);
}

void tail_file_go_to(struct tail_file *f, long long at)
{
	f->at = at;
	f->line = at;
	f->searched = at;
}

void tail_file_restart(struct tail_file *f)
{
	tail_file_go_to(f, 0);
	f->size = 0;
	f->limit = 0;
	f->print = (struct fingerprint){ 0 };
	/* What is there now is known again in a copy, should it wait to be read until then. */
	fingerprint_take(&f->print, f->fd);
}

ssize_t tail_file_read_at(const struct tail_file *f, char *bytes, size_t len, long long at)
{
	ssize_t n;

	do
		n = pread(f->fd, bytes, len, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n;
}

void tail_file_skip(struct tail_file *f)
{
	size_t back = f->size < BACK_BYTES ? (size_t)f->size : BACK_BYTES;
	char *bytes;
	ssize_t n;
	char last = '\0';

	tail_file_go_to(f, f->size);
	if (f->size == 0 || (tail_file_read_at(f, &last, 1, f->size - 1) == 1 && last == '\n'))
		return;
	bytes = mem_new(back, 1);
	n = tail_file_read_at(f, bytes, back, f->size - (long long)back);
	if (n > 0) {
		const char *lf = memrchr(bytes, '\n', (size_t)n);

		if (lf != NULL)
			tail_file_go_to(f, f->size - (long long)back + (lf - bytes) + 1);
		else if ((long long)back == f->size)
			tail_file_go_to(f, 0);
		mem_wipe(bytes, (size_t)n);
	}
	free(bytes);
}

bool tail_file_is(const struct tail_file *f, const struct position *p)
{
	/* Devices may be numbered anew when a machine starts. */
	if (p->inode != f->inode || (p->device != f->device && strcmp(p->path, f->path) != 0))
		return false;
	return p->at <= f->size && fingerprint_fits(&p->print, f->fd);
}

void tail_file_resume(struct tail_file *f, const struct position *p)
{
	tail_file_go_to(f, p->at);
	f->line = p->line;
	f->order = p->order;
	free(f->path);
	f->path = mem_string(p->path);
}

bool tail_file_look(struct tail_file *f, struct stat *st)
{
	if (fstat(f->fd, st) != 0)
		return false;
	if (st->st_size != f->size) {
		f->grown_ms = clock_now_ms();
		f->size = st->st_size;
	}
	return true;
}

bool tail_file_is_same(struct tail_file *f)
{
	return fingerprint_extend(&f->print, f->fd);
}

bool tail_file_is_other(struct tail_file *f)
{
	struct stat st;

	return tail_file_look(f, &st) &&
	       (f->size < f->at || f->size < (long long)f->print.len || !tail_file_is_same(f));
}
