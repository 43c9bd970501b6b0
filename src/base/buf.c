/*
 * A growing byte string with a sticky failure flag: output code stays straight and checks once.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for n more bytes and a NUL. */
static bool make_room(struct buf *b, size_t n)
{
    if (b->failed)
        return false;
    if (n >= SIZE_MAX / 2 - b->n ||
        (b->limit && n > b->limit - (b->n < b->limit ? b->n : b->limit))) {
        b->failed = true;
        return false;
    }
    if (b->n + n + 1 <= b->size)
        return true;
    size_t size = b->size ? b->size : 256;
    while (size < b->n + n + 1)
        size *= 2;
    char *p = realloc(b->p, size);
    if (!p) {
        b->failed = true;
        return false;
    }
    b->p = p;
    b->size = size;
    return true;
}

void buf_add(struct buf *b, struct span s)
{
    if (!make_room(b, s.n))
        return;
    if (s.n > 0)
        memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
    b->p[b->n] = '\0';
}

void buf_add_string(struct buf *b, const char *s)
{
    buf_add(b, span_of(s));
}

void buf_add_byte(struct buf *b, char c)
{
    buf_add(b, (struct span){&c, 1});
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0)
        b->failed = true;
    else if (make_room(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

struct span buf_span(const struct buf *b)
{
    return b->failed ? (struct span){NULL, 0} : (struct span){b->p, b->n};
}

const char *buf_string(const struct buf *b)
{
    return b->failed || !b->p ? "" : b->p;
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.limit = b->limit};
}
