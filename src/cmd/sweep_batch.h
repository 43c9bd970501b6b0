/*
 * What a sweep has found and not yet done: outcomes are collected while messages are read, then
 * carried out in one short transaction, so that no delivery waits for the store meanwhile.
 */
#ifndef BACKSIFT_CMD_SWEEP_BATCH_H
#define BACKSIFT_CMD_SWEEP_BATCH_H

#include "cmd/context.h"
#include "mailbox/maildir.h"

/* Opened by sweep_batch_open; private but for `moved`. */
struct sweep_batch {
    struct context *context;
    struct maildir *maildir;
    const char *mailbox;
    const char *seen_by; /* the name under which the store keeps what was seen */
    struct arena *arena;
    struct maildir_moves *moves;
    struct sweep_outcome *first, **last;
    size_t seen, responses; /* outcomes; of them responses */
    int64_t moved;          /* messages moved by all batches so far */
};

bool sweep_batch_open(struct sweep_batch *b, struct context *c, struct maildir *md,
                      const char *mailbox, struct error *e);
void sweep_batch_close(struct sweep_batch *b);

/* Is the message one that a pass has seen? */
bool sweep_batch_knows(struct sweep_batch *b, const char *unique, bool *known, struct error *e);

/* The message is ordinary, or cannot be read, or is in the journal: it stays and is noted. */
bool sweep_batch_note(struct sweep_batch *b, const char *unique, struct error *e);

/* A response that arrived at `arrival`: to be filed in folder and journaled. */
bool sweep_batch_file(struct sweep_batch *b, const struct maildir_entry *entry,
                      const struct findings *f, const struct verdict *v, const char *folder,
                      unixtime arrival, struct error *e);

/* True when it is time for sweep_batch_apply. */
bool sweep_batch_is_full(const struct sweep_batch *b);

/* Carries out all and empties the batch. On failure nothing is noted; messages that have moved stay
 * where they belong. */
bool sweep_batch_apply(struct sweep_batch *b, struct error *e);

#endif
