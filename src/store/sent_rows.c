/*
 * One row at a time. Adding what is there already changes nothing but a time that was earlier, so
 * everything here can be repeated after an interruption.
 */
#include "store/sent_rows.h"

#include <string.h>

struct id_row id_row_of(const struct hash *id, unixtime time)
{
    struct id_row row = {.time = time};
    memcpy(row.id, id->bytes, HASH_BYTES);
    return row;
}

struct recipient_row recipient_row_of(const struct hash *recipient, const struct hash *sender,
                                      const struct hash *id, unixtime time)
{
    struct recipient_row row = {.has_sender = sender->n > 0, .has_id = id->n > 0, .time = time};
    memcpy(row.recipient, recipient->bytes, RECIPIENT_BYTES);
    if (row.has_sender)
        memcpy(row.sender, sender->bytes, SENDER_BYTES);
    if (row.has_id)
        memcpy(row.id, id->bytes + HASH_BYTES - ID_TAIL_BYTES, ID_TAIL_BYTES);
    return row;
}

bool id_row_put(struct store *s, const struct id_row *row, bool *is_new, struct error *e)
{
    const struct value add[] = {value_blob(row->id, HASH_BYTES), value_int(row->time)};
    const struct value later[] = {add[1], add[0]};
    int64_t added;
    if (!store_run(s, SENT_ID_ADD, add, 2, &added, e))
        return false;
    *is_new = added > 0;
    return *is_new || store_run(s, SENT_ID_LATER, later, 2, NULL, e);
}

bool relayed_row_put(struct store *s, const struct id_row *row, struct error *e)
{
    const struct value parameters[] = {value_blob(row->id, HASH_BYTES), value_int(row->time)};
    return store_run(s, RELAYED_ADD, parameters, 2, NULL, e);
}

bool recipient_row_put(struct store *s, const struct recipient_row *row, struct error *e)
{
    const struct value parameters[] = {value_blob(row->recipient, RECIPIENT_BYTES),
                                       value_blob(row->sender, row->has_sender ? SENDER_BYTES : 0),
                                       value_blob(row->id, row->has_id ? ID_TAIL_BYTES : 0),
                                       value_int(row->time)};
    return store_run(s, SENT_TO_ADD, parameters, 4, NULL, e);
}

bool nameless_row_put(struct store *s, const char *source, unixtime time, bool *is_new,
                      struct error *e)
{
    const struct value parameters[] = {value_int(time), value_text(source)};
    int64_t added = 0;
    bool ok = store_run(s, NAMELESS_ADD, parameters, 2, &added, e);
    *is_new = added > 0;
    return ok;
}

bool item_row_put(struct store *s, const unsigned char item[ITEM_BYTES], bool *is_new,
                  struct error *e)
{
    const struct value parameters[] = {value_blob(item, ITEM_BYTES)};
    int64_t added = 0;
    bool ok = store_run(s, ITEM_ADD, parameters, 1, &added, e);
    *is_new = added > 0;
    return ok;
}

bool day_row_count(struct store *s, const char *source, int64_t day, int64_t messages,
                   struct error *e)
{
    const struct value parameters[] = {value_int(day), value_text(source), value_int(messages)};
    return store_run(s, SENT_DAY_COUNT, parameters, 3, NULL, e);
}

/* The name of the source and the item's, parted by a NUL, which neither holds. */
bool item_hash(struct store *s, const char *source, struct span item, unsigned char out[HASH_BYTES],
               struct error *e)
{
    size_t n = strlen(source) + 1;
    arena_reset(s->scratch);
    char *both = arena_alloc(s->scratch, n + item.n);
    if (!both)
        return error_memory(e);
    memcpy(both, source, n);
    if (item.n > 0)
        memcpy(both + n, item.p, item.n);
    key_hash(s->key, HASH_ITEM, (struct span){both, n + item.n}, out);
    return true;
}
