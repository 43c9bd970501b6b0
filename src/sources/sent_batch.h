/*
 * Sent copies on their way from a pull source into the index, many at a time: what was read is
 * noted after what was learned from it. Private to sources/.
 */
#ifndef BACKSIFT_SOURCES_SENT_BATCH_H
#define BACKSIFT_SOURCES_SENT_BATCH_H

#include "sources/sent_copy.h"
#include "sources/source.h"
#include "store/sent_load.h"

/* One run of a source. */
struct sent_batch {
    struct store *store;
    const struct config *config;
    const char *source;
    struct source_progress *progress;
    unixtime started;
    struct arena *arena; /* of one copy, and of the state */
    struct sent_load *load;
    int64_t load_began; /* on the monotonic clock */
    size_t count;       /* copies in it */
    bool in_haste;      /* set by a run with a deadline: LIMIT_SENT_BATCH are enough */
    bool too_old;       /* a copy was left out */
    int64_t taken;      /* copies added so far in this run */
};

/* Starts a run; copies are counted in *progress. Ended with sent_batch_free, also after a failure.
 */
bool sent_batch_start(struct sent_batch *b, struct store *s, const struct config *c,
                      const char *source, struct source_progress *progress, struct error *e);
void sent_batch_free(struct sent_batch *b);

/* Adds the copy whose header begins bytes. item is its name in the source, by which it is never
 * recorded twice; filed is when it came there. The index gets it with the batch. */
bool sent_batch_add(struct sent_batch *b, struct span item, struct span bytes, unixtime filed,
                    struct error *e);

/* Writes what waits. */
bool sent_batch_flush(struct sent_batch *b, struct error *e);
/* Writes what waits and the end of a complete run with its cursor. */
bool sent_batch_complete(struct sent_batch *b, const char *cursor, struct error *e);

#endif
