/*
 * corpus: log records to measure with, made from a seed, as fast as memory.
 *
 *	corpus access|mixed|dense|line|tar BYTES [SEED] > file
 *
 *	access  combined access log: clients of both families, paths, query
 *	        strings, referrers, user agents; personal data in some queries
 *	mixed   what a log host receives: logfmt, JSON, syslog, auth lines, with
 *	        personal data in a few percent, written in several ways, and
 *	        with what merely looks like it: UUIDs, hashes, epochs, versions
 *	dense   nothing but addresses: as much to say of each byte as there can be
 *	line    the text of mixed without a single line end
 *	tar     an archive (ustar) of 1000 members of mixed lines
 *
 * The same arguments give the same bytes.  Whole records are written until
 * BYTES are reached, so that a corpus is at most one record longer.
 *
 * A record is a template of one of the tables below: text in which $ and a
 * letter stands for a value (see field()).  Templates are drawn by weight:
 * what is frequent in the tables is frequent in the corpus.
 *
 * Nobody is in it.  Addresses are those set aside for benchmarks (RFC 2544,
 * 198.18.0.0/15), private ones and 2001:db8::/32; mail goes to example.be and
 * example.org; national numbers have right check digits, so that validators
 * accept them, but serials above 900, which are next to never given out;
 * account numbers are of bank 999, cards of a test range.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

/* RECORD_MAX: no record is longer. */
enum { OUT_BYTES = 1 << 20, RECORD_MAX = 2048, MEMBERS = 1000 };

/* A record of these is the longest one. */
#define TEN_ADDRESSES                                                                       \
	"u$d@b.be u$d@b.be u$d@b.be u$d@b.be u$d@b.be u$d@b.be u$d@b.be u$d@b.be u$d@b.be " \
	"u$d@b.be "

/* First second of the log: 2026-03-02 00:00:00 UTC, a Monday. */
#define START 1772409600ULL

struct corpus {
	uint64_t random;
	uint64_t second;		/* of the record at hand */
	char clf[32], iso[32], bsd[32]; /* the same, as logs write it */
	char *out;
	size_t len;
	uint64_t written; /* bytes that have left `out` */
};

