/*
 * A growing byte string for output of unknown length: JSON lines, the digest, decoded text. It owns
 * its bytes by itself (not from an arena), because it moves when it grows.
 */
#ifndef BACKSIFT_BASE_BUF_H
#define BACKSIFT_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* Start from {0}. After a failed append `failed` stays set and later appends do nothing, so a
 * writer checks once at the end. limit 0 means none; an append beyond limit fails. */
struct buf {
    char *p;
    size_t n, size, limit;
    bool failed;
};

void buf_add(struct buf *b, struct span s);
void buf_add_string(struct buf *b, const char *s);
void buf_add_byte(struct buf *b, char c);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *format, ...);

/* The bytes so far; they move with the next append. Always followed by a NUL byte unless failed. */
struct span buf_span(const struct buf *b);
/* The same as a C string ("" when empty or failed). */
const char *buf_string(const struct buf *b);

/* Forgets the content, keeps the memory and clears `failed`. */
void buf_reset(struct buf *b);
/* Frees the content; b is {0} afterwards except for limit. */
void buf_free(struct buf *b);

#endif
