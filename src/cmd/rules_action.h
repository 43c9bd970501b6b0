/*
 * The actions of `rules`, one function each. The rule files are loaded when they are called.
 */
#ifndef BACKSIFT_CMD_RULES_ACTION_H
#define BACKSIFT_CMD_RULES_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/paths.h"
#include "rules/rules.h"

struct rules_run {
    struct arena *arena;
    struct paths paths;
    struct ruleset *rules;
    const char *samples; /* --samples or NULL */
    bool json, quiet, verbose;
    char **words; /* what stands behind the action */
    size_t word_count;
};

/* Fills *e for an error, whose kind then decides the exit code; else gives the exit code. */
typedef int (*rules_action)(struct rules_run *r, struct error *e);

int rules_list(struct rules_run *r, struct error *e);
int rules_which(struct rules_run *r, struct error *e);
int rules_check(struct rules_run *r, struct error *e);

/* What `check` found, by severity. */
struct rules_tally {
    size_t errors, warnings, notes; /* of rules */
    size_t samples, samples_failed;
};

/* Prints one finding of `check` and counts it; warnings are not printed when quiet, notes only when
 * verbose. */
void rules_print_finding(const struct rules_run *r, struct rules_tally *tally,
                         enum rules_severity severity, const char *text);

/* Runs the samples in a folder (backsift-rules(5), SAMPLES): prints and counts those that fail.
 * Rules without a sample are warnings; of the user's own files alone when users_only. False with *e
 * (ERROR_DATA) when the folder or a sample cannot be read. */
bool rules_run_samples(const struct rules_run *r, const char *folder, bool users_only,
                       struct rules_tally *tally, struct error *e);

#endif
