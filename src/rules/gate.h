/*
 * The gate: for each field, which of the rules whose first condition stands on it could hold at
 * all. It is one row of numbers read from front to back, so that ordinary mail is through hundreds
 * of rules in a few microseconds; a field that a message has not lets none of its rules through.
 */
#ifndef BACKSIFT_RULES_GATE_H
#define BACKSIFT_RULES_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "rules/grams.h"
#include "rules/ruleset.h"

/* Builds the gate of f from the literals of its rules, once. False without memory. */
bool gate_build(struct ruleset *rs, struct rule_field *f);

/* Sets the bit of each rule that a subject with these groups may satisfy. */
void gate_pass(const struct rule_field *f, const struct grams *grams, uint64_t *candidates);

#endif
