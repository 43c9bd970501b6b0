/*
 * The scrubber works on physical lines, as procmail and Sieve do: a field is forged when it would
 * look like ours to them. LF always ends a line; CR alone only in messages without any LF, as
 * elsewhere it is a byte like others.
 */
#include "cmd/filter_scrub.h"

#include <string.h>

/* A line is held until its field name is known; beyond this it is decided by what is there. */
#define LINE_HELD     ((size_t)8 * 1024)
#define LINE_END_SEEN ((size_t)64 * 1024)

const char *scrub_line_end(struct span message)
{
    struct span head = span_slice(message, 0, LINE_END_SEEN);
    size_t lf = span_find_byte(head, '\n', 0);
    if (lf < head.n)
        return lf > 0 && head.p[lf - 1] == '\r' ? "\r\n" : "\n";
    return span_find_byte(head, '\r', 0) < head.n ? "\r" : "\n";
}

static bool is_ours(struct span line)
{
    size_t n = strlen(VERDICT_FIELD);
    if (!span_starts_nocase(line, VERDICT_FIELD))
        return false;
    while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
        n++;
    return n < line.n && line.p[n] == ':';
}

/* A line, or as much of it as is held, is there: keep or drop it. */
static void decide(struct scrub *s, struct buf *out)
{
    struct span line = buf_span(&s->line);
    bool folded = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
    if (!folded)
        s->dropping = is_ours(line);
    if (s->line.failed)
        out->failed = true;
    if (!s->dropping)
        buf_add(out, line);
    buf_reset(&s->line);
}

static bool ends_line(const struct scrub *s, char c)
{
    return c == '\n' || (c == '\r' && s->cr_ends_lines);
}

static bool is_empty_line(struct span line)
{
    return span_is(line, "\n") || span_is(line, "\r\n") || span_is(line, "\r");
}

/* The rest of a line too long to hold: it was decided by its beginning. */
static void long_line_byte(struct scrub *s, char c, struct buf *out)
{
    if (!s->dropping)
        buf_add_byte(out, c);
    s->in_long_line = !ends_line(s, c);
}

static void header_byte(struct scrub *s, char c, struct buf *out)
{
    bool of_crlf = c == '\n' && s->after_cr; /* the second half of a line end already seen */
    s->after_cr = c == '\r' && s->cr_ends_lines;
    if (s->in_long_line || of_crlf) {
        long_line_byte(s, c, out);
        return;
    }
    buf_add_byte(&s->line, c);
    if (ends_line(s, c)) {
        s->in_body = is_empty_line(buf_span(&s->line));
        decide(s, out);
    } else if (s->line.n >= LINE_HELD) {
        decide(s, out);
        s->in_long_line = true;
    }
}

void scrub_feed(struct scrub *s, struct span bytes, struct buf *out)
{
    size_t i = 0;
    while (i < bytes.n && !s->in_body)
        header_byte(s, bytes.p[i++], out);
    buf_add(out, span_slice(bytes, i, bytes.n));
}

void scrub_end(struct scrub *s, struct buf *out)
{
    if (s->line.n > 0)
        decide(s, out);
    buf_free(&s->line);
}
