/*
 * The journal knows a response by where it was filed; one that has come back has a new UID and is
 * known by what was found in it.
 */
#include "cmd/imap_returned.h"

#include <string.h>

#include "cmd/refile.h"

struct looking {
    const struct imap_run *run;
    struct arena *arena;
    const char *here; /* an event of the message's own place is from a run that was cut */
    unixtime arrival;
    struct span findings;
    struct journal_event event;
    bool found, no_memory;
};

static bool is_same(const struct looking *l, const struct journal_event *event)
{
    return event->arrival == l->arrival && strcmp(event->mailbox, l->run->name) == 0 &&
           strcmp(event->folder, "INBOX") != 0 && strcmp(event->file, l->here) != 0 &&
           span_equals(event->findings, l->findings);
}

static bool visit(void *context, const struct journal_event *event)
{
    struct looking *l = context;
    if (!is_same(l, event))
        return true;
    l->found = true;
    l->event = *event;
    l->event.origin = arena_string(l->arena, span_of(event->origin));
    l->event.previous_origin = arena_string(l->arena, span_of(event->previous_origin));
    l->no_memory = !l->event.origin || !l->event.previous_origin;
    return false;
}

static bool take_word(struct looking *l, struct imap_run *r, const struct imap_place *place,
                      struct error *e)
{
    const struct refiling to = {.origin = ORIGIN_OURS, .by_user = true};
    struct refiled done;
    l->event.folder = "INBOX";
    l->event.file = imap_place_write(l->arena, place);
    if (!l->event.file)
        return error_memory(e);
    return refile(&r->context, l->arena, NULL, &l->event, false, &to, &done, e);
}

bool imap_returned(struct imap_run *r, struct arena *arena, const struct imap_place *place,
                   unixtime arrival, struct span findings, bool *returned, struct error *e)
{
    struct looking l = {.run = r,
                        .arena = arena,
                        .here = imap_place_write(arena, place),
                        .arrival = arrival,
                        .findings = findings};
    if (!l.here)
        return error_memory(e);
    enum lookup known = journal_find(r->context.store, arena, r->name, l.here, &l.event, e);
    *returned = known == LOOKUP_YES && l.event.by_user;
    if (known == LOOKUP_ERROR || *returned)
        return known != LOOKUP_ERROR;
    if (!journal_each(r->context.store, arrival, clock_now() + 1, visit, &l, e))
        return false;
    if (l.no_memory)
        return error_memory(e);
    *returned = l.found;
    return !l.found || r->options.dry_run || take_word(&l, r, place, e);
}
