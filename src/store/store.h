/*
 * The store: outbound index (what was sent, as keyed hashes) and journal (what was filed, in clear)
 * behind one interface; engines are tables of functions (store/engine.h). A store that cannot be
 * read is "cannot tell", never "not found".
 */
#ifndef BACKSIFT_STORE_STORE_H
#define BACKSIFT_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/span.h"
#include "config/config.h"

struct store;

enum store_access {
    STORE_READ, /* never creates anything */
    STORE_WRITE /* creates folder (0700), key file (0600) and tables when missing */
};

/* Opens the store config->index_url names. Waits for a lock at most wait_ms each time, for reading
 * at most LIMIT_LOOKUP_MS. The key file is read (STORE_WRITE creates it with 32 random bytes when
 * neither it nor the store exists; a store whose key file is gone is an error, as its content
 * cannot be found any more). A check value of another key is an error that says so. NULL on error.
 *
 * Kinds of errors, here and below: ERROR_DATA only for a store that does not exist yet and is
 * opened for reading; ERROR_CONFIG for what stays until somebody mends it (key, permission, damage,
 * a newer version); ERROR_RETRY for the rest (locks, disk, memory). */
struct store *store_open(const struct config *config, enum store_access access, int wait_ms,
                         struct error *e);
void store_close(struct store *s);

/* Several writes as one transaction: all or none is kept, durable (synced) when store_commit
 * returns true. Without begin each write is a transaction of its own. */
bool store_begin(struct store *s, struct error *e);
bool store_commit(struct store *s, struct error *e);
void store_rollback(struct store *s);

/* The same, but a power failure may undo it, whole, as long as no synced transaction has followed;
 * the death of the process never does. */
bool store_begin_unsynced(struct store *s, struct error *e);
/* For writers of many rows: has the open transaction kept others waiting for LIMIT_TURN_MS? Then
 * store_next_turn commits it, stands back for as long as others take to notice, and begins another
 * of its kind. After an error no transaction is open. */
bool store_turn_is_over(const struct store *s);
bool store_next_turn(struct store *s, struct error *e);

/* --- outbound index --- */

/* One sent message, in clear; hashed and normalised inside (store/normal_form.h). */
struct sent {
    const char *message_id; /* without brackets; NULL or "" when the copy has none */
    const char **recipients;
    size_t recipient_count;
    const char *sender; /* NULL or "" when not known */
    unixtime time;      /* when it was sent, as the source knows it; never later than now */
};

/* Adds a sent message of a source; adding the same again changes nothing but the latest time. A
 * copy without an ID opens a gap that coverage knows (DESIGN.md row 8). A time in the future counts
 * as now. A recipient whose plain form differs (a "+tag", say) is found by either form; of the
 * sender only the plain form is kept. */
bool store_add_sent(struct store *s, const char *source, const struct sent *m, struct error *e);

/* Adds the ID of a message that was relayed or forwarded here and not sent by us: responses to it
 * may come, so it casts doubt and never says ours. An ID without a normal form changes nothing. */
bool store_add_relayed(struct store *s, const char *message_id, unixtime time, struct error *e);

enum lookup { LOOKUP_ERROR, LOOKUP_NO, LOOKUP_YES };

/* Each: YES with *when the latest time it was sent, NO, or ERROR (then *e). Addresses are looked up
 * as they are and in their plain form. */
enum lookup store_find_id(struct store *s, const char *message_id, unixtime *when, struct error *e);
enum lookup store_find_recipient(struct store *s, const char *address, unixtime *when,
                                 struct error *e);
/* Was recipient written to from sender? */
enum lookup store_find_pair(struct store *s, const char *sender, const char *recipient,
                            unixtime *when, struct error *e);
/* The senders of all that is recorded, read in one pass over the index. By short hashes: of some
 * 4,000,000,000 addresses one is taken for another. NULL on error. */
struct sender_set;
struct sender_set *store_senders(struct store *s, struct arena *arena, struct error *e);
/* Is the address, or the one behind its decorations, among them? Without memory: yes. */
bool store_is_sender(struct store *s, const struct sender_set *set, const char *address);
/* Was the message with that ID sent to recipient? */
enum lookup store_find_id_recipient(struct store *s, const char *message_id, const char *recipient,
                                    struct error *e);
/* YES when the index holds at least one sent message. */
enum lookup store_has_sent(struct store *s, struct error *e);
/* Were copies without an ID recorded with a time in [from, to]? */
enum lookup store_has_nameless(struct store *s, unixtime from, unixtime to, struct error *e);

/* Was a message with that ID only relayed or forwarded here? */
enum lookup store_find_relayed(struct store *s, const char *message_id, unixtime *when,
                               struct error *e);

/* Counts one more response that was judged ours by this ID although its failed recipient was never
 * written to (origin row 2's mark); *count gets the number including this one. */
bool store_count_stray(struct store *s, const char *message_id, int *count, struct error *e);
/* The number so far, without counting. */
bool store_strays(struct store *s, const char *message_id, int *count, struct error *e);

/* --- sources --- */

struct source_state {
    const char *name;   /* as declared: "maildir:/home/u/Maildir/.Sent"; "stdin" */
    bool is_push;       /* stdin, wrapper: holds up to now */
    unixtime first_run; /* 0: never */
    unixtime last_run;  /* start of the last complete run; a pull source holds up to it */
    int64_t messages;   /* recorded through it so far */
    const char *cursor; /* the source's own note of how far it has read; "" at first */
};

/* False only on error; an unknown source gives first_run 0. */
bool store_source(struct store *s, struct arena *arena, const char *name, struct source_state *out,
                  struct error *e);
bool store_source_save(struct store *s, const struct source_state *state, struct error *e);

