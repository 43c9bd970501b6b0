/*
 * Cutting a multipart's body at its delimiter lines (RFC 2046 5.1.1): private to message/.
 */
#ifndef BACKSIFT_MESSAGE_BOUNDARY_H
#define BACKSIFT_MESSAGE_BOUNDARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct boundary_reader {
    struct span body;
    struct span boundary; /* without the dashes; the caller's string or a view of body */
    char line_end;        /* of the body: LF or CR */
    size_t pos;           /* behind the last delimiter line */
    bool closed;          /* the closing delimiter, or the end, was reached */
};

/* Prepares to cut body at boundary (NULL or "" when the header names none). When no such line is
 * there, the boundary is guessed: the first line of two dashes and more that comes again or heads a
 * Content- field. False when body cannot be cut. */
bool boundary_open(struct boundary_reader *r, struct span body, const char *boundary);

/* The next part, from behind its delimiter line to before the line end of the next delimiter or to
 * the end of an unterminated body. False when there is no more. */
bool boundary_next(struct boundary_reader *r, struct span *part);

/* Whether body begins as a multipart's does: with a delimiter line, behind a line about MIME at
 * most, that heads a Content- field there or where it comes again. */
bool boundary_heads(struct span body);

#endif
