/*
 * The sweep of one mailbox on a server.
 */
#ifndef BACKSIFT_CMD_IMAP_SWEEP_MAILBOX_H
#define BACKSIFT_CMD_IMAP_SWEEP_MAILBOX_H

#include "cmd/imap_run.h"

/* What the mailboxes of a run share: memory, and the child that reads messages. NULL with *e. Ended
 * with imap_sweeping_close, which takes NULL too. */
struct imap_sweeping;
struct imap_sweeping *imap_sweeping_open(struct imap_run *r, struct error *e);
void imap_sweeping_close(struct imap_sweeping *s);

/* Selects the mailbox that the user names so, read-only where the run is to change nothing. *state
 * is how it is found. ERROR_DATA when there is none. */
bool imap_sweeping_select(struct imap_sweeping *s, const char *name, struct imap_mailbox *state,
                          struct error *e);

/* Sweeps the mailbox that was selected last, from where the last run has come to, within
 * options.since and options.limit; counts in run->tally. *e also when it was stopped halfway: what
 * was done stays done and noted. ERROR_CONFIG when it is one that is not swept. */
bool imap_sweep_mailbox(struct imap_sweeping *s, struct error *e);

#endif
