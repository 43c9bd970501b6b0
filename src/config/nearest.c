/*
 * Levenshtein distance over short words, one row at a time.
 */
#include "config/nearest.h"

#include <stdint.h>
#include <string.h>

#include "base/span.h"

#define WORD_BYTES 40

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t edit_distance(const char *a, const char *b)
{
    size_t row[WORD_BYTES + 1], na = strlen(a), nb = strlen(b);
    if (na > WORD_BYTES || nb > WORD_BYTES)
        return SIZE_MAX;
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t above = row[j];
            size_t change = ascii_lower(a[i - 1]) != ascii_lower(b[j - 1]);
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + change);
            diagonal = above;
        }
    }
    return row[nb];
}

void nearest_offer(struct nearest *n, const char *candidate)
{
    size_t distance = edit_distance(n->word, candidate);
    size_t allowed = strlen(candidate) / 3 + 1;
    if (distance <= allowed && (!n->best || distance < n->distance)) {
        n->best = candidate;
        n->distance = distance;
    }
}
