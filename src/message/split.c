/*
 * The splitter: a work list instead of recursion, because libetpan's parser overflows the stack on
 * 27,000 nested messages and is quadratic in nesting. Each byte is read at most a few times per
 * level, and LIMIT_PART_DEPTH bounds the levels.
 */
#include "message/message.h"

#include <string.h>

#include "base/limits.h"
#include "message/boundary.h"
#include "message/content.h"
#include "message/header.h"
#include "message/header_block.h"
#include "message/kept.h"
#include "message/transfer.h"

/* A part whose header is still to be read. */
struct pending {
    struct part *part;
    struct span bytes;  /* the part's header and body */
    const char *start;  /* where offsets count from: the message's or decoded bytes */
    const char *number; /* of a part; of a message within a part, that part's */
    const char *default_type;
};

struct splitter {
    struct message *m;
    struct pending pending[LIMIT_PARTS];
    size_t pending_count, created;
    struct part *found[LIMIT_PARTS];
    size_t decode_budget; /* bytes that may still be decoded for being parsed again */
    bool out_of_memory;
};

/* A new last part under parent, whose bytes are still to be read. NULL at a limit. */
static struct part *add_part(struct splitter *s, struct part *parent, struct part *before,
                             struct pending job)
{
    if (s->created == LIMIT_PARTS) {
        s->m->truncated = true;
        return NULL;
    }
    struct part *p = arena_alloc(s->m->arena, sizeof *p);
    if (!p) {
        s->out_of_memory = true;
        return NULL;
    }
    s->created++;
    p->parent = parent;
    p->depth = parent ? parent->depth + 1 : 0;
    if (before)
        before->next = p;
    else if (parent)
        parent->first_child = p;
    job.part = p;
    s->pending[s->pending_count++] = job;
    return p;
}

/* The last added stand on top of the stack but must be read last. */
static void reverse_pending(struct splitter *s, size_t from)
{
    for (size_t to = s->pending_count; from + 1 < to; from++) {
        struct pending swapped = s->pending[--to];
        s->pending[to] = s->pending[from];
        s->pending[from] = swapped;
    }
}

static const char *child_number(struct splitter *s, const char *number, unsigned n)
{
    struct arena *a = s->m->arena;
    const char *child = *number ? arena_printf(a, "%s.%u", number, n) : arena_printf(a, "%u", n);
    s->out_of_memory = s->out_of_memory || !child;
    return child;
}

static void split_multipart(struct splitter *s, struct part *p, const char *start)
{
    struct boundary_reader r;
    struct span bytes;
    if (!boundary_open(&r, p->body, p->boundary))
        return; /* one text, read as a leaf */
    bool digest = strcmp(p->subtype, "digest") == 0;
    size_t from = s->pending_count;
    struct part *last = NULL;
    for (unsigned n = 1; !s->out_of_memory && boundary_next(&r, &bytes); n++) {
        struct part *child =
            add_part(s, p, last,
                     (struct pending){.bytes = bytes,
                                      .start = start,
                                      .number = child_number(s, p->number, n),
                                      .default_type = digest ? "message/rfc822" : "text/plain"});
        if (!child)
            break;
        p->kind = PART_MULTIPART;
        last = child;
    }
    reverse_pending(s, from);
}

static void open_message(struct splitter *s, struct part *p, const char *start)
{
    struct span bytes = p->body;
    if (transfer_is_coded(p->encoding)) {
        size_t max = s->decode_budget < LIMIT_PART_DECODED ? s->decode_budget : LIMIT_PART_DECODED;
        bytes = decode_body(s->m->arena, p, max);
        s->decode_budget -= bytes.n;
        s->m->truncated = s->m->truncated || bytes.n == max;
        start = bytes.p;
    }
    bytes = skip_envelope_lines(bytes);
    if (add_part(
            s, p, NULL,
            (struct pending){
                .bytes = bytes, .start = start, .number = p->number, .default_type = "text/plain"}))
        p->kind = PART_MESSAGE;
}

/* A message within a part bears no number of its own in IMAP (RFC 9051 6.4.5.1): its multipart's
 * parts count on from the part's number, and its only part is ".1". */
static void number_part(struct splitter *s, struct part *p, const char *number)
{
    p->number = number;
    if (!p->parent || p->parent->kind != PART_MESSAGE)
        return;
    bool within_root = *number == '\0';
    if (within_root || strcmp(p->type, "multipart") != 0)
        p->number = child_number(s, number, 1);
}

/* Lists and archives that drop fields drop Content-Type, and the body alone tells what it was. */
static void restore_type(struct part *p)
{
    if (p->parent || header_field(&p->header, "Content-Type", 0) || !boundary_heads(p->body))
        return;
    p->type = "multipart";
    p->subtype = "mixed";
}

static void read_part(struct splitter *s, struct pending job)
{
    struct part *p = job.part;
    enum header_owner owner = !p->parent                        ? HEADER_OF_MESSAGE
                              : p->parent->kind == PART_MESSAGE ? HEADER_OF_MESSAGE_WITHIN
                                                                : HEADER_OF_PART;
    size_t used = 0;
    if (!header_block_read(s->m->arena, job.bytes, (size_t)(job.bytes.p - job.start), owner,
                           &p->header, &used)) {
        s->out_of_memory = true;
        return;
    }
    p->index = s->m->part_count++;
    s->found[p->index] = p;
    p->body = span_slice(job.bytes, used, job.bytes.n);
    p->offset = (size_t)(p->body.p - job.start);
    s->m->truncated = s->m->truncated || p->header.truncated;
    content_read(s->m->arena, p, job.default_type);
    restore_type(p);
    number_part(s, p, job.number);
    bool multipart = strcmp(p->type, "multipart") == 0;
    if (!multipart && !content_is_message(p))
        return;
    if (p->depth >= LIMIT_PART_DEPTH)
        s->m->truncated = true;
    else if (multipart)
        split_multipart(s, p, job.start);
    else
        open_message(s, p, job.start);
}

static bool keep_parts(struct splitter *s)
{
    struct message *m = s->m;
    m->parts = arena_array(m->arena, m->part_count, sizeof *m->parts);
    m->kept = arena_alloc(m->arena, sizeof *m->kept);
    if (!m->parts || !m->kept)
        return false;
    m->kept->parts = arena_array(m->arena, m->part_count, sizeof *m->kept->parts);
    memcpy(m->parts, s->found, m->part_count * sizeof *m->parts);
    return m->kept->parts != NULL;
}

struct message *message_parse(struct arena *arena, struct span bytes)
{
    struct splitter s;
    s.m = arena_alloc(arena, sizeof *s.m);
    if (!s.m)
        return NULL;
    s.pending_count = s.created = 0;
    s.decode_budget = LIMIT_MESSAGE_PARSED;
    s.out_of_memory = false;
    s.m->arena = arena;
    s.m->bytes = skip_envelope_lines(bytes.p ? bytes : span_of(""));
    struct span parsed = span_slice(s.m->bytes, 0, LIMIT_MESSAGE_PARSED);
    s.m->truncated = parsed.n < s.m->bytes.n;
    s.m->root = add_part(
        &s, NULL, NULL,
        (struct pending){
            .bytes = parsed, .start = parsed.p, .number = "", .default_type = "text/plain"});
    while (s.pending_count > 0 && !s.out_of_memory)
        read_part(&s, s.pending[--s.pending_count]);
    return !s.out_of_memory && keep_parts(&s) ? s.m : NULL;
}
