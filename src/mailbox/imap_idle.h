/*
 * IDLE (RFC 2177): waiting for the server's word that there is news. Spoken here and not by
 * libetpan, whose IDLE hangs when the server has said something before it is asked to wait.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_IDLE_H
#define BACKSIFT_MAILBOX_IMAP_IDLE_H

#include "mailbox/imap_session.h"

enum imap_idle {
    IMAP_IDLE_NEWS,   /* a message has come to the mailbox that is selected */
    IMAP_IDLE_TIMER,  /* timer_fd can be read */
    IMAP_IDLE_STOP,   /* the connection's stop_fd can be read */
    IMAP_IDLE_REFUSED /* the server does not idle, whatever it says it can */
};

/* Idles until one of these; the session takes commands again when it returns true. After a stop the
 * server has LIMIT_IMAP_LEAVE_MS for what is still said to it. News from before the mailbox was
 * selected is not told again: look at UIDNEXT first. */
bool imap_idle(struct imap_session *s, int timer_fd, enum imap_idle *why, struct error *e);

#endif
