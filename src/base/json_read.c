/*
 * The JSON reader: a cursor over the bytes that fails at the first thing it does not expect.
 */
#include "base/json_read.h"

#include <string.h>

#include "base/printable.h"

struct cursor {
    struct arena *arena;
    struct span rest;
};

static void skip_space(struct cursor *c)
{
    c->rest = span_trim(c->rest);
}

static bool take_byte(struct cursor *c, char byte)
{
    skip_space(c);
    if (c->rest.n == 0 || c->rest.p[0] != byte)
        return false;
    c->rest = span_slice(c->rest, 1, c->rest.n);
    return true;
}

static int hex_value(char c)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four hex digits of \uXXXX. */
static bool take_unit(struct cursor *c, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < c->rest.n ? hex_value(c->rest.p[i]) : -1;
        if (digit < 0)
            return false;
        *out = *out * 16 + (unsigned)digit;
    }
    c->rest = span_slice(c->rest, 4, c->rest.n);
    return true;
}

static size_t put_utf8(unsigned cp, char *out)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3f));
    out[0] = (char)((0xf00 >> n & 0xff) | cp);
    return n;
}

/* \uXXXX, or two of them for what lies beyond U+FFFF (RFC 8259 7). */
static bool take_code_point(struct cursor *c, char *out, size_t *n)
{
    unsigned cp, low;
    if (!take_unit(c, &cp))
        return false;
    if (cp >= 0xd800 && cp < 0xdc00) {
        if (!span_starts_nocase(c->rest, "\\u"))
            return false;
        c->rest = span_slice(c->rest, 2, c->rest.n);
        if (!take_unit(c, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
    } else if (cp >= 0xdc00 && cp <= 0xdfff)
        return false;
    *n += put_utf8(cp, out + *n);
    return true;
}

static bool take_escape(struct cursor *c, char *out, size_t *n)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (c->rest.n == 0)
        return false;
    char letter = c->rest.p[0];
    c->rest = span_slice(c->rest, 1, c->rest.n);
    if (letter == 'u')
        return take_code_point(c, out, n);
    const char *at = letter ? strchr(letters, letter) : NULL;
    if (at)
        out[(*n)++] = values[at - letters];
    return at != NULL;
}

static bool take_string(struct cursor *c, struct span *out)
{
    if (!take_byte(c, '"'))
        return false;
    size_t n = 0, room = span_find_byte(c->rest, '"', 0);
    while (room < c->rest.n && room > 0 && c->rest.p[room - 1] == '\\')
        room = span_find_byte(c->rest, '"', room + 1);
    char *text = arena_alloc(c->arena, room + 1); /* an escape is longer than what it means */
    while (text && c->rest.n > 0) {
        char byte = c->rest.p[0];
        c->rest = span_slice(c->rest, 1, c->rest.n);
        if (byte == '"') {
            *out = (struct span){text, n};
            return utf8_is_valid(*out);
        }
        if (n >= room || (unsigned char)byte < 0x20)
            return false;
        if (byte != '\\')
            text[n++] = byte;
        else if (!take_escape(c, text, &n))
            return false;
    }
    return false;
}

static bool take_number(struct cursor *c, int64_t *out)
{
    bool negative = take_byte(c, '-');
    size_t n = 0;
    *out = 0;
    for (; n < c->rest.n && n < 18 && ascii_is_digit(c->rest.p[n]); n++)
        *out = *out * 10 + (c->rest.p[n] - '0');
    bool goes_on = n < c->rest.n && (ascii_is_alnum(c->rest.p[n]) || c->rest.p[n] == '.');
    c->rest = span_slice(c->rest, n, c->rest.n);
    *out = negative ? -*out : *out;
    return n > 0 && !goes_on;
}

static bool take_member(struct cursor *c, struct json_member *m)
{
    *m = (struct json_member){.is_number = false};
    if (!take_string(c, &m->name) || !take_byte(c, ':'))
        return false;
    skip_space(c);
    if (c->rest.n > 0 && c->rest.p[0] == '"')
        return take_string(c, &m->text);
    m->is_number = true;
    return take_number(c, &m->number);
}

bool json_read_object(struct arena *arena, struct span s, struct json_member *members, size_t most,
                      size_t *count)
{
    struct cursor c = {arena, s};
    *count = 0;
    if (!take_byte(&c, '{'))
        return false;
    bool more = !take_byte(&c, '}');
    while (more) {
        if (*count == most || !take_member(&c, &members[(*count)++]))
            return false;
        more = take_byte(&c, ',');
        if (!more && !take_byte(&c, '}'))
            return false;
    }
    skip_space(&c);
    return c.rest.n == 0;
}

const struct json_member *json_member_of(const struct json_member *members, size_t count,
                                         const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(members[i].name, name))
            return &members[i];
    return NULL;
}
