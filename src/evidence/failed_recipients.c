/*
 * Who the response says could not be reached: the report's word, else what the rule captured, else
 * X-Failed-Recipients, else whom the notice names, else whom the original was addressed to if that
 * was one. One source only, since the same mailbox under two names would count twice.
 */
#include "evidence/collector.h"

#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "evidence/notice.h"
#include "message/header.h"
#include "report/status_code.h"

/* Findings travel in LIMIT_FINDINGS bytes, of which evidence may need half: beyond this sum the
 * words about a recipient are left out, the addresses never. */
#define RECIPIENT_BYTES (LIMIT_FINDINGS / 4)

static const struct report_recipient no_recipient = {"", "", "", "", "", ""};

/* The nth value captured for a kind; empty when there are fewer. */
static struct span captured(const struct rule_match *match, enum capture_kind kind, size_t nth)
{
    for (size_t i = 0; i < match->capture_count; i++)
        if (match->captures[i].kind == kind && nth-- == 0)
            return match->captures[i].value;
    return (struct span){0};
}

static size_t captured_count(const struct rule_match *match, enum capture_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < match->capture_count; i++)
        n += match->captures[i].kind == kind;
    return n;
}

/* As many values as recipients: one for each; else the first is for all. */
static struct span captured_for(struct collector *c, enum capture_kind kind, size_t nth)
{
    bool each = captured_count(c->match, kind) == c->findings->recipient_count;
    return captured(c->match, kind, each ? nth : 0);
}

static const char *action_by_class(enum class class)
{
    return class == CLASS_BOUNCE    ? "failed"
           : class == CLASS_DELAY   ? "delayed"
           : class == CLASS_SUCCESS ? "delivered"
                                    : "";
}

static bool is_there(const struct findings *f, struct span address)
{
    for (size_t i = 0; i < f->recipient_count; i++)
        if (span_equals_nocase(span_of(f->recipients[i].address), address))
            return true;
    return false;
}

static void add_recipient(struct collector *c, struct span address)
{
    struct findings *f = c->findings;
    if (address.n > LIMIT_ADDRESS || !printable_is_clean(address)) {
        f->truncated = true;
        return;
    }
    if (c->failed || is_there(f, address))
        return;
    if (f->recipient_count == LIMIT_RECIPIENTS) {
        f->truncated = true;
        return;
    }
    struct report_recipient *r = &f->recipients[f->recipient_count++];
    *r = no_recipient;
    r->address = collector_text(c, address, LIMIT_ADDRESS);
    r->action = action_by_class(f->class);
}

static void add_recipients_in(struct collector *c, struct span value)
{
    struct string_list list = addresses_in(c->arena, value);
    for (size_t i = 0; i < list.count; i++)
        add_recipient(c, span_of(list.items[i]));
    if (list.count == LIMIT_RECIPIENTS)
        c->findings->truncated = true;
}

static void add_captured(struct collector *c)
{
    for (size_t i = 0, n = captured_count(c->match, CAPTURE_RECIPIENT); i < n; i++)
        add_recipients_in(c, captured(c->match, CAPTURE_RECIPIENT, i));
}

/* Whether it is an ID of the original, which looks like an address. */
static bool is_id(const struct findings *f, struct span address)
{
    for (size_t i = 0; i < f->evidence_count; i++)
        if (evidence_is_id(f->evidence[i].kind) &&
            span_equals_nocase(span_of(f->evidence[i].value), address))
            return true;
    return false;
}

/* Patterns take addresses by where they stand, and so the sender's and the postmaster's at times:
 * these go where another is left. */
static void drop_bystanders(struct collector *c, const struct notice *n)
{
    struct findings *f = c->findings;
    size_t kept = 0;
    for (size_t i = 0; i < f->recipient_count; i++) {
        struct span address = span_of(f->recipients[i].address);
        if (notice_is_own(n, address) || notice_is_contact(address) || is_id(f, address))
            continue;
        struct report_recipient r = f->recipients[i];
        f->recipients[i] = f->recipients[kept];
        f->recipients[kept++] = r;
    }
    if (kept > 0)
        f->recipient_count = kept;
}

static void add_named(struct collector *c, const struct notice *n)
{
    struct span failed[NOTICE_ADDRESSES];
    size_t count = notice_failed(c, n, failed, NOTICE_ADDRESSES);
    for (size_t i = 0; i < count; i++)
        add_recipient(c, failed[i]);
}

/* A notice that names nobody speaks of the one whom the original was addressed to. */
static void add_addressed(struct collector *c)
{
    const struct original *o = collector_original(c, 0);
    if (!o || header_field(&o->header, "Cc", 0) || header_field(&o->header, "To", 1))
        return;
    struct string_list to = addresses_in(c->arena, header_raw(&o->header, "To"));
    if (to.count == 1)
        add_recipient(c, span_of(to.items[0]));
}

