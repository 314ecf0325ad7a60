/*
 * PCRE2, its limits and its JIT.
 *
 * Making machine code of a pattern takes three times as long as reading it, which
 * a record or two do not repay.  A pattern is therefore interpreted until it has
 * had so much work that machine code would have done it meanwhile:
 *
 *	code	 for the interpreter, from the first match on that is asked for
 *	machine	 a copy of code with machine code, when the work is worth it
 *
 * The copy is published whole, so that threads which are just using `code` go on
 * undisturbed.  Limits are counted differently by the two; where the interpreter
 * runs into one, machine code has the last word: what is found does not depend
 * on how much was searched before.
 *
 * Where machine code cannot be had (memory may not be made executable, as
 * under systemd's MemoryDenyWriteExecute) PCRE2 interprets: slower, the same
 * answers.  Every answer that is neither "match" nor "no match" is reported
 * as such; it is the caller's duty not to read it as "nothing there".
 */
#include <purposed/engine/regex.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <purposed/base/log.h>
#include <purposed/base/mem.h>
#include <purposed/engine/regex_made.h>

/* A pattern, compiled with some options. */
struct form {
	uint32_t options;
	_Atomic(pcre2_code *) code; /* for the interpreter; NULL: not needed yet */
	atomic_int error;	    /* why there can be no code; 0: it was not tried, or is there */
	atomic_bool said;	    /* so has been said */
	_Atomic(pcre2_code *) machine; /* NULL: not there */
	atomic_bool tried;	       /* it was, or could not be made */
	size_t work_max;	       /* set with code: machine code from so much work on */
	atomic_size_t work;	       /* of the interpreter so far; about */
};

struct regex {
	const char *pattern;
	char *own;		  /* the same, where it is not borrowed */
	bool wanted;		  /* machine code may be made */
	bool as_written;	  /* its alternatives stay as they are */
	bool careful;		  /* machine code might miss matches of it: see compile_careful */
	bool shares;		  /* with other patterns what it has in common with them */
	size_t patience;	  /* work that it is made later by than it would pay */
	struct form first;	  /* looks for the first match */
	struct form here;	  /* matches where it is told to, or not */
	struct regex_parts parts; /* set with the first code of any form */
	struct regex_words words; /* the same */
};

struct regex_scratch {
	pcre2_match_context *context;
	pcre2_match_data *data;
	const size_t *places; /* of groups, in data */
	pcre2_jit_stack *stack;
	size_t limit;		     /* of offsets, as the context has it */
	uint32_t groups;	     /* of the last match */
	const struct regex *regex;   /* that is being matched: callouts are of it */
	uint32_t calls, calls_max;   /* of callouts, where the match is tried now */
	size_t tried;		     /* that place */
	struct regex_scratch *parts; /* for those, which have none themselves; or NULL */
};

/* Enough capture groups for any rule; PCRE2 reports a match with more as 0. */
enum { REGEX_GROUPS_MAX = 64, REGEX_STACK_START = 32 * 1024 };

/*
 * Work is counted in bytes that may have been looked at, and a call is worth so
 * many.  Making machine code takes some 28 ns for each byte of the interpreter's
 * code, and the interpreter some 60 ns for a byte of text: where its work is half
 * the size of its code it has taken as long.  Texts longer than INTERPRETED_MAX are
 * never interpreted.  All rules of a set see the same records: each has a little
 * more time than the last one, so that no record has to wait for machine code of
 * all of them.
 */
enum { CALL_WORK = 32, SIZE_SHARE = 2, INTERPRETED_MAX = 4096, TURN_WORK = 4, TURNS = 256 };

static void *pcre_alloc(size_t size, void *tag)
{
	(void)tag;
	return malloc(size);
}

static void pcre_release(void *ptr, void *tag)
{
	(void)tag;
	free(ptr);
}

static struct regex *regex_new(const char *pattern, unsigned how)
{
	static atomic_uint turn;
	struct regex *regex = mem_new(1, sizeof(*regex));

	regex->pattern = pattern;
	regex->first.options = PCRE2_NEVER_UTF | PCRE2_USE_OFFSET_LIMIT;
	/*
	 * Without what PCRE2 does to find where a match may start: it looks for bytes that
	 * every match has in all of the text, at every call.
	 */
	regex->here.options = PCRE2_NEVER_UTF | PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE;
	regex->wanted = (how & REGEX_JIT) != 0;
	regex->as_written = (how & REGEX_AS_WRITTEN) != 0;
	regex->shares = (how & (REGEX_AS_WRITTEN | REGEX_UNSHARED)) == 0;
	/* The built-in patterns were compared; what is shared by others may be of any. */
	regex->careful = (how & REGEX_UNSHARED) != 0;
	regex->patience = atomic_fetch_add(&turn, 1) % TURNS * TURN_WORK;
	return regex;
}

