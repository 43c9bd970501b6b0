/*
 * Finds the originals: returned in parts at any depth, then quoted in the response's own texts. A
 * message returned inside a returned message counts only when the outer one answered it; else it is
 * an attachment that somebody sent, and no business of this response.
 */
#include "report/builder.h"
#include "report/field_block.h"

#include <string.h>

#include "base/limits.h"
#include "message/header.h"

/* What is known of each part, by its index in message->parts. */
struct part_facts {
    int nesting;         /* how many returned responses are around it; -1: inside an attachment */
    bool holds_status;   /* PART_MESSAGE: a delivery status part belongs to the message in it */
    bool holds_original; /* PART_MESSAGE: likewise, a returned message */
    bool answers;        /* PART_MESSAGE: the message in it is itself a response */
};

struct search {
    struct report_builder *b;
    struct message *m;
    struct part_facts *facts;
};

static const struct part *message_around(const struct part *p)
{
    do
        p = p->parent;
    while (p && p->kind != PART_MESSAGE);
    return p;
}

/* Types that hold header fields only, where message/ left them as leaves. */
static bool is_headers_part(const struct part *p)
{
    return span_ends_nocase(span_of(p->subtype), "rfc822-headers") ||
           span_is(span_of(p->subtype), "global-headers");
}

static bool is_named_eml(const struct part *p)
{
    return p->filename && span_ends_nocase(span_of(p->filename), ".eml");
}

static bool is_attached_text(const struct part *p)
{
    if (!span_is(span_of(p->type), "text"))
        return false;
    if (p->filename || span_starts_nocase(header_raw(&p->header, "Content-Disposition"), "attach"))
        return true;
    const struct part *up = p->parent;
    return up && span_is(span_of(up->subtype), "report") && up->first_child != p;
}

/* A part that by its type or name returns a message. */
static bool is_carrier(const struct part *p)
{
    if (p->kind == PART_MESSAGE)
        return p->first_child != NULL;
    return p->kind == PART_LEAF &&
           (is_headers_part(p) || is_named_eml(p) || span_is(span_of(p->subtype), "rfc822"));
}

/* A part that mail systems give a type of their own: what begins with a mail's header is one. */
static bool may_be_carrier(const struct report_builder *b, const struct part *p)
{
    return b->from_mail_system && p->kind == PART_LEAF &&
           (span_is(span_of(p->type), "application") || span_is(span_of(p->type), "message"));
}

static bool is_delivery_status(const struct part *p)
{
    return span_ends_nocase(span_of(p->subtype), "delivery-status");
}

/* First what each returned message holds, then, parents before children, whether it answers. */
static bool learn_facts(struct search *s)
{
    struct message *m = s->m;
    s->facts = arena_array(m->arena, m->part_count, sizeof *s->facts);
    if (!s->facts)
        return false;
    for (size_t i = 0; i < m->part_count; i++) {
        const struct part *around = message_around(m->parts[i]);
        if (!around)
            continue;
        struct part_facts *f = &s->facts[around->index];
        f->holds_status = f->holds_status || is_delivery_status(m->parts[i]);
        f->holds_original = f->holds_original || is_carrier(m->parts[i]);
    }
    for (size_t i = 0; i < m->part_count; i++) {
        const struct part *p = m->parts[i], *around = message_around(p);
        struct part_facts *f = &s->facts[i];
        if (around) {
            const struct part_facts *outer = &s->facts[around->index];
            f->nesting = outer->answers ? outer->nesting + 1 : -1;
        }
        if (p->kind == PART_MESSAGE && p->first_child && f->nesting >= 0)
            f->answers =
                f->holds_status || (f->holds_original &&
                                    header_is_from_mail_system(m->arena, &p->first_child->header));
    }
    return true;
}

static void add_returned(struct search *s, const struct part *p, enum original_form form,
                         struct header header)
{
    struct original o = {.form = form,
                         .header = header,
                         .place = message_place(s->m, p),
                         .nesting = s->facts[p->index].nesting};
    if (header.count > 0)
        builder_add_original(s->b, &o);
}

/* Where a stray empty line cut the header off the part's own fields, it begins the body. */
static void read_second_header(struct search *s, struct span body, struct header *header)
{
    struct header second;
    size_t used;
    if (!header_parse(s->m->arena, body, 0, &second, &used))
        s->b->failed = true;
    else if (field_block_is(&field_block_mail, &second))
        *header = second;
}

static void add_message_part(struct search *s, const struct part *p)
{
    const struct part *inner = p->first_child;
    struct header header = inner->header;
    bool body = inner->kind != PART_LEAF || span_trim(inner->body).n > 0;
    if (body && !field_block_is(&field_block_mail, &header))
        read_second_header(s, inner->body, &header);
    add_returned(s, p, body && !is_headers_part(p) ? ORIGINAL_MESSAGE : ORIGINAL_HEADERS, header);
}