/* All sources ever recorded, by name. */
bool store_sources(struct store *s, struct arena *arena, struct source_state **out, size_t *count,
                   struct error *e);

/* The names of items (files) a source has read, as 8-byte keyed hashes. */
bool store_item_seen(struct store *s, const char *source, struct span item, bool *seen,
                     struct error *e);
bool store_item_add(struct store *s, const char *source, struct span item, struct error *e);

/* Text that a source keeps in its cursor and that names addresses or IDs: sealed under the key, as
 * the store must reveal neither. Arena memory; NULL on error. */
const char *store_seal(struct store *s, struct arena *arena, struct span text, struct error *e);
/* The text again, as an arena string; "" for what this key has not sealed. NULL without memory. */
const char *store_unseal(struct store *s, struct arena *arena, const char *sealed, struct error *e);

/* A word that stands for text where others must not see it: the same for the same text and key, and
 * nothing can be told from it without the key (RFC 6590). Letters, digits, "-" and "_". Arena
 * memory; NULL without memory. */
const char *store_pseudonym(struct store *s, struct arena *arena, struct span text);

/* A span of time for which a source does not hold all that was sent, with its reason. */
struct gap {
    const char *source;
    unixtime from, to;
    const char *reason;
};
bool store_gap_add(struct store *s, const struct gap *g, struct error *e);
bool store_gaps(struct store *s, struct arena *arena, unixtime from, unixtime to, struct gap **out,
                size_t *count, struct error *e);

/* Sent messages recorded by day (days since 1970) over the last days, for the coverage chart. */
bool store_sent_by_day(struct store *s, int64_t first_day, int days, int64_t *counts,
                       struct error *e);

struct index_stats {
    int64_t ids, recipients, nameless, journal_events, bytes;
    unixtime oldest, newest; /* of sent messages; 0 when none */
    const char *key_check;   /* the first 8 hex digits of the key's check value */
};
bool store_stats(struct store *s, struct arena *arena, struct index_stats *out, struct error *e);

/* Removes what was sent before `before`, and what the journal holds from before it, at most `most`
 * rows of a kind a call; *left tells whether more is there. Looking for old rows reads the whole
 * index, so once nothing was left, calls with a `before` less than a day later find nothing to do.
 */
bool store_prune(struct store *s, unixtime before, int most, bool *left, struct error *e);

/* Checks the store's structure: calls report with a line for each of *problems. False with *e when
 * it cannot be checked at all. */
bool store_verify(struct store *s, void (*report)(void *context, const char *problem),
                  void *context, int64_t *problems, struct error *e);

/* --- journal --- */

/* One response filed. Strings in clear. */
struct journal_event {
    int64_t number;                     /* given by the store; ascending */
    unixtime time;                      /* of filing */
    unixtime arrival;                   /* when the response came; equals time for deliver */
    const char *class_, *origin, *rule; /* names */
    int row;                            /* of the origin table */
    bool marked;                        /* row 2 with a recipient never written to */
    bool by_user;                       /* `mark`: recheck leaves it alone */
    const char *mailbox;                /* "maildir:/abs/path" or "imap:NAME" */
    const char *folder;                 /* where it is now; "INBOX" */
    const char *file;                   /* the unique name without folder and flags */
    const char *previous_origin;        /* "" unless recheck or mark changed it */
    unixtime changed;                   /* when that happened; 0 */
    struct span findings; /* findings_encode's bytes, so that recheck can judge again */
};

/* Not synced by itself: a lost event is mended from the folders. Fills event->number. */
bool journal_add(struct store *s, struct journal_event *event, struct error *e);
/* Changes origin, row, folder, file, previous_origin, changed, marked, by_user of event->number. */
bool journal_update(struct store *s, const struct journal_event *event, struct error *e);
/* The event of a filed message. LOOKUP_NO when there is none. */
enum lookup journal_find(struct store *s, struct arena *arena, const char *mailbox,
                         const char *file, struct journal_event *out, struct error *e);

/* Calls visit for each event with time or changed in [from, to), in order of number; stops when it
 * returns false. Strings are valid during the call only. visit may look things up; it must not
 * write, nor call this again. */
typedef bool (*journal_visit)(void *context, const struct journal_event *event);
bool journal_each(struct store *s, unixtime from, unixtime to, journal_visit visit, void *context,
                  struct error *e);

/* What the digest asks for; visit as above, each in an order of its own. */

/* Events numbered higher than after, with a time in [from, to); after -1 is none, and then events
 * are found by their time. In order of number. */
struct journal_range {
    int64_t after;
    unixtime from, to;
};
bool journal_each_since(struct store *s, const struct journal_range *range, journal_visit visit,
                        void *context, struct error *e);
/* Events changed in [from, to), by that time. */
bool journal_each_changed(struct store *s, unixtime from, unixtime to, journal_visit visit,
                          void *context, struct error *e);
/* Events of one class and origin that arrived in [from, to), by that time. */
bool journal_each_of(struct store *s, const char *class_, const char *origin, unixtime from,
                     unixtime to, journal_visit visit, void *context, struct error *e);
/* How many those are, by an index alone; and whether there are any. */
bool journal_count(struct store *s, const char *class_, const char *origin, unixtime from,
                   unixtime to, int64_t *count, struct error *e);
enum lookup journal_has(struct store *s, const char *class_, const char *origin, unixtime from,
                        unixtime to, struct error *e);

/* The note of the last `before` for which store_prune has left nothing, in seconds since 1970. */
#define STORE_NOTE_PRUNED "pruned-before"

/* Small values that belong to the store: when the last digest was made, and the like.
 * *value is "" when not set. */
bool store_note_get(struct store *s, struct arena *arena, const char *name, const char **value,
                    struct error *e);
bool store_note_set(struct store *s, const char *name, const char *value, struct error *e);

#endif
