/*
 * Candidates for the original's Message-ID, best first. An ID that cannot be taken exactly is left
 * out and leaves doubt: a mangled ID of ours would be in no index and speak for a forgery.
 */
#include "evidence/collector.h"

#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "evidence/notice.h"
#include "message/header.h"

/* The response's own IDs, which are never evidence. */
struct ids {
    struct collector *c;
    struct string_list own;
};

static bool is_own(const struct ids *ids, struct span id)
{
    for (size_t i = 0; i < ids->own.count; i++)
        if (span_equals_nocase(span_of(ids->own.items[i]), id))
            return true;
    return false;
}

static bool is_collected(const struct findings *f, struct span id)
{
    for (size_t i = 0; i < f->evidence_count; i++)
        if (evidence_is_id(f->evidence[i].kind) && span_is(id, f->evidence[i].value))
            return true;
    return false;
}

static void add_id(struct ids *ids, enum evidence_kind kind, int nesting, const char *where,
                   struct span id)
{
    struct findings *f = ids->c->findings;
    if (is_collected(f, id))
        return;
    if (id.n <= LIMIT_MESSAGE_ID && printable_is_clean(id))
        collector_add(ids->c, kind, nesting, where, id);
    else
        f->truncated = true;
}

/* Some systems send a report under its original's ID, which then counts where the original's own
 * header names it; a header that is the response's own, repeated, does not. */
static bool is_response_itself(const struct ids *ids, const struct original *o, struct span id)
{
    const struct header *h = &ids->c->message->root->header;
    return is_own(ids, id) &&
           span_equals_nocase(header_raw(h, "From"), header_raw(&o->header, "From"));
}

/* The first ID in each field of that name: two fields come when a relay puts its own beside the
 * sender's, two IDs in one field are noise. */
static void add_header_ids(struct ids *ids, const struct original *o)
{
    enum evidence_kind kind =
        o->form == ORIGINAL_QUOTED ? EVIDENCE_QUOTED_ID : EVIDENCE_RETURNED_ID;
    const struct field *f;
    for (size_t i = 0; i < 4 && (f = header_field(&o->header, "Message-ID", i)); i++) {
        struct string_list list = message_ids_in(ids->c->arena, f->value, true);
        struct span id = list.count > 0 ? span_of(list.items[0]) : (struct span){0};
        if (id.n > 0 && !is_response_itself(ids, o, id))
            add_id(ids, kind, o->nesting, collector_place(ids->c, o->place, f->name), id);
        else if (id.n == 0 && f->value.n > LIMIT_MESSAGE_ID)
            ids->c->findings->truncated = true;
    }
}

static int deepest_nesting(const struct collector *c)
{
    int deepest = 0;
    const struct original *o;
    for (size_t i = 0; (o = collector_original(c, i)); i++)
        if (o->nesting > deepest)
            deepest = o->nesting;
    return deepest;
}

static void add_originals(struct ids *ids, int nesting, bool quoted)
{
    const struct original *o;
    for (size_t i = 0; (o = collector_original(ids->c, i)); i++)
        if (o->nesting == nesting && (o->form == ORIGINAL_QUOTED) == quoted)
            add_header_ids(ids, o);
}

/* For IDs that stand outside an original's header. */
static void add_foreign_id(struct ids *ids, enum evidence_kind kind, const char *where,
                           struct span id)
{
    if (!is_own(ids, id))
        add_id(ids, kind, 0, where, id);
}

static void add_captures(struct ids *ids)
{
    const struct rule_match *match = ids->c->match;
    for (size_t i = 0; i < match->capture_count; i++) {
        const struct capture *capture = &match->captures[i];
        if (capture->kind != CAPTURE_ID)
            continue;
        struct string_list list = message_ids_in(ids->c->arena, capture->value, true);
        const char *where = arena_printf(ids->c->arena, "%.150s, captured by the rule",
                                         capture->field ? capture->field : "");
        ids->c->failed = ids->c->failed || !where;
        if (where && list.count > 0)
            add_foreign_id(ids, EVIDENCE_QUOTED_ID,
                           collector_text(ids->c, span_of(where), LIMIT_PLACE),
                           span_of(list.items[0]));
    }
}

static struct span right_side(struct span id)
{
    return span_slice(id, span_find_byte(id, '@', 0), id.n);
}

static bool is_delivery_class(enum class class)
{
    return class == CLASS_BOUNCE || class == CLASS_DELAY || class == CLASS_SUCCESS;
}

/* Exchange marks a report with its original's ID in X-MS-TNEF-Correlator, but any other message of
 * Exchange with its own: so only in reports, and not when it looks like an ID of the responder. */
static bool is_own_correlator(const struct ids *ids, struct span id)
{
    if (!is_delivery_class(ids->c->findings->class))
        return true;
    for (size_t i = 0; i < ids->own.count; i++)
        if (span_equals_nocase(right_side(span_of(ids->own.items[i])), right_side(id)))
            return true;
    return false;
}

/* Gateways keep a message's former ID of its own in X-Original-Message-ID, so that in what is no
 * report it names nothing. */
static bool names_original(const struct ids *ids, const char *field, struct span id)
{
    enum class class = ids->c->findings->class;
    if (strcmp(field, "X-MS-TNEF-Correlator") == 0)
        return !is_own_correlator(ids, id);
    if (strcmp(field, "X-Original-Message-ID") == 0)
        return is_delivery_class(class) || class == CLASS_RECEIPT;
    return true;
}

