/*
 * Who sent what is recorded. The index is keyed by recipient, so that one pass over it answers for
 * all addresses at once.
 */
#include <stdlib.h>
#include <string.h>

#include "store/sent_hash.h"

struct sender_set {
    unsigned char (*items)[SENDER_BYTES]; /* in order */
    size_t count, size;
};

static bool add(struct arena *arena, struct sender_set *set, struct span sender)
{
    if (sender.n != SENDER_BYTES)
        return true; /* not known */
    if (set->count == set->size) {
        size_t size = set->size ? 2 * set->size : 64;
        void *more = arena_array(arena, size, sizeof *set->items);
        if (!more)
            return false;
        if (set->count > 0)
            memcpy(more, set->items, set->count * sizeof *set->items);
        set->items = more;
        set->size = size;
    }
    memcpy(set->items[set->count++], sender.p, SENDER_BYTES);
    return true;
}

static int in_order(const void *a, const void *b)
{
    return memcmp(a, b, SENDER_BYTES);
}

struct sender_set *store_senders(struct store *s, struct arena *arena, struct error *e)
{
    struct sender_set *set = arena_alloc(arena, sizeof *set);
    struct value sender;
    enum step step;
    bool ok = set || error_memory(e);
    if (!ok || !s->engine->start(s->connection, SENDERS_ALL, NULL, 0, e))
        return NULL;
    while ((step = s->engine->next(s->connection, SENDERS_ALL, &sender, 1, e)) == STEP_ROW && ok)
        ok = add(arena, set, sender.data) || error_memory(e);
    s->engine->finish(s->connection, SENDERS_ALL);
    if (!ok || step == STEP_ERROR)
        return NULL;
    if (set->count > 0)
        qsort(set->items, set->count, sizeof *set->items, in_order);
    return set;
}

bool store_is_sender(struct store *s, const struct sender_set *set, const char *address)
{
    struct hash hash = hash_sender(s, address);
    return hash.n < SENDER_BYTES || (set->count > 0 && bsearch(hash.bytes, set->items, set->count,
                                                               sizeof *set->items, in_order));
}
