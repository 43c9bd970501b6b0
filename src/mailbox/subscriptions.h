/*
 * Dovecot's file of subscribed folders. A folder that is not in it is there, and not shown by many
 * mail programs.
 */
#ifndef BACKSIFT_MAILBOX_SUBSCRIPTIONS_H
#define BACKSIFT_MAILBOX_SUBSCRIPTIONS_H

#include "mailbox/maildir.h"

/* True when the Maildir has that folder. */
bool maildir_has_folder(struct maildir *md, const char *folder);

/* Adds the folder to the file `subscriptions` of the Maildir, in the form that the file has; it is
 * made when missing. Locked and replaced as Dovecot does it. False with *e when it cannot be, or
 * when somebody else holds the lock. */
bool maildir_subscribe(struct maildir *md, const char *folder, struct error *e);

#endif
