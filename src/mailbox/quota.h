/*
 * Maildir++ quota: the file maildirsize, which the mail server or its administrator has put into
 * the Maildir. The first line is the limit ("10000000S,1000C"), each further one a change "BYTES
 * COUNT".
 */
#ifndef BACKSIFT_MAILBOX_QUOTA_H
#define BACKSIFT_MAILBOX_QUOTA_H

#include "mailbox/maildir.h"

/* Is there room for a message of that size? True where there is no such file, or none that can be
 * understood. A full one that is old is counted anew first, as the specification wants. False with
 * *e of kind ERROR_RETRY. */
bool maildir_quota_allows(struct maildir *md, int64_t bytes, struct error *e);

/* Notes a change, negative for what was removed: one short write to the end. Failing means nothing:
 * others count anew. */
void maildir_quota_add(struct maildir *md, int64_t bytes, int64_t count);

#endif
