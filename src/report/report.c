/*
 * Reads a report: groups first, recipients from them, then originals. The three know nothing of
 * each other, so that a broken part of one kind cannot hide what the others hold.
 */
#include "report/report.h"

#include "base/limits.h"
#include "message/header.h"
#include "report/builder.h"
#include "report/field_block.h"

bool quoted_header_find(struct arena *arena, struct span text, size_t *offset, size_t *end,
                        struct header *out)
{
    return field_block_find(arena, &field_block_mail, text, offset, end, out);
}

void builder_add_group(struct report_builder *b, struct header fields, const char *place)
{
    struct report *r = b->report;
    if (!r->groups)
        r->groups = arena_array(b->message->arena, LIMIT_REPORT_GROUPS, sizeof *r->groups);
    if (!r->groups || !place)
        b->failed = true;
    else if (r->group_count == LIMIT_REPORT_GROUPS)
        r->truncated = true;
    else
        r->groups[r->group_count++] = (struct report_group){fields, place};
}

void builder_add_original(struct report_builder *b, const struct original *o)
{
    struct report *r = b->report;
    if (!r->originals)
        r->originals = arena_array(b->message->arena, LIMIT_ORIGINALS, sizeof *r->originals);
    if (!r->originals || !o->place)
        b->failed = true;
    else if (r->original_count == LIMIT_ORIGINALS)
        r->truncated = true;
    else
        r->originals[r->original_count++] = *o;
}

const char *builder_text_place(struct report_builder *b, const struct part *p, size_t offset)
{
    const char *part = message_place(b->message, p);
    const char *place = arena_printf(b->message->arena, "%s, text offset %zu", part, offset);
    b->failed = b->failed || !place;
    return place;
}

bool part_is_own(const struct part *p)
{
    for (p = p->parent; p; p = p->parent)
        if (p->kind == PART_MESSAGE)
            return false;
    return true;
}

bool header_is_from_mail_system(struct arena *arena, const struct header *h)
{
    const struct field *path = header_field(h, "Return-Path", 0);
    if (path && (path->value.n == 0 || span_starts_nocase(path->value, "<>")))
        return true;
    struct span from = header_raw(h, "From");
    if (span_find_nocase(from, span_of("mailer-daemon")) < from.n)
        return true;
    if (span_find_nocase(from, span_of("postmaster")) == from.n)
        return false;
    struct string_list list = addresses_in(arena, from);
    return list.count > 0 && span_starts_nocase(span_of(list.items[0]), "postmaster@");
}

static bool is_repeated_alternative(const struct part *p)
{
    const struct part *up = p->parent;
    return up && up->first_child != p && span_is(span_of(up->subtype), "alternative");
}

struct span builder_search_text(const struct report_builder *b, struct part *p)
{
    bool headers = span_ends_nocase(span_of(p->subtype), "rfc822-headers");
    if (headers || !part_is_own(p) || (is_repeated_alternative(p) && !b->from_mail_system))
        return (struct span){0};
    return message_part_text(b->message, p);
}

static bool is_from_mail_system(struct message *m)
{
    const struct header *h = &m->root->header;
    return m->root->report_type || header_field(h, "X-Failed-Recipients", 0) ||
           header_is_from_mail_system(m->arena, h);
}

struct report *report_read(struct message *m)
{
    struct report *r = arena_alloc(m->arena, sizeof *r);
    struct report_builder b = {
        .message = m, .report = r, .from_mail_system = is_from_mail_system(m)};
    if (!r)
        return NULL;
    builder_read_groups(&b);
    builder_read_recipients(&b);
    builder_read_originals(&b);
    return b.failed ? NULL : r;
}

const struct field *report_field(const struct report *r, const char *name, const char **place)
{
    for (size_t i = 0; i < r->group_count; i++) {
        const struct field *f = header_field(&r->groups[i].fields, name, 0);
        if (!f)
            continue;
        if (place)
            *place = r->groups[i].place;
        return f;
    }
    return NULL;
}
