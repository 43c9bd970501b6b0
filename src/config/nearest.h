/*
 * "Did you mean": the known word nearest to a misspelt one.
 */
#ifndef BACKSIFT_CONFIG_NEAREST_H
#define BACKSIFT_CONFIG_NEAREST_H

#include <stddef.h>

/* How many single-letter insertions, deletions and replacements lie between a and b (ASCII case
 * folded); words beyond 40 bytes are far from everything. */
size_t edit_distance(const char *a, const char *b);

/* Keeps the nearest of the candidates offered one by one. Start from {.word = what was written}.
 * A candidate further away than a third of its length is not near. */
struct nearest {
    const char *word;
    const char *best; /* NULL: nothing is near */
    size_t distance;  /* of best */
};
void nearest_offer(struct nearest *n, const char *candidate);

#endif
