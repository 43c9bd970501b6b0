/*
 * Folders on the server: how they are named there, whether they exist, and moving messages into
 * them.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_FOLDER_H
#define BACKSIFT_MAILBOX_IMAP_FOLDER_H

#include "mailbox/imap_fetch.h"
#include "mailbox/imap_session.h"

/* A folder of [folders] as the server wants it: in modified UTF-7 (RFC 3501 5.1.3), below the
 * prefix of personal folders (RFC 2342), "/" as the server's hierarchy delimiter. "INBOX" is
 * itself. */
const char *imap_folder_name(struct imap_session *s, const char *folder, struct error *e);

/* Selects a mailbox that the user has named: by that name itself, else by its name below the
 * prefix, which is how most mail programs show it. *server_name is what the server calls it, arena
 * memory. ERROR_DATA when there is neither. */
bool imap_select_named(struct imap_session *s, const char *name, bool read_only,
                       struct imap_mailbox *out, const char **server_name, struct error *e);

/* Makes the folder of that server name when missing, and subscribes to it. *next is its UIDNEXT; 0
 * for a new one, and when the server does not say it. */
bool imap_folder_ensure(struct imap_session *s, const char *name, uint32_t *next, struct error *e);

/* Moves messages (UIDs ascending) of the selected mailbox to the folder of that server name, with
 * flags and INTERNALDATE: by MOVE (RFC 6851), or else only copies them: *copied, and what is left
 * is imap_remove_copied. A message that is gone meanwhile is no error. placed[i] gets the UID of
 * message i there, *validity the folder's UIDVALIDITY; 0 for one that is gone, or where the server
 * does not say it (no UIDPLUS). */
bool imap_move_or_copy(struct imap_session *s, const uint32_t *uids, size_t count,
                       const char *folder, bool *copied, uint32_t *validity, uint32_t *placed,
                       struct error *e);

/* Marks messages that have been copied \Deleted and expunges exactly those (UIDPLUS, RFC 4315).
 * *marked_only: the server can expunge only all that anybody has marked, which is never done. */
bool imap_remove_copied(struct imap_session *s, const uint32_t *uids, size_t count,
                        bool *marked_only, struct error *e);

#endif
