/*
 * PCRE2, its limits and its JIT, and what must be known of its versions.
 *
 * Where machine code cannot be had (memory may not be made executable, as
 * under systemd's MemoryDenyWriteExecute) PCRE2 interprets: slower, the same
 * answers.  Every answer that is neither "match" nor "no match" is reported
 * as such; it is the caller's duty not to read it as "nothing there".
 */
#include <purposed/engine/pcre.h>

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <purposed/base/mem.h>

/* A pcre_code is PCRE2's own, under another name. */
static const pcre2_code *own(const struct pcre_code *code)
{
	return (const pcre2_code *)code;
}

static struct pcre_code *ours(pcre2_code *code)
{
	return (struct pcre_code *)code;
}

/* --- Compiling ------------------------------------------------------------------ */

static uint32_t options_of(unsigned how)
{
	if ((how & PCRE_CHECK) != 0)
		return PCRE2_NEVER_UTF | PCRE2_NO_START_OPTIMIZE | PCRE2_NO_AUTO_POSSESS;
	if ((how & PCRE_HERE) == 0)
		return PCRE2_NEVER_UTF | PCRE2_USE_OFFSET_LIMIT;
	/*
	 * Without what PCRE2 does to find where a match may start: it looks for bytes that
	 * every match has in all of the text, at every call.
	 */
	return PCRE2_NEVER_UTF | PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE;
}

static pcre2_code *compile(const char *text, uint32_t options, struct pcre_error *error_r)
{
	struct pcre_error error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options,
					 &error.number, &error.at, NULL);

	if (code == NULL)
		*error_r = error;
	return code;
}

static bool is_before_10_43(void)
{
	struct buf version = { 0 };
	bool before;

	pcre_version(&version);
	before = strncmp(buf_str(&version), "10.", 3) == 0 &&
		 strtoul(buf_str(&version) + 3, NULL, 10) < 43;
	buf_fini(&version);
	return before;
}

/*
 * Before 10.43 (its issue 336) PCRE2's machine code takes a start for a vain one where x* or x+
 * begins before the place that it came to last, though an alternative or an atomic group before it
 * may have been longer then: (?:ab|a)x*(?!c) was not found in "abc", nor (?>.+?)(?!a) in "caca".
 * Not so without groups, nor where a match can start at the beginning only.
 */
static bool may_miss(const pcre2_code *code, const char *text)
{
	const char *group = strchr(text, '(');
	uint32_t options = 0;

	if (group == NULL || strpbrk(group, "*+{") == NULL)
		return false;
	pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	return (options & (PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE)) == 0 && is_before_10_43();
}

/*
 * The text, so that nothing is missed.  Behind a lookaround PCRE2 does not think of such starts,
 * nor where it is told to think of none: then it does without the bytes that a match begins with,
 * too, which is slow.  Text that is none within a group (verbs that only a pattern begins with, an
 * open comment or quotation) is refused there.
 */
static pcre2_code *compile_careful(const char *text, uint32_t options, struct pcre_error *error_r)
{
	struct buf behind = { 0 };
	pcre2_code *code;

	buf_add_str(&behind, "(?=)(?:");
	buf_add_str(&behind, text);
	buf_add_char(&behind, ')');
	code = compile(buf_str(&behind), options, error_r);
	buf_fini(&behind);
	if (code == NULL)
		code = compile(text, options | PCRE2_NO_START_OPTIMIZE, error_r);
	return code;
}

struct pcre_code *pcre_compile(const char *pattern, unsigned how, struct pcre_error *error_r)
{
	uint32_t options = options_of(how);
	pcre2_code *code = compile(pattern, options, error_r);

	if (code != NULL && (how & PCRE_CAREFUL) != 0 && may_miss(code, pattern)) {
		pcre2_code_free(code);
		code = compile_careful(pattern, options, error_r);
	}
	return ours(code);
}

void pcre_free(struct pcre_code *code)
{
	pcre2_code_free((pcre2_code *)code);
}

/* A pattern may say itself, by (*NO_JIT), that it wants none, and then PCRE2 makes none. */
static bool compile_machine(pcre2_code *code)
{
	size_t size = 0;

	return pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0 &&
	       pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &size) == 0 && size != 0;
}

struct pcre_code *pcre_make_machine(const struct pcre_code *code)
{
	pcre2_code *copy = pcre2_code_copy(own(code));

	if (copy != NULL && !compile_machine(copy)) {
		pcre2_code_free(copy);
		copy = NULL;
	}
	return ours(copy);
}

size_t pcre_size(const struct pcre_code *code)
{
	size_t size = 0;

	pcre2_pattern_info(own(code), PCRE2_INFO_SIZE, &size);
	return size;
}

unsigned pcre_groups(const struct pcre_code *code)
{
	uint32_t groups = 0;

	pcre2_pattern_info(own(code), PCRE2_INFO_CAPTURECOUNT, &groups);
	return groups;
}

int pcre_group(const struct pcre_code *code, const char *name)
{
	int number = pcre2_substring_number_from_name(own(code), (PCRE2_SPTR)name);

	return number > 0 ? number : -1;
}

void pcre_error_text(int number, struct buf *out)
{
	PCRE2_UCHAR message[256];

	pcre2_get_error_message(number, message, sizeof(message));
	buf_add_str(out, (const char *)message);
}

