/*
 * examples: every rule proves itself on the examples it carries.
 */
#ifndef PURPOSED_ENGINE_EXAMPLES_H
#define PURPOSED_ENGINE_EXAMPLES_H

#include <purposed/base/err.h>
#include <purposed/engine/regex.h>
#include <purposed/engine/rules.h>

/*
 * Runs every example and counter-example of every rule, each rule alone.
 * -1 where one fails: e then says file, line, rule and example, for each.
 * Examples are ours, not records: they may be quoted.
 */
int examples_run(const struct rules *rules, const struct regex_limits *limits, struct err *e);

#endif
