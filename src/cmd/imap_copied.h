/*
 * What a cut run has copied on a server without MOVE, and not removed where it was.
 */
#ifndef BACKSIFT_CMD_IMAP_COPIED_H
#define BACKSIFT_CMD_IMAP_COPIED_H

#include "cmd/imap_run.h"
#include "mailbox/imap_fetch.h"

/* Of these responses (UIDs ascending) in the selected mailbox of that server name, finishes the
 * moves that an earlier run has journaled and copied: removes the old copy, journals the new place,
 * sets done[i]. Does nothing where the server has MOVE. The mailbox is selected afterwards. */
bool imap_finish_copied(struct imap_run *r, struct arena *arena, const char *mailbox,
                        uint32_t validity, const uint32_t *uids, size_t count, bool *done,
                        struct error *e);

#endif
