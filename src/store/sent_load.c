/*
 * Loads. Recipients go in before IDs and IDs before items, so that whoever looks in between finds a
 * reason for doubt rather than a message that seems to have gone to nobody.
 */
#include "store/sent_load.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "store/sent_rows.h"

/* Rows of one kind; they grow by doubling. */
struct rows {
    unsigned char *items;
    size_t size; /* of one */
    size_t count, room;
};

struct day {
    int64_t day, messages;
};

struct sent_load {
    struct store *store;
    const char *source;
    struct rows recipients, ids, relayed, nameless, items;
    struct rows days;  /* counted and not written yet */
    char *last_sender; /* whose hash is kept: mostly the same one sends */
    struct hash sender;
    int64_t items_added;
};

struct sent_load *sent_load_new(struct store *s, const char *source)
{
    struct sent_load *l = calloc(1, sizeof *l);
    if (l)
        *l = (struct sent_load){.store = s,
                                .source = source,
                                .recipients.size = sizeof(struct recipient_row),
                                .ids.size = sizeof(struct id_row),
                                .relayed.size = sizeof(struct id_row),
                                .nameless.size = sizeof(unixtime),
                                .items.size = ITEM_BYTES,
                                .days.size = sizeof(struct day)};
    return l;
}

void sent_load_free(struct sent_load *l)
{
    if (!l)
        return;
    free(l->recipients.items);
    free(l->ids.items);
    free(l->relayed.items);
    free(l->nameless.items);
    free(l->items.items);
    free(l->days.items);
    free(l->last_sender);
    free(l);
}

/* --- gathering --- */

static bool push(struct rows *r, const void *row, struct error *e)
{
    if (r->count == r->room) {
        size_t room = r->room > 0 ? 2 * r->room : 64;
        void *more = realloc(r->items, room * r->size);
        if (!more)
            return error_memory(e);
        r->items = more;
        r->room = room;
    }
    memcpy(r->items + r->count++ * r->size, row, r->size);
    return true;
}

/* Without memory for the name the hash is made again each time. */
static const struct hash *sender_of(struct sent_load *l, const char *sender)
{
    const char *name = sender ? sender : "";
    if (!l->last_sender || strcmp(l->last_sender, name) != 0) {
        l->sender = hash_sender(l->store, name);
        free(l->last_sender);
        l->last_sender = strdup(name);
    }
    return &l->sender;
}

static bool push_recipients(struct sent_load *l, const struct sent *m, const struct hash *id,
                            unixtime time, struct error *e)
{
    const struct hash *sender = sender_of(l, m->sender);
    for (size_t i = 0; i < m->recipient_count; i++) {
        struct hash_forms f = hash_recipient(l->store, m->recipients[i]);
        for (size_t k = 0; k < f.count; k++) {
            struct recipient_row row = recipient_row_of(&f.hash[k], sender, id, time);
            if (!push(&l->recipients, &row, e))
                return false;
        }
    }
    return true;
}

static unixtime not_later_than_now(unixtime time)
{
    unixtime now = clock_now();
    return time < now ? time : now;
}

bool sent_load_add(struct sent_load *l, const struct sent *m, struct error *e)
{
    unixtime time = not_later_than_now(m->time);
    struct hash id = hash_message_id(l->store, m->message_id);
    struct id_row row = id_row_of(&id, time);
    return push_recipients(l, m, &id, time, e) &&
           (id.n > 0 ? push(&l->ids, &row, e) : push(&l->nameless, &time, e));
}

bool sent_load_relayed(struct sent_load *l, const char *message_id, unixtime time, struct error *e)
{
    struct hash id = hash_message_id(l->store, message_id);
    struct id_row row = id_row_of(&id, not_later_than_now(time));
    return id.n == 0 || push(&l->relayed, &row, e);
}

bool sent_load_item(struct sent_load *l, struct span item, struct error *e)
{
    unsigned char hash[HASH_BYTES];
    return item_hash(l->store, l->source, item, hash, e) && push(&l->items, hash, e);
}

