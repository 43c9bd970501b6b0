/*
 * Where a response on a server stands, as the journal writes it in journal_event.file: mailbox,
 * UIDVALIDITY and UID, in the words of RFC 5092. Before it is moved that is the mailbox it came to;
 * behind it, the folder, where the server says which UID it got there (RFC 4315, COPYUID).
 */
#ifndef BACKSIFT_CMD_IMAP_PLACE_H
#define BACKSIFT_CMD_IMAP_PLACE_H

#include <stdint.h>

#include "base/arena.h"

struct imap_place {
    const char *mailbox; /* its name on the server */
    uint32_t validity, uid;
};

/* Arena memory; NULL without. */
const char *imap_place_write(struct arena *arena, const struct imap_place *place);

/* False when file is no such place or memory is out. The mailbox is arena memory. */
bool imap_place_read(struct arena *arena, const char *file, struct imap_place *out);

#endif