/* What PCRE2 is to see. */
static void make_pattern(struct regex_made *made, struct regex *regex)
{
	if (regex->as_written) {
		made->text = regex->pattern;
		return;
	}
	regex_make(made, regex->pattern, regex->shares, regex->wanted ? REGEX_JIT : 0);
	/* What is taken out for another form is the same, and may be in use. */
	if (regex->parts.n == 0 && regex->words.n == 0) {
		regex->parts = made->parts;
		regex->words = made->words;
		made->parts = (struct regex_parts){ 0 };
		made->words = (struct regex_words){ 0 };
	}
}

static pcre2_code *compile(const char *text, uint32_t options, int *error_r, size_t *at_r)
{
	return pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, error_r, at_r, NULL);
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
	struct buf version = { 0 };
	uint32_t options = 0;
	bool old;

	if (group == NULL || strpbrk(group, "*+{") == NULL)
		return false;
	pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	regex_version(&version);
	old = strncmp(buf_str(&version), "10.", 3) == 0 &&
	      strtoul(buf_str(&version) + 3, NULL, 10) < 43;
	buf_fini(&version);
	return old && (options & (PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE)) == 0;
}

/*
 * The code of the text, or what is put in its place for that.  Behind a lookaround PCRE2 does not
 * think of such starts, nor where it is told to think of none: then it does without the bytes that
 * a match begins with, too, which is slow.  Text that is none within a group (verbs that only a
 * pattern begins with, an open comment or quotation) is refused there.
 */
static pcre2_code *compile_careful(pcre2_code *code, const char *text, uint32_t options,
				   int *error_r, size_t *at_r)
{
	struct buf behind = { 0 };

	if (!may_miss(code, text))
		return code;
	pcre2_code_free(code);
	buf_add_str(&behind, "(?=)(?:");
	buf_add_str(&behind, text);
	buf_add_char(&behind, ')');
	code = compile(buf_str(&behind), options, error_r, at_r);
	buf_fini(&behind);
	if (code == NULL)
		code = compile(text, options | PCRE2_NO_START_OPTIMIZE, error_r, at_r);
	return code;
}

/* Compiles the pattern for the form; NULL: it cannot be, *error_r says why, and where. */
static pcre2_code *compile_form(struct regex *regex, struct form *form, int *error_r, size_t *at_r)
{
	struct regex_made made = { 0 };
	const char *text;
	pcre2_code *code;
	size_t size = 0;

	make_pattern(&made, regex);
	text = made.text;
	code = compile(text, form->options, error_r, at_r);
	/* Where it is wrong, that is said of the pattern as it is written. */
	if (code == NULL) {
		text = regex->pattern;
		code = compile(text, form->options, error_r, at_r);
	}
	if (code != NULL && regex->careful && regex->wanted)
		code = compile_careful(code, text, form->options, error_r, at_r);
	regex_made_fini(&made);
	if (code != NULL)
		pcre2_pattern_info(code, PCRE2_INFO_SIZE, &size);
	form->work_max = size / SIZE_SHARE + regex->patience;
	atomic_store(&form->code, code);
	return code;
}

/* --- Forms -------------------------------------------------------------------- */

/* Held while a form is made. */
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

/* The regex stays what it was to whoever matches with it: its forms are caches. */
static struct regex *caches_of(const struct regex *regex)
{
	return (struct regex *)(uintptr_t)regex;
}

/* NULL: it cannot be compiled (there is no memory for it); that is tried once. */
static const pcre2_code *make_code(const struct regex *regex, struct form *form)
{
	int error;
	size_t at;

	pthread_mutex_lock(&making);
	if (atomic_load(&form->code) == NULL && atomic_load(&form->error) == 0 &&
	    compile_form(caches_of(regex), form, &error, &at) == NULL)
		atomic_store(&form->error, error);
	pthread_mutex_unlock(&making);
	return atomic_load(&form->code);
}

static const pcre2_code *code_of(const struct regex *regex, struct form *form)
{
	const pcre2_code *code = atomic_load_explicit(&form->code, memory_order_acquire);

	if (code != NULL || atomic_load_explicit(&form->error, memory_order_relaxed) != 0)
		return code;
	return make_code(regex, form);
}

static void add_message(struct buf *out, int error)
{
	PCRE2_UCHAR message[256];

	pcre2_get_error_message(error, message, sizeof(message));
	buf_add_str(out, (const char *)message);
}

