/*
 * Addresses of ours that the response came to or speaks of, who the other side is, and the few
 * words that people recognise a message by. Addresses stay as they stand: reducing them is the
 * verdict's work.
 */
#include "evidence/collector.h"

#include "base/limits.h"
#include "message/header.h"
#include "report/recipient.h"

static const struct header *own_header(const struct collector *c)
{
    return &c->message->root->header;
}

/* All fields of that name in the response's header. True when one is there. */
static bool add_fields(struct collector *c, enum evidence_kind kind, const char *name)
{
    const struct field *f;
    size_t i = 0;
    for (; i < LIMIT_ORIGINALS && (f = header_field(own_header(c), name, i)); i++)
        collector_add_addresses(c, kind, 0, collector_place(c, NULL, f->name), f->value);
    return i > 0;
}

static void add_envelope_recipient(struct collector *c)
{
    static const char *const names[] = {"X-Original-To", "Envelope-To", "X-Envelope-To", NULL};
    if (c->envelope && c->envelope->recipient && c->envelope->recipient[0]) {
        collector_add_addresses(c, EVIDENCE_ENVELOPE_RECIPIENT, 0, "envelope",
                                span_of(c->envelope->recipient));
        return;
    }
    for (size_t i = 0; names[i]; i++)
        if (add_fields(c, EVIDENCE_ENVELOPE_RECIPIENT, names[i]))
            return;
}

/* The reverse-path in a value: its address, else what stands there (a local name), without
 * brackets. Nothing between them is the null reverse-path (RFC 5321 4.5.5). */
static struct span reverse_path(struct collector *c, struct span value)
{
    struct string_list list = addresses_in(c->arena, value);
    if (list.count > 0)
        return span_of(list.items[0]);
    value = span_trim(value);
    if (value.n >= 2 && value.p[0] == '<' && value.p[value.n - 1] == '>')
        value = span_slice(value, 1, value.n - 1);
    return span_trim(value);
}

static void add_envelope_sender(struct collector *c)
{
    const struct field *path = header_field(own_header(c), "Return-Path", 0);
    bool known = c->envelope && c->envelope->sender;
    if (known)
        collector_add(c, EVIDENCE_ENVELOPE_SENDER, 0, "envelope",
                      reverse_path(c, span_of(c->envelope->sender)));
    else if (path)
        collector_add(c, EVIDENCE_ENVELOPE_SENDER, 0, collector_place(c, NULL, path->name),
                      reverse_path(c, path->value));
}

static void add_responder(struct collector *c)
{
    static const char *const names[] = {"From", "Reply-To", "Sender", NULL};
    for (size_t i = 0; names[i]; i++) {
        add_fields(c, EVIDENCE_RESPONDER, names[i]);
        if (findings_get(c->findings, EVIDENCE_RESPONDER, 0))
            return;
    }
}

static void add_text(struct collector *c, enum evidence_kind kind, const struct header *h,
                     const char *name, const char *place, int nesting)
{
    const struct field *f = header_field(h, name, 0);
    if (!f || findings_get(c->findings, kind, 0))
        return;
    const char *text = field_decoded(c->arena, f);
    if (text[0])
        collector_add(c, kind, nesting, collector_place(c, place, f->name), span_of(text));
}

static void add_reason(struct collector *c)
{
    for (size_t i = 0; i < c->match->capture_count; i++) {
        const struct capture *capture = &c->match->captures[i];
        if (capture->kind != CAPTURE_REASON || span_trim(capture->value).n == 0)
            continue;
        const char *field = capture->field ? capture->field : "";
        collector_add(c, EVIDENCE_REASON, 0, collector_text(c, span_of(field), LIMIT_PLACE),
                      capture->value);
        return;
    }
}

static void add_original(struct collector *c, const struct original *o)
{
    static const struct {
        const char *name;
        enum evidence_kind kind;
    } addresses[] = {{"From", EVIDENCE_RETURNED_FROM}, {"Return-Path", EVIDENCE_RETURNED_SENDER}};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        const struct field *f = header_field(&o->header, addresses[i].name, 0);
        if (f)
            collector_add_addresses(c, addresses[i].kind, o->nesting,
                                    collector_place(c, o->place, f->name), f->value);
    }
    add_text(c, EVIDENCE_ORIGINAL_SUBJECT, &o->header, "Subject", o->place, o->nesting);
    add_text(c, EVIDENCE_ORIGINAL_DATE, &o->header, "Date", o->place, o->nesting);
    add_text(c, EVIDENCE_ORIGINAL_TO, &o->header, "To", o->place, o->nesting);
}

/* RFC 5965 3.2: the reverse-path of the message complained about. */
static void add_original_mail_from(struct collector *c)
{
    const char *place = NULL;
    const struct field *f = report_field(c->report, "Original-Mail-From", &place);
    if (f)
        collector_add_addresses(c, EVIDENCE_RETURNED_SENDER, 0, collector_place(c, place, f->name),
                                typed_value(f->value));
}

void collect_addresses(struct collector *c)
{
    const struct original *o;
    add_envelope_sender(c);
    add_envelope_recipient(c);
    add_responder(c);
    add_text(c, EVIDENCE_SUBJECT, own_header(c), "Subject", NULL, 0);
    add_reason(c);
    for (size_t i = 0; (o = collector_original(c, i)); i++)
        add_original(c, o);
    add_original_mail_from(c);
    add_fields(c, EVIDENCE_DELIVERED_TO, "Delivered-To");
    add_fields(c, EVIDENCE_TO, "To");
}
