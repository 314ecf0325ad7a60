/*
 * A main() for the fuzz targets where libFuzzer is not at hand: replays the
 * files that it is given, then, with -n, runs so many inputs made from them.
 *
 *	fuzz_decode [-n RUNS] [-s SEED] [-m MAX_BYTES] [FILE]...
 *
 * The same seed gives the same inputs.  A run that fails dies of the sanitizer
 * or of abort(3), with its number on stderr: -n NUMBER -s SEED finds it again.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libconfig forgets the string that a syntax error interrupts. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

const char *__lsan_default_options(void);

const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

struct input {
	uint8_t *bytes;
	size_t len;
};

static uint64_t dice;
static unsigned long run;

static size_t below(size_t limit)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (size_t)(dice >> 16) % limit;
}

static void say_run(int signal_number)
{
	char line[64];
	int len = snprintf(line, sizeof(line), "driver: in run %lu\n", run);

	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		_exit(2);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* Each input in memory of its own size, so that the sanitizer sees the byte behind it. */
static void try_bytes(const uint8_t *bytes, size_t len)
{
	uint8_t *exact = malloc(len != 0 ? len : 1);

	if (exact == NULL)
		abort();
	if (len != 0)
		memcpy(exact, bytes, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static struct input read_file(const char *path, size_t max)
{
	struct input input = { .bytes = malloc(max) };
	FILE *file = fopen(path, "rb");

	if (file == NULL || input.bytes == NULL) {
		fprintf(stderr, "driver: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	input.len = fread(input.bytes, 1, max, file);
	fclose(file);
	return input;
}

static const struct input *pick(const struct input *seeds, size_t n)
{
	return &seeds[below(n)];
}

/* One change: a byte, a stretch taken out or repeated, or a stretch of another seed. */
static void change(struct input *input, size_t max, const struct input *seeds, size_t n)
{
	size_t at = below(input->len + 1);
	const struct input *other = pick(seeds, n);
	size_t from = below(other->len + 1);
	size_t len = below(other->len - from + 1);

	switch (below(4)) {
	case 0:
		if (at < input->len)
			input->bytes[at] = (uint8_t)below(256);
		break;
	case 1:
		len = below(input->len - at + 1);
		memmove(input->bytes + at, input->bytes + at + len, input->len - at - len);
		input->len -= len;
		break;
	case 2: input->len = at; break;
	default:
		if (input->len + len > max)
			break;
		memmove(input->bytes + at + len, input->bytes + at, input->len - at);
		memcpy(input->bytes + at, other->bytes + from, len);
		input->len += len;
		break;
	}
}

static void run_random(unsigned long runs, size_t max, const struct input *seeds, size_t n)
{
	struct input input = { .bytes = malloc(max) };

	if (input.bytes == NULL)
		abort();
	for (run = 1; run <= runs; run++) {
		const struct input *seed = pick(seeds, n);

		input.len = seed->len;
		memcpy(input.bytes, seed->bytes, seed->len);
		for (size_t changes = 1 + below(8); changes > 0; changes--)
			change(&input, max, seeds, n);
		try_bytes(input.bytes, input.len);
	}
	free(input.bytes);
}

int main(int argc, char **argv)
{
	unsigned long runs = 0;
	unsigned long long seed = 1;
	size_t max = 4096;
	size_t n = 0;
	struct input *seeds;
	int option;

	while ((option = getopt(argc, argv, "n:s:m:")) != -1) {
		switch (option) {
		case 'n': runs = strtoul(optarg, NULL, 10); break;
		case 's': seed = strtoull(optarg, NULL, 10); break;
		case 'm': max = strtoul(optarg, NULL, 10); break;
		default: return 2;
		}
	}
	if (optind == argc) {
		fprintf(stderr, "usage: %s [-n RUNS] [-s SEED] [-m MAX_BYTES] FILE...\n", argv[0]);
		return 2;
	}
	dice = seed * 0x9e3779b97f4a7c15U + 1;
	signal(SIGABRT, say_run);
	seeds = calloc((size_t)(argc - optind), sizeof(*seeds));
	if (seeds == NULL)
		abort();
	for (int i = optind; i < argc; i++) {
		seeds[n] = read_file(argv[i], max);
		try_bytes(seeds[n].bytes, seeds[n].len);
		n++;
	}
	run_random(runs, max, seeds, n);
	printf("%zu files, %lu runs: ok\n", n, runs);
	for (size_t i = 0; i < n; i++)
		free(seeds[i].bytes);
	free(seeds);
	return 0;
}
