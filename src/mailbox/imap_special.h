/*
 * What the server says a mailbox is for (SPECIAL-USE, RFC 6154).
 */
#ifndef BACKSIFT_MAILBOX_IMAP_SPECIAL_H
#define BACKSIFT_MAILBOX_IMAP_SPECIAL_H

#include "mailbox/imap_session.h"

/* The mailbox of sent mail: the one marked \Sent (RFC 6154), else one of a usual name. ERROR_CONFIG
 * when there is none. Its name on the server, arena memory; NULL with *e. */
const char *imap_find_sent(struct imap_session *s, struct error *e);

/* Whether the mailbox of that server name shows messages that stand in others and cannot be moved
 * out of it: one marked \All or \Flagged (RFC 6154 2) or \Important (RFC 8457). */
bool imap_is_view(struct imap_session *s, const char *mailbox, bool *view, struct error *e);

#endif
