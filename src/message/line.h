/*
 * Lines as they stand in mail. Ends are LF, CR LF, CR CR LF (a common gateway's mistake) and, in
 * header blocks, a CR by itself.
 */
#ifndef BACKSIFT_MESSAGE_LINE_H
#define BACKSIFT_MESSAGE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* CR CR CR LF is as long as a line end gets; more CRs are lines of their own. */
#define CR_RUN 3

/* Start from {bytes}. Everything up to here is read once, however many lines there are. */
struct line_reader {
    struct span bytes;
    size_t pos;     /* where the next line begins */
    size_t next_lf; /* the first LF at or behind pos, when lf_known */
    bool lf_known;
};

/* The next line without its end; a CR by itself ends it, too. False at the end of the bytes. */
bool line_read(struct line_reader *r, struct span *line);

/* The byte that ends lines in a body: CR when all of it (but for a final line end) holds no LF and
 * at least one CR, else LF. */
char line_end_byte(struct span bytes);

#endif
