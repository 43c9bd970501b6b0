/*
 * What message/ keeps beside a parsed message once it was asked for: private to message/.
 */
#ifndef BACKSIFT_MESSAGE_KEPT_H
#define BACKSIFT_MESSAGE_KEPT_H

#include <stdbool.h>

#include "base/span.h"
#include "message/message.h"

struct kept_span {
    struct span bytes;
    bool done;
};

struct kept_part {
    struct kept_span decoded, text;
};

struct message_kept {
    struct kept_part *parts; /* by part.index */
    struct kept_span lines, text, structure;
};

/* The body of p after transfer decoding, at most max bytes; not kept. */
struct span decode_body(struct arena *arena, const struct part *p, size_t max);

#endif
