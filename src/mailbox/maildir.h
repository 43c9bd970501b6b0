/*
 * Maildir: durable delivery and moves. Nothing counts as done before file and folder are synced.
 */
#ifndef BACKSIFT_MAILBOX_MAILDIR_H
#define BACKSIFT_MAILBOX_MAILDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "config/config.h"

/* A Maildir with its folders (Maildir++ or plain nested ones). */
struct maildir;

/* Opens the Maildir at path. create: makes it (0700, with parents' sync) when missing; else a
 * missing one is an error that says what to do. Folder access goes by descriptors from here on, so
 * that a path replaced meanwhile does not matter. Ended with maildir_close. */
struct maildir *maildir_open(const char *path, enum maildir_layout layout, bool create,
                             struct error *e);
void maildir_close(struct maildir *md);

/* A message on its way: a file in tmp/ of the inbox, created O_EXCL 0600. */
struct maildir_draft;

/* Starts a draft. */
struct maildir_draft *maildir_draft_new(struct maildir *md, struct error *e);
/* Appends bytes; short writes are completed, EINTR is repeated. */
bool maildir_draft_write(struct maildir_draft *d, struct span bytes, struct error *e);
/* Makes the bytes durable (fsync). */
bool maildir_draft_sync(struct maildir_draft *d, struct error *e);
/* The descriptor, for mapping and for the child; -1 never. And the size so far. */
int maildir_draft_fd(const struct maildir_draft *d);
size_t maildir_draft_size(const struct maildir_draft *d);

/* Files the synced draft into new/ of a folder ("INBOX" or a name; made when missing, with its
 * parents): link, or rename where the file system has no links, or a synced copy by way of the
 * folder's own tmp/ where that is on another file system; the folder's new/ is synced, then
 * the draft's tmp/ name is gone and d is freed. *unique gets the name (arena). On failure nothing
 * is in new/ and the draft lives on, so that another folder can be tried. */
bool maildir_draft_file(struct maildir_draft *d, const char *folder, struct arena *arena,
                        const char **unique, struct error *e);
/* Gives the draft up: removes it from tmp/, frees it. NULL is allowed. */
void maildir_draft_drop(struct maildir_draft *d);
/* Only removes it from tmp/: what a signal handler may do before it ends the process. */
void maildir_draft_unlink(const struct maildir_draft *d);

/* True when name can be a folder: no empty name or level, no leading or trailing separator, no
 * ".", "..", slash (nested layout: slash separates levels), control characters; valid UTF-8; at
 * most 200 bytes. Levels are separated by "." in Maildir++ and by "/" in nested folders; both are
 * written as "/" or "." in the config. In Maildir++ a name that is not plain ASCII stands on disk
 * in modified UTF-7, as IMAP servers have it. */
bool maildir_folder_name_ok(const char *name, enum maildir_layout layout);

/* One message file. */
struct maildir_entry {
    const char *folder;   /* "INBOX" or a name */
    const char *subdir;   /* "new" or "cur" */
    const char *unique;   /* without flags */
    const char *flags;    /* such as "S"; "" in new/ */
    const char *filename; /* the whole file name */
};

/* Calls visit for each message of a folder (new/ then cur/ as asked), which may move or remove it.
 * A missing folder has none. Up to 10,000 messages come in the order of their names; memory stays
 * the same beyond. Ends early when visit gives false. */
typedef bool (*maildir_visit)(void *context, const struct maildir_entry *entry);
bool maildir_each(struct maildir *md, const char *folder, bool include_cur, maildir_visit visit,
                  void *context, struct error *e);

/* Finds a message by its unique name in new/ or cur/ of a folder. *found false when not there. */
bool maildir_find(struct maildir *md, struct arena *arena, const char *folder, const char *unique,
                  bool *found, struct maildir_entry *out, struct error *e);

/* Opens a message for reading; -1 with *e. The caller closes it. */
int maildir_entry_open(struct maildir *md, const struct maildir_entry *entry, struct error *e);
/* The path of a message, below that of the Maildir as it was opened: for people, who may hand it to
 * explain or mark. Arena memory. */
const char *maildir_entry_path(struct maildir *md, struct arena *arena,
                               const struct maildir_entry *entry);

/* Moves a message to new/ or cur/ (as it was) of another folder, keeping its flags, under a new
 * unique name in *unique; synced: link (across file systems: copy) first, then unlink, so that it
 * is never nowhere. *gone is true and nothing is done when somebody else moved or removed it
 * meanwhile. */
bool maildir_move(struct maildir *md, const struct maildir_entry *entry, const char *to_folder,
                  struct arena *arena, const char **unique, bool *gone, struct error *e);

/* The same for many messages with one sync of each directory, which is what a move costs: begin,
 * add, complete, and again. Ended with maildir_moves_close. Folders stay open meanwhile. */
struct maildir_moves;
struct maildir_moved {
    const char *unique; /* its new unique name; "" when it is gone */
    bool gone;          /* known for good when it is completed */
};
struct maildir_moves *maildir_moves_open(struct maildir *md, struct error *e);
/* Gives the message its new name; *out, which must live until it is completed, tells of it (strings
 * are arena memory). The old name stays until maildir_moves_complete. */
bool maildir_moves_add(struct maildir_moves *m, const struct maildir_entry *entry,
                       const char *to_folder, struct arena *arena, struct maildir_moved *out,
                       struct error *e);
/* Makes the new names durable and takes the old ones away. When the first fails, none has moved;
 * after any other failure each message has at least one name, and those not done are met again as
 * messages that were moved by halves. */
bool maildir_moves_complete(struct maildir_moves *m, struct error *e);
/* NULL is allowed. What was added and not completed keeps both names. */
void maildir_moves_close(struct maildir_moves *m);

/* Removes a message, for good. *gone is true and nothing is done when somebody else moved or
 * removed it meanwhile. */
bool maildir_remove(struct maildir *md, const struct maildir_entry *entry, bool *gone,
                    struct error *e);

#endif
