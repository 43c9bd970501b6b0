/*
 * White space of decoded text: private to message/.
 */
#ifndef BACKSIFT_MESSAGE_WHITE_SPACE_H
#define BACKSIFT_MESSAGE_WHITE_SPACE_H

#include "base/span.h"

/* Writes s, which is UTF-8, to `to` (at least s.n bytes; may be s.p) with every run of white space
 * made one space and none at the ends; control characters and the no-break space count as white
 * space. Returns the bytes written. */
size_t white_space_collapse(char *to, struct span s);

/* The same bytes with LF line ends: CR LF, CR CR LF and CR become LF; NUL and the no-break space
 * become a space. A byte order mark at the start is dropped. */
size_t line_ends_normalise(char *to, struct span s);

/* s cut to at most max bytes at a character's end. */
struct span utf8_cut(struct span s, size_t max);

#endif
