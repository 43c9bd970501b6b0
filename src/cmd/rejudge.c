/*
 * Only two ways lead on, and the user's own word is not touched. See rejudge.h.
 */
#include "cmd/rejudge.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static bool is_candidate(const struct rejudging *r, const struct journal_event *event)
{
    enum origin origin;
    return !event->by_user && origin_from_name(event->origin, &origin) && origin != ORIGIN_OURS &&
           strcmp(event->mailbox, r->mailbox) == 0;
}

static bool leads_on(const char *from, enum origin to)
{
    return to == ORIGIN_OURS ||
           (to == ORIGIN_FORGED && strcmp(from, origin_name(ORIGIN_UNKNOWN)) == 0);
}

static bool copy_strings(struct arena *arena, struct change *c)
{
    const char **strings[] = {&c->event.class_,          &c->event.origin, &c->event.rule,
                              &c->event.mailbox,         &c->event.folder, &c->event.file,
                              &c->event.previous_origin, &c->subject};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        *strings[i] = arena_string(arena, span_of(*strings[i]));
        if (!*strings[i])
            return false;
    }
    c->event.findings = (struct span){0};
    return true;
}

static bool add_change(struct rejudging *r, const struct journal_event *event,
                       const struct findings *f, const struct verdict *v)
{
    const struct evidence *subject = findings_get(f, EVIDENCE_SUBJECT, 0);
    struct change *c = &r->changes[r->count];
    *c = (struct change){.event = *event,
                         .to = {v->origin, v->row, v->marked, false},
                         .subject = subject ? subject->value : ""};
    if (!copy_strings(r->round, c))
        return false;
    return ++r->count < LIMIT_RECHECK_ROUND;
}

static bool judge_again(void *context, const struct journal_event *event)
{
    struct rejudging *r = context;
    struct index_access index = {.store = r->context->store, .note = ""};
    struct verdict v;
    if (!is_candidate(r, event))
        return true;
    arena_reset(r->arena);
    r->looked_at++;
    struct findings *f = findings_decode(r->arena, event->findings);
    if (!f || !verdict_judge(r->arena, f, r->context->config, &index, event->arrival, &v))
        return true;
    return !leads_on(event->origin, v.origin) || add_change(r, event, f, &v);
}

bool rejudging_open(struct rejudging *r, struct context *c, const char *mailbox, struct error *e)
{
    *r = (struct rejudging){.context = c,
                            .mailbox = mailbox,
                            .arena = arena_new(LIMIT_ARENA),
                            .round = arena_new(LIMIT_ARENA),
                            .changes = calloc(LIMIT_RECHECK_ROUND, sizeof *r->changes)};
    return (mailbox && r->arena && r->round && r->changes) || error_memory(e);
}

void rejudging_close(struct rejudging *r)
{
    free(r->changes);
    arena_free(r->round);
    arena_free(r->arena);
    *r = (struct rejudging){0};
}

bool rejudge_all(struct rejudging *r, unixtime since, struct error *e)
{
    arena_reset(r->round);
    r->count = 0;
    r->looked_at = 0;
    return journal_each(r->context->store, since, clock_now() + 1, judge_again, r, e);
}
