/*
 * Case without case, as far as PCRE2 sees it: characters that a caseless regex takes for the same
 * fold to one character. Known for the scripts that rules are written in; literals are made of
 * known characters alone.
 */
#ifndef BACKSIFT_RULES_FOLD_H
#define BACKSIFT_RULES_FOLD_H

#include <stdbool.h>
#include <stddef.h>

/* What cp folds to; itself where nothing is known. Never needs more bytes in UTF-8 than cp. */
unsigned fold(unsigned cp);

/* Whether all characters that match cp without case are known to fold to the same as cp. */
bool fold_is_known(unsigned cp);

/* Writes cp (at most U+FFFF) in UTF-8; gives the length, 1 to 3. */
size_t fold_write(unsigned cp, char out[3]);

#endif
