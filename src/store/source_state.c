/*
 * What the store keeps of sources: their runs, the items they have read, gaps and days; and small
 * notes.
 */
#include <string.h>

#include "store/sent_rows.h"

/* Columns from is_push on. */
static bool take_state(struct arena *arena, const struct value *columns, struct source_state *out,
                       struct error *e)
{
    out->is_push = columns[0].number != 0;
    out->first_run = columns[1].number;
    out->last_run = columns[2].number;
    out->messages = columns[3].number;
    out->cursor = column_string(arena, &columns[4], e);
    return out->cursor != NULL;
}

bool store_source(struct store *s, struct arena *arena, const char *name, struct source_state *out,
                  struct error *e)
{
    const struct value parameters[] = {value_text(name)};
    struct value columns[5];
    *out = (struct source_state){.name = name, .cursor = ""};
    if (!s->engine->start(s->connection, SOURCE_GET, parameters, 1, e))
        return false;
    enum step step = s->engine->next(s->connection, SOURCE_GET, columns, 5, e);
    bool ok = step == STEP_DONE || (step == STEP_ROW && take_state(arena, columns, out, e));
    s->engine->finish(s->connection, SOURCE_GET);
    return ok;
}

bool store_source_save(struct store *s, const struct source_state *state, struct error *e)
{
    const struct value parameters[] = {value_text(state->name),     value_int(state->is_push),
                                       value_int(state->first_run), value_int(state->last_run),
                                       value_int(state->messages),  value_text(state->cursor)};
    struct write w;
    return write_start(s, DURABLE, &w, e) &&
           write_end(s, &w, store_run(s, SOURCE_SAVE, parameters, 6, NULL, e), e);
}

/* Room for one more in an arena array that doubles. */
static void *grow(struct arena *arena, void *items, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return items;
    void *more = arena_array(arena, count > 0 ? count * 2 : 1, size);
    if (more && count > 0)
        memcpy(more, items, count * size);
    return more;
}

static bool add_state(struct arena *arena, const struct value *columns, struct source_state **list,
                      size_t *count, struct error *e)
{
    struct source_state *more = grow(arena, *list, *count, sizeof *more);
    if (!more)
        return error_memory(e);
    *list = more;
    more[*count].name = column_string(arena, &columns[0], e);
    return more[*count].name && take_state(arena, columns + 1, &more[(*count)++], e);
}

bool store_sources(struct store *s, struct arena *arena, struct source_state **out, size_t *count,
                   struct error *e)
{
    struct value columns[6];
    enum step step;
    bool ok = true;
    *out = NULL;
    *count = 0;
    if (!s->engine->start(s->connection, SOURCE_ALL, NULL, 0, e))
        return false;
    while (ok && (step = s->engine->next(s->connection, SOURCE_ALL, columns, 6, e)) != STEP_DONE)
        ok = step == STEP_ROW && add_state(arena, columns, out, count, e);
    s->engine->finish(s->connection, SOURCE_ALL);
    return ok;
}

/* --- items --- */

bool store_item_seen(struct store *s, const char *source, struct span item, bool *seen,
                     struct error *e)
{
    unsigned char hash[HASH_BYTES];
    int64_t one;
    if (!item_hash(s, source, item, hash, e))
        return false;
    const struct value parameters[] = {value_blob(hash, ITEM_BYTES)};
    enum lookup found = store_ask(s, ITEM_FIND, parameters, 1, &one, e);
    *seen = found == LOOKUP_YES;
    return found != LOOKUP_ERROR;
}

bool store_item_add(struct store *s, const char *source, struct span item, struct error *e)
{
    unsigned char hash[HASH_BYTES];
    struct write w;
    bool is_new;
    return item_hash(s, source, item, hash, e) && write_start(s, DURABLE, &w, e) &&
           write_end(s, &w, item_row_put(s, hash, &is_new, e), e);
}

/* --- gaps and days --- */

bool store_gap_add(struct store *s, const struct gap *g, struct error *e)
{
    const struct value parameters[] = {value_int(g->from), value_int(g->to), value_text(g->source),
                                       value_text(g->reason)};
    struct write w;
    return write_start(s, DURABLE, &w, e) &&
           write_end(s, &w, store_run(s, GAP_ADD, parameters, 4, NULL, e), e);
}

static bool add_gap(struct arena *arena, const struct value *columns, struct gap **list,
                    size_t *count, struct error *e)
{
    struct gap *more = grow(arena, *list, *count, sizeof *more);
    if (!more)
        return error_memory(e);
    *list = more;
    more[*count] = (struct gap){.source = column_string(arena, &columns[0], e),
                                .from = columns[1].number,
                                .to = columns[2].number,
                                .reason = column_string(arena, &columns[3], e)};
    return more[*count].source && more[(*count)++].reason;
}

bool store_gaps(struct store *s, struct arena *arena, unixtime from, unixtime to, struct gap **out,
                size_t *count, struct error *e)
{
    const struct value parameters[] = {value_int(from), value_int(to)};
    struct value columns[4];
    enum step step;
    bool ok = true;
    *out = NULL;
    *count = 0;
    if (!s->engine->start(s->connection, GAP_FIND, parameters, 2, e))
        return false;
    while (ok && (step = s->engine->next(s->connection, GAP_FIND, columns, 4, e)) != STEP_DONE)
        ok = step == STEP_ROW && add_gap(arena, columns, out, count, e);
    s->engine->finish(s->connection, GAP_FIND);
    return ok;
}

bool store_sent_by_day(struct store *s, int64_t first_day, int days, int64_t *counts,
                       struct error *e)
{
    const struct value parameters[] = {value_int(first_day), value_int(first_day + days)};
    struct value columns[2];
    enum step step;
    memset(counts, 0, (size_t)days * sizeof *counts);
    if (!s->engine->start(s->connection, SENT_DAY_ALL, parameters, 2, e))
        return false;
    while ((step = s->engine->next(s->connection, SENT_DAY_ALL, columns, 2, e)) == STEP_ROW)
        counts[columns[0].number - first_day] = columns[1].number;
    s->engine->finish(s->connection, SENT_DAY_ALL);
    return step == STEP_DONE;
}

/* --- notes --- */

bool store_note_get(struct store *s, struct arena *arena, const char *name, const char **value,
                    struct error *e)
{
    const struct value parameters[] = {value_text(name)};
    struct value column;
    *value = "";
    if (!s->engine->start(s->connection, NOTE_GET, parameters, 1, e))
        return false;
    enum step step = s->engine->next(s->connection, NOTE_GET, &column, 1, e);
    if (step == STEP_ROW)
        *value = column_string(arena, &column, e);
    s->engine->finish(s->connection, NOTE_GET);
    return step != STEP_ERROR && *value;
}

bool store_note_set(struct store *s, const char *name, const char *value, struct error *e)
{
    const struct value parameters[] = {value_text(name), value_text(value)};
    struct write w;
    return write_start(s, DURABLE, &w, e) &&
           write_end(s, &w, store_run(s, NOTE_SET, parameters, 2, NULL, e), e);
}
