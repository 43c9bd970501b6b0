/*
 * Figures about the store, and its check.
 */
#include "store/store_private.h"

/* count, min(time) and max(time), folded into what is there. */
static bool count_with_times(struct store *s, enum statement statement, int64_t *count,
                             struct index_stats *out, struct error *e)
{
    struct value columns[3];
    if (!s->engine->start(s->connection, statement, NULL, 0, e))
        return false;
    bool ok = s->engine->next(s->connection, statement, columns, 3, e) == STEP_ROW;
    if (ok) {
        *count = columns[0].number;
        if (*count > 0 && (out->oldest == 0 || columns[1].number < out->oldest))
            out->oldest = columns[1].number;
        if (*count > 0 && columns[2].number > out->newest)
            out->newest = columns[2].number;
    }
    s->engine->finish(s->connection, statement);
    return ok;
}

bool store_stats(struct store *s, struct arena *arena, struct index_stats *out, struct error *e)
{
    char check[KEY_CHECK_SIZE];
    *out = (struct index_stats){.bytes = s->engine->bytes(s->connection)};
    key_check(s->key, check);
    out->key_check = arena_string(arena, (struct span){check, 8});
    if (!out->key_check)
        return error_memory(e);
    return count_with_times(s, STATS_IDS, &out->ids, out, e) &&
           count_with_times(s, STATS_NAMELESS, &out->nameless, out, e) &&
           store_ask(s, STATS_RECIPIENTS, NULL, 0, &out->recipients, e) == LOOKUP_YES &&
           store_ask(s, STATS_JOURNAL, NULL, 0, &out->journal_events, e) == LOOKUP_YES;
}

bool store_verify(struct store *s, void (*report)(void *context, const char *problem),
                  void *context, int64_t *problems, struct error *e)
{
    return s->engine->verify(s->connection, report, context, problems, e);
}
