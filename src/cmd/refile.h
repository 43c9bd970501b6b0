/*
 * Changing the origin of a filed response: the message goes to the folder of the new verdict, the
 * journal follows. Shared by recheck and mark.
 */
#ifndef BACKSIFT_CMD_REFILE_H
#define BACKSIFT_CMD_REFILE_H

#include "cmd/context.h"
#include "mailbox/maildir.h"

/* The name of a Maildir in the journal: "maildir:" and its absolute path. Arena memory. */
const char *refile_mailbox(struct arena *arena, const char *maildir);

/* True when two names mean one folder: '.' and '/' both part levels, and INBOX has any case. */
bool refile_same_folder(const char *a, const char *b);

/* How a move of one message ended. */
enum refile_end {
    REFILE_MOVED,
    REFILE_GONE, /* somebody removed it */
    REFILE_BUSY  /* somebody else gave it another name at each try */
};

/* Moves the message of entry, the one that event names, to `folder`: event's folder and file and
 * the entry are those of the new place then. Somebody else's change of its flags at this moment is
 * waited out. Strings are arena memory. */
bool refile_move(struct arena *arena, struct maildir *md, struct journal_event *event,
                 struct maildir_entry *entry, const char *folder, enum refile_end *end,
                 struct error *e);

/* The folder of an event that gets this origin; where it is with [deliver] observe. */
const char *refile_folder(const struct context *c, const struct journal_event *event,
                          enum origin origin);

/* What becomes of an event. */
struct refiling {
    enum origin origin;
    int row; /* 0: the user's word */
    bool marked, by_user;
};

struct refiled {
    const char *path; /* where the message is now, for people; arena memory; "" when it is gone */
    bool moved;
};

/* Moves the message of event as `to` asks and updates the journal. The message moves first: killed
 * in between, it stands in the right folder and the journal is mended later. A message that is no
 * longer where the journal has it (there is false: not even looked for) stays where its owner put
 * it; one that somebody else keeps changing is ERROR_RETRY, and the journal stays. With [deliver]
 * observe nothing moves. event's changed strings are arena memory. */
bool refile(struct context *c, struct arena *arena, struct maildir *md, struct journal_event *event,
            bool there, const struct refiling *to, struct refiled *out, struct error *e);

/* One of several that are refiled together. */
struct refile_item {
    struct journal_event *event;
    const struct refiling *to;
    bool there;          /* as for refile */
    struct refiled done; /* given, unless error says otherwise */
    struct error error;  /* ERROR_NONE: done; else (also from before) nothing is noted */

    const char *folder; /* these are refile_all's own */
    struct maildir_entry entry;
    struct maildir_moved moved;
    bool moves;
};

/* The same for up to LIMIT_RECHECK_BATCH: their moves share the syncs of their folders, and the
 * journal is written in one transaction behind them. False with *e when the journal has nothing of
 * it; what has moved then is mended later. */
bool refile_all(struct context *c, struct arena *arena, struct maildir *md,
                struct refile_item *items, size_t count, struct error *e);

#endif