static void add_field_id(struct ids *ids, const char *name, const struct field *f,
                         const char *place, bool in_report)
{
    struct string_list list = message_ids_in(ids->c->arena, f->value, false);
    if (list.count == 0)
        return;
    struct span id = span_of(list.items[0]);
    if (in_report || names_original(ids, name, id))
        add_foreign_id(ids, EVIDENCE_FIELD_ID, collector_place(ids->c, place, f->name), id);
}

/* RFC 3464 2.2.1 leaves the envelope ID to the sender: mail programs give the Message-ID with its
 * brackets, others a queue's name of their own. */
static void add_envelope_id(struct ids *ids)
{
    const char *place = NULL;
    const struct field *f = report_field(ids->c->report, "Original-Envelope-Id", &place);
    if (f && f->value.n > 0 && f->value.p[0] == '<')
        add_field_id(ids, "Original-Envelope-Id", f, place, true);
}

/* Fields that name the original by definition: RFC 8098 3.2.5, Gmail's reports, Exchange. */
static void add_field_ids(struct ids *ids)
{
    static const char *const in_groups[] = {"Original-Message-ID", "X-Original-Message-ID", NULL};
    static const char *const in_header[] = {"Original-Message-ID", "X-Original-Message-ID",
                                            "X-MS-Exchange-Parent-Message-Id",
                                            "X-MS-TNEF-Correlator", NULL};
    for (size_t i = 0; in_groups[i]; i++) {
        const char *place = NULL;
        const struct field *f = report_field(ids->c->report, in_groups[i], &place);
        if (f)
            add_field_id(ids, in_groups[i], f, place, true);
    }
    add_envelope_id(ids);
    for (size_t i = 0; in_header[i]; i++) {
        const struct field *f = header_field(&ids->c->message->root->header, in_header[i], 0);
        if (f)
            add_field_id(ids, in_header[i], f, NULL, false);
    }
}

/* Forwarders that give a message a new ID keep the former one in the original's own header. */
static void add_former_ids(struct ids *ids, int nesting)
{
    static const char *const names[] = {"X-Original-Message-ID", "X-Google-Original-Message-ID",
                                        NULL};
    const struct original *o;
    for (size_t i = 0; (o = collector_original(ids->c, i)); i++) {
        for (size_t k = 0; o->nesting == nesting && names[k]; k++) {
            const struct field *f = header_field(&o->header, names[k], 0);
            struct string_list list = {0};
            if (f)
                list = message_ids_in(ids->c->arena, f->value, false);
            if (list.count > 0)
                add_id(ids, EVIDENCE_FIELD_ID, nesting, collector_place(ids->c, o->place, f->name),
                       span_of(list.items[0]));
        }
    }
}

/* The last ID of a list that may be longer than is read at once. */
static struct span last_id(struct ids *ids, struct span value)
{
    for (int tries = 0; tries < 4; tries++) {
        const char *open = value.n > 0 ? memrchr(value.p, '<', value.n) : NULL;
        struct span tail = open ? span_slice(value, (size_t)(open - value.p), value.n) : value;
        struct string_list list = message_ids_in(ids->c->arena, tail, false);
        if (list.count > 0)
            return span_of(list.items[list.count - 1]);
        value.n -= tail.n;
    }
    return (struct span){0};
}

/* Old software puts words and an address before the ID ("Message from <joe@example.org> of Monday
 * <id>"), so the last is the best. */
static void add_cited(struct ids *ids)
{
    const struct header *h = &ids->c->message->root->header;
    const struct field *reply = header_field(h, "In-Reply-To", 0);
    if (reply) {
        struct string_list list = message_ids_in(ids->c->arena, reply->value, false);
        const char *where = collector_place(ids->c, NULL, reply->name);
        for (size_t i = list.count; i > 0; i--)
            add_foreign_id(ids, EVIDENCE_IN_REPLY_TO, where, span_of(list.items[i - 1]));
    }
    const struct field *references = header_field(h, "References", 0);
    struct span last = references ? last_id(ids, references->value) : (struct span){0};
    if (last.n > 0)
        add_foreign_id(ids, EVIDENCE_REFERENCES, collector_place(ids->c, NULL, references->name),
                       last);
}

/* A report in prose that neither returns nor cites its original may say its ID. */
static void add_told(struct ids *ids)
{
    struct findings *f = ids->c->findings;
    for (size_t i = 0; i < f->evidence_count; i++)
        if (evidence_is_id(f->evidence[i].kind))
            return;
    struct span id = {0};
    if (is_delivery_class(f->class) || f->class == CLASS_FILTER_NOTICE)
        id = notice_id(ids->c);
    if (id.n > 0)
        add_foreign_id(ids, EVIDENCE_TOLD_ID, "text", id);
}

static struct string_list own_ids(struct collector *c)
{
    struct string_list list =
        message_ids_in(c->arena, header_raw(&c->message->root->header, "Message-ID"), true);
    if (list.count > 0)
        c->findings->message_id = collector_text(c, span_of(list.items[0]), LIMIT_MESSAGE_ID);
    return list;
}

void collect_ids(struct collector *c)
{
    struct ids ids = {.c = c, .own = own_ids(c)};
    for (int nesting = 0, deepest = deepest_nesting(c); nesting <= deepest; nesting++) {
        add_originals(&ids, nesting, false);
        if (nesting == 0)
            add_captures(&ids);
        add_originals(&ids, nesting, true);
        add_former_ids(&ids, nesting);
        if (nesting > 0)
            continue;
        add_field_ids(&ids);
        add_cited(&ids);
    }
    add_told(&ids);
}
