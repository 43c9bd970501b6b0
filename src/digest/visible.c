/*
 * Making foreign text visible. Bidirectional controls are written out rather than dropped, because
 * the reader of a digest should see that somebody tried; joiners are dropped, because honest text
 * in many scripts uses them.
 */
#include "digest/visible.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/printable.h"

#define MARKS_KEPT    4
#define REPLACEMENT   "\xef\xbf\xbd" /* U+FFFD */
#define ELLIPSIS      "\xe2\x80\xa6" /* U+2026 */
#define DOTTED_CIRCLE "\xe2\x97\x8c" /* U+25CC carries a mark that has no base */

void columns_open(struct columns *c)
{
    c->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

void columns_close(struct columns *c)
{
    if (c->locale)
        freelocale(c->locale);
    c->locale = (locale_t)0;
}

/* -1 for what the library cannot show. */
static int character_columns(const struct columns *c, unsigned cp)
{
    if (cp < 0x80 || !c->locale)
        return cp < 0x20 || cp == 0x7f ? -1 : 1;
    locale_t before = uselocale(c->locale);
    int width = wcwidth((wchar_t)cp);
    uselocale(before);
    return width;
}

/* One character of any bytes: its length, and its columns with 1 for what cannot be shown. */
static size_t next_character(const struct columns *c, struct span s, size_t *width)
{
    unsigned cp = 0;
    size_t n = utf8_decode(s, &cp);
    int w = n ? character_columns(c, cp) : 1;
    *width = w < 0 ? 1 : (size_t)w;
    return n ? n : 1;
}

size_t columns_of(const struct columns *c, struct span text)
{
    size_t sum = 0, width = 0;
    while (text.n > 0) {
        size_t n = next_character(c, text, &width);
        text = span_slice(text, n, text.n);
        sum += width;
    }
    return sum;
}

struct span columns_fit(const struct columns *c, struct span text, size_t max_columns)
{
    size_t at = 0, sum = 0, width = 0;
    while (at < text.n) {
        size_t n = next_character(c, span_slice(text, at, text.n), &width);
        if (at > 0 && sum + width > max_columns)
            break;
        at += n;
        sum += width;
    }
    return span_slice(text, 0, at);
}

static bool is_space(unsigned cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x85 || cp == 0xa0 || cp == 0x2028 ||
           cp == 0x2029;
}

static bool is_bidi_control(unsigned cp)
{
    return cp == 0x61c || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_joiner(unsigned cp)
{
    return cp == 0xad || (cp >= 0x200b && cp <= 0x200d) || (cp >= 0x2060 && cp <= 0x2065) ||
           (cp >= 0x206a && cp <= 0x206f) || (cp >= 0xfe00 && cp <= 0xfe0f) || cp == 0xfeff ||
           (cp >= 0xe0000 && cp <= 0xe01ef);
}

struct line {
    const struct columns *columns;
    struct buf *out;
    size_t width, max;
    size_t cut; /* length of out up to which an ellipsis still fits behind it */
    int marks;  /* on the character before; -1 when there is none to carry one */
    bool space; /* one is due before the next character */
};

/* False when the line is full; the ellipsis stands in place of what was too much then. */
static bool put(struct line *l, struct span text, size_t width)
{
    if (l->width + width > l->max) {
        if (l->out->failed || l->out->n < l->cut)
            return false;
        l->out->n = l->cut;
        buf_add_string(l->out, ELLIPSIS);
        return false;
    }
    buf_add(l->out, text);
    l->width += width;
    if (l->width < l->max)
        l->cut = l->out->n;
    return true;
}

static bool put_character(struct line *l, struct span text, size_t width)
{
    if (l->space && !put(l, span_of(" "), 1))
        return false;
    l->space = false;
    l->marks = 0;
    return put(l, text, width);
}

static bool put_ascii(struct line *l, const char *s)
{
    return put_character(l, span_of(s), strlen(s));
}

static bool put_code_point(struct line *l, unsigned cp)
{
    char name[16];
    snprintf(name, sizeof name, "<U+%04X>", cp);
    return put_ascii(l, name);
}

static bool put_mark(struct line *l, struct span mark)
{
    if (l->marks >= MARKS_KEPT)
        return true;
    if (l->marks < 0 && !put_character(l, span_of(DOTTED_CIRCLE), 1))
        return false;
    l->marks++;
    return put(l, mark, 0);
}

/* What would become a link, written so that it does not; *used gets the bytes it stood in. */
static const char *defanged(struct span rest, bool word_starts, size_t *used)
{
    if (span_is(span_slice(rest, 0, 3), "://")) {
        *used = 3;
        return "[:]//";
    }
    if (word_starts && span_starts_nocase(rest, "www.")) {
        *used = 4;
        return "www[.]";
    }
    return NULL;
}

/* The character at the start of s; false when the line is full. */
static bool put_next(struct line *l, struct span s, size_t *used, bool *word_starts)
{
    unsigned cp = 0;
    size_t n = utf8_decode(s, &cp);
    const char *instead = defanged(s, *word_starts, used);
    *word_starts = false;
    if (instead)
        return put_ascii(l, instead);
    *used = n ? n : 1;
    if (!n)
        return put_character(l, span_of(REPLACEMENT), 1);
    if (is_joiner(cp))
        return true;
    *word_starts = cp < 0x80 && !ascii_is_alnum((char)cp);
    if (is_space(cp)) {
        l->space = l->width > 0;
        l->marks = -1;
        return true;
    }
    int width = is_bidi_control(cp) ? -1 : character_columns(l->columns, cp);
    if (width < 0)
        return put_code_point(l, cp);
    struct span text = span_slice(s, 0, n);
    return width == 0 ? put_mark(l, text) : put_character(l, text, (size_t)width);
}

void visible_add(const struct columns *c, struct buf *out, struct span s, size_t max_columns)
{
    struct line l = {.columns = c, .out = out, .max = max_columns, .cut = out->n, .marks = -1};
    bool word_starts = true;
    size_t used = 0;
    while (s.n > 0 && put_next(&l, s, &used, &word_starts))
        s = span_slice(s, used, s.n);
}
