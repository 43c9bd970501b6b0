/*
 * Byte views and ASCII comparison. The C library's ctype and strcasecmp follow the locale, which in
 * a mail system's environment is whatever the remote side arranged; these do not.
 */
#include "base/span.h"

#include <string.h>

struct span span_of(const char *s)
{
    return (struct span){s, s ? strlen(s) : 0};
}

struct span span_slice(struct span s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return (struct span){s.p ? s.p + from : s.p, to - from};
}

static bool is_header_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span s)
{
    while (s.n > 0 && is_header_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_header_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool span_equals(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool span_equals_nocase(struct span a, struct span b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    return true;
}

bool span_is(struct span s, const char *literal)
{
    return span_equals(s, span_of(literal));
}

bool span_is_nocase(struct span s, const char *literal)
{
    return span_equals_nocase(s, span_of(literal));
}

bool span_starts_nocase(struct span s, const char *literal)
{
    return span_equals_nocase(span_slice(s, 0, strlen(literal)), span_of(literal));
}

bool span_ends_nocase(struct span s, const char *literal)
{
    size_t n = strlen(literal);
    return s.n >= n && span_equals_nocase(span_slice(s, s.n - n, s.n), span_of(literal));
}

size_t span_find(struct span s, struct span needle)
{
    if (needle.n == 0)
        return 0;
    if (s.n < needle.n)
        return s.n;
    const char *at = memmem(s.p, s.n, needle.p, needle.n);
    return at ? (size_t)(at - s.p) : s.n;
}

size_t span_find_nocase(struct span s, struct span needle)
{
    if (needle.n == 0)
        return 0;
    char first = ascii_lower(needle.p[0]);
    for (size_t i = 0; i + needle.n <= s.n; i++)
        if (ascii_lower(s.p[i]) == first &&
            span_equals_nocase(span_slice(s, i, i + needle.n), needle))
            return i;
    return s.n;
}

size_t span_find_byte(struct span s, char c, size_t from)
{
    if (from >= s.n)
        return s.n;
    const char *at = memchr(s.p + from, c, s.n - from);
    return at ? (size_t)(at - s.p) : s.n;
}

bool span_next_line(struct span *rest, struct span *line)
{
    if (rest->n == 0)
        return false;
    size_t end = 0;
    while (end < rest->n && rest->p[end] != '\n' && rest->p[end] != '\r')
        end++;
    *line = span_slice(*rest, 0, end);
    if (end < rest->n) {
        bool crlf = rest->p[end] == '\r' && end + 1 < rest->n && rest->p[end + 1] == '\n';
        end += crlf ? 2 : 1;
    }
    *rest = span_slice(*rest, end, rest->n);
    return true;
}
