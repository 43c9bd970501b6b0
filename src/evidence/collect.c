/*
 * Collects the findings of one message. IDs and traces of ours come before addresses, so that no
 * flood of these can push them beyond the limit; whatever is cut leaves a mark that makes the
 * verdict doubt.
 */
#include "evidence/collector.h"

#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "message/header.h"
#include "report/field_block.h"

const char *collector_text(struct collector *c, struct span s, size_t max)
{
    const char *text = printable_string(c->arena, s, max, NULL);
    c->failed = c->failed || !text;
    return text ? text : "";
}

const char *collector_place(struct collector *c, const char *place, struct span field_name)
{
    struct buf b = {0};
    if (place)
        buf_printf(&b, "%s, ", place);
    buf_add_string(&b, "field ");
    buf_add(&b, field_name);
    const char *where = collector_text(c, buf_span(&b), LIMIT_PLACE);
    c->failed = c->failed || b.failed;
    buf_free(&b);
    return where;
}

static bool is_there(const struct findings *f, enum evidence_kind kind, const char *value)
{
    for (size_t i = 0; i < f->evidence_count; i++)
        if (f->evidence[i].kind == kind && strcmp(f->evidence[i].value, value) == 0)
            return true;
    return false;
}

void collector_add(struct collector *c, enum evidence_kind kind, int nesting, const char *where,
                   struct span value)
{
    struct findings *f = c->findings;
    const char *text = collector_text(c, value, LIMIT_VALUE);
    if (c->failed || is_there(f, kind, text))
        return;
    if (f->evidence_count == LIMIT_EVIDENCE) {
        f->truncated = true;
        return;
    }
    f->evidence[f->evidence_count++] =
        (struct evidence){.kind = kind, .nesting = nesting, .where = where, .value = text};
}

void collector_add_addresses(struct collector *c, enum evidence_kind kind, int nesting,
                             const char *where, struct span value)
{
    struct string_list list = addresses_in(c->arena, value);
    for (size_t i = 0; i < list.count; i++) {
        struct span address = span_of(list.items[i]);
        if (address.n <= LIMIT_ADDRESS && printable_is_clean(address))
            collector_add(c, kind, nesting, where, address);
        else
            c->findings->truncated = true;
    }
    if (list.count == LIMIT_RECIPIENTS)
        c->findings->truncated = true;
}

const struct original *collector_original(const struct collector *c, size_t nth)
{
    if (nth < c->captured_count)
        return &c->captured[nth];
    nth -= c->captured_count;
    return nth < c->report->original_count ? &c->report->originals[nth] : NULL;
}

void collector_find_captured(struct collector *c)
{
    struct span lines = {0};
    for (size_t i = 0; i < c->match->capture_count && c->captured_count < LIMIT_ORIGINALS; i++) {
        const struct capture *capture = &c->match->captures[i];
        if (capture->kind != CAPTURE_ORIGINAL)
            continue;
        if (!c->captured) {
            lines = message_lines(c->message);
            c->captured = arena_array(c->arena, LIMIT_ORIGINALS, sizeof *c->captured);
        }
        struct original o = {.form = ORIGINAL_QUOTED};
        size_t end;
        if (!c->captured || !field_block_read(c->arena, lines, capture->offset, &end, &o.header)) {
            c->failed = c->failed || !c->captured;
            continue;
        }
        o.place = arena_printf(c->arena, "text offset %zu", capture->offset);
        c->failed = c->failed || !o.place;
        c->captured[c->captured_count++] = o;
    }
}

static void collect_doubt(struct collector *c)
{
    bool doubt =
        c->message->truncated || c->message->root->header.truncated || c->report->truncated;
    const struct original *o;
    for (size_t i = 0; (o = collector_original(c, i)); i++)
        doubt = doubt || o->header.truncated;
    c->findings->truncated = c->findings->truncated || doubt;
}

static bool find_report(struct collector *c)
{
    if (!c->report)
        c->report = c->match->report ? c->match->report : report_read(c->message);
    return c->report != NULL;
}

static void collect_response(struct collector *c)
{
    struct findings *f = c->findings;
    f->evidence = arena_array(c->arena, LIMIT_EVIDENCE, sizeof *f->evidence);
    if (!f->evidence || !find_report(c)) {
        c->failed = true;
        return;
    }
    f->reporting_mta = collector_text(c, span_of(c->report->reporting_mta), LIMIT_VALUE);
    collector_find_captured(c);
    collect_doubt(c);
    collect_ids(c);
    collect_traces(c);
    collect_addresses(c);
    collect_recipients(c);
    collect_who_sent(c);
}

struct findings *findings_collect(struct message *m, const struct report *r,
                                  const struct rule_match *match, const struct config *config,
                                  const struct envelope *envelope)
{
    struct findings *f = arena_alloc(m->arena, sizeof *f);
    if (!f)
        return NULL;
    struct collector c = {.message = m,
                          .arena = m->arena,
                          .report = r,
                          .match = match,
                          .config = config,
                          .envelope = envelope,
                          .findings = f};
    f->class = match->class;
    f->message_id = f->reporting_mta = "";
    f->rule = collector_text(&c, span_of(match->rule), LIMIT_VALUE);
    if (f->class != CLASS_MAIL)
        collect_response(&c);
    /* Lists and texts come empty when memory runs out, which must not pass for their absence. */
    return c.failed || arena_failed(m->arena) ? NULL : f;
}
