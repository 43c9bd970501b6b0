/*
 * The journal. It is not synced by itself: the folders hold the truth, and recheck and digest mend
 * the journal from them.
 */
#include "store/store_private.h"

#define EVENT_COLUMNS 15

bool journal_add(struct store *s, struct journal_event *event, struct error *e)
{
    const struct value parameters[] = {
        value_int(event->time),     value_int(event->arrival),
        value_text(event->class_),  value_text(event->origin),
        value_text(event->rule),    value_int(event->row),
        value_int(event->marked),   value_int(event->by_user),
        value_text(event->mailbox), value_text(event->folder),
        value_text(event->file),    value_text(event->previous_origin),
        value_int(event->changed),  value_blob(event->findings.p, event->findings.n),
    };
    struct write w;
    if (!write_start(s, ORDERED, &w, e))
        return false;
    bool ok = store_ask(s, JOURNAL_ADD, parameters, sizeof parameters / sizeof *parameters,
                        &event->number, e) == LOOKUP_YES;
    return write_end(s, &w, ok, e);
}

bool journal_update(struct store *s, const struct journal_event *event, struct error *e)
{
    const struct value parameters[] = {
        value_text(event->origin),          value_int(event->row),     value_int(event->marked),
        value_int(event->by_user),          value_text(event->folder), value_text(event->file),
        value_text(event->previous_origin), value_int(event->changed), value_int(event->number),
    };
    struct write w;
    if (!write_start(s, ORDERED, &w, e))
        return false;
    bool ok =
        store_run(s, JOURNAL_UPDATE, parameters, sizeof parameters / sizeof *parameters, NULL, e);
    return write_end(s, &w, ok, e);
}

/* The event of a row; strings are copies in arena memory. */
static bool take_event(struct arena *arena, const struct value *c, struct journal_event *out,
                       struct error *e)
{
    *out = (struct journal_event){
        .number = c[0].number,
        .time = c[1].number,
        .arrival = c[2].number,
        .class_ = arena_string(arena, c[3].data),
        .origin = arena_string(arena, c[4].data),
        .rule = arena_string(arena, c[5].data),
        .row = (int)c[6].number,
        .marked = c[7].number != 0,
        .by_user = c[8].number != 0,
        .mailbox = arena_string(arena, c[9].data),
        .folder = arena_string(arena, c[10].data),
        .file = arena_string(arena, c[11].data),
        .previous_origin = arena_string(arena, c[12].data),
        .changed = c[13].number,
        .findings = {arena_string(arena, c[14].data), c[14].data.n},
    };
    return (out->class_ && out->origin && out->rule && out->mailbox && out->folder && out->file &&
            out->previous_origin && out->findings.p) ||
           error_memory(e);
}

enum lookup journal_find(struct store *s, struct arena *arena, const char *mailbox,
                         const char *file, struct journal_event *out, struct error *e)
{
    const struct value parameters[] = {value_text(mailbox), value_text(file)};
    struct value columns[EVENT_COLUMNS];
    if (!s->engine->start(s->connection, JOURNAL_FIND, parameters, 2, e))
        return LOOKUP_ERROR;
    enum step step = s->engine->next(s->connection, JOURNAL_FIND, columns, EVENT_COLUMNS, e);
    enum lookup found = step == STEP_DONE ? LOOKUP_NO : LOOKUP_ERROR;
    if (step == STEP_ROW && take_event(arena, columns, out, e))
        found = LOOKUP_YES;
    s->engine->finish(s->connection, JOURNAL_FIND);
    return found;
}

bool journal_each(struct store *s, unixtime from, unixtime to, journal_visit visit, void *context,
                  struct error *e)
{
    const struct value parameters[] = {value_int(from), value_int(to)};
    struct value columns[EVENT_COLUMNS];
    struct journal_event event;
    enum step step = STEP_ERROR;
    bool ok = true, more = true;
    struct arena *arena = arena_new((size_t)4 * 1024 * 1024); /* of one event */
    if (!arena)
        return error_memory(e);
    if (!s->engine->start(s->connection, JOURNAL_EACH, parameters, 2, e)) {
        arena_free(arena);
        return false;
    }
    while (ok && more &&
           (step = s->engine->next(s->connection, JOURNAL_EACH, columns, EVENT_COLUMNS, e)) ==
               STEP_ROW) {
        arena_reset(arena);
        ok = take_event(arena, columns, &event, e);
        more = ok && visit(context, &event);
    }
    s->engine->finish(s->connection, JOURNAL_EACH);
    arena_free(arena);
    return ok && step != STEP_ERROR;
}