bool sent_load_is_full(const struct sent_load *l)
{
    const struct rows *all[] = {&l->recipients, &l->ids, &l->relayed, &l->nameless, &l->items};
    size_t bytes = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        bytes += all[i]->count * all[i]->size;
    return bytes >= LIMIT_LOAD;
}

/* --- writing --- */

static bool count_day(struct sent_load *l, unixtime time, struct error *e)
{
    struct day *days = (struct day *)(void *)l->days.items;
    struct day one = {time / SECONDS_PER_DAY, 1};
    for (size_t i = 0; i < l->days.count; i++) {
        if (days[i].day != one.day)
            continue;
        days[i].messages++;
        return true;
    }
    return push(&l->days, &one, e);
}

static bool write_days(struct sent_load *l, struct error *e)
{
    const struct day *days = (const struct day *)(const void *)l->days.items;
    for (size_t i = 0; i < l->days.count; i++)
        if (!day_row_count(l->store, l->source, days[i].day, days[i].messages, e))
            return false;
    l->days.count = 0;
    return true;
}

typedef bool (*row_writer)(struct sent_load *l, const void *row, struct error *e);

static bool write_recipient(struct sent_load *l, const void *row, struct error *e)
{
    return recipient_row_put(l->store, row, e);
}

static bool write_relayed(struct sent_load *l, const void *row, struct error *e)
{
    return relayed_row_put(l->store, row, e);
}

static bool write_id(struct sent_load *l, const void *row, struct error *e)
{
    const struct id_row *id = row;
    bool is_new;
    return id_row_put(l->store, id, &is_new, e) && (!is_new || count_day(l, id->time, e));
}

static bool write_nameless(struct sent_load *l, const void *row, struct error *e)
{
    unixtime time;
    bool is_new;
    memcpy(&time, row, sizeof time);
    return nameless_row_put(l->store, l->source, time, &is_new, e) &&
           (!is_new || count_day(l, time, e));
}

static bool write_item(struct sent_load *l, const void *row, struct error *e)
{
    bool is_new;
    bool ok = item_row_put(l->store, row, &is_new, e);
    l->items_added += ok && is_new;
    return ok;
}

static int compare_recipients(const void *a, const void *b)
{
    return memcmp(a, b, RECIPIENT_KEY);
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, HASH_BYTES);
}

static int compare_items(const void *a, const void *b)
{
    return memcmp(a, b, ITEM_BYTES);
}

static int compare_times(const void *a, const void *b)
{
    unixtime x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static bool write_rows(struct sent_load *l, struct rows *r,
                       int (*compare)(const void *a, const void *b), row_writer write,
                       struct error *e)
{
    if (r->count > 0)
        qsort(r->items, r->count, r->size, compare);
    for (size_t i = 0; i < r->count; i++) {
        if (store_turn_is_over(l->store) && !(write_days(l, e) && store_next_turn(l->store, e)))
            return false;
        if (!write(l, r->items + i * r->size, e))
            return false;
    }
    return true;
}

static bool write_all_rows(struct sent_load *l, struct error *e)
{
    return write_rows(l, &l->recipients, compare_recipients, write_recipient, e) &&
           write_rows(l, &l->relayed, compare_ids, write_relayed, e) &&
           write_rows(l, &l->nameless, compare_times, write_nameless, e) &&
           write_rows(l, &l->ids, compare_ids, write_id, e) &&
           write_rows(l, &l->items, compare_items, write_item, e) && write_days(l, e);
}

static void empty(struct sent_load *l)
{
    l->recipients.count = l->ids.count = l->relayed.count = 0;
    l->nameless.count = l->items.count = l->days.count = 0;
}

bool sent_load_write(struct sent_load *l, int64_t *items_added, struct error *e)
{
    l->items_added = 0;
    bool ok = store_begin_unsynced(l->store, e);
    if (ok && !(ok = write_all_rows(l, e)))
        store_rollback(l->store);
    ok = ok && store_commit(l->store, e);
    empty(l);
    *items_added = l->items_added;
    return ok;
}
