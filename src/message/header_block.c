/*
 * Header blocks as they really come: junk lines (mbox From_ lines, lines without colon, with NUL)
 * are stepped over, because whoever stops there loses Content-Type and with it the whole structure.
 * A block without its closing empty line ends where only junk follows, so that text is not lost.
 */
#include "message/header_block.h"

#include <string.h>

#include "base/limits.h"
#include "message/header.h"
#include "message/line.h"

/* Longer field names do not exist; a colon further on belongs to text. */
#define NAME_MAX_BYTES ((size_t)200)

struct block {
    struct arena *arena;
    struct header *out;
    size_t room;         /* fields allocated */
    size_t offset;       /* of the block's first byte */
    struct field *open;  /* the field that a continuation line would belong to */
    size_t junk_start;   /* where the junk behind the last field begins */
    bool junk;           /* whether there is any */
    bool content_known;  /* next_content was looked up */
    size_t next_content; /* where the next Content- field line begins */
    bool of_message;     /* some field belongs to no stray piece of a part's header */
    enum header_owner owner;
};

static bool is_blank(struct span line)
{
    return span_trim(line).n == 0;
}

static bool is_folded(struct span line)
{
    return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* The length of the field name at the start of line, or 0; *colon gets where the colon is. */
static size_t name_length(struct span line, size_t *colon)
{
    size_t n = 0, limit = line.n < NAME_MAX_BYTES ? line.n : NAME_MAX_BYTES;
    while (n < limit && line.p[n] > ' ' && line.p[n] < 127 && line.p[n] != ':')
        n++;
    *colon = n;
    while (*colon < limit && (line.p[*colon] == ' ' || line.p[*colon] == '\t'))
        (*colon)++;
    return *colon < limit && line.p[*colon] == ':' ? n : 0;
}

static bool is_field(struct span line)
{
    size_t colon;
    return name_length(line, &colon) > 0;
}

static bool is_mbox_line(struct span line)
{
    return (line.n >= 5 && memcmp(line.p, "From ", 5) == 0) ||
           (line.n >= 6 && memcmp(line.p, ">From ", 6) == 0);
}

struct span skip_envelope_lines(struct span bytes)
{
    if (bytes.n >= 3 && memcmp(bytes.p, "\xef\xbb\xbf", 3) == 0)
        bytes = span_slice(bytes, 3, bytes.n);
    struct line_reader r = {.bytes = bytes};
    struct span line;
    size_t start = 0;
    while (line_read(&r, &line) && is_mbox_line(line))
        start = r.pos;
    return span_slice(bytes, start, bytes.n);
}

/* Steps over empty lines before a message's header; where no header follows they are the end of an
 * empty one. */
static size_t header_start(struct span bytes)
{
    struct line_reader r = {.bytes = bytes};
    struct span line;
    size_t start = 0;
    while (line_read(&r, &line) && is_blank(line))
        start = r.pos;
    return start < bytes.n && (is_field(line) || is_mbox_line(line)) ? start : 0;
}

/* A new slot behind the last one; NULL without memory. */
static struct field *new_field(struct block *b)
{
    struct header *h = b->out;
    if (h->count == b->room) {
        size_t room = b->room ? b->room * 2 : 16;
        struct field *fields = arena_array(b->arena, room, sizeof *fields);
        if (!fields)
            return NULL;
        if (h->count > 0)
            memcpy(fields, h->fields, h->count * sizeof *fields);
        h->fields = fields;
        b->room = room;
    }
    return &h->fields[h->count++];
}

static bool add_field(struct block *b, struct span line, size_t at)
{
    size_t colon, name = name_length(line, &colon);
    b->junk = false;
    b->open = NULL;
    b->of_message =
        b->of_message || span_starts_nocase(line, "content-type") ||
        !(span_starts_nocase(line, "content-") || span_starts_nocase(line, "mime-version"));
    if (b->out->count >= LIMIT_HEADER_FIELDS || at >= LIMIT_HEADER_BYTES) {
        b->out->truncated = true;
        return true;
    }
    struct field *f = new_field(b);
    if (!f)
        return false;
    f->name = span_slice(line, 0, name);
    f->value = span_slice(line, colon + 1, line.n);
    f->offset = b->offset + at;
    b->open = f;
    return true;
}

static void extend_field(struct field *f, struct span line)
{
    f->value.n = (size_t)(line.p + line.n - f->value.p);
}

/* Whether a Content- field stands between pos and the end of the block. Looked up once for all junk
 * lines before it. */
static bool content_field_follows(struct block *b, struct span bytes, size_t pos)
{
    if (b->content_known && b->next_content >= pos)
        return b->next_content < bytes.n;
    struct line_reader r = {.bytes = bytes, .pos = pos};
    struct span line;
    b->content_known = true;
    b->next_content = bytes.n;
    for (size_t at = pos; line_read(&r, &line) && !is_blank(line); at = r.pos)
        if (span_starts_nocase(line, "content-") && is_field(line)) {
            b->next_content = at;
            break;
        }
    return b->next_content < bytes.n;
}

/* A line that is no field. False when the body begins with it. */
static bool step_over_junk(struct block *b, const struct line_reader *r, struct span line,
                           size_t at)
{
    if (!b->junk)
        b->junk_start = at;
    b->junk = true;
    b->open = NULL;
    if (line.n >= 2 && line.p[0] == '-' && line.p[1] == '-')
        return false; /* a boundary, where the empty line was lost */
    return b->owner != HEADER_OF_PART || content_field_follows(b, r->bytes, r->pos);
}

static bool field_is_next(const struct line_reader *r)
{
    struct line_reader ahead = *r;
    struct span line;
    return line_read(&ahead, &line) && is_field(line);
}

/* Whether an empty line ends the block. One of spaces is folding when more header follows. */
static bool is_end(const struct block *b, const struct line_reader *r, struct span line)
{
    bool repeated = b->owner == HEADER_OF_MESSAGE_WITHIN && !b->of_message;
    return !(line.n > 0 || repeated) || !field_is_next(r);
}

static void finish(struct header *h)
{
    for (size_t i = 0; i < h->count; i++) {
        struct field *f = &h->fields[i];
        if (f->value.n > LIMIT_HEADER_BYTES) {
            f->value.n = LIMIT_HEADER_BYTES;
            h->truncated = true;
        }
        f->value = span_trim(f->value);
    }
}

bool header_block_read(struct arena *arena, struct span bytes, size_t offset,
                       enum header_owner owner, struct header *out, size_t *used)
{
    *out = (struct header){0};
    struct block b = {.arena = arena, .out = out, .offset = offset, .owner = owner};
    struct line_reader r = {.bytes = bytes};
    if (owner != HEADER_OF_PART)
        r.pos = header_start(bytes);
    struct span line;
    for (size_t at = r.pos; line_read(&r, &line); at = r.pos) {
        if (is_blank(line)) {
            if (is_end(&b, &r, line))
                break;
            continue;
        }
        if (is_folded(line) && b.open)
            extend_field(b.open, line);
        else if (!is_folded(line) && is_field(line)) {
            if (!add_field(&b, line, at))
                return false;
        } else if (!step_over_junk(&b, &r, line, at))
            break;
    }
    *used = b.junk ? b.junk_start : r.pos;
    finish(out);
    return true;
}

bool header_parse(struct arena *arena, struct span bytes, size_t offset, struct header *out,
                  size_t *used)
{
    return header_block_read(arena, bytes, offset, HEADER_OF_MESSAGE, out, used);
}

const struct field *header_field(const struct header *h, const char *name, size_t nth)
{
    struct span wanted = span_of(name);
    for (size_t i = 0; i < h->count; i++)
        if (span_equals_nocase(h->fields[i].name, wanted) && nth-- == 0)
            return &h->fields[i];
    return NULL;
}

struct span header_raw(const struct header *h, const char *name)
{
    const struct field *f = header_field(h, name, 0);
    return f ? f->value : (struct span){NULL, 0};
}
