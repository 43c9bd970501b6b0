/*
 * How long to wait before a server that has failed is tried again.
 */
#ifndef BACKSIFT_MAILBOX_BACKOFF_H
#define BACKSIFT_MAILBOX_BACKOFF_H

/* Milliseconds to wait before try number `tries` (1, 2, ...) after a failure: doubling from
 * LIMIT_IMAP_BACKOFF_FIRST_MS to LIMIT_IMAP_BACKOFF_MOST_MS, and of that between a half and the
 * whole by chance (any number), so that a server that comes back does not meet all its clients at
 * once. */
int backoff_ms(int tries, unsigned chance);

#endif
