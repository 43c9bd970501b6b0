/*
 * Makes bytes from mail safe to show: on terminals, in logs, in the digest.
 */
#ifndef BACKSIFT_BASE_PRINTABLE_H
#define BACKSIFT_BASE_PRINTABLE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"

/* Adds s to out as valid UTF-8 on one line: control characters (C0, DEL, C1) and line ends become a
 * space, invalid UTF-8 becomes U+FFFD, bidirectional and invisible format characters (U+200B-200F,
 * U+202A-202E, U+2060-2064, U+2066-206F, U+FEFF) are dropped, runs of white space become one
 * space. At most max_chars characters are added, then an ellipsis. 0 means no limit. */
void printable_add(struct buf *out, struct span s, size_t max_chars);

/* The same as an arena string of at most max_bytes, without white space at its ends, cut at a
 * character and without ellipsis. *cut, unless cut is NULL, becomes true when something was cut and
 * is left alone otherwise. NULL without memory. */
const char *printable_string(struct arena *a, struct span s, size_t max_bytes, bool *cut);

/* True when printable_add would leave s as it is: valid UTF-8, no control, line separator,
 * bidirectional or invisible format characters. Runs of spaces are allowed. */
bool printable_is_clean(struct span s);

/* The length in bytes (1-4) of the valid UTF-8 sequence at s, its code point in *cp; 0 when there
 * is none (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
size_t utf8_decode(struct span s, unsigned *cp);

/* True when all of s is valid UTF-8. */
bool utf8_is_valid(struct span s);

#endif
