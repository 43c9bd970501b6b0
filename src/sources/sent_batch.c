/*
 * Batches of sent copies, and the time at which each counts as sent. See sent_batch.h.
 */
#include "sources/sent_batch.h"

#include <stdlib.h>

#include "base/limits.h"
#include "sources/coverage.h"
#include "sources/source_kinds.h"

/* A copy that has been read and is not recorded yet. */
struct fresh {
    const char *item;
    struct sent_copy copy;
    unixtime filed;
};

bool sent_batch_start(struct sent_batch *b, struct store *s, const struct config *c,
                      const char *source, struct source_progress *progress, struct error *e)
{
    *b = (struct sent_batch){.store = s,
                             .config = c,
                             .source = source,
                             .progress = progress,
                             .started = clock_now(),
                             .arena = arena_new(LIMIT_ARENA),
                             .copies = calloc(LIMIT_SENT_BATCH, sizeof(struct fresh))};
    return (b->arena && b->copies) || error_memory(e);
}

void sent_batch_free(struct sent_batch *b)
{
    free(b->copies);
    arena_free(b->arena);
}

static unixtime oldest_kept(const struct sent_batch *b)
{
    return b->started - b->config->retain_days * SECONDS_PER_DAY;
}

/* When the message was sent: its Date, unless that lies in the future or is missing; nor is a Date
 * believed that would drop a message filed lately from the index: some clocks stand at 1970. */
static unixtime sending_time(const struct sent_batch *b, const struct fresh *f)
{
    unixtime filed = f->filed < b->started ? f->filed : b->started;
    unixtime time = f->copy.has_date && f->copy.date < b->started ? f->copy.date : b->started;
    if (!f->copy.has_date || time < oldest_kept(b))
        time = filed;
    return time;
}

static bool record_one(struct sent_batch *b, const struct fresh *f, struct error *e)
{
    unixtime time = sending_time(b, f);
    if (time < oldest_kept(b))
        return coverage_forget(b->store, oldest_kept(b), e);
    if (!sent_copy_record(b->store, b->source, &f->copy, time, e))
        return false;
    /* Where a nameless copy is dated wrong, its gap must still lie where it was sent. */
    bool dated_wrong = llabs((long long)(f->filed - time)) > SECONDS_PER_DAY;
    return f->copy.ids.count > 0 || !dated_wrong || f->filed > b->started ||
           sent_copy_record(b->store, b->source, &f->copy, f->filed, e);
}

/* Another process may have recorded some of the batch meanwhile. */
static bool record_all(struct sent_batch *b, int64_t *added, struct error *e)
{
    for (size_t i = 0; i < b->count; i++) {
        struct span item = span_of(b->copies[i].item);
        bool seen;
        if (!store_item_seen(b->store, b->source, item, &seen, e))
            return false;
        if (seen)
            continue;
        if (!record_one(b, &b->copies[i], e) || !store_item_add(b->store, b->source, item, e))
            return false;
        ++*added;
    }
    return true;
}

/* cursor NULL: the run goes on. */
static bool save_state(struct sent_batch *b, const char *cursor, int64_t added, struct error *e)
{
    struct source_state state;
    if (!store_source(b->store, b->arena, b->source, &state, e))
        return false;
    state.name = b->source;
    state.is_push = false;
    if (cursor)
        state.cursor = cursor;
    source_state_run(&state, b->started, cursor != NULL, added);
    return store_source_save(b->store, &state, e);
}

static bool write_batch(struct sent_batch *b, const char *cursor, struct error *e)
{
    int64_t added = 0;
    if (!store_begin(b->store, e))
        return false;
    if (!record_all(b, &added, e) || !save_state(b, cursor, added, e)) {
        store_rollback(b->store);
        return false;
    }
    if (!store_commit(b->store, e))
        return false;
    b->progress->added += added;
    b->count = 0;
    arena_reset(b->arena);
    return true;
}

bool sent_batch_flush(struct sent_batch *b, struct error *e)
{
    return b->count == 0 || write_batch(b, NULL, e);
}

bool sent_batch_complete(struct sent_batch *b, const char *cursor, struct error *e)
{
    return write_batch(b, cursor, e);
}

bool sent_batch_add(struct sent_batch *b, struct span item, struct span bytes, unixtime filed,
                    struct error *e)
{
    struct fresh *f = &b->copies[b->count];
    *f = (struct fresh){.item = arena_string(b->arena, item), .filed = filed};
    if (!f->item || !sent_copy_read(b->arena, bytes, &f->copy))
        return error_memory(e);
    b->count++;
    b->taken++;
    bool full = b->count == LIMIT_SENT_BATCH || arena_used(b->arena) > LIMIT_ARENA / 2;
    return !full || sent_batch_flush(b, e);
}
