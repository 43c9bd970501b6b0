/*
 * The prefilter: which groups of three bytes a subject holds, as a bitmap of hashes, so that "this
 * text cannot hold that literal" costs two looks at memory instead of a search. It needs nothing
 * prepared but the hashes of the literal itself.
 */
#ifndef BACKSIFT_RULES_GRAMS_H
#define BACKSIFT_RULES_GRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

#define GRAM_LENGTH 3

struct grams {
    uint64_t *bits;
    int shift; /* what a hash is shifted by to be a bit's number */
};

/* The hash of the three bytes at p. */
static inline uint32_t gram_hash(const char *p)
{
    uint32_t three = (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8 |
                     (uint32_t)(unsigned char)p[2] << 16;
    return three * UINT32_C(0x9e3779b1);
}

/* All groups of s; bits are arena memory. False without memory. */
bool grams_of(struct arena *arena, struct span s, struct grams *out);

/* False: none of the subject's groups has this hash. True: perhaps one has. */
static inline bool grams_may_have(const struct grams *g, uint32_t hash)
{
    uint32_t bit = hash >> g->shift;
    return g->bits[bit / 64] >> (bit % 64) & 1;
}

#endif
