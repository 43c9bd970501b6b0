/*
 * One pass over the inbox of a Maildir: messages not seen before are read in a child process, and
 * responses are filed and journaled as a delivery would have done.
 */
#ifndef BACKSIFT_CMD_SWEEP_MAILDIR_H
#define BACKSIFT_CMD_SWEEP_MAILDIR_H

#include "cmd/context.h"
#include "mailbox/maildir.h"

struct sweep_tally {
    int64_t passed;     /* messages in the folder gone past, seen before or not */
    int64_t looked_at;  /* of them read now */
    int64_t unreadable; /* left in the inbox, as their reader died */
    int64_t counts[3];  /* responses by origin */
    int64_t moved;
};

/* What the caller hears of a pass. */
struct sweep_listener {
    void *context;
    void (*passed)(void *context, const struct sweep_tally *t); /* after each message */
    /* A response judged; path is where it was found. */
    void (*found)(void *context, const struct verdict *v, const char *rule, const char *path);
};

/* c has rules and a store to write; mailbox is refile_mailbox's. Ends early without harm at any
 * point: the next pass goes on there. A message is noted as seen together with what was done about
 * it; one that moves on disk before the journal knows is mended later (cmd/mend.h). dry_run moves
 * and notes nothing. */
bool sweep_maildir(struct context *c, struct maildir *md, const char *mailbox, bool include_cur,
                   bool dry_run, const struct sweep_listener *listener, struct sweep_tally *tally,
                   struct error *e);

#endif
