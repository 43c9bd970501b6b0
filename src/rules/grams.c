/*
 * The bitmap is sized by the subject, at about 16 bits a byte: a field's fits in a few cache lines,
 * and that of the longest text stays sparse.
 */
#include "rules/grams.h"

#define SMALLEST_LOG2 11
#define LARGEST_LOG2  19

bool grams_of(struct arena *arena, struct span s, struct grams *out)
{
    int log2 = SMALLEST_LOG2;
    while (log2 < LARGEST_LOG2 && (size_t)1 << log2 < s.n * 16)
        log2++;
    out->shift = 32 - log2;
    out->bits = arena_array(arena, (size_t)1 << (log2 - 6), sizeof *out->bits);
    if (!out->bits)
        return false;
    for (size_t i = 0; i + GRAM_LENGTH <= s.n; i++) {
        uint32_t bit = gram_hash(s.p + i) >> out->shift;
        out->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    return true;
}
