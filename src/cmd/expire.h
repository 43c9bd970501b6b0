/*
 * Expiry: the only thing that removes mail, and only where [maildir] expire-days asks for it.
 */
#ifndef BACKSIFT_CMD_EXPIRE_H
#define BACKSIFT_CMD_EXPIRE_H

#include "cmd/context.h"
#include "mailbox/maildir.h"

/* Removes messages of the mailbox that the journal has as forged, filed (or found forged) more than
 * days ago, and that still stand in the folder of forged responses under the name they were filed
 * by. Never from the inbox, and never one that carries the flag F. Adds their number to *removed
 * and to the note that expire_counted reads. dry_run only counts. Needs a store to write. */
bool expire(struct context *c, struct maildir *md, const char *mailbox, int days, bool dry_run,
            int64_t *removed, struct error *e);

/* How many were removed in [since, until), as far as the last 200 runs that removed any tell. */
bool expire_counted(struct store *s, struct arena *arena, unixtime since, unixtime until,
                    int64_t *count, struct error *e);

#endif
