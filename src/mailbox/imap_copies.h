/*
 * What a move that was cut has come to: which messages are still where they were, and which stand
 * in the folder they were to go to.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_COPIES_H
#define BACKSIFT_MAILBOX_IMAP_COPIES_H

#include "mailbox/imap_fetch.h"

/* What a message and its copy have in common, besides its UID. */
struct imap_mark {
    uint32_t uid, size;
    unsigned char digest[16]; /* of the first LIMIT_IMAP_HEADER bytes of its header */
};

/* The mark of a message of which the header was fetched. */
struct imap_mark imap_mark_of(const struct imap_message *m);

struct imap_trace {
    bool is_here, is_deleted; /* \Deleted */
    uint32_t there;           /* the UID of its copy; 0: none is found */
};

/* Looks for messages (UIDs ascending, at most LIMIT_IMAP_FILED) in the selected mailbox, and for
 * their copies in the folder, both by their names on the server: among the last LIMIT_IMAP_COPIES
 * messages there with UIDs from first on, each standing for one message here. *validity is that
 * folder's UIDVALIDITY; a folder that is gone holds none. Selects the mailbox again; *e when that
 * cannot be done. */
bool imap_find_copies(struct imap_session *s, const char *mailbox, const char *folder,
                      uint32_t first, const struct imap_mark *marks, size_t count,
                      uint32_t *validity, struct imap_trace *found, struct error *e);

#endif