/* A match was asked for, and there is no code for it. */
static void say_failed(const struct regex *regex, struct form *form)
{
	struct buf why = { 0 };

	if (atomic_exchange(&form->said, true))
		return;
	add_message(&why, atomic_load(&form->error));
	log_error("the pattern that begins with %.60s cannot be compiled: %s; records that might "
		  "match it are unscanned",
		  regex->pattern, buf_str(&why));
	buf_fini(&why);
}

/* Whether what was taken out of the pattern can be compiled, too. */
static bool has_parts(const struct regex *regex)
{
	for (size_t i = 1; i <= regex->parts.n; i++) {
		const struct regex *part = regex_part(&regex->parts, i);

		if (code_of(part, &caches_of(part)->here) == NULL)
			return false;
	}
	return true;
}

/* As it was before anything was taken out of it. */
static pcre2_code *compile_unshared(struct regex *regex, int *error_r, size_t *at_r)
{
	pcre2_code_free(atomic_exchange(&regex->first.code, NULL));
	regex_parts_fini(&regex->parts);
	regex_words_fini(&regex->words);
	regex->shares = false;
	return compile_form(regex, &regex->first, error_r, at_r);
}

/*
 * Where something was taken out, PCRE2 has not seen all of the pattern: whether there is a mistake
 * in the whole, as it is written.  That it is too large, which is why lists are taken out, is none.
 */
static bool is_right(const struct regex *regex, int *error_r, size_t *at_r)
{
	pcre2_code *code;
	bool right;

	if (regex->parts.n == 0 && regex->words.n == 0)
		return true;
	code = compile(regex->pattern, regex->first.options, error_r, at_r);
	right = code != NULL || *error_r == PCRE2_ERROR_PATTERN_TOO_LARGE;
	pcre2_code_free(code);
	return right;
}

int regex_compile(struct regex **regex_r, const char *pattern, unsigned how, struct err *e)
{
	char *own = mem_string(pattern);
	struct regex *regex = regex_new(own, how);
	uint32_t groups = 0;
	size_t at;
	int error;
	pcre2_code *code;

	regex->own = own;
	regex->careful = true;
	code = compile_form(regex, &regex->first, &error, &at);
	if (code != NULL && !has_parts(regex))
		code = compile_unshared(regex, &error, &at);
	if (code == NULL || !is_right(regex, &error, &at)) {
		struct buf message = { 0 };

		add_message(&message, error);
		err_add(e, "%s at byte %zu of the pattern", buf_str(&message), at);
		buf_fini(&message);
		regex_free(&regex);
		return -1;
	}
	pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (groups >= REGEX_GROUPS_MAX) {
		err_add(e, "the pattern has %u capture groups, at most %d are allowed", groups,
			REGEX_GROUPS_MAX - 1);
		regex_free(&regex);
		return -1;
	}
	*regex_r = regex;
	return 0;
}

struct regex *regex_known(const char *pattern, unsigned how)
{
	return regex_new(pattern, how);
}

const char *regex_pattern(const struct regex *regex)
{
	return regex->pattern;
}

void regex_version(struct buf *version)
{
	int len = pcre2_config(PCRE2_CONFIG_VERSION, NULL);

	buf_clear(version);
	if (len <= 0)
		return;
	pcre2_config(PCRE2_CONFIG_VERSION, buf_reserve(version, (size_t)len));
	version->len = strlen(version->ptr);
}

static void form_fini(struct form *form)
{
	pcre2_code_free(atomic_load(&form->code));
	pcre2_code_free(atomic_load(&form->machine));
}

void regex_free(struct regex **regex)
{
	if (regex == NULL || *regex == NULL)
		return;
	form_fini(&(*regex)->first);
	form_fini(&(*regex)->here);
	regex_parts_fini(&(*regex)->parts);
	regex_words_fini(&(*regex)->words);
	free((*regex)->own);
	free(*regex);
	*regex = NULL;
}

/* A pattern may say itself, by (*NO_JIT), that it wants none, and then PCRE2 makes none. */
static bool compile_machine(pcre2_code *code)
{
	size_t size = 0;

	return pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0 &&
	       pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &size) == 0 && size != 0;
}

/* With the lock held, which it releases; the code is there. */
static const pcre2_code *make_machine_locked(struct form *form)
{
	if (!atomic_load(&form->tried)) {
		pcre2_code *copy = pcre2_code_copy(atomic_load(&form->code));

		if (copy != NULL && !compile_machine(copy)) {
			pcre2_code_free(copy);
			copy = NULL;
		}
		atomic_store(&form->machine, copy);
		atomic_store(&form->tried, true);
	}
	pthread_mutex_unlock(&making);
	return atomic_load(&form->machine);
}

