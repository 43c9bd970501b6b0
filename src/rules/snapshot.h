/*
 * A loaded ruleset as a file to be mapped. See ruleset_save in rules.h for when it is used.
 */
#ifndef BACKSIFT_RULES_SNAPSHOT_H
#define BACKSIFT_RULES_SNAPSHOT_H

#include "rules/rules.h"

/* The ruleset of options->snapshot, or NULL when there is none that fits: no reason is given, since
 * the text is loaded then. */
struct ruleset *snapshot_load(const struct rules_options *options);

#endif
