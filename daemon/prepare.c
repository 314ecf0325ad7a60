/*
 * prepare: writes what is known of the built-in rules when purposed is built.
 *
 *	prepare FOLDER > prepared_data.c
 *
 * It is made of the same sources as purposed, reads the rules as purposed reads a
 * user's, derives what finders are made of, and writes all of it as constant tables
 * (prepared.h): what was a table in memory is the same table in C.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <purposed/base/buf.h>
#include <purposed/base/hash.h>
#include <purposed/base/mem.h>
#include <purposed/engine/pcre.h>
#include <purposed/engine/prepared.h>
#include <purposed/engine/regex_made.h>
#include <purposed/engine/rule_anchors.h>
#include <purposed/engine/rules.h>

/* Nothing is prepared where it is being prepared. */
const struct prepared prepared;

/* --- Strings ------------------------------------------------------------------ */

/* As C has it; NULL where there is none.  A digit behind an octal escape of three is no part of it.
 */
static void put_string(const char *text)
{
	if (text == NULL) {
		fputs("NULL", stdout);
		return;
	}
	putchar('"');
	for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
		if (*c < ' ' || *c >= 0x7f || *c == '"' || *c == '\\' || *c == '?')
			printf("\\%03o", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

/* A list of strings of its own, by what it is of the i-th rule. */
static void put_list(const char *what, size_t i, const char *const *strings, size_t n)
{
	if (n == 0)
		return;
	printf("static const char *const %s_%zu[] = {\n", what, i);
	for (size_t k = 0; k < n; k++) {
		put_string(strings[k]);
		puts(",");
	}
	puts("};");
}

/* Such a list as a member, and how many strings it has. */
static void put_list_name(const char *what, size_t i, size_t n)
{
	if (n == 0)
		printf("NULL, 0, ");
	else
		printf("%s_%zu, %zu, ", what, i, n);
}

/* --- Rules -------------------------------------------------------------------- */

static int place_of_validator(const struct validator *validator)
{
	size_t n;

	return validator != NULL ? (int)(validator - validate_all(&n)) : -1;
}

static void put_targets(size_t i, const struct rule *rule)
{
	printf("static const struct prepared_target targets_%zu[] = {\n", i);
	for (size_t t = 0; t < rule->n_targets; t++) {
		const struct rule_target *target = &rule->targets[t];

		printf("{ %u, %u, %u, %d, %d, ", target->group, target->element, target->rank,
		       target->container, place_of_validator(target->validator));
		put_string(target->group_name);
		puts(" },");
	}
	puts("};");
}

static void put_rule(size_t i, const struct rule *rule)
{
	const char *strings[] = { rule->id, rule->what, rule->written, rule->pattern, rule->file };

	printf("{ ");
	for (size_t k = 0; k < sizeof(strings) / sizeof(strings[0]); k++) {
		put_string(strings[k]);
		puts(",");
	}
	printf("%u, ", rule->line);
	put_string(rule->kind);
	printf(", %d, ", rule->opens);
	put_string(rule->keywords != NULL ? regex_pattern(rule->keywords) : NULL);
	printf(", ");
	put_list_name("keywords", i, rule->n_keywords);
	printf("%u, targets_%zu, %zu, ", rule->window, i, rule->n_targets);
	put_list_name("examples", i, rule->n_examples);
	put_list_name("counter_examples", i, rule->n_counter_examples);
	puts("},");
}

static void put_rules(const struct rules *rules)
{
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		put_list("keywords", i, rule->keyword_list, rule->n_keywords);
		put_list("examples", i, rule->examples, rule->n_examples);
		put_list("counter_examples", i, rule->counter_examples, rule->n_counter_examples);
		put_targets(i, rule);
	}
	puts("static const struct prepared_rule rules[] = {");
	for (size_t i = 0; i < rules_count(rules); i++)
		put_rule(i, rules_at(rules, i));
	puts("};");
	puts("static const char *const elements[] = {");
	for (size_t i = 0; i < rules_element_count(rules); i++) {
		put_string(rules_element(rules, i));
		puts(",");
	}
	puts("NULL };");
}

/* --- Parts -------------------------------------------------------------------- */

static void put_parts(const struct finder_parts *parts)
{
	puts("static const struct finder_part parts[] = {");
	for (size_t i = 0; i < parts->n; i++) {
		const struct finder_part *p = &parts->parts[i];

		printf("{ %u, %d, %u, %d, %d, %d, %d },\n", p->rule, p->has_shape, p->shape,
		       p->shape_before_min, p->shape_before_max, p->before_max, p->blanks_max);
	}
	puts("};");
}

static void put_starts(const struct finder_parts *parts)
{
	puts("static const struct pattern_starts starts[] = {");
	for (size_t i = 0; i < parts->n; i++) {
		const struct pattern_starts *starts = &parts->starts[i];

		printf("{ %d, %d, { ", starts->few, starts->begins);
		for (int c = 0; c < 256; c++)
			printf("%u, ", starts->at[c]);
		puts("} },");
	}
	puts("};");
}

static void put_texts(const struct finder_parts *parts)
{
	puts("static const struct finder_text texts[] = {");
	for (size_t i = 0; i < parts->n_texts; i++) {
		const struct finder_text *t = &parts->texts[i];

		printf("{ %u, %d, %u, %d, %d, { ", t->part, t->window, t->n_checks, t->before_min,
		       t->before_max);
		for (unsigned k = 0; k < t->n_checks; k++)
			printf("{ %d, %u }, ", t->checks[k].at, t->checks[k].set);
		puts(t->n_checks != 0 ? "} }," : "{ 0 } } },");
	}
	puts("};");
	puts("static const struct finder_spelling spellings[] = {");
	for (size_t i = 0; i < parts->n_spellings; i++) {
		const struct finder_spelling *s = &parts->spellings[i];

		printf("{ %#llx, %#llx, %#x, %u, %u },\n", (unsigned long long)s->mask,
		       (unsigned long long)s->bits, s->key, s->text, s->fourth);
	}
	puts("};");
}

static void put_set(const struct byte_set *set)
{
	printf("{ { %#llx, %#llx, %#llx, %#llx } }", (unsigned long long)set->bits[0],
	       (unsigned long long)set->bits[1], (unsigned long long)set->bits[2],
	       (unsigned long long)set->bits[3]);
}

static void put_sets(const struct finder_parts *parts)
{
	puts("static const struct byte_set sets[] = {");
	for (size_t i = 0; i < parts->n_sets; i++) {
		put_set(&parts->sets[i]);
		puts(",");
	}
	puts("};");
	puts("static const struct shape_value values[] = {");
	for (size_t i = 0; i < parts->n_values; i++) {
		const struct shape_value *v = &parts->values[i];

		printf("{ %d, ", v->is_class);
		put_set(&v->set);
		printf(", %u, %u, %u, %u },\n", v->kind, v->shift, v->a, v->b);
	}
	puts("};");
}

/* --- Patterns ------------------------------------------------------------------ */

struct pattern {
	uint64_t hash;
	const char *text;
	bool shares;
	struct regex_made made;
};

struct patterns {
	struct pattern *patterns;
	size_t n, cap;
};

/* The pattern, and what it shares with others. */
static void add_pattern(struct patterns *all, const char *text, bool shares)
{
	struct pattern p = { hash_add(HASH_START, span_str(text)), text, shares, { 0 } };

	for (size_t i = 0; i < all->n; i++) {
		if (all->patterns[i].shares == shares && strcmp(all->patterns[i].text, text) == 0)
			return;
	}
	regex_make_anew(&p.made, text, shares, REGEX_JIT);
	all->patterns = mem_grow(all->patterns, all->n, &all->cap, sizeof(*all->patterns));
	all->patterns[all->n++] = p;
	for (size_t i = 1; i <= p.made.parts.n; i++)
		add_pattern(all, regex_pattern(regex_part(&p.made.parts, i)), false);
}

static int by_hash(const void *a, const void *b)
{
	const struct pattern *x = a;
	const struct pattern *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void put_table(const struct regex_table *table)
{
	struct regex_table_form form;
	struct span words;
	size_t n = regex_table_tell(table, &form, &words);
	char *shape = mem_span_string(form.shape);
	char *list = mem_span_string(words);

	printf("{ %d, %d, ", form.folded, form.behind);
	put_set(&form.run);
	puts(",");
	put_string(shape);
	puts(",");
	put_string(list);
	printf(", %zu },\n", n);
	free(shape);
	free(list);
}

static void put_made(size_t i, const struct regex_made *made)
{
	if (made->parts.n != 0) {
		printf("static const char *const shared_%zu[] = {\n", i);
		for (size_t k = 1; k <= made->parts.n; k++) {
			put_string(regex_pattern(regex_part(&made->parts, k)));
			puts(",");
		}
		puts("};");
	}
	if (made->words.n != 0) {
		printf("static const struct prepared_table tables_%zu[] = {\n", i);
		for (size_t k = 0; k < made->words.n; k++)
			put_table(made->words.tables[k]);
		puts("};");
	}
}

/* Returns how many there are. */
static size_t put_patterns(const struct rules *rules)
{
	struct patterns all = { 0 };

	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		add_pattern(&all, rule->pattern, true);
		if (rule->keywords != NULL)
			add_pattern(&all, regex_pattern(rule->keywords), true);
	}
	if (all.n != 0)
		qsort(all.patterns, all.n, sizeof(*all.patterns), by_hash);
	for (size_t i = 0; i < all.n; i++)
		put_made(i, &all.patterns[i].made);
	puts("static const struct prepared_pattern patterns[] = {");
	for (size_t i = 0; i < all.n; i++) {
		struct pattern *p = &all.patterns[i];

		printf("{ %#llx,\n", (unsigned long long)p->hash);
		put_string(p->text);
		printf(", %d,\n", p->shares);
		put_string(p->made.text);
		puts(",");
		put_list_name("shared", i, p->made.parts.n);
		if (p->made.words.n != 0)
			printf("tables_%zu, %zu },\n", i, p->made.words.n);
		else
			puts("NULL, 0 },");
	}
	puts("};");
	for (size_t i = 0; i < all.n; i++)
		regex_made_fini(&all.patterns[i].made);
	free(all.patterns);
	return all.n;
}

/* --- All of it ---------------------------------------------------------------- */

static size_t put_slow(const struct rules *rules, const struct rule_anchors *derived)
{
	size_t n = 0;

	puts("static const uint16_t slow[] = {");
	for (size_t i = 0; i < rules_count(rules); i++) {
		if (rule_anchors_of(derived, i)->everywhere) {
			printf("%zu, ", i);
			n++;
		}
	}
	puts("0 };");
	return n;
}

static void put_all(const struct rules *rules)
{
	struct rule_anchors *derived = rule_anchors_new(rules);
	struct finder_parts *parts = rule_anchors_parts(derived);
	struct buf version = { 0 };
	size_t n_slow;
	size_t n_patterns;

	puts("#include <purposed/engine/prepared.h>");
	/* Lists of names make patterns that are longer than what C promises to take. */
	puts("#pragma GCC diagnostic ignored \"-Woverlength-strings\"");
	put_rules(rules);
	put_parts(parts);
	put_starts(parts);
	put_texts(parts);
	put_sets(parts);
	n_slow = put_slow(rules, derived);
	n_patterns = put_patterns(rules);
	pcre_version(&version);
	printf("const struct prepared prepared = {\n.pcre2 = ");
	put_string(buf_str(&version));
	printf(",\n.rules = rules, .n_rules = %zu, .elements = elements, .n_elements = %zu,\n",
	       rules_count(rules), rules_element_count(rules));
	printf(".parts = { parts, starts, %zu, texts, %zu, spellings, %zu, sets, %zu, values, %zu "
	       "},\n",
	       parts->n, parts->n_texts, parts->n_spellings, parts->n_sets, parts->n_values);
	printf(".slow = slow, .n_slow = %zu,\n", n_slow);
	printf(".patterns = patterns, .n_patterns = %zu,\n};\n", n_patterns);
	buf_fini(&version);
	finder_parts_free(&parts);
	rule_anchors_free(&derived);
}

int main(int argc, char **argv)
{
	struct rules *rules = NULL;
	struct err e = { 0 };
	int bad = 0;

	if (argc != 2) {
		fputs("usage: prepare FOLDER\n", stderr);
		return 2;
	}
	bad = rules_load(&rules, argv[1], false, &e);
	if (bad == 0)
		put_all(rules);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		err_errno(&e, "standard output");
		bad = -1;
	}
	rules_free(&rules);
	err_print(&e);
	err_fini(&e);
	return bad == 0 ? 0 : 1;
}
