/*
 * Messages that a server shows in several mailboxes, as Gmail shows one in each of its labels: what
 * has been filed from one of them needs no event when it is met in another.
 */
#ifndef BACKSIFT_CMD_IMAP_SHOWN_H
#define BACKSIFT_CMD_IMAP_SHOWN_H

#include "cmd/imap_place.h"
#include "cmd/imap_run.h"

struct imap_shown;

/* The account's events since that time; to be read before the mailbox at hand adds its own. Empty
 * where the server shows a message once, or only one mailbox is swept. NULL with *e. */
struct imap_shown *imap_shown_load(struct imap_run *r, unixtime since, struct error *e);
void imap_shown_free(struct imap_shown *shown); /* NULL is allowed */

/* The folder of [folders] in which the journal has the response that stands at `file` too, known by
 * its arrival and its findings (as findings_encode writes them), filed at that time or later; NULL:
 * it has none. Valid as long as shown. */
const char *imap_shown_folder(const struct imap_shown *shown, const char *file, unixtime arrival,
                              struct span findings, unixtime filed_since);

#endif
