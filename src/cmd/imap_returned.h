/*
 * Responses that their owner has moved back to the mailbox they came to: the way to overrule a
 * verdict in a mail program.
 */
#ifndef BACKSIFT_CMD_IMAP_RETURNED_H
#define BACKSIFT_CMD_IMAP_RETURNED_H

#include "cmd/imap_place.h"
#include "cmd/imap_run.h"

/* Looks in the journal for the event of a response that now stands at `place`: one of this account
 * with the same time of arrival and the same findings (as findings_encode writes them), filed in
 * another folder. *returned tells whether there is one; it then is ours by its owner's word, as
 * with `mark ours`, but for a run that changes nothing. So it does when the owner's word is there
 * already. */
bool imap_returned(struct imap_run *r, struct arena *arena, const struct imap_place *place,
                   unixtime arrival, struct span findings, bool *returned, struct error *e);

#endif
