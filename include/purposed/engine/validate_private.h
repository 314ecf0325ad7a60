/*
 * validate_private: what the validators share; for daemon/engine/validate*.c only.
 *
 * Every validator first turns its value into a `plain`: letters and digits
 * alone, upper case, with a note of where separators stood.  Where a separator
 * may stand is part of most formats ("850730-033.28" is a national register
 * number, "8507.3003.328" is something else), so the note is kept.
 */
#ifndef PURPOSED_ENGINE_VALIDATE_PRIVATE_H
#define PURPOSED_ENGINE_VALIDATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <purposed/base/span.h>

/* --- validate_plain.c: reading and arithmetic ------------------------------- */

#define PLAIN_MAX 63

struct plain {
	char text[PLAIN_MAX + 1]; /* ASCII digits and upper case letters, NUL-terminated */
	size_t len;
	uint64_t breaks; /* bit i: a separator stood before text[i] */
	bool upper;	 /* a letter stood there in upper case */
	bool lower;	 /* a letter stood there in lower case */
};

/* A bit of plain.breaks. */
#define BREAK(i) (UINT64_C(1) << (i))

/*
 * Reads value, in which the bytes of separators may stand between letters and
 * digits.  Between two of these at most three bytes may stand, only one of them
 * no space (" - ", ": ").  A no-break space counts as a space, a no-break
 * hyphen as a hyphen.  False where anything else stands, or where a separator
 * comes first or last, or where value is empty or too long.
 */
bool plain_read(struct plain *plain_r, struct span value, const char *separators);

/*
 * The same for a value of exactly len digits, with separators in no other
 * places than those of breaks.
 */
bool plain_read_digits(struct plain *plain_r, struct span value, const char *separators, size_t len,
		       uint64_t breaks);

/* Drops the first n characters. */
void plain_skip(struct plain *plain, size_t n);

/* Drops prefix and true where plain begins with it. */
bool plain_skip_prefix(struct plain *plain, const char *prefix);

bool plain_is_digits(const struct plain *plain);

/* All characters are the same one. */
bool plain_is_uniform(const struct plain *plain);

/* '#' in form stands for a digit, '@' for a letter, '*' for either, others for themselves. */
bool plain_has_form(const struct plain *plain, const char *form);

/* The digits of text [start, end), 18 at most, as a number. */
uint64_t plain_number(const struct plain *plain, size_t start, size_t end);

/* Luhn's sum over n digits, the last one its check digit (ISO/IEC 7812-1, annex B). */
bool plain_luhn(const char *digits, size_t n);

/* ISO 7064 MOD 11,10 over n digits, the last one its check digit. */
bool plain_mod_11_10(const char *digits, size_t n);

/* ISO 7064 MOD 97 of n digits and letters (A = 10 .. Z = 35) taken as one number. */
unsigned plain_mod_97(const char *text, size_t n);

/* GS1 check digit (weights 1 and 3 from the right) over n digits. */
bool plain_gs1(const char *digits, size_t n);

/* Numbers of min..max digits whose first digits lie in lo..hi (both of one length). */
struct digit_range {
	const char *lo;
	const char *hi;
	unsigned char min;
	unsigned char max;
};

bool plain_in_ranges(const char *digits, size_t n, const struct digit_range *ranges,
		     size_t n_ranges);

/* --- validate_date.c -------------------------------------------------------- */

/* A day of the Gregorian calendar that has come (by the machine's clock, in UTC). */
bool date_has_come(unsigned year, unsigned month, unsigned day);

unsigned date_this_year(void);

bool date_of_birth(struct span value);

/* --- The validators, by file ------------------------------------------------- */

bool belgium_nn(struct span value);
bool belgium_nn_named(struct span value);
bool belgium_bis(struct span value);
bool belgium_nn_or_bis(struct span value);
bool belgium_enterprise(struct span value);
bool belgium_vat(struct span value);
bool belgium_establishment(struct span value);
bool belgium_account(struct span value);
bool belgium_eid(struct span value);
bool belgium_ogm(struct span value);
bool belgium_plate(struct span value);
bool belgium_pv(struct span value);
bool belgium_passport(struct span value);
bool belgium_driving_licence(struct span value);

bool finance_iban(struct span value);
bool finance_card(struct span value);
bool finance_eu_vat(struct span value);

bool foreign_fr_nir(struct span value);
bool foreign_nl_bsn(struct span value);
bool foreign_de_tax_id(struct span value);
bool foreign_lu_matricule(struct span value);
bool foreign_es_dni(struct span value);
bool foreign_it_cf(struct span value);
bool foreign_uk_nino(struct span value);
bool foreign_fi_hetu(struct span value);
bool foreign_pl_pesel(struct span value);
bool foreign_us_ssn(struct span value);

/* The eleven-test of n (8 or 9) digits; also the check of older Dutch VAT numbers. */
bool foreign_nl_eleven_test(const char *digits, size_t n);

bool phone_any(struct span value);
bool phone_be(struct span value);
bool phone_intl(struct span value);

bool network_ipv4(struct span value);
bool network_ipv6(struct span value);
bool network_ip(struct span value);
bool network_mac(struct span value);

bool code_luhn(struct span value);
bool code_imei(struct span value);
bool code_isbn(struct span value);
bool code_ean(struct span value);
bool code_uuid(struct span value);
bool code_version(struct span value);
bool code_ecli(struct span value);

#endif
