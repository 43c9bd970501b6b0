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

static const char *text_of(const struct value *c)
{
    return c->data.p ? c->data.p : "";
}

/* The event of a row as it stands in the row, whose texts end in NUL (store/engine.h). */
static struct journal_event view_event(const struct value *c)
{
    return (struct journal_event){
        .number = c[0].number,
        .time = c[1].number,
        .arrival = c[2].number,
        .class_ = text_of(&c[3]),
        .origin = text_of(&c[4]),
        .rule = text_of(&c[5]),
        .row = (int)c[6].number,
        .marked = c[7].number != 0,
        .by_user = c[8].number != 0,
        .mailbox = text_of(&c[9]),
        .folder = text_of(&c[10]),
        .file = text_of(&c[11]),
        .previous_origin = text_of(&c[12]),
        .changed = c[13].number,
        .findings = c[14].data,
    };
}

static bool each(struct store *s, enum statement statement, const struct value *parameters,
                 size_t count, journal_visit visit, void *context, struct error *e)
{
    struct value columns[EVENT_COLUMNS];
    enum step step;
    bool more = true;
    if (!s->engine->start(s->connection, statement, parameters, count, e))
        return false;
    do {
        step = s->engine->next(s->connection, statement, columns, EVENT_COLUMNS, e);
        if (step == STEP_ROW) {
            struct journal_event event = view_event(columns);
            more = visit(context, &event);
        }
    } while (step == STEP_ROW && more);
    s->engine->finish(s->connection, statement);
    return step != STEP_ERROR;
}

bool journal_each(struct store *s, unixtime from, unixtime to, journal_visit visit, void *context,
                  struct error *e)
{
    const struct value parameters[] = {value_int(from), value_int(to)};
    return each(s, JOURNAL_EACH, parameters, 2, visit, context, e);
}

bool journal_each_since(struct store *s, const struct journal_range *range, journal_visit visit,
                        void *context, struct error *e)
{
    const struct value times[] = {value_int(range->from), value_int(range->to)};
    int64_t first = range->after + 1;
    if (range->after < 0) {
        enum lookup found = store_ask(s, JOURNAL_FIRST, times, 2, &first, e);
        if (found != LOOKUP_YES)
            return found == LOOKUP_NO;
    }
    const struct value parameters[] = {value_int(first - 1), times[0], times[1]};
    return each(s, JOURNAL_SINCE, parameters, 3, visit, context, e);
}

bool journal_each_changed(struct store *s, unixtime from, unixtime to, journal_visit visit,
                          void *context, struct error *e)
{
    const struct value parameters[] = {value_int(from), value_int(to)};
    return each(s, JOURNAL_CHANGED, parameters, 2, visit, context, e);
}

bool journal_each_of(struct store *s, const char *class_, const char *origin, unixtime from,
                     unixtime to, journal_visit visit, void *context, struct error *e)
{
    const struct value parameters[] = {value_text(origin), value_text(class_), value_int(from),
                                       value_int(to)};
    return each(s, JOURNAL_OF, parameters, 4, visit, context, e);
}

bool journal_count(struct store *s, const char *class_, const char *origin, unixtime from,
                   unixtime to, int64_t *count, struct error *e)
{
    const struct value parameters[] = {value_text(origin), value_text(class_), value_int(from),
                                       value_int(to)};
    return store_ask(s, JOURNAL_COUNT, parameters, 4, count, e) != LOOKUP_ERROR;
}

enum lookup journal_has(struct store *s, const char *class_, const char *origin, unixtime from,
                        unixtime to, struct error *e)
{
    const struct value parameters[] = {value_text(origin), value_text(class_), value_int(from),
                                       value_int(to)};
    int64_t one;
    return store_ask(s, JOURNAL_ANY, parameters, 4, &one, e);
}
