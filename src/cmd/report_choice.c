/*
 * A response is known again by its arrival and findings, which stay the same when it is moved or
 * judged anew. Complaints are never reported: their sender is somebody who was spammed, too.
 */
#include "cmd/report_choice.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/organisation.h"
#include "cmd/filed_message.h"
#include "cmd/refile.h"
#include "store/normal_form.h"

struct choosing {
    struct context *context;
    const struct report_wish *wish;
    struct report_choices *out;
    struct arena *scratch; /* of one event */
    const char *mailbox;
    struct error *e;
    bool failed;
};

static bool may_be_reported(const struct journal_event *event)
{
    return strcmp(event->origin, origin_name(ORIGIN_FORGED)) == 0 &&
           strcmp(event->class_, class_name(CLASS_COMPLAINT)) != 0;
}

static const char *value_of(const struct findings *f, enum evidence_kind kind)
{
    const struct evidence *e = findings_get(f, kind, 0);
    return e ? e->value : "";
}

static struct span host_of(const struct findings *f)
{
    struct span mta = span_of(f->reporting_mta);
    return mta.n > 0 ? mta : domain_of(span_of(value_of(f, EVIDENCE_RESPONDER)));
}

static const char *recipient_of(const struct findings *f)
{
    const char *envelope = value_of(f, EVIDENCE_ENVELOPE_RECIPIENT);
    const char *delivered = value_of(f, EVIDENCE_DELIVERED_TO);
    return envelope[0] ? envelope : delivered[0] ? delivered : value_of(f, EVIDENCE_TO);
}

static const char *copy(struct choosing *w, struct span text)
{
    const char *p = arena_string(w->context->arena, text);
    w->failed = w->failed || !p;
    return p ? p : "";
}

static struct span item_of(struct choosing *w, const struct journal_event *event)
{
    struct buf b = {0};
    buf_printf(&b, "%" PRId64 " ", event->arrival);
    buf_add(&b, event->findings);
    struct span item = {copy(w, buf_span(&b)), b.n};
    w->failed = w->failed || b.failed;
    buf_free(&b);
    return item;
}

static bool was_reported(struct choosing *w, struct span item)
{
    bool seen = false;
    if (!store_item_seen(w->context->store, w->wish->memory, item, &seen, w->e))
        w->failed = true;
    return seen;
}

static void choose(struct choosing *w, const struct journal_event *event, const struct findings *f,
                   struct span item)
{
    w->out->items[w->out->count++] =
        (struct report_choice){.class_ = copy(w, span_of(event->class_)),
                               .folder = copy(w, span_of(event->folder)),
                               .file = copy(w, span_of(event->file)),
                               .subject = copy(w, span_of(value_of(f, EVIDENCE_SUBJECT))),
                               .sender = copy(w, span_of(value_of(f, EVIDENCE_ENVELOPE_SENDER))),
                               .recipient = copy(w, span_of(recipient_of(f))),
                               .host = copy(w, host_of(f)),
                               .arrival = event->arrival,
                               .item = item};
}

static void consider(struct choosing *w, const struct journal_event *event)
{
    struct findings *f = findings_decode(w->scratch, event->findings);
    if (!f || (w->wish->by && !domain_is_under(host_of(f), span_of(w->wish->by))))
        return;
    struct span item = item_of(w, event);
    if (w->failed || was_reported(w, item))
        return;
    if (strcmp(event->mailbox, w->mailbox) != 0)
        w->out->elsewhere++;
    else if (w->out->count == w->wish->most)
        w->out->beyond++;
    else
        choose(w, event, f, item);
}

static bool visit(void *context, const struct journal_event *event)
{
    struct choosing *w = context;
    arena_reset(w->scratch);
    if (may_be_reported(event) && event->arrival >= w->wish->arrived)
        consider(w, event);
    return !w->failed;
}

static bool begin(struct choosing *w, struct context *c, const struct report_wish *wish,
                  struct report_choices *out, struct error *e)
{
    *w = (struct choosing){.context = c,
                           .wish = wish,
                           .out = out,
                           .scratch = arena_new(LIMIT_ARENA),
                           .mailbox = refile_mailbox(c->arena, c->config->maildir),
                           .e = e};
    if (!out->items)
        out->items = arena_array(c->arena, wish->most, sizeof *out->items);
    return (w->scratch && w->mailbox && out->items) || error_memory(e);
}

static bool end(struct choosing *w, bool ok)
{
    arena_free(w->scratch);
    if (ok && w->failed && w->e->kind == ERROR_NONE)
        error_memory(w->e);
    return ok && !w->failed;
}

bool report_choose_new(struct context *c, const struct report_wish *wish,
                       struct report_choices *out, struct error *e)
{
    struct choosing w;
    struct journal_range range = {.after = -1, .from = wish->since, .to = INT64_MAX};
    bool ok = begin(&w, c, wish, out, e) && journal_each_since(c->store, &range, visit, &w, e);
    return end(&w, ok);
}

/* --- one file --- */

static bool refuse(const struct report_wish *wish, const struct journal_event *event,
                   const char *path, struct error *e)
{
    if (strcmp(event->origin, origin_name(ORIGIN_FORGED)) != 0)
        return error_set(e, ERROR_DATA, "'%s' is %s, not forged: only backscatter is reported",
                         path, event->origin);
    if (!may_be_reported(event))
        return error_set(e, ERROR_DATA, "'%s' is a complaint: those are not reported", path);
    if (event->arrival < wish->arrived)
        return error_set(e, ERROR_DATA, "'%s' came more than %d days ago: SpamCop takes no older",
                         path, LIMIT_SPAMCOP_DAYS);
    return true;
}

static bool choose_event(struct choosing *w, const struct journal_event *event, const char *path)
{
    struct findings *f = findings_decode(w->scratch, event->findings);
    if (!f)
        return error_set(w->e, ERROR_DATA, "the journal's event of '%s' cannot be read", path);
    struct span item = item_of(w, event);
    if (w->failed)
        return true;
    if (was_reported(w, item))
        return w->failed ||
               error_set(w->e, ERROR_DATA, "'%s' was reported already: once is enough", path);
    if (w->out->count == w->wish->most)
        return error_set(w->e, ERROR_USAGE, "more than %zu files: see --most", w->wish->most);
    choose(w, event, f, item);
    w->out->items[w->out->count - 1].folder = event->folder;
    return true;
}

bool report_choose_file(struct context *c, struct maildir *md, const char *root,
                        const struct report_wish *wish, const char *path,
                        struct report_choices *out, struct error *e)
{
    struct choosing w;
    struct maildir_entry entry;
    struct journal_event event;
    bool ok = begin(&w, c, wish, out, e) &&
              filed_message_find(c->config, md, root, c->arena, path, &entry, e);
    enum lookup known =
        ok ? journal_find(c->store, c->arena, w.mailbox, entry.unique, &event, e) : LOOKUP_ERROR;
    if (known == LOOKUP_NO)
        error_set(e, ERROR_DATA, "'%s' is not in the journal: nothing says that it is forged",
                  path);
    ok = known == LOOKUP_YES && refuse(wish, &event, path, e);
    if (ok) {
        event.folder = entry.folder; /* its owner may have moved it */
        ok = choose_event(&w, &event, path);
    }
    return end(&w, ok);
}

bool report_remember(struct context *c, const struct report_wish *wish,
                     const struct report_choice *choice, struct error *e)
{
    return store_item_add(c->store, wish->memory, choice->item, e);
}