static void add_header_field(struct collector *c)
{
    const struct field *f;
    for (size_t i = 0; i < LIMIT_RECIPIENTS &&
                       (f = header_field(&c->message->root->header, "X-Failed-Recipients", i));
         i++)
        add_recipients_in(c, f->value);
}

/* The better status of two, the one a recipient has and a code found elsewhere: what says no more
 * than success, later or failure yields to a particular one of the same class. */
static bool is_better(const char *status, const char *code)
{
    if (!status[0])
        return true;
    return status_is_general(status) && !status_is_general(code) && status[0] == code[0];
}

static void improve_status(struct collector *c, struct report_recipient *r, const char *code)
{
    if (is_better(r->status, code))
        r->status = collector_text(c, span_of(code), LIMIT_VALUE);
}

static bool speaks_of_failure(const struct findings *f)
{
    return f->class == CLASS_BOUNCE || f->class == CLASS_DELAY;
}

static bool speaks_of_delivery(const struct findings *f)
{
    return speaks_of_failure(f) || f->class == CLASS_SUCCESS;
}

static char failing_class(const struct collector *c, const struct report_recipient *r)
{
    bool later = r->status[0] ? r->status[0] == '4' : c->findings->class == CLASS_DELAY;
    return later ? '4' : '5';
}

/* What a text says of a recipient: a reply's code, else its words. */
static void improve_from(struct collector *c, struct report_recipient *r, struct span text)
{
    char code[STATUS_CODE_SIZE];
    if (text.n > 0 && status_from_reply(text, code))
        improve_status(c, r, code);
    bool vague = !r->status[0] || status_is_general(r->status);
    if (text.n > 0 && vague && speaks_of_failure(c->findings) &&
        status_from_wording(text, failing_class(c, r), code))
        improve_status(c, r, code);
}

/* What the report did not say, the rule may have read in the text, or it stands there beside the
 * recipient; that speaks of those whose fate gave the class, not of others that the message did
 * reach. */
static void complete(struct collector *c, struct report_recipient *r, size_t nth,
                     const struct notice *n)
{
    if (r->action[0] && strcmp(r->action, action_by_class(c->findings->class)) != 0)
        return;
    struct span status = captured_for(c, CAPTURE_STATUS, nth);
    struct span reason = captured_for(c, CAPTURE_REASON, nth);
    char code[STATUS_CODE_SIZE];
    if (!r->diagnostic[0])
        r->diagnostic = collector_text(c, reason, LIMIT_VALUE);
    if (!r->status[0] && status_read(status, code))
        improve_status(c, r, code);
    improve_from(c, r, status);
    improve_from(c, r, reason);
    improve_from(c, r, span_of(r->diagnostic));
    if (!r->diagnostic[0] && speaks_of_failure(c->findings))
        r->diagnostic = collector_text(c, notice_reason(n, span_of(r->address)), LIMIT_VALUE);
    if (!speaks_of_failure(c->findings) || (r->status[0] && !status_is_general(r->status)))
        return;
    struct span about = notice_about(n, span_of(r->address), c->findings->recipient_count == 1);
    improve_from(c, r, span_of(collector_text(c, about, LIMIT_VALUE)));
}

/* The texts of a recipient stand in the arena already: those of the report are clean. */
static void copy_report(struct collector *c)
{
    struct findings *f = c->findings;
    memcpy(f->recipients, c->report->recipients,
           c->report->recipient_count * sizeof *f->recipients);
    f->recipient_count = c->report->recipient_count;
}

static void shorten(struct findings *f)
{
    size_t sum = 0;
    for (size_t i = 0; i < f->recipient_count; i++) {
        struct report_recipient *r = &f->recipients[i];
        sum += strlen(r->diagnostic) + strlen(r->remote_mta);
        if (sum > RECIPIENT_BYTES)
            r->diagnostic = r->remote_mta = "";
    }
}

void collect_recipients(struct collector *c)
{
    struct findings *f = c->findings;
    f->recipients = arena_array(c->arena, LIMIT_RECIPIENTS, sizeof *f->recipients);
    if (!f->recipients) {
        c->failed = true;
        return;
    }
    struct notice n = {0};
    if (speaks_of_delivery(f))
        notice_read(c, &n);
    if (c->report->recipient_count > 0) {
        copy_report(c);
    } else {
        add_captured(c);
        drop_bystanders(c, &n);
    }
    if (f->recipient_count == 0)
        add_header_field(c);
    if (f->recipient_count == 0 && speaks_of_delivery(f))
        add_named(c, &n);
    if (f->recipient_count == 0 && speaks_of_delivery(f))
        add_addressed(c);
    for (size_t i = 0; i < f->recipient_count; i++)
        complete(c, &f->recipients[i], i, &n);
    shorten(f);
}
