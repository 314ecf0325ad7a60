/*
 * regex_private: what the sources of regex share.
 *
 *	regex		a pattern, taken or refused
 *	regex_form	what is made of it for matching, and when
 *	regex_match	matching
 *
 * pcre.h is PCRE2 for all of them; what it sees of a pattern is made by regex_made.h.
 */
#ifndef PURPOSED_ENGINE_REGEX_PRIVATE_H
#define PURPOSED_ENGINE_REGEX_PRIVATE_H

#include <stdatomic.h>

#include <purposed/engine/pcre.h>
#include <purposed/engine/regex_made.h>

/* --- Forms ---------------------------------------------------------------------- */

/* A pattern, compiled for one way to match. */
struct regex_form {
	unsigned how;			  /* PCRE_HERE, or not */
	_Atomic(struct pcre_code *) code; /* for the interpreter; NULL: not needed yet */
	atomic_int error; /* why there can be no code; 0: it was not tried, or is there */
	atomic_bool said; /* so has been said */
	_Atomic(struct pcre_code *) machine; /* NULL: not there */
	atomic_bool tried;		     /* it was, or could not be made */
	size_t work_max;		     /* set with code: machine code from so much work on */
	atomic_size_t work;		     /* of the interpreter so far; about */
};

struct regex {
	const char *pattern;
	char *own;		  /* the same, where it is not borrowed */
	bool wanted;		  /* machine code may be made */
	bool as_written;	  /* its alternatives stay as they are */
	bool careful;		  /* machine code might miss matches of it: see PCRE_CAREFUL */
	bool shares;		  /* with other patterns what it has in common with them */
	size_t patience;	  /* work that it is made later by than it would pay */
	struct regex_form first;  /* looks for the first match */
	struct regex_form here;	  /* matches where it is told to, or not */
	struct regex_parts parts; /* set with the first code of any form */
	struct regex_words words; /* the same */
};

/* The regex stays what it was to whoever matches with it: its forms are caches. */
static inline struct regex *regex_caches(const struct regex *regex)
{
	return (struct regex *)(uintptr_t)regex;
}

/* Makes the form's code, which is not there; NULL: the pattern cannot be compiled. */
const struct pcre_code *regex_form_compile(struct regex *regex, struct regex_form *form,
					   struct pcre_error *error_r);

/* Its code, which is made once; NULL: it cannot be (there is no memory for it). */
const struct pcre_code *regex_form_code(const struct regex *regex, struct regex_form *form);

/* Its machine code, which is made once; NULL: there can be none. */
const struct pcre_code *regex_form_machine(const struct regex *regex, struct regex_form *form);

/*
 * What to search len bytes with: the code, which is there, or machine code, if that is made
 * now; of a form that had none so far.  Counts it as work.
 */
const struct pcre_code *regex_form_choose(const struct regex *regex, struct regex_form *form,
					  size_t len);

void regex_form_fini(struct regex_form *form);

#endif
