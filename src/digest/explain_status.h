/*
 * Why mail failed, in plain words: enhanced status codes (RFC 3463 and the registry that IANA keeps
 * by RFC 5248) as a sentence and what to do.
 */
#ifndef BACKSIFT_DIGEST_EXPLAIN_STATUS_H
#define BACKSIFT_DIGEST_EXPLAIN_STATUS_H

#include "base/span.h"

struct explanation {
    const char *why;    /* one sentence */
    const char *advice; /* what to do, one or two sentences */
};

/* For a code such as "5.1.1". Details that are not registered are explained by their subject; what
 * is no code, or says no more than failure ("5.0.0"), by a sentence that says so. Constants; never
 * NULL. */
struct explanation explain_status(struct span code);

#endif
