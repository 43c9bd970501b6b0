/*
 * Parameters of structured MIME fields (RFC 2045 5.1, RFC 2183, RFC 2231): private to message/.
 */
#ifndef BACKSIFT_MESSAGE_PARAMETER_H
#define BACKSIFT_MESSAGE_PARAMETER_H

#include "base/arena.h"
#include "base/span.h"

/* What stands before the first parameter, without comments: "text/plain", "attachment". */
struct span parameter_head(struct span value);

/* A parameter's value, quotes and RFC 2231 coding undone, at most LIMIT_VALUE bytes. NULL when it
 * is absent or empty, and without memory. */
const char *parameter_value(struct arena *arena, struct span value, const char *name);

#endif
