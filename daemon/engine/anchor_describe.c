/* Anchors for people: much as a pattern has them. */
#include <purposed/engine/anchor.h>

enum { DESCRIBED_BYTES = 60 };

/* A letter in both cases. */
static bool is_letter_pair(const struct byte_set *set)
{
	uint64_t upper = set->bits[1] & UINT64_C(0x07fffffe);

	return byte_set_count(set) == 2 && upper != 0 && set->bits[1] == (upper | upper << 32);
}

/* One set as people write it: the byte, its lower case, or the first ones of several. */
static void describe_set(const struct byte_set *set, struct buf *out)
{
	unsigned n = byte_set_count(set);
	unsigned shown = 0;
	bool one = n == 1 || is_letter_pair(set);

	if (n > 128) {
		buf_add_char(out, '.');
		return;
	}
	if (!one)
		buf_add_char(out, '[');
	for (int c = 0; c < 256 && shown < 12; c++) {
		bool folded = c >= 'A' && c <= 'Z' && byte_set_has(set, (unsigned char)(c + 32));

		if (!byte_set_has(set, (unsigned char)c) || folded)
			continue;
		if (c >= ' ' && c < 127)
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "\\x%02x", (unsigned)c);
		shown++;
	}
	if (!one)
		buf_add_char(out, ']');
}

/* A node as a pattern would have it, up to a few dozen bytes. */
static void describe_node(const struct pattern_node *node, size_t end, struct buf *out)
{
	if (out->len >= end)
		return;
	switch (node->op) {
	case PATTERN_SET: describe_set(&node->set, out); break;
	case PATTERN_CAT:
	case PATTERN_ALT:
		buf_add_str(out, node->op == PATTERN_ALT ? "(?:" : "");
		for (const struct pattern_node *c = node->child; c != NULL; c = c->next) {
			describe_node(c, end, out);
			if (node->op == PATTERN_ALT && c->next != NULL)
				buf_add_char(out, '|');
		}
		buf_add_str(out, node->op == PATTERN_ALT ? ")" : "");
		break;
	case PATTERN_REPEAT:
		describe_node(node->child, end, out);
		if (node->min == 1 && node->max == 1)
			break;
		if (node->max == PATTERN_UNBOUNDED)
			buf_printf(out, "{%u,}", node->min);
		else
			buf_printf(out, "{%u,%u}", node->min, node->max);
		break;
	default: break;
	}
}

static void describe_shape(const struct anchor_shape *shape, struct buf *out)
{
	size_t end = out->len + DESCRIBED_BYTES;

	for (size_t i = 0; i < shape->n_tail && out->len < end; i++)
		describe_node(shape->tail[i], end, out);
	if (out->len >= end) {
		out->len = end;
		buf_add_str(out, "...");
	}
}

void anchors_describe(const struct anchors *anchors, size_t n, struct buf *out)
{
	if (n < anchors->n_texts) {
		for (unsigned k = 0; k < anchors->texts[n].len; k++)
			describe_set(&anchors->texts[n].sets[k], out);
	} else {
		describe_shape(&anchors->shapes[n - anchors->n_texts], out);
	}
}