bool pcre_is_too_large(int number)
{
	return number == PCRE2_ERROR_PATTERN_TOO_LARGE;
}

void pcre_version(struct buf *version)
{
	int len = pcre2_config(PCRE2_CONFIG_VERSION, NULL);

	buf_clear(version);
	if (len <= 0)
		return;
	pcre2_config(PCRE2_CONFIG_VERSION, buf_reserve(version, (size_t)len));
	version->len = strlen(version->ptr);
}

/* --- Matching ------------------------------------------------------------------- */

enum { STACK_START = 32 * 1024 };

struct pcre_scratch {
	pcre2_match_context *context;
	pcre2_match_data *data;
	const size_t *places; /* of groups, in data */
	pcre2_jit_stack *stack;
	size_t last;	 /* as the context has it */
	uint32_t groups; /* of the last match */
	enum regex_result (*ask)(void *asker, const struct pcre_callout *callout);
	void *asker;
};

static void *allocate(size_t size, void *tag)
{
	(void)tag;
	return malloc(size);
}

static void release(void *ptr, void *tag)
{
	(void)tag;
	free(ptr);
}

static int call_out(pcre2_callout_block *block, void *data)
{
	const struct pcre_scratch *scratch = data;
	const struct pcre_callout callout = {
		.number = block->callout_number,
		.text = span_of((const char *)block->subject, block->subject_length),
		.at = block->current_position,
		.start = block->start_match,
	};

	switch (scratch->ask(scratch->asker, &callout)) {
	case REGEX_MATCH: return 0;
	case REGEX_NO_MATCH: return 1;
	case REGEX_LIMIT: return PCRE2_ERROR_MATCHLIMIT;
	default: return PCRE2_ERROR_CALLOUT;
	}
}

struct pcre_scratch *pcre_scratch_new(const struct regex_limits *limits,
				      enum regex_result (*ask)(void *asker,
							       const struct pcre_callout *callout),
				      void *asker)
{
	struct pcre_scratch *scratch = mem_new(1, sizeof(*scratch));
	pcre2_general_context *general = pcre2_general_context_create(allocate, release, NULL);
	size_t stack_max = (size_t)limits->heap_kib * 1024;

	if (stack_max < STACK_START)
		stack_max = STACK_START;
	scratch->context = pcre2_match_context_create(general);
	scratch->last = PCRE2_UNSET;
	scratch->data = pcre2_match_data_create(PCRE_GROUPS_MAX, general);
	scratch->places = pcre2_get_ovector_pointer(scratch->data);
	scratch->stack = pcre2_jit_stack_create(STACK_START, stack_max, general);
	pcre2_general_context_free(general);
	pcre2_set_match_limit(scratch->context, limits->match);
	pcre2_set_depth_limit(scratch->context, limits->depth);
	pcre2_set_heap_limit(scratch->context, limits->heap_kib);
	/* No stack (executable memory denied) means no JIT either; NULL is then harmless. */
	pcre2_jit_stack_assign(scratch->context, NULL, scratch->stack);
	scratch->ask = ask;
	scratch->asker = asker;
	pcre2_set_callout(scratch->context, call_out, scratch);
	return scratch;
}

void pcre_scratch_free(struct pcre_scratch **scratch)
{
	if (scratch == NULL || *scratch == NULL)
		return;
	pcre2_jit_stack_free((*scratch)->stack);
	pcre2_match_data_free((*scratch)->data);
	pcre2_match_context_free((*scratch)->context);
	free(*scratch);
	*scratch = NULL;
}

static enum regex_result answer(int found)
{
	switch (found) {
	case PCRE2_ERROR_NOMATCH: return REGEX_NO_MATCH;
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_JIT_STACKLIMIT: return REGEX_LIMIT;
	/* 0: it has more groups than we can tell. */
	default: return found > 0 ? REGEX_MATCH : REGEX_ERROR;
	}
}

_Static_assert(SIZE_MAX == PCRE2_UNSET, "no limit of offsets must be what we call none");

enum regex_result pcre_match(const struct pcre_code *code, bool is_machine,
			     struct pcre_scratch *scratch, struct span text, size_t start,
			     size_t last)
{
	/* PCRE2 takes no NULL subject, not even an empty one. */
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.ptr != NULL ? text.ptr : "");
	int found;

	if (start > text.len)
		return REGEX_ERROR;
	/* Most calls ask for what the last one asked for. */
	if (scratch->last != last)
		pcre2_set_offset_limit(scratch->context, last);
	scratch->last = last;
	/* pcre2_match would look at options and limits first, at every call. */
	if (is_machine)
		found = pcre2_jit_match(own(code), subject, text.len, start, 0, scratch->data,
					scratch->context);
	else
		found = pcre2_match(own(code), subject, text.len, start, 0, scratch->data,
				    scratch->context);
	if (found > 0)
		scratch->groups = (uint32_t)found;
	return answer(found);
}

bool pcre_matched(const struct pcre_scratch *scratch, uint32_t group, size_t *start_r,
		  size_t *end_r)
{
	const size_t *place;

	if (group >= scratch->groups)
		return false;
	place = scratch->places + 2 * (size_t)group;
	if (place[0] == PCRE2_UNSET)
		return false;
	*start_r = place[0];
	*end_r = place[1];
	return true;
}
