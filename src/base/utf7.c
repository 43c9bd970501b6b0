/*
 * Modified UTF-7: printable ASCII as it is, "&" as "&-", the rest as base64 of UTF-16 between "&"
 * and "-". See utf7.h.
 */
#include "base/utf7.h"

#include <stdint.h>

#include "base/printable.h"

struct bits {
    struct buf *out;
    uint32_t held;
    unsigned count;
    bool shifted; /* within "&...-" */
};

static void add_sextet(struct bits *b, unsigned sextet)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    buf_add_byte(b->out, digits[sextet & 63]);
}

static void add_unit(struct bits *b, unsigned unit)
{
    if (!b->shifted)
        buf_add_byte(b->out, '&');
    b->shifted = true;
    b->held = b->held << 16 | unit;
    for (b->count += 16; b->count >= 6; b->count -= 6)
        add_sextet(b, b->held >> (b->count - 6));
}

static void end_shift(struct bits *b)
{
    if (!b->shifted)
        return;
    if (b->count > 0)
        add_sextet(b, b->held << (6 - b->count));
    buf_add_byte(b->out, '-');
    *b = (struct bits){.out = b->out};
}

static void add_character(struct bits *b, unsigned cp)
{
    if (cp >= 0x20 && cp <= 0x7e) {
        end_shift(b);
        buf_add_byte(b->out, (char)cp);
        if (cp == '&')
            buf_add_byte(b->out, '-');
    } else if (cp < 0x10000) {
        add_unit(b, cp);
    } else {
        add_unit(b, 0xd800 + ((cp - 0x10000) >> 10));
        add_unit(b, 0xdc00 + ((cp - 0x10000) & 0x3ff));
    }
}

bool utf7_encode(struct span s, struct buf *out)
{
    struct bits b = {.out = out};
    while (s.n > 0) {
        unsigned cp = 0;
        size_t len = utf8_decode(s, &cp);
        if (len == 0)
            return false;
        add_character(&b, cp);
        s = span_slice(s, len, s.n);
    }
    end_shift(&b);
    return true;
}
