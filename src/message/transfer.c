/*
 * Decoders of our own: libetpan's reads past the end of "=4", turns "=" before trailing spaces into
 * a NUL byte, and decodes a mailing list's footer behind base64 into garbage that runs on from the
 * text. In responses such damage is common: other hosts cut and wrap what they return.
 */
#include "message/transfer.h"

#include <string.h>

static bool has_room(const struct buf *out)
{
    return !out->failed && (out->limit == 0 || out->n < out->limit);
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

struct base64 {
    unsigned bits;
    int count; /* digits in bits, 0-3 */
};

static void base64_digit_add(struct base64 *b, struct buf *out, int digit)
{
    b->bits = b->bits << 6 | (unsigned)digit;
    if (++b->count < 4)
        return;
    char s[3] = {(char)(b->bits >> 16), (char)(b->bits >> 8), (char)b->bits};
    size_t n = out->limit && out->limit - out->n < 3 ? out->limit - out->n : 3;
    buf_add(out, (struct span){s, n});
    *b = (struct base64){0};
}

/* What is left at padding or at the end: two digits make one byte, three make two. */
static void base64_flush(struct base64 *b, struct buf *out)
{
    unsigned bits = b->bits << (6 * (4 - b->count));
    if (b->count >= 2 && has_room(out))
        buf_add_byte(out, (char)(bits >> 16));
    if (b->count == 3 && has_room(out))
        buf_add_byte(out, (char)(bits >> 8));
    *b = (struct base64){0};
}

static void base64_add(struct base64 *b, struct buf *out, struct span s)
{
    for (size_t i = 0; i < s.n && has_room(out); i++) {
        int digit = base64_digit(s.p[i]);
        if (digit >= 0)
            base64_digit_add(b, out, digit);
        else if (s.p[i] == '=')
            base64_flush(b, out);
    }
}

static bool is_base64(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (base64_digit(s.p[i]) < 0 && s.p[i] != '=')
            return false;
    return true;
}

/* Line by line until one is no base64: a footer that a list put behind it. False when it was the
 * first line: then nothing here is base64. */
static bool base64_decode(struct buf *out, struct span bytes)
{
    struct base64 b = {0};
    struct span line;
    bool any = false;
    while (has_room(out) && span_next_line(&bytes, &line)) {
        line = span_trim(line);
        if (!is_base64(line)) {
            if (!any)
                return false;
            break;
        }
        base64_add(&b, out, line);
        any = any || line.n > 0;
    }
    base64_flush(&b, out);
    return true;
}

bool base64_is_clean(struct span text)
{
    struct span line;
    while (span_next_line(&text, &line))
        if (!is_base64(span_trim(line)))
            return false;
    return true;
}

void base64_text_decode(struct buf *out, struct span text)
{
    struct base64 b = {0};
    base64_add(&b, out, text);
    base64_flush(&b, out);
}

static int hex_digit(char c)
{
    c = ascii_lower(c);
    return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int quoted_byte(struct span s)
{
    if (s.n < 3 || s.p[0] != '=')
        return -1;
    int high = hex_digit(s.p[1]), low = hex_digit(s.p[2]);
    return high >= 0 && low >= 0 ? high * 16 + low : -1;
}

static void add_clipped(struct buf *out, struct span s)
{
    if (has_room(out))
        buf_add(out, span_slice(s, 0, out->limit ? out->limit - out->n : s.n));
}

/* A line without trailing white space. True when it ends in a soft line break. */
static bool quoted_line(struct buf *out, struct span line)
{
    size_t from = 0;
    for (size_t i = span_find_byte(line, '=', 0); i < line.n;
         i = span_find_byte(line, '=', i + 1)) {
        bool soft = i + 1 == line.n;
        int byte = quoted_byte(span_slice(line, i, line.n));
        if (byte < 0 && !soft)
            continue; /* not a code: it stands for itself */
        add_clipped(out, span_slice(line, from, i));
        if (soft)
            return true;
        char c = (char)byte;
        add_clipped(out, (struct span){&c, 1});
        from = i + 3;
        i += 2;
    }
    add_clipped(out, span_slice(line, from, line.n));
    return false;
}

static void quoted_decode(struct buf *out, struct span bytes)
{
    struct span line, rest = bytes;
    while (has_room(out) && span_next_line(&rest, &line)) {
        struct span end = {line.p + line.n, (size_t)(rest.p - line.p) - line.n};
        while (line.n > 0 && ascii_is_space(line.p[line.n - 1]))
            line.n--;
        if (!quoted_line(out, line))
            add_clipped(out, end);
    }
}

bool transfer_is_coded(const char *encoding)
{
    return strcmp(encoding, "base64") == 0 || strcmp(encoding, "quoted-printable") == 0;
}

void transfer_decode(struct buf *out, struct span bytes, const char *encoding)
{
    if (strcmp(encoding, "quoted-printable") == 0)
        quoted_decode(out, bytes);
    else if (strcmp(encoding, "base64") != 0 || !base64_decode(out, bytes))
        add_clipped(out, bytes);
}
