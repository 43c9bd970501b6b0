/*
 * Mending the journal: a filed response that it does not know (it could not be written after a
 * delivery, or was lost with its host) is read again and added.
 */
#ifndef BACKSIFT_CMD_MEND_H
#define BACKSIFT_CMD_MEND_H

#include "cmd/context.h"
#include "mailbox/maildir.h"

/* Reads one filed message and adds it to the journal with the origin that its folder stands for.
 * *is_response is false, and nothing is added, when the rules call it ordinary mail. Needs rules
 * and a store to write. event's strings are arena memory. */
bool mend_message(struct context *c, struct arena *arena, struct maildir *md,
                  const struct maildir_entry *entry, struct journal_event *event, bool *is_response,
                  struct error *e);

/* Adds all responses in the folders of verdicts (not the inbox) that were filed since `since` and
 * are not in the journal; *added counts them. What was filed within the last LIMIT_DELIVER_SECONDS
 * is left to its delivery. */
bool mend_journal(struct context *c, struct maildir *md, unixtime since, int64_t *added,
                  struct error *e);

#endif
