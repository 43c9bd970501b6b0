/*
 * Rules and scanners are written for plain spaces and LF; everything that looks the same to a
 * reader is made the same here, once.
 */
#include "message/white_space.h"

#include <string.h>

#include "message/line.h"

/* The bytes of white space at the start of s: 1, 2 for U+00A0, or 0. */
static size_t space_length(struct span s)
{
    unsigned char c = (unsigned char)s.p[0];
    if (c <= ' ' || c == 127)
        return 1;
    return c == 0xc2 && s.n > 1 && (unsigned char)s.p[1] == 0xa0 ? 2 : 0;
}

size_t white_space_collapse(char *to, struct span s)
{
    size_t n = 0;
    bool pending = false;
    for (size_t i = 0; i < s.n;) {
        size_t space = space_length(span_slice(s, i, s.n));
        if (space > 0) {
            pending = n > 0;
            i += space;
            continue;
        }
        if (pending)
            to[n++] = ' ';
        pending = false;
        to[n++] = s.p[i++];
    }
    return n;
}

/* s begins with a CR. */
static size_t line_end_length(struct span s)
{
    size_t run = 1;
    while (run < s.n && run < CR_RUN && s.p[run] == '\r')
        run++;
    return run < s.n && s.p[run] == '\n' ? run + 1 : 1;
}

size_t line_ends_normalise(char *to, struct span s)
{
    size_t n = 0;
    if (s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
        s = span_slice(s, 3, s.n);
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        if (c == '\r') {
            i += line_end_length(span_slice(s, i, s.n));
            to[n++] = '\n';
            continue;
        }
        size_t space = c == '\n' || c == '\t' ? 0 : space_length(span_slice(s, i, s.n));
        to[n++] = space == 2 || c == '\0' ? ' ' : c;
        i += space == 2 ? 2 : 1;
    }
    return n;
}

struct span utf8_cut(struct span s, size_t max)
{
    if (s.n <= max)
        return s;
    while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
        max--;
    return span_slice(s, 0, max);
}
