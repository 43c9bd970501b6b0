/*
 * The dialects: what the lines of each mail server say, a file each. A line's program tells which
 * dialect it is in, so one file may hold several.
 */
#ifndef BACKSIFT_SOURCES_LOG_DIALECT_H
#define BACKSIFT_SOURCES_LOG_DIALECT_H

#include "sources/log_line.h"
#include "sources/log_queue.h"

struct log_dialect {
    const char *name;
    bool (*owns)(const struct log_line *l);
    void (*read)(struct log_queue *q, const struct log_line *l);
};

extern const struct log_dialect log_postfix, log_exim, log_sendmail, log_opensmtpd;

/* Gives the line to its dialect; false when it is in none. */
bool log_dialect_read(struct log_queue *q, const struct log_line *l);

/* Takes "ID: " off *text. False when it does not begin with a queue ID (letters and digits). */
bool log_take_queue_id(struct span *text, struct span *id);

/* The bytes of s between the first `before` and the first `after` behind it; false when either is
 * missing. */
bool log_between(struct span s, const char *before, const char *after, struct span *out);

/* Takes the IDs that the next hop gave, where its host name shows a service known to replace
 * Message-IDs, from its reply. relay is its name, reply what it said. */
void log_next_hop_id(struct log_queue *q, struct log_message *m, struct span relay,
                     struct span reply);

#endif
