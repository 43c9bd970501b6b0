/*
 * Journaling a delivery. The first try uses the store as it is open for the verdict, with its short
 * wait; a writer that takes longer (a first import, say) gets the longer one on a second try.
 */
#include "cmd/deliver_journal.h"

#include "base/limits.h"
#include "cmd/refile.h"

static bool add_again(struct context *c, struct journal_event *event, struct error *e)
{
    if (c->store)
        store_close(c->store);
    c->store = NULL;
    *e = (struct error){0};
    return context_open_store(c, STORE_WRITE, LIMIT_JOURNAL_MS, e) &&
           journal_add(c->store, event, e);
}

bool deliver_journal(struct context *c, const struct findings *f, const struct verdict *v,
                     const struct filed *filed, struct error *e)
{
    struct buf wire = {.limit = LIMIT_FINDINGS};
    unixtime now = clock_now();
    const char *mailbox = refile_mailbox(c->arena, filed->maildir);
    if (!mailbox || !findings_encode(f, &wire)) {
        buf_free(&wire);
        return error_memory(e);
    }
    struct journal_event event = {
        .time = now,
        .arrival = now,
        .class_ = class_name(v->class),
        .origin = origin_name(v->origin),
        .rule = f->rule,
        .row = v->row,
        .marked = v->marked,
        .mailbox = mailbox,
        .folder = filed->folder,
        .file = filed->unique,
        .previous_origin = "",
        .findings = buf_span(&wire),
    };
    bool added = (c->store && journal_add(c->store, &event, e)) || add_again(c, &event, e);
    buf_free(&wire);
    return added;
}
