/*
 * Rules and scanners are written for plain spaces and LF; everything that looks the same to a
 * reader is made the same here, once.
 */
#include "message/white_space.h"

#include <string.h>

#include "message/line.h"

static bool is_no_break_space(struct span s, size_t i)
{
    return s.p[i] == '\xc2' && i + 1 < s.n && s.p[i + 1] == '\xa0';
}

size_t white_space_collapse(char *to, struct span s)
{
    size_t n = 0;
    bool pending = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c == 127) {
            pending = n > 0;
        } else if (c == 0xc2 && is_no_break_space(s, i)) {
            pending = n > 0;
            i++;
        } else {
            if (pending)
                to[n++] = ' ';
            pending = false;
            to[n++] = (char)c;
        }
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

static size_t plain_spaces(char *to, struct span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool wide = is_no_break_space(s, i);
        to[n++] = wide || s.p[i] == '\0' ? ' ' : s.p[i];
        i += wide;
    }
    return n;
}

size_t line_ends_normalise(char *to, struct span s)
{
    size_t n = 0;
    if (s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
        s = span_slice(s, 3, s.n);
    bool only_lines = span_find_byte(s, '\0', 0) == s.n && span_find_byte(s, '\xc2', 0) == s.n;
    for (size_t i = 0; i < s.n;) {
        struct span text = span_slice(s, i, span_find_byte(s, '\r', i));
        if (only_lines)
            memcpy(to + n, text.p, text.n);
        n += only_lines ? text.n : plain_spaces(to + n, text);
        i += text.n;
        if (i < s.n) {
            i += line_end_length(span_slice(s, i, s.n));
            to[n++] = '\n';
        }
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
