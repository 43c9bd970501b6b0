/*
 * `check` of the accounts [imap "NAME"]: what this program can see, and, asked for, what
 * backsift-imap finds at the server.
 */
#ifndef BACKSIFT_CMD_CHECK_IMAP_H
#define BACKSIFT_CMD_CHECK_IMAP_H

#include "cmd/check.h"

/* Reports each account: where it is, where its password comes from and whether those files can be
 * used, when it was swept; and whether backsift-imap is installed. probe: has that log in and open
 * the mailboxes, within the account's timeout or LIMIT_CHECK_IMAP_SECONDS, whichever is shorter. */
void check_imap(struct check *k, bool probe);

#endif
