/*
 * The messages that a mail server's log speaks of, by queue ID. Dialects tell what a line says of a
 * message; the queue joins it and knows which messages were submitted here. Whatever is in doubt is
 * not "submitted": a message with the Message-ID of one that came from outside came from outside.
 */
#ifndef BACKSIFT_SOURCES_LOG_QUEUE_H
#define BACKSIFT_SOURCES_LOG_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/span.h"
#include "config/config.h"
#include "sources/log_line.h"
#include "store/sent_load.h"

enum log_origin { LOG_NOT_KNOWN, LOG_OUTSIDE, LOG_SUBMITTED };

struct log_values {
    char **items;
    size_t count;
};

struct log_message;
struct log_queue;

/* NULL without memory. config must outlive the queue. */
struct log_queue *log_queue_new(const struct config *config);
void log_queue_free(struct log_queue *q);

/* The clock of the file whose lines come next. */
void log_queue_clock(struct log_queue *q, struct log_clock *clock);

/* --- for dialects: what a line says. NULL messages are ignored. Without memory the queue fails as
 * a whole (log_queue_failed). --- */

/* The message under this queue ID on the line's host; NULL when there is none. */
struct log_message *log_queue_find(struct log_queue *q, const struct log_line *l, struct span id);
/* A new message; one that is already there under the ID ends, unless nothing is known of its origin
 * and it is still fresh: then it is that one. */
struct log_message *log_queue_begin(struct log_queue *q, const struct log_line *l, struct span id);
/* find, or begin when there is none. */
struct log_message *log_queue_touch(struct log_queue *q, const struct log_line *l, struct span id);

void log_message_came(struct log_queue *q, struct log_message *m, enum log_origin origin);
/* It was made from `parent` (a content filter's second pass): its origin is the parent's, or
 * outside when the parent is not known. */
void log_message_came_from(struct log_queue *q, struct log_message *m,
                           const struct log_message *parent);
void log_message_id(struct log_queue *q, struct log_message *m, struct span id);
/* The server gave it an ID of its own making that the log does not show, START@HOST: recorded for
 * each host of [own] relay, as one of these is the server. Without any the message has no ID. */
void log_message_made_id(struct log_queue *q, struct log_message *m, const char *start);
void log_message_sender(struct log_queue *q, struct log_message *m, struct span address);
void log_message_recipient(struct log_queue *q, struct log_message *m, struct span address);
/* It was given, or tried to be given, to another host. */
void log_message_left(struct log_queue *q, struct log_message *m);
/* The next hop on this machine has queued it under `child`, which was not known to be ours. */
void log_message_passed_on(struct log_queue *q, const struct log_line *l, struct log_message *m,
                           struct span child);
/* Nothing more is expected of it. */
void log_message_done(struct log_queue *q, struct log_message *m);

enum log_origin log_message_origin(const struct log_message *m);
/* The sender noted for it, "" when none. */
const char *log_message_sender_of(const struct log_message *m);

/* Is this client named by [index] own-client? */
bool log_client_is_own(const struct log_queue *q, struct span name, struct span address);
/* Is this an address of the machine itself (127.0.0.0/8, ::1)? */
bool log_address_is_loopback(struct span address);

/* --- for the source --- */

bool log_queue_failed(const struct log_queue *q);
/* Messages that have changed since they were last recorded, at most. */
size_t log_queue_waiting(const struct log_queue *q);
/* Is it time to record and sweep, because the queue holds more than it should? */
bool log_queue_is_full(const struct log_queue *q);

/* Gathers all that has changed: submitted messages as sent, others that left as relayed; what was
 * sent before `oldest` is left out, then *too_old is set. *added grows by the messages gathered for
 * the first time. The load must be written before the queue's state is saved. */
bool log_queue_record(struct log_queue *q, struct sent_load *load, unixtime oldest, int64_t *added,
                      bool *too_old, struct error *e);
/* Forgets messages that are done or too many, of those that log_queue_record has gathered. */
void log_queue_sweep(struct log_queue *q);

/* The open messages as text, for the next run; and back again. */
void log_queue_save(const struct log_queue *q, struct buf *out);
void log_queue_load(struct log_queue *q, struct span text);

#endif
