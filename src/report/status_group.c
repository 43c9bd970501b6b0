/*
 * Finds the groups of fields that status parts consist of. The lines of a status part are parsed as
 * header blocks, because that is what RFC 3464 2.1.1 makes them; a part that is empty or holds
 * prose gives no group and leaves the class to the rules.
 */
#include "report/builder.h"
#include "report/field_block.h"

#include "base/limits.h"

static const char *const status_names[] = {"Final-Recipient",
                                           "Original-Recipient",
                                           "Action",
                                           "Status",
                                           "Diagnostic-Code",
                                           "Remote-MTA",
                                           "Last-Attempt-Date",
                                           "Reporting-MTA",
                                           "Arrival-Date",
                                           "Disposition",
                                           "Original-Message-ID",
                                           NULL};
static const char *const status_keys[] = {"Final-Recipient", "Original-Recipient", "Reporting-MTA",
                                          NULL};
/* Quoted blocks are talk about a report, not one. */
static const struct field_block_kind status_block = {status_names, status_keys, 2, false};

static bool has(const struct header *h, const char *name)
{
    return header_field(h, name, 0) != NULL;
}

static void note_kind(struct report *r, const struct part *p)
{
    struct span subtype = span_of(p->subtype);
    if (span_ends_nocase(subtype, "delivery-status"))
        r->has_delivery_status = true;
    else if (span_ends_nocase(subtype, "disposition-notification"))
        r->has_disposition = true;
    else
        r->has_feedback = true;
}

static bool is_status_part(const struct part *p)
{
    static const char *const subtypes[] = {
        "delivery-status",          "global-delivery-status",
        "disposition-notification", "global-disposition-notification",
        "feedback-report",          NULL};
    if (p->kind != PART_LEAF)
        return false;
    for (size_t i = 0; subtypes[i]; i++)
        if (span_is(span_of(p->subtype), subtypes[i]))
            return true;
    return false;
}

static void read_status_part(struct report_builder *b, struct part *p)
{
    struct span bytes = message_part_decoded(b->message, p);
    const char *place = message_place(b->message, p);
    for (size_t at = 0, used; at < bytes.n && !b->report->truncated; at += used) {
        struct header fields;
        struct span rest = span_slice(bytes, at, bytes.n);
        if (!header_parse(b->message->arena, rest, at, &fields, &used)) {
            b->failed = true;
            return;
        }
        if (used == 0)
            break;
        if (fields.count == 0)
            continue;
        note_kind(b->report, p);
        builder_add_group(b, fields, place);
    }
}

/* Status fields in text stand before the original: those behind it belong to it. */
static size_t status_text_end(struct report_builder *b, struct span text)
{
    size_t offset = 0, end;
    struct header ignored;
    return quoted_header_find(b->message->arena, text, &offset, &end, &ignored) ? offset : text.n;
}

static bool is_recipient_group(const struct header *h)
{
    return (has(h, "Final-Recipient") || has(h, "Original-Recipient")) &&
           (has(h, "Action") || has(h, "Status") || has(h, "Diagnostic-Code"));
}

/* Groups count only once a recipient's has been seen: Reporting-MTA alone stands in many texts. */
static void read_status_text(struct report_builder *b, struct part *p, struct span text)
{
    size_t offset = 0, end, first = b->report->group_count;
    struct header fields;
    bool found = false;
    for (; !b->report->truncated &&
           field_block_find(b->message->arena, &status_block, text, &offset, &end, &fields);
         offset = end) {
        found = found || is_recipient_group(&fields);
        builder_add_group(b, fields, builder_text_place(b, p, offset));
    }
    if (!found)
        b->report->group_count = first;
    b->report->has_delivery_status = b->report->has_delivery_status || found;
}

static bool has_status_field(struct span text)
{
    return span_find_nocase(text, span_of("-recipient:")) < text.n;
}

void builder_read_groups(struct report_builder *b)
{
    struct message *m = b->message;
    for (size_t i = 0; i < m->part_count; i++)
        if (is_status_part(m->parts[i]) && part_is_own(m->parts[i]))
            read_status_part(b, m->parts[i]);
    if (b->report->group_count > 0)
        return;
    for (size_t i = 0; i < m->part_count; i++) {
        struct span text = builder_search_text(b, m->parts[i]);
        if (!has_status_field(text))
            continue;
        read_status_text(b, m->parts[i], span_slice(text, 0, status_text_end(b, text)));
    }
}
