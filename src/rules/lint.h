/*
 * What is costly in a regex, read off the pattern: the match limit does not bound these.
 */
#ifndef BACKSIFT_RULES_LINT_H
#define BACKSIFT_RULES_LINT_H

#include <stdbool.h>

#include "base/span.h"

struct lint {
    /* It starts with a repeat without bound, so that each place of a long text is a start from
     * which all the rest is read. With multiline, also behind ^ when the repeat runs over lines. */
    bool quadratic_start;
    /* A repeat without bound around one, with no fixed text to keep their turns apart: the ways to
     * match grow exponentially. */
    bool nested_repeat;
};

/* Nothing is said against what cannot be read with certainty. */
struct lint pattern_lint(struct span pattern, bool multiline);

#endif
