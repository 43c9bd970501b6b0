/*
 * Makes recipients from groups of status fields. It goes by the fields in their order rather than
 * by the groups, because empty lines between groups get lost and doubled: a recipient field begins
 * a recipient, what follows completes it.
 */
#include "report/recipient.h"

#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "message/header.h"
#include "report/builder.h"
#include "report/status_code.h"

struct reading {
    struct report_builder *b;
    struct arena *arena;
    struct report_recipient *current; /* NULL before the first of a group */
    const char *actual;               /* X-Actual-Recipient of the current one */
};

static const struct report_recipient no_recipient = {"", "", "", "", "", ""};

static void give_address(struct reading *r)
{
    struct report_recipient *c = r->current;
    if (c && !c->address[0])
        c->address = c->original[0] ? c->original : r->actual;
}

/* Whether the current one says the same of the same address as one before. */
static bool is_repeated(const struct report *report, const struct report_recipient *c)
{
    for (size_t i = 0; i + 1 < report->recipient_count; i++)
        if (strcmp(report->recipients[i].address, c->address) == 0 &&
            strcmp(report->recipients[i].action, c->action) == 0)
            return true;
    return false;
}

/* Completes the current recipient; drops it when it has no address or was there before. */
static void end_recipient(struct reading *r)
{
    struct report_recipient *c = r->current;
    if (!c)
        return;
    give_address(r);
    char code[STATUS_CODE_SIZE];
    if ((!c->status[0] || status_is_general(c->status)) &&
        status_from_reply(span_of(c->diagnostic), code) &&
        (!c->status[0] || c->status[0] == code[0])) {
        const char *status = arena_string(r->arena, span_of(code));
        c->status = status ? status : "";
        r->b->failed = r->b->failed || !status;
    }
    if (!c->address[0] || is_repeated(r->b->report, c))
        r->b->report->recipient_count--;
    r->current = NULL;
}

static void begin_recipient(struct reading *r)
{
    struct report *report = r->b->report;
    end_recipient(r);
    r->actual = "";
    if (!report->recipients) {
        report->recipients = arena_array(r->arena, LIMIT_RECIPIENTS, sizeof *report->recipients);
        r->b->failed = r->b->failed || !report->recipients;
    }
    if (!report->recipients || report->recipient_count == LIMIT_RECIPIENTS) {
        report->truncated = true;
        return;
    }
    r->current = &report->recipients[report->recipient_count++];
    *r->current = no_recipient;
}

static const char *kept(struct reading *r, const char *s)
{
    r->b->failed = r->b->failed || !s;
    return s ? s : "";
}

static const char *text_of(struct reading *r, struct span s)
{
    return kept(r, printable_string(r->arena, s, LIMIT_VALUE, NULL));
}

static const char *untyped_text(struct reading *r, const struct field *f)
{
    return text_of(r, typed_value(span_of(field_decoded(r->arena, f))));
}

/* Encoded words do not belong in such fields and stand there all the same. */
static const char *address_of(struct reading *r, const struct field *f)
{
    struct span value = f->value;
    if (span_find(value, span_of("=?")) < value.n)
        value = span_of(field_decoded(r->arena, f));
    return kept(r, typed_address(r->arena, value));
}

/* RFC 3464 2.3.3 knows five actions; some systems use other forms of the same words. */
static const char *action_of(struct reading *r, const struct field *f)
{
    static const struct {
        const char *start, *action;
    } forms[] = {{"fail", "failed"},       {"expire", "failed"}, {"delay", "delayed"},
                 {"deliver", "delivered"}, {"relay", "relayed"}, {"expand", "expanded"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (span_starts_nocase(f->value, forms[i].start))
            return forms[i].action;
    char word[32] = "";
    for (size_t i = 0; i < f->value.n && i + 1 < sizeof word && ascii_is_alnum(f->value.p[i]); i++)
        word[i] = ascii_lower(f->value.p[i]);
    return text_of(r, span_of(word));
}

static const char *status_of(struct reading *r, const struct field *f)
{
    char code[STATUS_CODE_SIZE];
    return status_read(f->value, code) ? text_of(r, span_of(code)) : "";
}

static bool is_final(const struct field *f)
{
    /* Original-Rcpt-To: RFC 5965 3.2. */
    return span_is_nocase(f->name, "Final-Recipient") ||
           span_is_nocase(f->name, "Original-Rcpt-To");
}

static bool is_original(const struct field *f)
{
    return span_is_nocase(f->name, "Original-Recipient");
}

static bool is_actual(const struct field *f)
{
    return span_is_nocase(f->name, "X-Actual-Recipient");
}

/* What a field says of the current recipient; the first that says something counts. */
static void complete(struct reading *r, const struct field *f)
{
    struct report_recipient *c = r->current;
    if (!c->action[0] && span_is_nocase(f->name, "Action"))
        c->action = action_of(r, f);
    else if (!c->status[0] && span_is_nocase(f->name, "Status"))
        c->status = status_of(r, f);
    else if (!c->diagnostic[0] && span_is_nocase(f->name, "Diagnostic-Code"))
        c->diagnostic = untyped_text(r, f);
    else if (!c->remote_mta[0] && span_is_nocase(f->name, "Remote-MTA"))
        c->remote_mta = untyped_text(r, f);
}

static void read_field(struct reading *r, const struct field *f)
{
    bool final = is_final(f), original = is_original(f), actual = is_actual(f);
    const struct report_recipient *c = r->current;
    if (!c || (final && c->address[0]) || (original && c->original[0]))
        begin_recipient(r);
    if (!r->current)
        return;
    if (final)
        r->current->address = address_of(r, f);
    else if (original)
        r->current->original = address_of(r, f);
    else if (actual && span_find_byte(f->value, '@', 0) < f->value.n)
        r->actual = address_of(r, f);
    else
        complete(r, f);
}

static bool speaks_of_recipient(const struct header *h)
{
    for (size_t i = 0; i < h->count; i++)
        if (is_final(&h->fields[i]) || is_original(&h->fields[i]) || is_actual(&h->fields[i]))
            return true;
    return false;
}

static bool is_recipient_field(const struct field *f)
{
    static const char *const names[] = {"Action", "Status", "Diagnostic-Code", "Remote-MTA", NULL};
    for (size_t i = 0; names[i]; i++)
        if (span_is_nocase(f->name, names[i]))
            return true;
    return is_final(f) || is_original(f) || is_actual(f);
}

/* A group without a recipient field goes on with the recipient of the group before. */
static void read_group(struct reading *r, const struct header *h)
{
    bool own = speaks_of_recipient(h);
    if (own)
        end_recipient(r);
    for (size_t i = 0; i < h->count; i++)
        if (is_recipient_field(&h->fields[i]) && (own || r->current))
            read_field(r, &h->fields[i]);
}

void builder_read_recipients(struct report_builder *b)
{
    struct reading r = {.b = b, .arena = b->message->arena, .actual = ""};
    for (size_t i = 0; i < b->report->group_count; i++)
        read_group(&r, &b->report->groups[i].fields);
    end_recipient(&r);
    const struct field *mta = report_field(b->report, "Reporting-MTA", NULL);
    const struct field *date = report_field(b->report, "Arrival-Date", NULL);
    b->report->reporting_mta = mta ? untyped_text(&r, mta) : "";
    b->report->arrival_date = date ? text_of(&r, span_of(field_decoded(r.arena, date))) : "";
}
