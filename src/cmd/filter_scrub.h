/*
 * Taking forged X-Backsift fields out of a message that streams through: header lines are looked
 * at, everything else passes byte for byte.
 */
#ifndef BACKSIFT_CMD_FILTER_SCRUB_H
#define BACKSIFT_CMD_FILTER_SCRUB_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

#define VERDICT_FIELD "X-Backsift"

/* The line end of a message, by its first 64 KiB: "\n", "\r\n", or "\r" when there is no LF at all;
 * "\n" when there is none. */
const char *scrub_line_end(struct span message);

struct scrub {
    bool cr_ends_lines; /* set before the first call: scrub_line_end gave "\r" */
    /* private */
    bool in_body, dropping, in_long_line, after_cr;
    struct buf line;
};

/* Adds to out what of the next bytes stays. The message begins behind a From_ line. */
void scrub_feed(struct scrub *s, struct span bytes, struct buf *out);
/* Adds what was held back when the message ends within its header, and frees. Memory failure shows
 * in out->failed. */
void scrub_end(struct scrub *s, struct buf *out);

#endif
