/*
 * Whether messages have already been copied, for a run that goes on where another was cut between
 * COPY and the removal of the old copy.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_COPIES_H
#define BACKSIFT_MAILBOX_IMAP_COPIES_H

#include "mailbox/imap_session.h"

/* For each of the messages (UIDs ascending, at most LIMIT_IMAP_BATCH) of the selected mailbox sets
 * found[i] to the UID there when one of the last LIMIT_IMAP_COPIES messages of the folder of that
 * server name has its size and header; each there stands for one here. *validity is that folder's
 * UIDVALIDITY. What cannot be read is "not found", 0: it is copied a second time rather than lost.
 * Selects the mailbox again; *e when that cannot be done. */
bool imap_find_copies(struct imap_session *s, const char *mailbox, const char *folder,
                      const uint32_t *uids, size_t count, uint32_t *validity, uint32_t *found,
                      struct error *e);

#endif