/* Makes machine code, once; NULL where there can be none. */
static const pcre2_code *make_machine(const struct regex *regex, struct form *form)
{
	if (!regex->wanted || code_of(regex, form) == NULL)
		return NULL;
	pthread_mutex_lock(&making);
	return make_machine_locked(form);
}

bool regex_has_jit(const struct regex *regex)
{
	return make_machine(regex, &caches_of(regex)->first) != NULL;
}

void regex_prepare(const struct regex *regex)
{
	struct regex *caches = caches_of(regex);

	make_machine(regex, &caches->first);
	make_machine(regex, &caches->here);
	for (size_t i = 1; i <= regex->parts.n; i++)
		make_machine(regex_part(&regex->parts, i),
			     &caches_of(regex_part(&regex->parts, i))->here);
}

bool regex_may_have_jit(void)
{
	struct regex *probe = NULL;
	struct err ignored = { 0 };
	bool may = regex_compile(&probe, "a", REGEX_JIT, &ignored) == 0 && regex_has_jit(probe);

	regex_free(&probe);
	err_fini(&ignored);
	return may;
}

/* What to search len bytes with; the code is there, and no machine code was. */
static const pcre2_code *choose_code(const struct regex *regex, struct form *form, size_t len)
{
	const pcre2_code *machine = NULL;
	size_t work;

	if (atomic_load_explicit(&form->tried, memory_order_relaxed) || !regex->wanted)
		return atomic_load(&form->code);
	/* What threads overwrite of each other's count is of no account. */
	work = atomic_load_explicit(&form->work, memory_order_relaxed) + len + CALL_WORK;
	atomic_store_explicit(&form->work, work, memory_order_relaxed);
	if (len > INTERPRETED_MAX)
		machine = make_machine(regex, form);
	else if (work > form->work_max && pthread_mutex_trylock(&making) == 0)
		machine = make_machine_locked(form); /* else somebody makes some: no need to wait */
	return machine != NULL ? machine : atomic_load(&form->code);
}

int regex_group(const struct regex *regex, const char *name)
{
	const pcre2_code *code = code_of(regex, &caches_of(regex)->first);
	int number = code != NULL ? pcre2_substring_number_from_name(code, (PCRE2_SPTR)name) : 0;

	return number > 0 ? number : -1;
}

/* --- Matching ----------------------------------------------------------------- */

static int match_part(struct regex_scratch *scratch, const struct regex *part, struct span text,
		      size_t at)
{
	switch (regex_match_at(part, scratch->parts, text, at)) {
	case REGEX_MATCH: return 0;
	case REGEX_NO_MATCH: return 1;
	case REGEX_LIMIT: return PCRE2_ERROR_MATCHLIMIT;
	default: return PCRE2_ERROR_CALLOUT;
	}
}

/* Where something was taken out: whether it matches there.  A pattern may have callouts itself. */
static int call_out(pcre2_callout_block *block, void *data)
{
	struct regex_scratch *scratch = data;
	const struct regex *regex = scratch->regex;
	struct span text = span_of((const char *)block->subject, block->subject_length);
	unsigned number = block->callout_number;

	if (regex->parts.n == 0 && regex->words.n == 0)
		return 0;
	/* As PCRE2 counts its own steps: anew wherever a match may start. */
	if (scratch->tried != block->start_match)
		scratch->calls = 0;
	scratch->tried = block->start_match;
	if (++scratch->calls > scratch->calls_max)
		return PCRE2_ERROR_MATCHLIMIT;
	if (number < REGEX_WORDS_FIRST)
		return match_part(scratch, regex_part(&regex->parts, number), text,
				  block->current_position);
	return regex_words_hold(&regex->words, number, text, block->current_position) ? 0 : 1;
}

static struct regex_scratch *scratch_new(const struct regex_limits *limits)
{
	struct regex_scratch *scratch = mem_new(1, sizeof(*scratch));
	pcre2_general_context *general =
		pcre2_general_context_create(pcre_alloc, pcre_release, NULL);
	size_t stack_max = (size_t)limits->heap_kib * 1024;

	if (stack_max < REGEX_STACK_START)
		stack_max = REGEX_STACK_START;
	scratch->context = pcre2_match_context_create(general);
	scratch->limit = PCRE2_UNSET;
	scratch->data = pcre2_match_data_create(REGEX_GROUPS_MAX, general);
	scratch->places = pcre2_get_ovector_pointer(scratch->data);
	scratch->stack = pcre2_jit_stack_create(REGEX_STACK_START, stack_max, general);
	pcre2_general_context_free(general);
	pcre2_set_match_limit(scratch->context, limits->match);
	pcre2_set_depth_limit(scratch->context, limits->depth);
	pcre2_set_heap_limit(scratch->context, limits->heap_kib);
	/* No stack (executable memory denied) means no JIT either; NULL is then harmless. */
	pcre2_jit_stack_assign(scratch->context, NULL, scratch->stack);
	scratch->calls_max = limits->match;
	pcre2_set_callout(scratch->context, call_out, scratch);
	return scratch;
}

