/*
 * The literal text that a match of a regex must hold, read off the pattern: a set of folded
 * strings (fold.h) of which at least one stands in every folded subject the regex matches. A
 * subject that holds none of them needs no regex; most regexes are then never even compiled.
 */
#ifndef BACKSIFT_RULES_LITERAL_H
#define BACKSIFT_RULES_LITERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "rules/grams.h"

struct literal {
    struct span text;
    bool has_grams;    /* 3 bytes or more */
    uint32_t grams[2]; /* hashes of its first and last three bytes */
};

/* count 0: nothing is required, or it could not be told. */
struct literal_set {
    struct literal *items;
    size_t count;
};

/* Reads the pattern; what is kept is arena memory. When in doubt (or without memory) the set is
 * empty, which is always right, only slow. */
struct literal_set literals_required(struct arena *arena, struct span pattern);

/* s with every character folded; bytes that are not UTF-8 stay. Arena memory; {NULL, 0} without. */
struct span literal_subject(struct arena *arena, struct span s);

/* Whether some literal of the set stands in a subject from literal_subject with its grams. An empty
 * set always may. */
bool literals_may_hold(const struct literal_set *set, struct span subject,
                       const struct grams *grams);

#endif
