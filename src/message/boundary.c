/*
 * A body is read line by line once, however many parts it holds, and at most LIMIT_PART_DEPTH times
 * in all. The outermost boundary wins: an inner multipart that is never closed ends where its
 * parent's next delimiter stands.
 */
#include "message/boundary.h"

#include "base/limits.h"
#include "message/line.h"

/* How far into the body a guess looks, and how many lines are tried: each costs a search through
 * the body. */
#define GUESS_BYTES ((size_t)64 * 1024)
#define GUESS_LINES 4

struct delimiter {
    size_t at;    /* of the line end before it; 0 when it opens the body */
    size_t after; /* where the line behind it begins */
    bool closing;
};

/* Reads what follows the two dashes and the boundary, from pos on. False when the line goes on: the
 * boundary was the beginning of another one. */
static bool read_tail(const struct boundary_reader *r, size_t pos, struct delimiter *d)
{
    struct span body = r->body;
    d->closing = pos + 2 <= body.n && body.p[pos] == '-' && body.p[pos + 1] == '-';
    if (d->closing)
        pos += 2;
    while (pos < body.n && (body.p[pos] == ' ' || body.p[pos] == '\t'))
        pos++;
    while (r->line_end == '\n' && pos < body.n && body.p[pos] == '\r')
        pos++;
    if (pos < body.n && body.p[pos] != r->line_end)
        return false;
    d->after = pos < body.n ? pos + 1 : pos;
    return true;
}

/* The first delimiter line that begins at or behind pos, which is the start of a line. */
static bool find_delimiter(const struct boundary_reader *r, size_t pos, struct delimiter *d)
{
    while (pos < r->body.n) {
        struct span line = span_slice(r->body, pos, pos + 2 + r->boundary.n);
        d->at = pos > 0 ? pos - 1 : 0;
        if (line.p[0] == '-' && line.n == 2 + r->boundary.n && line.p[1] == '-' &&
            span_equals(span_slice(line, 2, line.n), r->boundary) && read_tail(r, pos + line.n, d))
            return true;
        pos = span_find_byte(r->body, r->line_end, pos) + 1;
    }
    return false;
}

static bool recurs(const struct boundary_reader *r)
{
    struct delimiter d;
    return find_delimiter(r, 0, &d) && find_delimiter(r, d.after, &d);
}

/* Dashes alone rule off text, and "-- Name" signs it. */
static bool may_be_boundary(struct span s)
{
    bool only_dashes = true;
    for (size_t i = 0; i < s.n; i++) {
        only_dashes = only_dashes && s.p[i] == '-';
        if (ascii_is_space(s.p[i]))
            return false;
    }
    return !only_dashes;
}

static bool guess_boundary(struct boundary_reader *r)
{
    struct line_reader lines = {.bytes = span_slice(r->body, 0, GUESS_BYTES)};
    struct span line;
    for (int tried = 0; tried < GUESS_LINES && line_read(&lines, &line);) {
        if (line.n < 4 || line.p[0] != '-' || line.p[1] != '-')
            continue;
        r->boundary = span_trim(span_slice(line, 2, line.n));
        if (r->boundary.n == 0 || r->boundary.n > LIMIT_BOUNDARY)
            continue;
        if (span_starts_nocase(span_slice(lines.bytes, lines.pos, lines.bytes.n), "content-"))
            return true;
        tried++;
        if (may_be_boundary(r->boundary) && recurs(r))
            return true;
    }
    return false;
}

bool boundary_open(struct boundary_reader *r, struct span body, const char *boundary)
{
    struct delimiter d;
    struct span given = span_trim(span_of(boundary));
    *r = (struct boundary_reader){.body = body, .line_end = line_end_byte(body)};
    r->boundary = given;
    bool found = given.n > 0 && given.n <= LIMIT_BOUNDARY && find_delimiter(r, 0, &d);
    if (!found)
        found = guess_boundary(r) && find_delimiter(r, 0, &d);
    if (!found)
        return false;
    r->pos = d.after;
    r->closed = d.closing;
    return true;
}

bool boundary_next(struct boundary_reader *r, struct span *part)
{
    while (!r->closed) {
        struct delimiter d;
        size_t start = r->pos;
        bool found = find_delimiter(r, start, &d);
        if (!found)
            d = (struct delimiter){.at = r->body.n, .after = r->body.n};
        r->closed = !found || d.closing;
        r->pos = d.after;
        size_t end = d.at;
        if (found && end > start && r->line_end == '\n' && r->body.p[end - 1] == '\r')
            end--;
        *part = span_slice(r->body, start, end);
        if (part->n > 0 || (found && end >= start))
            return true; /* two delimiter lines in a row hold no part */
    }
    return false;
}

/* Whether a delimiter line of that boundary, from the reader's position on, heads a Content- field.
 */
static bool heads_content(struct line_reader lines, struct span boundary)
{
    struct span line = boundary;
    do {
        struct span rest = span_slice(lines.bytes, lines.pos, lines.bytes.n);
        if (span_equals(boundary, span_trim(line)) && span_starts_nocase(rest, "content-"))
            return true;
    } while (line_read(&lines, &line));
    return false;
}

bool boundary_heads(struct span body)
{
    struct line_reader lines = {.bytes = span_slice(body, 0, GUESS_BYTES)};
    struct span line;
    int preamble = 0;
    while (line_read(&lines, &line)) {
        line = span_trim(line);
        if (line.n == 0)
            continue;
        if (line.n > 2 && line.p[0] == '-' && line.p[1] == '-')
            return may_be_boundary(span_slice(line, 2, line.n)) && heads_content(lines, line);
        if (preamble++ > 0 || span_find_nocase(line, span_of("MIME")) == line.n)
            return false;
    }
    return false;
}
