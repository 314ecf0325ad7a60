/*
 * latency: how long a lone record takes through a filter on a pipe.
 *
 *	latency [-n RECORDS] [-i MICROSECONDS] COMMAND [ARGUMENT]...
 *
 * Starts COMMAND between two pipes, sends it one line every MICROSECONDS and
 * waits for the line that comes back, before the next one is due.  Prints the
 * median, the 99th percentile and the worst, in microseconds.  The first
 * tenth of the records warms up and does not count.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static void sleep_until(double us)
{
	struct timespec t = { .tv_sec = (time_t)(us / 1e6) };

	t.tv_nsec = (long)((us - (double)t.tv_sec * 1e6) * 1e3);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* Starts the command; its standard input and output are to_r and from_r. */
static pid_t start(char **argv, int *to_r, int *from_r)
{
	int in[2];
	int out[2];
	pid_t pid;

	if (pipe(in) != 0 || pipe(out) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	*to_r = in[1];
	*from_r = out[0];
	return pid;
}

/* Sends a record and reads until a line has come back. */
static bool round_trip(int to, int from, unsigned number)
{
	char bytes[4096];
	int len = snprintf(bytes, sizeof(bytes),
			   "198.18.0.%u - - [02/Mar/2026:08:00:00 +0000] \"GET /loket?email=lotte."
			   "maes%u%%40example.be HTTP/1.1\" 200 512 \"-\" \"curl/8.5.0\"\n",
			   number % 256, number);

	if (write(to, bytes, (size_t)len) != len)
		return false;
	for (;;) {
		ssize_t n = read(from, bytes, sizeof(bytes));

		if (n <= 0)
			return false;
		if (bytes[n - 1] == '\n')
			return true;
	}
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool measure(int to, int from, double *times, unsigned n, unsigned interval_us)
{
	double due = now_us();

	for (unsigned i = 0; i < n; i++) {
		double sent = now_us();

		if (!round_trip(to, from, i))
			return false;
		times[i] = now_us() - sent;
		due += interval_us;
		sleep_until(due);
	}
	return true;
}

static void print(double *times, unsigned n)
{
	unsigned warm = n / 10;

	times += warm;
	n -= warm;
	qsort(times, n, sizeof(*times), ascending);
	printf("%.0f us median, %.0f us p99, %.0f us worst, of %u records\n", times[n / 2],
	       times[n * 99 / 100], times[n - 1], n);
}

int main(int argc, char **argv)
{
	unsigned n = 500;
	unsigned interval_us = 2000;
	double *times;
	int to, from, option;
	bool done;
	pid_t pid;

	while ((option = getopt(argc, argv, "+n:i:")) != -1) {
		if (option == 'n')
			n = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'i')
			interval_us = (unsigned)strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind >= argc || n == 0) {
		fprintf(stderr, "usage: latency [-n RECORDS] [-i MICROSECONDS] COMMAND...\n");
		return 2;
	}
	times = calloc(n, sizeof(*times));
	pid = times != NULL ? start(argv + optind, &to, &from) : -1;
	if (pid < 0) {
		perror("latency");
		return 2;
	}
	done = measure(to, from, times, n, interval_us);
	close(to);
	close(from);
	waitpid(pid, NULL, 0);
	if (done)
		print(times, n);
	else
		fprintf(stderr, "latency: the command ended before its input did\n");
	free(times);
	return done ? 0 : 1;
}
