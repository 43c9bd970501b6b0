/*
 * Folders on the server: how they are named there, whether they exist, and moving messages into
 * them.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_FOLDER_H
#define BACKSIFT_MAILBOX_IMAP_FOLDER_H

#include "mailbox/imap_session.h"

/* A mailbox as a user names it in the config, as the server wants it: modified UTF-7 (RFC 3501
 * 5.1.3). Arena memory; NULL with *e. */
const char *imap_mailbox_name(struct imap_session *s, const char *name, struct error *e);

/* The same for a folder of [folders]: below the prefix of personal folders (RFC 2342), "/" as the
 * server's hierarchy delimiter. "INBOX" is itself. */
const char *imap_folder_name(struct imap_session *s, const char *folder, struct error *e);

/* Makes the folder of that server name when missing, and subscribes to it. */
bool imap_folder_ensure(struct imap_session *s, const char *name, struct error *e);

/* The mailbox of sent mail: the one marked \Sent (RFC 6154), else one of a usual name. ERROR_CONFIG
 * when there is none. Its name on the server, arena memory; NULL with *e. */
const char *imap_find_sent(struct imap_session *s, struct error *e);

enum imap_moved {
    IMAP_MOVED_AT_ONCE,   /* MOVE (RFC 6851) */
    IMAP_MOVED_BY_COPY,   /* COPY, then exactly those messages expunged (UIDPLUS, RFC 4315) */
    IMAP_MOVED_AND_MARKED /* COPY, and the old ones marked \Deleted: the server can expunge only
                             all that anybody has marked, which is never done */
};

/* Moves messages (UIDs ascending) of the selected mailbox to the folder of that server name, with
 * flags and INTERNALDATE. A message that is gone meanwhile is no error. placed[i] gets the UID of
 * message i there, *validity the folder's UIDVALIDITY; 0 for one that is gone, or where the server
 * does not say it (no UIDPLUS). */
bool imap_move(struct imap_session *s, const uint32_t *uids, size_t count, const char *folder,
               enum imap_moved *how, uint32_t *validity, uint32_t *placed, struct error *e);

#endif
