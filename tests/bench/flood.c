/*
 * flood: numbered syslog messages to a daemon, and what became of them.
 *
 *	flood send ADDRESS TAG FILE COUNT [RATE]
 *		sends COUNT messages (0: until SIGTERM), RATE a second (0, the
 *		default: as fast as they are taken); prints how many were sent,
 *		and the seconds that took
 *	flood check < OUTPUT
 *		for each TAG in what a daemon wrote: "TAG lines LAST missing twice
 *		disorder", and the number of lines that hold no whole message
 *	flood latency ADDRESS OUTPUT COUNT MICROSECONDS
 *		sends a message every so many microseconds and waits for it to stand
 *		in the file OUTPUT; prints median, 99th percentile and worst, in
 *		microseconds, and how many came
 *
 * ADDRESS is tcp:PORT, udp:PORT (on 127.0.0.1) or unix:PATH (datagrams).  A message is
 * "<134>Nov 23 23:01:12 web1 TAG: LINE number=000000001 end", LINE from FILE, by turns.
 * Lines are longest where a sender of datagrams would cut them, at LINE_MAX_BYTES.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1400, MESSAGE_MAX = 2048, BATCH = 64, LINES_MAX = 200000, TAGS_MAX = 64 };

static volatile sig_atomic_t ended;

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int connect_to(const char *address, bool *stream_r)
{
	const char *where = strchr(address, ':');
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET };
	bool local = strncmp(address, "unix:", 5) == 0;
	int fd;

	if (where == NULL || strlen(++where) >= sizeof(un.sun_path))
		die(address);
	*stream_r = strncmp(address, "tcp:", 4) == 0;
	strcpy(un.sun_path, where);
	in.sin_port = htons((uint16_t)atoi(where));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(local ? AF_UNIX : AF_INET, *stream_r ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (fd < 0 ||
	    connect(fd, local ? (void *)&un : (void *)&in, local ? sizeof(un) : sizeof(in)) != 0)
		die(address);
	return fd;
}

/* --- send ---------------------------------------------------------------------- */

struct sender {
	int fd;
	bool stream;
	const char *tag;
	char **lines;
	size_t n_lines;
	char bytes[BATCH][MESSAGE_MAX];
	size_t lens[BATCH];
};

