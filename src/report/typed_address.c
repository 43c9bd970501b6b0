/*
 * Reads "type; address" values. Broken systems leave the type out, put brackets, comments and
 * semicolons in, and give local names as mail addresses; all of it is taken for what it means.
 */
#include "report/recipient.h"

#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "message/charset.h"
#include "message/header.h"

/* The type in front of the first semicolon: an atom (RFC 3464 2.1.2), with a comment perhaps. */
static struct span type_of(struct span value)
{
    size_t n = 0;
    while (n < value.n && (ascii_is_alnum(value.p[n]) || value.p[n] == '-' || value.p[n] == '_'))
        n++;
    size_t at = n;
    while (at < value.n && ascii_is_space(value.p[at]))
        at++;
    return n > 0 && at < value.n && value.p[at] == ';' ? span_slice(value, 0, n) : (struct span){0};
}

struct span typed_value(struct span value)
{
    value = span_trim(value);
    if (type_of(value).n > 0)
        value = span_slice(value, span_find_byte(value, ';', 0), value.n);
    while (value.n > 0 && (value.p[0] == ';' || ascii_is_space(value.p[0])))
        value = span_slice(value, 1, value.n);
    return value;
}

static int hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\x{HEX}" at the start of s: its code point, and its length in *used; 0 when there is none. */
static unsigned escaped(struct span s, size_t *used)
{
    unsigned code_point = 0;
    if (s.n < 5 || memcmp(s.p, "\\x{", 3) != 0)
        return 0;
    size_t i = 3;
    for (; i < s.n && i < 9 && hex_digit(s.p[i]) >= 0; i++)
        code_point = code_point * 16 + (unsigned)hex_digit(s.p[i]);
    if (i == 3 || i == s.n || s.p[i] != '}')
        return 0;
    *used = i + 1;
    return code_point;
}

static struct span resolve_escapes(struct arena *arena, struct span s)
{
    struct buf out = {0};
    while (s.n > 0) {
        size_t used = 1;
        unsigned code_point = escaped(s, &used);
        if (code_point)
            utf8_add(&out, code_point);
        else
            buf_add_byte(&out, s.p[0]);
        s = span_slice(s, used, s.n);
    }
    const char *copy = out.failed ? NULL : arena_string(arena, buf_span(&out));
    buf_free(&out);
    return span_of(copy);
}

/* A name that is no mail address: without brackets and a comment behind it. */
static struct span bare_name(struct span s)
{
    s = span_trim(span_slice(s, 0, span_find(s, span_of(" ("))));
    if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
        s = span_trim(span_slice(s, 1, s.n - 1));
    return s;
}

const char *typed_address(struct arena *arena, struct span value)
{
    struct span address = span_slice(typed_value(value), 0, LIMIT_FIELD_DECODED);
    if (span_is_nocase(type_of(span_trim(value)), "utf-8"))
        address = resolve_escapes(arena, address);
    struct string_list found = addresses_in(arena, address);
    struct span s = found.count > 0 ? span_of(found.items[0]) : bare_name(address);
    return printable_string(arena, s, LIMIT_ADDRESS, NULL);
}
