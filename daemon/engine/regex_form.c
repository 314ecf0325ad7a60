/*
 * Making machine code of a pattern takes three times as long as reading it, which
 * a record or two do not repay.  A pattern is therefore interpreted until it has
 * had so much work that machine code would have done it meanwhile:
 *
 *	code	 for the interpreter, from the first match on that is asked for
 *	machine	 a copy of code with machine code, when the work is worth it
 *
 * The copy is published whole, so that threads which are just using `code` go on
 * undisturbed.
 */
#include <purposed/engine/regex_private.h>

#include <pthread.h>

/*
 * Work is counted in bytes that may have been looked at, and a call is worth so
 * many.  Making machine code takes some 28 ns for each byte of the interpreter's
 * code, and the interpreter some 60 ns for a byte of text: where its work is half
 * the size of its code it has taken as long.  Texts longer than INTERPRETED_MAX are
 * never interpreted.
 */
enum { CALL_WORK = 32, SIZE_SHARE = 2, INTERPRETED_MAX = 4096 };

/* Held while a form is made. */
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

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

const struct pcre_code *regex_form_compile(struct regex *regex, struct regex_form *form,
					   struct pcre_error *error_r)
{
	unsigned how = form->how | (regex->careful && regex->wanted ? PCRE_CAREFUL : 0);
	struct regex_made made = { 0 };
	struct pcre_code *code;

	make_pattern(&made, regex);
	code = pcre_compile(made.text, how, error_r);
	/* Where it is wrong, that is said of the pattern as it is written. */
	if (code == NULL)
		code = pcre_compile(regex->pattern, how, error_r);
	regex_made_fini(&made);
	if (code != NULL)
		form->work_max = pcre_size(code) / SIZE_SHARE + regex->patience;
	atomic_store(&form->code, code);
	return code;
}

static const struct pcre_code *make_code(const struct regex *regex, struct regex_form *form)
{
	struct pcre_error error;

	pthread_mutex_lock(&making);
	if (atomic_load(&form->code) == NULL && atomic_load(&form->error) == 0 &&
	    regex_form_compile(regex_caches(regex), form, &error) == NULL)
		atomic_store(&form->error, error.number);
	pthread_mutex_unlock(&making);
	return atomic_load(&form->code);
}

const struct pcre_code *regex_form_code(const struct regex *regex, struct regex_form *form)
{
	const struct pcre_code *code = atomic_load_explicit(&form->code, memory_order_acquire);

	if (code != NULL || atomic_load_explicit(&form->error, memory_order_relaxed) != 0)
		return code;
	return make_code(regex, form);
}

/* With the lock held, which it releases; the code is there. */
static const struct pcre_code *make_machine_locked(struct regex_form *form)
{
	if (!atomic_load(&form->tried)) {
		atomic_store(&form->machine, pcre_make_machine(atomic_load(&form->code)));
		atomic_store(&form->tried, true);
	}
	pthread_mutex_unlock(&making);
	return atomic_load(&form->machine);
}

const struct pcre_code *regex_form_machine(const struct regex *regex, struct regex_form *form)
{
	if (!regex->wanted || regex_form_code(regex, form) == NULL)
		return NULL;
	pthread_mutex_lock(&making);
	return make_machine_locked(form);
}

const struct pcre_code *regex_form_choose(const struct regex *regex, struct regex_form *form,
					  size_t len)
{
	const struct pcre_code *machine = NULL;
	size_t work;

	if (atomic_load_explicit(&form->tried, memory_order_relaxed) || !regex->wanted)
		return atomic_load(&form->code);
	/* What threads overwrite of each other's count is of no account. */
	work = atomic_load_explicit(&form->work, memory_order_relaxed) + len + CALL_WORK;
	atomic_store_explicit(&form->work, work, memory_order_relaxed);
	if (len > INTERPRETED_MAX)
		machine = regex_form_machine(regex, form);
	else if (work > form->work_max && pthread_mutex_trylock(&making) == 0)
		machine = make_machine_locked(form); /* else somebody makes some: no need to wait */
	return machine != NULL ? machine : atomic_load(&form->code);
}

void regex_form_fini(struct regex_form *form)
{
	pcre_free(atomic_load(&form->code));
	pcre_free(atomic_load(&form->machine));
}

/* --- Ahead of time -------------------------------------------------------------- */

bool regex_has_jit(const struct regex *regex)
{
	return regex_form_machine(regex, &regex_caches(regex)->first) != NULL;
}

void regex_prepare(const struct regex *regex)
{
	regex_form_machine(regex, &regex_caches(regex)->first);
	regex_form_machine(regex, &regex_caches(regex)->here);
	for (size_t i = 1; i <= regex->parts.n; i++) {
		const struct regex *part = regex_part(&regex->parts, i);

		regex_form_machine(part, &regex_caches(part)->here);
	}
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
