/* Entries lie one behind the other in one buf: a head, then the message, if it is kept. */
#include <purposed/io/doubt.h>

#include <purposed/base/mem.h>

enum {
	DOUBT_MS = 1000,
	DOUBT_BYTES = 1024 * 1024,
	KEPT_BYTES = 256 * 1024, /* of what is forgotten, before the rest is moved down */
};

struct entry {
	unsigned long long place; /* 0: len bytes follow */
	unsigned long long sent;
	long long at_ms;
	size_t len; /* that follow */
};

void doubt_fini(struct doubt *d)
{
	buf_fini(&d->bytes);
	*d = (struct doubt){ 0 };
}

void doubt_clear(struct doubt *d)
{
	buf_wipe(&d->bytes);
	d->start = d->n = d->n_direct = 0;
}

static struct entry entry_at(const struct doubt *d, size_t at)
{
	struct entry entry;

	memcpy(&entry, d->bytes.ptr + at, sizeof(entry));
	return entry;
}

void doubt_add(struct doubt *d, struct span message, unsigned long long place,
	       unsigned long long sent, long long now_ms)
{
	const struct entry entry = {
		.place = place,
		.sent = sent,
		.at_ms = now_ms,
		.len = place == 0 ? message.len : 0,
	};

	buf_add(&d->bytes, &entry, sizeof(entry));
	if (place == 0)
		buf_add_span(&d->bytes, message);
	d->n++;
	d->n_direct += place == 0;
}

/* While something waits to arrive, the receiver may not be reading what has. */
static bool is_settled(const struct entry *entry, unsigned long long sent,
		       unsigned long long unacknowledged, long long now_ms)
{
	unsigned long long behind = sent - entry->sent;

	if (unacknowledged == 0)
		return now_ms - entry->at_ms >= DOUBT_MS || behind >= DOUBT_BYTES;
	return behind >= DOUBT_BYTES && behind >= unacknowledged;
}

/* Wipes what was forgotten, now and then. */
static void move_down(struct doubt *d)
{
	size_t left = d->bytes.len - d->start;

	if (d->start < KEPT_BYTES && left != 0)
		return;
	memmove(d->bytes.ptr, d->bytes.ptr + d->start, left);
	mem_wipe(d->bytes.ptr + left, d->start);
	d->bytes.len = left;
	d->start = 0;
}

unsigned long long doubt_settle(struct doubt *d, unsigned long long sent,
				unsigned long long unacknowledged, long long now_ms)
{
	unsigned long long place = 0;

	while (d->n != 0) {
		struct entry entry = entry_at(d, d->start);

		if (!is_settled(&entry, sent, unacknowledged, now_ms))
			break;
		if (entry.place != 0)
			place = entry.place;
		else
			d->n_direct--;
		d->n--;
		d->start += sizeof(entry) + entry.len;
	}
	if (d->start != 0)
		move_down(d);
	return place;
}

bool doubt_next(struct doubt *d, size_t *at, struct span *message_r)
{
	size_t next = *at;

	if (next == DOUBT_FIRST)
		next = d->start;
	else
		next += sizeof(struct entry) + entry_at(d, next).len;
	while (next < d->bytes.len && entry_at(d, next).place != 0)
		next += sizeof(struct entry) + entry_at(d, next).len;
	*at = next;
	if (next >= d->bytes.len)
		return false;
	*message_r = span_of(d->bytes.ptr + next + sizeof(struct entry), entry_at(d, next).len);
	return true;
}

void doubt_place(struct doubt *d, size_t at, unsigned long long place)
{
	struct entry entry = entry_at(d, at);

	entry.place = place;
	memcpy(d->bytes.ptr + at, &entry, sizeof(entry));
	d->n_direct--;
}
