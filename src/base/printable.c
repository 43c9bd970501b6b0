/*
 * One place that makes foreign bytes harmless to look at. Bidirectional overrides are dropped, not
 * shown, because they exist in such text only to mislead the reader.
 */
#include "base/printable.h"

#include <stdint.h>
#include <string.h>

size_t utf8_decode(struct span s, unsigned *cp)
{
    static const unsigned least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (s.n == 0)
        return 0;
    unsigned char first = (unsigned char)s.p[0];
    size_t len = first < 0x80   ? 1
                 : first < 0xc2 ? 0
                 : first < 0xe0 ? 2
                 : first < 0xf0 ? 3
                 : first < 0xf5 ? 4
                                : 0;
    if (len == 0 || s.n < len)
        return 0;
    unsigned value = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (c & 0x3f);
    }
    if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *cp = value;
    return len;
}

/* How many bytes at p are ASCII, eight a step: most text is. */
static size_t ascii_length(const char *p, size_t n)
{
    size_t i = 0;
    for (uint64_t eight; i + sizeof eight <= n; i += sizeof eight) {
        memcpy(&eight, p + i, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < n && (unsigned char)p[i] < 0x80)
        i++;
    return i;
}

bool utf8_is_valid(struct span s)
{
    unsigned cp;
    size_t i = 0;
    for (;;) {
        i += ascii_length(s.p + i, s.n - i);
        if (i >= s.n)
            return true;
        size_t len = utf8_decode(span_slice(s, i, s.n), &cp);
        if (len == 0)
            return false;
        i += len;
    }
}

static bool is_control(unsigned cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029;
}

static bool is_invisible(unsigned cp)
{
    return (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || cp == 0x061c ||
           (cp >= 0xe0000 && cp <= 0xe007f);
}

/* How many bytes at p are ASCII without control characters, eight a step: most of what the journal
 * holds. Of eight bytes with their highest bits clear, adding 0x01 sets that of 0x7f, and taking
 * 0x20 away that of the first one below. */
static size_t plain_length(const char *p, size_t n)
{
    const uint64_t high = UINT64_C(0x8080808080808080), one = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (uint64_t eight; i + sizeof eight <= n; i += sizeof eight) {
        memcpy(&eight, p + i, sizeof eight);
        if ((eight | (eight + one) | (eight - one * ' ')) & high)
            break;
    }
    while (i < n && p[i] >= ' ' && p[i] <= '~')
        i++;
    return i;
}

bool printable_is_clean(struct span s)
{
    unsigned cp = 0;
    size_t i = 0;
    for (;;) {
        i += plain_length(s.p + i, s.n - i);
        if (i >= s.n)
            return true;
        size_t len = utf8_decode(span_slice(s, i, s.n), &cp);
        if (len == 0 || is_control(cp) || is_invisible(cp))
            return false;
        i += len;
    }
}

void printable_add(struct buf *out, struct span s, size_t max_chars)
{
    size_t shown = 0;
    bool space_before = false;
    while (s.n > 0) {
        unsigned cp = 0;
        size_t len = utf8_decode(s, &cp);
        struct span c = span_slice(s, 0, len ? len : 1);
        s = span_slice(s, c.n, s.n);
        if (len && is_invisible(cp))
            continue;
        bool space = len && (cp == ' ' || is_control(cp));
        if (space && space_before)
            continue;
        space_before = space;
        if (max_chars && shown == max_chars) {
            buf_add_string(out, "\xe2\x80\xa6");
            return;
        }
        if (space)
            buf_add_byte(out, ' ');
        else if (!len)
            buf_add_string(out, "\xef\xbf\xbd");
        else
            buf_add(out, c);
        shown++;
    }
}

const char *printable_string(struct arena *a, struct span s, size_t max_bytes, bool *cut)
{
    s = span_trim(s);
    /* Of long input no more is looked at than can be needed: a character has at most 4 bytes. */
    struct span head = span_slice(s, 0, max_bytes * 4 + 4);
    struct buf out = {0};
    printable_add(&out, head, 0);
    struct span text = buf_span(&out);
    size_t n = text.n < max_bytes ? text.n : max_bytes;
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    if (cut && (n < text.n || head.n < s.n))
        *cut = true;
    const char *copy = out.failed ? NULL : arena_string(a, span_trim(span_slice(text, 0, n)));
    buf_free(&out);
    return copy;
}