struct form {
	unsigned weight;
	const char *text;
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const first_names[] = { "jan",  "lotte", "karim", "sofie",  "pieter", "amina",
					   "luc",  "elise", "wout",  "noor",   "thomas", "fatima",
					   "bram", "julie", "ruben", "camille" };
static const char *const last_names[] = { "peeters",  "janssens", "maes",     "dubois",
					  "lambert",  "claes",	  "wouters",  "elamrani",
					  "goossens", "dupont",	  "leclercq", "vanhove" };
static const char *const words[] = { "index",	 "contact", "news",	"about",  "search",
				     "products", "help",    "archive",	"login",  "account",
				     "docs",	 "api",	    "images",	"assets", "static",
				     "styles",	 "report",  "download", "agenda", "services" };
static const char *const extensions[] = { ".html", ".php", "", "/", ".css", ".js", ".png", ".pdf" };
static const char *const hosts[] = { "web01", "web02", "app-7", "db3", "mx1", "fw-edge", "sso2" };
static const char *const levels[] = { "info", "info", "info", "debug", "warn", "error" };
static const char *const statuses[] = { "200", "200", "200", "200", "200",
					"304", "301", "404", "403", "500" };
static const char *const methods[] = { "GET", "GET", "GET", "GET", "GET", "POST", "HEAD" };
static const char *const agents[] = {
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
	"Chrome/$d.0.0.0 Safari/537.36",
	"Mozilla/5.0 (X11; Linux x86_64; rv:$d.0) Gecko/20100101 Firefox/$d.0",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
	"Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example.org/about)",
	"curl/8.$d.0",
	"-",
};

/* $Q: the queries that carry personal data. */
static const char *const personal_queries[] = {
	"?email=$m",	   "?mail=$f.$l%40example.be&lang=nl",
	"?q=$f+$l&rrn=$k", "?niss=$K&step=2",
	"?tel=%2B32$D",	   "?next=%2Fprofile%3Femail%3D$f.$l%2540example.org",
	"?iban=$b",
};

static const struct form access_forms[] = {
	{ 70, "$c - - [$t] \"$M /$w/$w$x HTTP/1.1\" $S $n \"$r\" \"$a\"" },
	{ 24, "$c - - [$t] \"$M /$w/$n?page=$d&sort=$w&v=$h HTTP/1.1\" $S $n \"$r\" \"$a\"" },
	{ 2, "$c - $U [$t] \"$M /$w/$w$x HTTP/2.0\" $S $n \"-\" \"$a\"" },
	{ 4, "$c - - [$t] \"GET /$w/$w$Q HTTP/1.1\" $S $n \"$r\" \"$a\"" },
};

static const struct form dense_forms[] = {
	{ 1, TEN_ADDRESSES TEN_ADDRESSES TEN_ADDRESSES TEN_ADDRESSES },
};

static const struct form mixed_forms[] = {
	/* Nothing personal, much that looks like it. */
	{ 14, "ts=$i level=$L svc=$w op=$w id=$u dur_ms=$n rows=$d" },
	{ 12, "{\"ts\":\"$i\",\"level\":\"$L\",\"logger\":\"be.example.$w\",\"trace\":\"$h\","
	      "\"msg\":\"cache $w refreshed\",\"ms\":$n,\"at\":$e$d0}" },
	{ 12, "$B $o kernel: [$n.$n] eth0: link up, $d Mbps, queue $d, build $d.$d.$d" },
	{ 10, "$B $o systemd[$n]: $w.service: main process exited, code=exited, status=$d" },
	{ 8, "$i $L [worker-$d] be.example.$w.Pool - acquired connection $d of $n in $nms" },
	{ 7, "$B $o postfix/qmgr[$n]: $h: removed" },
	{ 6, "$i $L artifact $w-$d.$d.$d.jar sha256=$H size=$n$n" },
	{ 5, "$i $L batch $e finished, amount $n.$d EUR, order $n-$n-$n, ref $u" },
	{ 4, "$i $L     at be.example.$w.Handler.run(Handler.java:$n)" },
	/* Navigation, as any log host sees it. */
	{ 7, "$B $o sshd[$n]: Connection closed by $c port $n [preauth]" },
	{ 5, "ts=$i level=$L method=$M path=/$w/$w status=$S dur_ms=$n peer=$c" },
	{ 4, "$B $o fw: IN=eth0 OUT= SRC=$c DST=198.18.0.9 LEN=$d PROTO=TCP SPT=$n DPT=443" },
	/* Personal data in the forms that systems give it. */
	{ 1, "$B $o sshd[$n]: Accepted publickey for $U from $c port $n ssh2: RSA SHA256:$h" },
	{ 1, "{\"ts\":\"$i\",\"level\":\"$L\",\"msg\":\"mail sent\",\"to\":\"$m\",\"id\":\"$u\"}" },
	{ 1, "ts=$i level=$L msg=\"dossier opened\" rrn=$k user=$U" },
	{ 1, "{\"ts\":\"$i\",\"body\":\"{\\\"email\\\":\\\"$f\\u0040example.be\\\"}\"}" },
	{ 1, "$i $L payment of $n EUR from $b accepted, card $C" },
	{ 1, "$i $L sms to +32 4$d $d $d $d queued, attempt $d" },
};

/* --- Bytes out -------------------------------------------------------------- */

static void write_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);

		if (n < 0) {
			/* A reader that has seen enough is no failure worth a word. */
			exit(1);
		}
		bytes += n;
		len -= (size_t)n;
	}
}

static void flush(struct corpus *c)
{
	write_all(c->out, c->len);
	c->written += c->len;
	c->len = 0;
}

static void add(struct corpus *c, const char *text)
{
	size_t len = strlen(text);

	memcpy(c->out + c->len, text, len);
	c->len += len;
}

/* The number in that base, in at least width digits. */
static void add_number(struct corpus *c, uint64_t number, unsigned base, unsigned width)
{
	char digits[32];
	unsigned n = 0;

	for (; number > 0 || n < width; number /= base)
		digits[n++] = "0123456789abcdef"[number % base];
	while (n > 0)
		c->out[c->len++] = digits[--n];
}

