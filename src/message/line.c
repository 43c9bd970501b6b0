/*
 * A line reader that never looks at a byte twice: a header of a million CR-only lines must not be
 * searched a million times for its one LF.
 */
#include "message/line.h"

static size_t find_lf(struct line_reader *r)
{
    if (!r->lf_known || r->next_lf < r->pos) {
        r->next_lf = span_find_byte(r->bytes, '\n', r->pos);
        r->lf_known = true;
    }
    return r->next_lf;
}

bool line_read(struct line_reader *r, struct span *line)
{
    if (r->pos >= r->bytes.n)
        return false;
    size_t start = r->pos, lf = find_lf(r);
    size_t cr = span_find_byte(span_slice(r->bytes, 0, lf), '\r', start);
    *line = span_slice(r->bytes, start, cr);
    size_t run = cr;
    while (run < lf && run - cr < CR_RUN && r->bytes.p[run] == '\r')
        run++;
    if (run == lf)
        r->pos = lf < r->bytes.n ? lf + 1 : lf;
    else
        r->pos = cr + 1;
    return true;
}

char line_end_byte(struct span bytes)
{
    bytes = span_trim(bytes);
    if (span_find_byte(bytes, '\n', 0) < bytes.n)
        return '\n';
    return span_find_byte(bytes, '\r', 0) < bytes.n ? '\r' : '\n';
}
