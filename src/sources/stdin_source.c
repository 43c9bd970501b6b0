/*
 * Push sources: messages handed over one by one as they are sent, on standard input or through the
 * wrapper. They hold up to now, and the time of a message is the time of handing over.
 */
#include "sources/source.h"

#include "base/limits.h"
#include "sources/sent_copy.h"
#include "sources/source_kinds.h"

const struct source_kind source_stdin = {.scheme = SOURCE_STDIN, .is_push = true, .is_local = true};
const struct source_kind source_wrapper = {
    .scheme = SOURCE_WRAPPER, .is_push = true, .is_local = true};

static bool record(struct store *s, struct arena *arena, const char *name,
                   const struct sent_copy *copy, struct error *e)
{
    struct source_state state;
    unixtime now = clock_now();
    if (!store_begin(s, e))
        return false;
    bool ok = store_source(s, arena, name, &state, e) && sent_copy_record(s, name, copy, now, e);
    if (ok) {
        state.name = name;
        state.is_push = true;
        source_state_run(&state, now, true, 1);
        ok = store_source_save(s, &state, e);
    }
    if (ok)
        return store_commit(s, e);
    store_rollback(s);
    return false;
}

bool source_record_message(struct store *s, const char *name, struct span bytes, const char *sender,
                           const char **recipients, size_t recipient_count, struct error *e)
{
    struct sent_copy copy;
    struct arena *arena = arena_new(LIMIT_ARENA);
    if (!arena)
        return error_memory(e);
    bool ok = sent_copy_read(arena, bytes, &copy) || error_memory(e);
    if (ok && !copy.is_message)
        ok = error_set(e, ERROR_DATA, "there is no message to record: it has no header");
    if (sender && sender[0])
        copy.senders = (struct string_list){&sender, 1};
    if (recipient_count > 0)
        copy.recipients = (struct string_list){recipients, recipient_count};
    ok = ok && record(s, arena, name, &copy, e);
    arena_free(arena);
    return ok;
}