static void read_lines(struct sender *s, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (file == NULL)
		die(path);
	s->lines = calloc(LINES_MAX, sizeof(char *));
	while (s->n_lines < LINES_MAX && (len = getline(&line, &cap, file)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (len > LINE_MAX_BYTES)
			line[LINE_MAX_BYTES] = '\0';
		s->lines[s->n_lines++] = strdup(line);
	}
	fclose(file);
	if (s->n_lines == 0)
		die(path);
}

static size_t make_message(struct sender *s, size_t slot, long number)
{
	int len = snprintf(s->bytes[slot], MESSAGE_MAX,
			   "<134>Nov 23 23:01:12 web1 %s: %s number=%09ld end%s", s->tag,
			   s->lines[(size_t)number % s->n_lines], number, s->stream ? "\n" : "");

	return s->lens[slot] = (size_t)len;
}

/* Whether all of it was taken; false: the other end has gone. */
static bool send_stream(struct sender *s, size_t n)
{
	static char block[BATCH * MESSAGE_MAX];
	size_t len = 0, done = 0;

	for (size_t i = 0; i < n; i++) {
		memcpy(block + len, s->bytes[i], s->lens[i]);
		len += s->lens[i];
	}
	while (done < len) {
		ssize_t k = write(s->fd, block + done, len - done);

		if (k < 0 && errno != EINTR)
			return false;
		done += k > 0 ? (size_t)k : 0;
	}
	return true;
}

static bool send_datagrams(struct sender *s, size_t n)
{
	struct mmsghdr headers[BATCH] = { 0 };
	struct iovec vectors[BATCH];
	size_t done = 0;

	for (size_t i = 0; i < n; i++) {
		vectors[i] = (struct iovec){ s->bytes[i], s->lens[i] };
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < n) {
		int k = sendmmsg(s->fd, headers + done, (unsigned)(n - done), 0);

		if (k < 0 && errno != EINTR && errno != ENOBUFS)
			return false;
		done += k > 0 ? (size_t)k : 0;
	}
	return true;
}

/* How many are due now; at least one, for which it waits. */
static size_t wait_for_due(double start, double rate, long sent)
{
	double due = (now() - start) * rate - (double)sent;

	while (due < 1 && !ended) {
		usleep(200);
		due = (now() - start) * rate - (double)sent;
	}
	return due > BATCH ? BATCH : due < 1 ? 1 : (size_t)due;
}

static int send_all(char **args, int n_args)
{
	static struct sender s;
	long count = atol(args[3]), sent = 0;
	double rate = n_args > 4 ? atof(args[4]) : 0, start;

	s.fd = connect_to(args[0], &s.stream);
	s.tag = args[1];
	read_lines(&s, args[2]);
	start = now();
	while (!ended && (count == 0 || sent < count)) {
		size_t n = rate > 0 ? wait_for_due(start, rate, sent) : BATCH;

		if (count != 0 && (long)n > count - sent)
			n = (size_t)(count - sent);
		for (size_t i = 0; i < n; i++)
			make_message(&s, i, sent + (long)i + 1);
		if (!(s.stream ? send_stream(&s, n) : send_datagrams(&s, n)))
			break;
		sent += (long)n;
	}
	printf("%ld %.3f\n", sent, now() - start);
	return 0;
}

/* --- check ---------------------------------------------------------------------- */

struct tag {
	char name[32];
	long lines, last, missing, twice, disorder;
	unsigned char *seen;
	size_t seen_cap;
};

static struct tag *find_tag(struct tag *tags, size_t *n, const char *name, size_t len)
{
	for (size_t i = 0; i < *n; i++) {
		if (strlen(tags[i].name) == len && memcmp(tags[i].name, name, len) == 0)
			return &tags[i];
	}
	if (*n == TAGS_MAX || len >= sizeof(tags->name))
		return NULL;
	memcpy(tags[*n].name, name, len);
	return &tags[(*n)++];
}

static void count_number(struct tag *t, long number)
{
	size_t at = (size_t)number / 8;
	unsigned bit = 1u << (number % 8);

	if (at >= t->seen_cap) {
		size_t cap = 2 * at + 4096;

		t->seen = realloc(t->seen, cap);
		memset(t->seen + t->seen_cap, 0, cap - t->seen_cap);
		t->seen_cap = cap;
	}
	t->lines++;
	t->twice += (t->seen[at] & bit) != 0;
	t->disorder += number < t->last;
	t->seen[at] = (unsigned char)(t->seen[at] | bit);
	if (number > t->last)
		t->last = number;
}

/* The number and the tag of a line; false: it holds no whole message. */
static bool count_line(struct tag *tags, size_t *n, char *line)
{
	static const char head[] = " web1 ";
	char *tag = strstr(line, head);
	char *at = strstr(line, " number=");
	struct tag *t;
	char *end;
	long number;

	if (tag == NULL || at == NULL)
		return false;
	tag += sizeof(head) - 1;
	number = strtol(at + 8, &end, 10);
	if (number < 1 || strncmp(end, " end", 4) != 0)
		return false;
	t = find_tag(tags, n, tag, strcspn(tag, ":"));
	if (t == NULL)
		return false;
	count_number(t, number);
	return true;
}

static int check(void)
{
	static struct tag tags[TAGS_MAX];
	size_t n = 0, cap = 0;
	char *line = NULL;
	long odd = 0;

	while (getline(&line, &cap, stdin) > 0)
		odd += !count_line(tags, &n, line);
	for (size_t i = 0; i < n; i++) {
		for (long k = 1; k <= tags[i].last; k++)
			tags[i].missing += (tags[i].seen[k / 8] >> (k % 8) & 1) == 0;
		printf("%s %ld %ld %ld %ld %ld\n", tags[i].name, tags[i].lines, tags[i].last,
		       tags[i].missing, tags[i].twice, tags[i].disorder);
	}
	printf("odd %ld\n", odd);
	return 0;
}

/* --- latency ---------------------------------------------------------------------- */

struct probes {
	double *sent, *took;
	long n, came;
	char tail[MESSAGE_MAX]; /* the line that has not ended yet */
	size_t tail_len;
};

static void look_at_line(struct probes *p, double at)
{
	char *found;
	long number;

	p->tail[p->tail_len] = '\0';
	found = strstr(p->tail, "PROBE number=");
	number = found != NULL ? atol(found + 13) : 0;
	if (number >= 1 && number <= p->n && p->took[number - 1] == 0) {
		p->took[number - 1] = at - p->sent[number - 1];
		p->came++;
	}
}

static void look(struct probes *p, int fd)
{
	static char block[1 << 20];
	ssize_t len;

	while ((len = read(fd, block, sizeof(block))) > 0) {
		double at = now();

		for (ssize_t i = 0; i < len; i++) {
			if (block[i] == '\n') {
				look_at_line(p, at);
				p->tail_len = 0;
			} else if (p->tail_len < sizeof(p->tail) - 1) {
				p->tail[p->tail_len++] = block[i];
			}
		}
	}
}

static void send_probe(struct probes *p, int fd, bool stream, long number)
{
	char m[MESSAGE_MAX];
	int len = snprintf(m, sizeof(m),
			   "<134>Nov 23 23:01:12 web1 probe: 192.0.2.7 - - [17/May/2025:10:05:56 "
			   "+0000] \"GET /favicon.ico HTTP/1.1\" 200 3638 \"-\" \"Example/1.0\" "
			   "PROBE number=%09ld end%s",
			   number, stream ? "\n" : "");

	p->sent[number - 1] = now();
	if (write(fd, m, (size_t)len) < 0)
		die("send");
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int measure_latency(char **args)
{
	static struct probes p;
	bool stream;
	int fd = connect_to(args[0], &stream), file = open(args[1], O_RDONLY);
	double gap = atof(args[3]) * 1e-6, next = now() + gap, end = 0;
	long sent = 0, n = 0;

	if (file < 0)
		die(args[1]);
	lseek(file, 0, SEEK_END);
	p.n = atol(args[2]);
	p.sent = calloc((size_t)p.n, sizeof(double));
	p.took = calloc((size_t)p.n, sizeof(double));
	while (p.came < p.n && (end == 0 || now() < end)) {
		if (sent < p.n && now() >= next) {
			send_probe(&p, fd, stream, ++sent);
			next += gap;
			end = sent == p.n ? now() + 5 : 0;
		}
		look(&p, file);
		usleep(20);
	}
	for (long i = 0; i < p.n; i++) {
		if (p.took[i] != 0)
			p.took[n++] = p.took[i] * 1e6;
	}
	if (n == 0)
		return 1;
	qsort(p.took, (size_t)n, sizeof(double), compare);
	printf("%.0f %.0f %.0f %ld\n", p.took[n / 2], p.took[n * 99 / 100], p.took[n - 1], n);
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction end = { .sa_handler = on_end };

	sigaction(SIGTERM, &end, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 5 && strcmp(argv[1], "send") == 0)
		return send_all(argv + 2, argc - 2);
	if (argc == 2 && strcmp(argv[1], "check") == 0)
		return check();
	if (argc == 6 && strcmp(argv[1], "latency") == 0)
		return measure_latency(argv + 2);
	fprintf(stderr, "usage: see the head of flood.c\n");
	return 2;
}
