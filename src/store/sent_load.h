/*
 * Many sent messages at once. An index by hashes is slow to fill message by message, as each row
 * falls on a page of its own; gathered in memory and written in the order of their keys, many rows
 * share a page.
 */
#ifndef BACKSIFT_STORE_SENT_LOAD_H
#define BACKSIFT_STORE_SENT_LOAD_H

#include "store/store.h"

struct sent_load;

/* An empty load for a source. NULL without memory. Store and source must outlive it. */
struct sent_load *sent_load_new(struct store *s, const char *source);
void sent_load_free(struct sent_load *l);

/* Each means the same as its counterpart in store.h (store_add_sent, store_add_relayed,
 * store_item_add), but only gathers; nothing of what is passed is kept. False without memory: what
 * was gathered so far can still be written. */
bool sent_load_add(struct sent_load *l, const struct sent *m, struct error *e);
bool sent_load_relayed(struct sent_load *l, const char *message_id, unixtime time, struct error *e);
bool sent_load_item(struct sent_load *l, struct span item, struct error *e);

/* Does it hold so much that it should be written? */
bool sent_load_is_full(const struct sent_load *l);

/* Writes all and empties the load; *items_added counts items that were not known before. In short
 * transactions that are not synced, items last: what an interruption leaves is sent mail that may
 * be recorded again, never an item without its message. A synced transaction must follow before
 * anybody is told that it is there (store_source_save is one). Not within a transaction. On an
 * error what is not written yet is dropped, and the caller reads it again in a later run. */
bool sent_load_write(struct sent_load *l, int64_t *items_added, struct error *e);

#endif
