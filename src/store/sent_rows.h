/*
 * Private to store/: the rows that sent messages become, and writing one of them. All run within an
 * open transaction.
 */
#ifndef BACKSIFT_STORE_SENT_ROWS_H
#define BACKSIFT_STORE_SENT_ROWS_H

#include "store/sent_hash.h"

/* A row of sent_id or relayed. */
struct id_row {
    unsigned char id[HASH_BYTES];
    unixtime time;
};

/* A row of sent_to; its key comes first, so that rows compare as the table sorts them. What is not
 * known is empty in the table, and zero here. */
struct recipient_row {
    unsigned char recipient[RECIPIENT_BYTES], sender[SENDER_BYTES], id[ID_TAIL_BYTES];
    bool has_sender, has_id;
    unixtime time;
};
#define RECIPIENT_KEY (RECIPIENT_BYTES + SENDER_BYTES + ID_TAIL_BYTES)

struct id_row id_row_of(const struct hash *id, unixtime time);
struct recipient_row recipient_row_of(const struct hash *recipient, const struct hash *sender,
                                      const struct hash *id, unixtime time);

/* *is_new: it was not there; else at most its time has moved on. */
bool id_row_put(struct store *s, const struct id_row *row, bool *is_new, struct error *e);
bool relayed_row_put(struct store *s, const struct id_row *row, struct error *e);
bool recipient_row_put(struct store *s, const struct recipient_row *row, struct error *e);
bool nameless_row_put(struct store *s, const char *source, unixtime time, bool *is_new,
                      struct error *e);
bool item_row_put(struct store *s, const unsigned char item[ITEM_BYTES], bool *is_new,
                  struct error *e);
/* Counts `messages` more of that day (days since 1970). */
bool day_row_count(struct store *s, const char *source, int64_t day, int64_t messages,
                   struct error *e);

/* The hash of an item of a source. */
bool item_hash(struct store *s, const char *source, struct span item, unsigned char out[HASH_BYTES],
               struct error *e);

#endif
