/*
 * One kept block plus a list of further ones, freed as a whole. The cap is what keeps a hostile
 * message from turning into memory exhaustion of the host: the parser sees NULL long before.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *first;   /* kept by arena_reset */
    struct block *further; /* all others, newest first */
    struct block *filling; /* where small objects go */
    size_t cap, used;
    bool failed;
    bool is_guest; /* stands in memory of the caller's: no further blocks, nothing to free */
};

static struct block *block_new(size_t size)
{
    struct block *b = malloc(sizeof *b + size);
    if (b)
        *b = (struct block){.size = size};
    return b;
}

struct arena *arena_new(size_t cap)
{
    struct arena *a = malloc(sizeof *a);
    if (!a)
        return NULL;
    *a = (struct arena){.first = block_new(BLOCK_SIZE), .cap = cap};
    a->filling = a->first;
    if (!a->first) {
        free(a);
        return NULL;
    }
    return a;
}

struct arena *arena_in(void *memory, size_t size)
{
    struct arena *a = memory;
    size_t head =
        (sizeof *a + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    if (size < head + sizeof(struct block))
        return NULL;
    struct block *b = (struct block *)((unsigned char *)memory + head);
    *b = (struct block){.size = size - head - sizeof *b};
    *a = (struct arena){.first = b, .filling = b, .cap = b->size, .is_guest = true};
    return a;
}

void arena_reset(struct arena *a)
{
    if (a->is_guest)
        return;
    while (a->further) {
        struct block *next = a->further->next;
        free(a->further);
        a->further = next;
    }
    a->first->used = 0;
    a->filling = a->first;
    a->used = 0;
    a->failed = false;
}

void arena_free(struct arena *a)
{
    if (!a || a->is_guest)
        return;
    arena_reset(a);
    free(a->first);
    free(a);
}

/* A block with room for n bytes; a large object gets one of its own so that the block being filled
 * is not given up for it. */
static struct block *block_with_room(struct arena *a, size_t n)
{
    if (a->filling->size - a->filling->used >= n)
        return a->filling;
    if (a->is_guest)
        return NULL;
    bool large = n > BLOCK_SIZE / 4;
    struct block *b = block_new(large ? n : BLOCK_SIZE);
    if (!b)
        return NULL;
    b->next = a->further;
    a->further = b;
    if (!large)
        a->filling = b;
    return b;
}

void *arena_bytes(struct arena *a, size_t n)
{
    const size_t align = _Alignof(max_align_t);
    const size_t padding = (align - n % align) % align, room = a->cap - a->used;
    bool fits = n <= room && padding <= room - n;
    struct block *b = fits ? block_with_room(a, n + padding) : NULL;
    if (!b) {
        a->failed = true;
        return NULL;
    }
    void *p = b->bytes + b->used;
    b->used += n + padding;
    a->used += n + padding;
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = arena_bytes(a, n);
    if (p)
        memset(p, 0, n);
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, count * size);
}

char *arena_string(struct arena *a, struct span s)
{
    char *copy = s.n < SIZE_MAX ? arena_bytes(a, s.n + 1) : NULL;
    if (copy && s.n > 0)
        memcpy(copy, s.p, s.n);
    if (copy)
        copy[s.n] = '\0';
    return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *s = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
    if (s)
        vsnprintf(s, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    return s;
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
