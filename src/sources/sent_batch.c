/*
 * Batches of sent copies, and the time at which each counts as sent. See sent_batch.h.
 */
#include "sources/sent_batch.h"

#include <stdlib.h>

#include "base/limits.h"
#include "sources/coverage.h"
#include "sources/source_kinds.h"

bool sent_batch_start(struct sent_batch *b, struct store *s, const struct config *c,
                      const char *source, struct source_progress *progress, struct error *e)
{
    *b = (struct sent_batch){.store = s,
                             .config = c,
                             .source = source,
                             .progress = progress,
                             .started = clock_now(),
                             .load_began = clock_monotonic_us(),
                             .arena = arena_new(LIMIT_ARENA),
                             .load = sent_load_new(s, source)};
    return (b->arena && b->load) || error_memory(e);
}

void sent_batch_free(struct sent_batch *b)
{
    sent_load_free(b->load);
    arena_free(b->arena);
}

static unixtime oldest_kept(const struct sent_batch *b)
{
    return b->started - b->config->retain_days * SECONDS_PER_DAY;
}

/* When the message was sent: its Date, unless that lies in the future or is missing; nor is a Date
 * believed that would drop a message filed lately from the index: some clocks stand at 1970. */
static unixtime sending_time(const struct sent_batch *b, const struct sent_copy *copy,
                             unixtime filed)
{
    unixtime at = filed < b->started ? filed : b->started;
    unixtime time = copy->has_date && copy->date < b->started ? copy->date : b->started;
    return copy->has_date && time >= oldest_kept(b) ? time : at;
}

static bool take(struct sent_batch *b, const struct sent_copy *copy, unixtime filed,
                 struct error *e)
{
    unixtime time = sending_time(b, copy, filed);
    if (time < oldest_kept(b)) {
        b->too_old = true;
        return true;
    }
    if (!sent_copy_load(b->load, copy, time, e))
        return false;
    /* Where a nameless copy is dated wrong, its gap must still lie where it was sent. */
    bool dated_wrong = llabs((long long)(filed - time)) > SECONDS_PER_DAY;
    return copy->ids.count > 0 || !dated_wrong || filed > b->started ||
           sent_copy_load(b->load, copy, filed, e);
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

/* The state is read and written in one transaction, as another run may be doing the same. */
static bool write_state(struct sent_batch *b, const char *cursor, int64_t added, struct error *e)
{
    if (!store_begin(b->store, e))
        return false;
    bool ok = (!b->too_old || coverage_forget(b->store, oldest_kept(b), e)) &&
              save_state(b, cursor, added, e);
    if (ok)
        return store_commit(b->store, e);
    store_rollback(b->store);
    return false;
}

static bool write_batch(struct sent_batch *b, const char *cursor, struct error *e)
{
    int64_t added = 0;
    bool ok =
        (b->count == 0 || sent_load_write(b->load, &added, e)) && write_state(b, cursor, added, e);
    b->progress->added += added;
    b->count = 0;
    b->load_began = clock_monotonic_us();
    arena_reset(b->arena);
    return ok;
}

bool sent_batch_flush(struct sent_batch *b, struct error *e)
{
    return b->count == 0 || write_batch(b, NULL, e);
}

bool sent_batch_complete(struct sent_batch *b, const char *cursor, struct error *e)
{
    return write_batch(b, cursor, e);
}

static bool is_full(const struct sent_batch *b)
{
    if (b->in_haste && b->count >= LIMIT_SENT_BATCH)
        return true;
    return sent_load_is_full(b->load) ||
           clock_monotonic_us() - b->load_began >= (int64_t)LIMIT_LOAD_SECONDS * 1000 * 1000;
}

bool sent_batch_add(struct sent_batch *b, struct span item, struct span bytes, unixtime filed,
                    struct error *e)
{
    struct sent_copy copy;
    arena_reset(b->arena);
    if (!sent_copy_read(b->arena, bytes, &copy))
        return error_memory(e);
    if (!take(b, &copy, filed, e) || !sent_load_item(b->load, item, e))
        return false;
    b->count++;
    b->taken++;
    return !is_full(b) || sent_batch_flush(b, e);
}