/* --- Chance ----------------------------------------------------------------- */

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next(struct corpus *c)
{
	uint64_t z = c->random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t below(struct corpus *c, uint64_t limit)
{
	return (next(c) >> 32) * limit >> 32;
}

#define PICK(c, list) ((list)[below((c), COUNT(list))])

/* --- Values ----------------------------------------------------------------- */

static void add_hex(struct corpus *c, unsigned digits)
{
	for (; digits > 0; digits -= 4)
		add_number(c, next(c) & 0xffff, 16, 4);
}

static void add_uuid(struct corpus *c)
{
	add_hex(c, 8);
	add(c, "-");
	add_hex(c, 4);
	add(c, "-4");
	add_number(c, next(c) & 0xfff, 16, 3);
	add(c, "-9");
	add_number(c, next(c) & 0xfff, 16, 3);
	add(c, "-");
	add_hex(c, 12);
}

/* Few clients make most requests: the lower of two draws. */
static void add_client(struct corpus *c)
{
	uint64_t a = below(c, 1 << 17);
	uint64_t b = below(c, 1 << 17);
	uint64_t client = a < b ? a : b;

	if (client % 8 == 0) {
		add(c, "2001:db8:");
		add_number(c, client >> 8, 16, 1);
		add(c, "::");
		add_number(c, client & 0xff, 16, 1);
		return;
	}
	add(c, client % 32 == 1 ? "10." : "198.");
	add_number(c, 18 + (client >> 16), 10, 1);
	add(c, ".");
	add_number(c, client >> 8 & 0xff, 10, 1);
	add(c, ".");
	add_number(c, client & 0xff, 10, 1);
}

/* A national register number; dotted: 85.07.30-933.28, else its eleven digits. */
static void add_national_number(struct corpus *c, bool dotted)
{
	uint64_t year = 50 + below(c, 49);
	uint64_t month = 1 + below(c, 12);
	uint64_t day = 1 + below(c, 28);
	uint64_t serial = 900 + below(c, 98);
	uint64_t number = ((year * 100 + month) * 100 + day) * 1000 + serial;

	if (!dotted) {
		add_number(c, number * 100 + 97 - number % 97, 10, 11);
		return;
	}
	add_number(c, year, 10, 2);
	add(c, ".");
	add_number(c, month, 10, 2);
	add(c, ".");
	add_number(c, day, 10, 2);
	add(c, "-");
	add_number(c, serial, 10, 3);
	add(c, ".");
	add_number(c, 97 - number % 97, 10, 2);
}

/* Belgian IBAN: check digits of ISO 13616 around the national ones (mod 97). */
static void add_iban(struct corpus *c)
{
	uint64_t account = 9990000000 + below(c, 10000000);
	uint64_t national = account % 97 != 0 ? account % 97 : 97;
	uint64_t bban = account * 100 + national;

	add(c, "BE");
	add_number(c, 98 - (bban % 97 * 1000000 + 111400) % 97, 10, 2);
	add_number(c, bban, 10, 12);
}

/* A card of a payment provider's test range, with its Luhn digit. */
static void add_card(struct corpus *c)
{
	uint64_t number = 400000000000000 + below(c, 1000000000);
	unsigned sum = 0;
	bool twice = true;

	for (uint64_t rest = number; rest > 0; rest /= 10, twice = !twice) {
		unsigned digit = (unsigned)(rest % 10) * (twice ? 2 : 1);

		sum += digit > 9 ? digit - 9 : digit;
	}
	add_number(c, number * 10 + (10 - sum % 10) % 10, 10, 16);
}

static void expand(struct corpus *c, const char *text);

static void add_referrer(struct corpus *c)
{
	switch (below(c, 4)) {
	case 0: expand(c, "https://www.example.be/$w/$w"); break;
	case 1: expand(c, "https://search.example.org/?q=$w+$w"); break;
	default: add(c, "-"); break;
	}
}

static void field(struct corpus *c, char letter)
{
	switch (letter) {
	case 'a': expand(c, PICK(c, agents)); break;
	case 'b': add_iban(c); break;
	case 'B': add(c, c->bsd); break;
	case 'c': add_client(c); break;
	case 'C': add_card(c); break;
	case 'd': add_number(c, 10 + below(c, 90), 10, 2); break;
	case 'D': add_number(c, 470000000 + below(c, 9999999), 10, 9); break;
	case 'e': add_number(c, c->second, 10, 10); break;
	case 'f': add(c, PICK(c, first_names)); break;
	case 'h': add_hex(c, 32); break;
	case 'H': add_hex(c, 64); break;
	case 'i': add(c, c->iso); break;
	case 'k': add_national_number(c, true); break;
	case 'K': add_national_number(c, false); break;
	case 'l': add(c, PICK(c, last_names)); break;
	case 'L': add(c, PICK(c, levels)); break;
	case 'm': expand(c, "$f.$l@example.be"); break;
	case 'M': add(c, PICK(c, methods)); break;
	case 'n': add_number(c, below(c, 65536), 10, 1); break;
	case 'o': add(c, PICK(c, hosts)); break;
	case 'Q': expand(c, PICK(c, personal_queries)); break;
	case 'r': add_referrer(c); break;
	case 'S': add(c, PICK(c, statuses)); break;
	case 't': add(c, c->clf); break;
	case 'u': add_uuid(c); break;
	case 'U': expand(c, "$f$d"); break;
	case 'w': add(c, PICK(c, words)); break;
	case 'x': add(c, PICK(c, extensions)); break;
	default: fprintf(stderr, "corpus: no field $%c\n", letter); abort();
	}
}

static void expand(struct corpus *c, const char *text)
{
	for (;;) {
		size_t plain = strcspn(text, "$");

		memcpy(c->out + c->len, text, plain);
		c->len += plain;
		if (text[plain] == '\0')
			return;
		field(c, text[plain + 1]);
		text += plain + 2;
	}
}

/* --- Records ---------------------------------------------------------------- */

/* About 200 records a second pass; days stay within March 2026. */
static void tick(struct corpus *c)
{
	unsigned day, h, m, s;

	if (below(c, 200) != 0 && c->clf[0] != '\0')
		return;
	c->second++;
	day = 2 + (unsigned)((c->second - START) / 86400 % 28);
	h = (unsigned)(c->second / 3600 % 24);
	m = (unsigned)(c->second / 60 % 60);
	s = (unsigned)(c->second % 60);
	snprintf(c->clf, sizeof(c->clf), "%02u/Mar/2026:%02u:%02u:%02u +0000", day, h, m, s);
	snprintf(c->iso, sizeof(c->iso), "2026-03-%02uT%02u:%02u:%02uZ", day, h, m, s);
	snprintf(c->bsd, sizeof(c->bsd), "Mar %2u %02u:%02u:%02u", day, h, m, s);
}

static const char *draw(struct corpus *c, const struct form *forms, size_t n)
{
	uint64_t total = 0;
	uint64_t at;
	size_t i;

	for (i = 0; i < n; i++)
		total += forms[i].weight;
	at = below(c, total);
	for (i = 0; at >= forms[i].weight; i++)
		at -= forms[i].weight;
	return forms[i].text;
}

/* Records, each with what ends it, until that many more bytes are there. */
static void records(struct corpus *c, const struct form *forms, size_t n, uint64_t bytes,
		    const char *end)
{
	uint64_t stop = c->written + c->len + bytes;

	while (c->written + c->len < stop) {
		if (c->len > OUT_BYTES - RECORD_MAX)
			flush(c);
		tick(c);
		expand(c, draw(c, forms, n));
		add(c, end);
	}
}

/* A ustar member's header (POSIX.1, pax): all numbers octal, summed with blanks for the sum. */
static void tar_header(struct corpus *c, unsigned number, unsigned size)
{
	char header[512] = { 0 };
	unsigned sum = 0;

	snprintf(header, 100, "logs/app-%04u.log", number);
	snprintf(header + 100, 24, "%07o%c%07o%c%07o", 0644U, 0, 0U, 0, 0U);
	snprintf(header + 124, 24, "%011o%c%011o", size, 0, (unsigned)START);
	memcpy(header + 148, "        0", 9);
	memcpy(header + 257,
	       "ustar\0"
	       "00",
	       8);
	for (size_t i = 0; i < sizeof(header); i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	memcpy(c->out + c->len, header, sizeof(header));
	c->len += sizeof(header);
}

/* A header tells its member's size, so a member is made in the buffer and cut to it. */
static void archive(struct corpus *c, uint64_t bytes)
{
	uint64_t size = bytes / MEMBERS;

	for (unsigned i = 0; i < MEMBERS; i++) {
		uint64_t end;

		if (c->len > OUT_BYTES - RECORD_MAX)
			flush(c);
		tar_header(c, i, (unsigned)size);
		end = c->written + c->len + size;
		if (size > RECORD_MAX)
			records(c, mixed_forms, COUNT(mixed_forms), size - RECORD_MAX, "\n");
		while (c->written + c->len + 1 < end)
			add(c, ".");
		add(c, "\n");
		while ((c->written + c->len) % 512 != 0)
			c->out[c->len++] = '\0';
	}
	flush(c);
	memset(c->out, 0, 1024);
	c->len = 1024;
}

int main(int argc, char **argv)
{
	struct corpus c = { .second = START };
	uint64_t bytes = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	const char *what = argc > 1 ? argv[1] : "";

	if (argc < 3 || bytes == 0) {
		fprintf(stderr, "usage: corpus access|mixed|dense|line|tar BYTES [SEED]\n");
		return 2;
	}
	c.random = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	c.out = malloc(OUT_BYTES);
	if (c.out == NULL)
		return 2;
	if (strcmp(what, "access") == 0)
		records(&c, access_forms, COUNT(access_forms), bytes, "\n");
	else if (strcmp(what, "mixed") == 0)
		records(&c, mixed_forms, COUNT(mixed_forms), bytes, "\n");
	else if (strcmp(what, "dense") == 0)
		records(&c, dense_forms, COUNT(dense_forms), bytes, "\n");
	else if (strcmp(what, "line") == 0)
		records(&c, mixed_forms, COUNT(mixed_forms), bytes, " ");
	else if (strcmp(what, "tar") == 0)
		archive(&c, bytes);
	else
		return 2;
	flush(&c);
	free(c.out);
	return 0;
}