/* A leaf that holds a message by its type or name, or, where only the looks tell, begins with a
 * mail's header. */
static bool add_leaf(struct search *s, struct part *p)
{
    struct span bytes = message_part_decoded(s->m, p);
    struct header h;
    size_t used;
    if (!header_parse(s->m->arena, bytes, 0, &h, &used)) {
        s->b->failed = true;
        return false;
    }
    if (!is_headers_part(p) && !field_block_is(&field_block_mail, &h))
        return false;
    bool body = !is_headers_part(p) && span_trim(span_slice(bytes, used, bytes.n)).n > 0;
    add_returned(s, p, body ? ORIGINAL_MESSAGE : ORIGINAL_HEADERS, h);
    return true;
}

/* A text that was attached and begins with a mail's header: returned, not quoted. */
static bool add_attached_text(struct search *s, const struct part *p, struct span text)
{
    size_t start = 0, offset = 0, end;
    struct header h;
    while (start < text.n && ascii_is_space(text.p[start]))
        start++;
    if (!quoted_header_find(s->m->arena, text, &offset, &end, &h) || offset > start)
        return false;
    bool body = span_trim(span_slice(text, end, text.n)).n > 0;
    add_returned(s, p, body ? ORIGINAL_MESSAGE : ORIGINAL_HEADERS, h);
    return true;
}

static bool has_same_id(const struct report *r, const struct header *h)
{
    struct span id = header_raw(h, "Message-ID");
    for (size_t i = 0; i < r->original_count; i++)
        if (id.n > 0 && span_equals(header_raw(&r->originals[i].header, "Message-ID"), id))
            return true;
    return false;
}

/* All blocks in one text. What stands behind the header of a response that is quoted whole belongs
 * to that response. */
static void add_quoted(struct search *s, const struct part *p, struct span text)
{
    size_t offset = 0, end;
    struct original o = {.form = ORIGINAL_QUOTED};
    for (; quoted_header_find(s->m->arena, text, &offset, &end, &o.header); offset = end) {
        if (!has_same_id(s->b->report, &o.header)) {
            o.place = builder_text_place(s->b, p, offset);
            builder_add_original(s->b, &o);
        }
        if (s->b->report->truncated || s->b->failed)
            return;
        if (o.nesting < LIMIT_PART_DEPTH && header_is_from_mail_system(s->m->arena, &o.header))
            o.nesting++;
    }
}

/* What stands before the first part: some systems send their notice under the original's own
 * Content-Type, so that it ends up there. */
static struct span preamble(struct search *s, const struct part *p)
{
    if (p->kind != PART_MULTIPART || !p->first_child || !p->boundary || !part_is_own(p))
        return (struct span){0};
    const char *line = arena_printf(s->m->arena, "\n--%s", p->boundary);
    struct span head = span_slice(p->body, 0, LIMIT_TEXT);
    s->b->failed = s->b->failed || !line;
    return span_slice(head, 0, line ? span_find(head, span_of(line)) + 1 : 0);
}

/* Outermost first; within one nesting as they were found: returned before quoted. */
static void sort_by_nesting(struct report *r)
{
    for (size_t i = 1; i < r->original_count; i++) {
        struct original o = r->originals[i];
        size_t k = i;
        for (; k > 0 && r->originals[k - 1].nesting > o.nesting; k--)
            r->originals[k] = r->originals[k - 1];
        r->originals[k] = o;
    }
}

void builder_read_originals(struct report_builder *b)
{
    struct search s = {.b = b, .m = b->message};
    struct message *m = b->message;
    bool *taken = arena_array(m->arena, m->part_count, sizeof *taken);
    if (!taken || !learn_facts(&s)) {
        b->failed = true;
        return;
    }
    for (size_t i = 0; i < m->part_count; i++) {
        struct part *p = m->parts[i];
        if (s.facts[i].nesting < 0)
            continue;
        if (p->kind == PART_MESSAGE && is_carrier(p))
            add_message_part(&s, p);
        else if (is_carrier(p) || may_be_carrier(b, p))
            taken[i] = add_leaf(&s, p);
    }
    for (size_t i = 0; i < m->part_count; i++) {
        const struct part *p = m->parts[i];
        if (!taken[i] && s.facts[i].nesting == 0 && !is_carrier(p) && is_attached_text(p))
            taken[i] = add_attached_text(&s, p, builder_search_text(b, m->parts[i]));
    }
    for (size_t i = 0; i < m->part_count; i++)
        if (!taken[i])
            add_quoted(&s, m->parts[i], builder_search_text(b, m->parts[i]));
    for (size_t i = 0; i < m->part_count && b->from_mail_system; i++)
        add_quoted(&s, m->parts[i], preamble(&s, m->parts[i]));
    sort_by_nesting(b->report);
}
