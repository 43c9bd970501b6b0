/*
 * What a rule that holds has named in its matches: recipients, reasons, status codes, IDs, the
 * place where a quoted original begins.
 */
#ifndef BACKSIFT_RULES_CAPTURES_H
#define BACKSIFT_RULES_CAPTURES_H

#include <stdbool.h>

#include "rules/match.h"
#include "rules/rules.h"
#include "rules/ruleset.h"

/* The kind of a group's name. False when it means nothing. */
bool capture_kind_from_name(struct span name, enum capture_kind *out);

/* Fills out->captures from a rule that holds: the first match of each of its positive conditions,
 * then all matches of its capture keys, without repetitions, at most LIMIT_CAPTURES. False only
 * without memory. */
bool captures_collect(struct matching *mt, const struct rule *rule, struct rule_match *out);

#endif
