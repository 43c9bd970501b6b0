/*
 * Private to the log queue: the inside of a message and of the table.
 */
#ifndef BACKSIFT_SOURCES_LOG_MESSAGE_H
#define BACKSIFT_SOURCES_LOG_MESSAGE_H

#include "sources/log_queue.h"

#define LOG_BUCKETS ((size_t)16384) /* a power of two */

struct log_message {
    struct log_message *next_by_key, *next_by_id; /* in their buckets */
    struct log_message *older, *newer;
    uint64_t key_hash, id_hash; /* id_hash: 0 while there is no ID */
    char *key;                  /* "HOST ID" */
    enum log_origin origin;
    bool left, done, changed, recorded;
    unixtime time; /* of its first line */
    struct log_values ids, recipients;
    char *sender; /* NULL: not known */
};

struct log_queue {
    const struct config *config;
    struct log_clock *clock;
    struct log_message *by_key[LOG_BUCKETS], *by_id[LOG_BUCKETS];
    struct log_message *oldest, *newest;
    size_t count, changed;
    unixtime latest; /* the time of the latest line that began a message */
    bool failed;
    char key[512]; /* of the lookup at hand */
};

/* A new message under a key, as the newest. NULL without memory. */
struct log_message *log_message_new(struct log_queue *q, struct span key);
/* Adds a copy to a list unless it is there. */
bool log_values_add(struct log_values *list, struct span value, size_t most);
/* Enters the message under its first ID. */
void log_message_file_id(struct log_queue *q, struct log_message *m);

#endif
