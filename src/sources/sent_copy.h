/*
 * A sent copy: what the header of a message we sent says, and how it goes into the index.
 */
#ifndef BACKSIFT_SOURCES_SENT_COPY_H
#define BACKSIFT_SOURCES_SENT_COPY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/span.h"
#include "message/header.h"
#include "store/sent_load.h"
#include "store/store.h"

/* Lists are arena memory. */
struct sent_copy {
    struct string_list ids;        /* Message-ID, Resent-Message-ID; none: a nameless copy */
    struct string_list recipients; /* To, Cc, Bcc and their Resent- forms */
    struct string_list senders;    /* From, Sender and their Resent- forms */
    bool has_date;
    unixtime date;   /* of Date or Resent-Date, whichever is later */
    bool is_message; /* there was at least one header field */
};

/* Reads the header at the start of bytes (RFC 5322 3.6). False only without memory. */
bool sent_copy_read(struct arena *arena, struct span bytes, struct sent_copy *out);

/* Adds the copy to the index as sent at `time`: each of its IDs with all recipients, each of its
 * senders as a pair with each recipient. A nameless copy opens its gap. */
bool sent_copy_record(struct store *s, const char *source, const struct sent_copy *copy,
                      unixtime time, struct error *e);
/* The same into a load. */
bool sent_copy_load(struct sent_load *l, const struct sent_copy *copy, unixtime time,
                    struct error *e);

#endif
