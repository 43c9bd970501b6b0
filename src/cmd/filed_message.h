/*
 * From the path of a file, as people name messages, to the message in the Maildir.
 */
#ifndef BACKSIFT_CMD_FILED_MESSAGE_H
#define BACKSIFT_CMD_FILED_MESSAGE_H

#include "cmd/context.h"
#include "mailbox/maildir.h"

/* The message at path, which must stand in new/ or cur/ of a folder of md; root is the Maildir's
 * path without symbolic links. What is none is an error of kind ERROR_DATA. Strings are arena
 * memory. */
bool filed_message_find(const struct config *config, struct maildir *md, const char *root,
                        struct arena *arena, const char *path, struct maildir_entry *entry,
                        struct error *e);

/* The Maildir's path without symbolic links; arena memory; NULL with *e. */
const char *filed_message_root(const struct config *config, struct arena *arena, struct error *e);

#endif
