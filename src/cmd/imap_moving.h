/*
 * Moving responses on a server so that the next run finishes a move in which this one is cut,
 * wherever that is.
 */
#ifndef BACKSIFT_CMD_IMAP_MOVING_H
#define BACKSIFT_CMD_IMAP_MOVING_H

#include "cmd/imap_run.h"
#include "mailbox/imap_copies.h"

/* One move to one folder. */
struct imap_moving {
    struct imap_run *run;
    struct arena *arena;
    const char *mailbox;           /* the selected one, by its name on the server */
    uint32_t validity;             /* its UIDVALIDITY */
    const char *folder;            /* of [folders], another one than mailbox; it is there */
    uint32_t first;                /* the folder's UIDNEXT before the move; 0: not known */
    const struct imap_mark *marks; /* of the messages, UIDs ascending */
    size_t count;                  /* at most LIMIT_IMAP_FILED */
};

/* Moves the messages, journals their new folder and, where the server says it, their new places,
 * and counts them in run->tally. A message that is gone meanwhile is no error. placed[i] gets the
 * UID of message i in the folder, *validity the folder's UIDVALIDITY; 0 for one that is gone, or
 * where the server does not say it. */
bool imap_moving_run(const struct imap_moving *m, uint32_t *validity, uint32_t *placed,
                     struct error *e);

/* Is there a move that an earlier run has begun and not finished? */
bool imap_moving_is_unfinished(struct imap_run *r, bool *out, struct error *e);

/* Finishes it: removes the old copies of messages that are found in the folder, but none that was
 * marked \Deleted by somebody else, and journals the new places. What is not found there stays, and
 * is judged anew. Does nothing in a run that changes nothing (--dry-run, observe). Another mailbox
 * may be selected afterwards. */
bool imap_moving_finish(struct imap_run *r, struct error *e);

#endif