struct regex_scratch *regex_scratch_new(const struct regex_limits *limits)
{
	struct regex_scratch *scratch = scratch_new(limits);

	scratch->parts = scratch_new(limits);
	return scratch;
}

void regex_scratch_free(struct regex_scratch **scratch)
{
	if (scratch == NULL || *scratch == NULL)
		return;
	regex_scratch_free(&(*scratch)->parts);
	pcre2_jit_stack_free((*scratch)->stack);
	pcre2_match_data_free((*scratch)->data);
	pcre2_match_context_free((*scratch)->context);
	free(*scratch);
	*scratch = NULL;
}

/* Most calls ask for what the last one asked for. */
static void set_limit(struct regex_scratch *scratch, size_t limit)
{
	if (scratch->limit != limit)
		pcre2_set_offset_limit(scratch->context, limit);
	scratch->limit = limit;
}

/* machine: code has machine code. */
static enum regex_result match(const pcre2_code *code, bool machine, struct regex_scratch *scratch,
			       struct span text, size_t start)
{
	/* PCRE2 takes no NULL subject, not even an empty one. */
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.ptr != NULL ? text.ptr : "");
	int found;

	if (start > text.len)
		return REGEX_ERROR;
	scratch->calls = 0;
	/* pcre2_match would look at options and limits first, at every call. */
	if (machine)
		found = pcre2_jit_match(code, subject, text.len, start, 0, scratch->data,
					scratch->context);
	else
		found = pcre2_match(code, subject, text.len, start, 0, scratch->data,
				    scratch->context);
	switch (found) {
	case PCRE2_ERROR_NOMATCH: return REGEX_NO_MATCH;
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_JIT_STACKLIMIT: return REGEX_LIMIT;
	default:
		if (found <= 0)
			return REGEX_ERROR;
		scratch->groups = (uint32_t)found;
		return REGEX_MATCH;
	}
}

/* Of len bytes to be searched; where the interpreter gives up machine code has the last word. */
static enum regex_result match_form(const struct regex *regex, struct form *form,
				    struct regex_scratch *scratch, struct span text, size_t start,
				    size_t len)
{
	const pcre2_code *code = atomic_load_explicit(&form->machine, memory_order_acquire);
	const pcre2_code *plain;
	enum regex_result result;

	scratch->regex = regex;
	if (code != NULL) /* nearly always, once much is searched */
		return match(code, true, scratch, text, start);
	plain = code_of(regex, form);
	if (plain == NULL) {
		say_failed(regex, form);
		return REGEX_ERROR;
	}
	code = choose_code(regex, form, len);
	result = match(code, code != plain, scratch, text, start);
	if (result == REGEX_LIMIT && code == plain) {
		const pcre2_code *machine = make_machine(regex, form);

		if (machine != NULL)
			result = match(machine, true, scratch, text, start);
	}
	return result;
}

enum regex_result regex_match(const struct regex *regex, struct regex_scratch *scratch,
			      struct span text, size_t start)
{
	return regex_match_within(regex, scratch, text, start, SIZE_MAX);
}

enum regex_result regex_match_within(const struct regex *regex, struct regex_scratch *scratch,
				     struct span text, size_t start, size_t last)
{
	size_t len = text.len > start ? text.len - start : 0;

	if (last != SIZE_MAX && last >= start && last - start < len)
		len = last - start;
	set_limit(scratch, last == SIZE_MAX ? PCRE2_UNSET : last);
	return match_form(regex, &caches_of(regex)->first, scratch, text, start, len);
}

enum regex_result regex_match_at(const struct regex *regex, struct regex_scratch *scratch,
				 struct span text, size_t at)
{
	enum regex_result result;

	/* A code compiled without room for a limit takes none. */
	set_limit(scratch, PCRE2_UNSET);
	result = match_form(regex, &caches_of(regex)->here, scratch, text, at, 0);
	/* That the text has no byte which every match has shows without a step. */
	if (result == REGEX_LIMIT)
		result = regex_match_within(regex, scratch, text, at, at);
	return result;
}

bool regex_matched(const struct regex_scratch *scratch, uint32_t group, size_t *start_r,
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
