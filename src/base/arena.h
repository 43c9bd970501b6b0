/*
 * The memory owner: everything that belongs to one message is taken from one arena and goes in one
 * call. Nothing taken from an arena is freed by itself.
 */
#ifndef BACKSIFT_BASE_ARENA_H
#define BACKSIFT_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct arena;

/* A new owner that will hand out at most cap bytes in all. NULL when there is no memory.
 * The caller owns it and ends it with arena_free. */
struct arena *arena_new(size_t cap);

/* An owner that hands out the size bytes at memory (aligned for any object) and no others; the
 * arena itself stands in them. The memory stays the caller's: arena_free and arena_reset do nothing
 * to it. NULL when size is too small. */
struct arena *arena_in(void *memory, size_t size);

/* Gives back everything the arena handed out, and the arena. NULL is allowed. */
void arena_free(struct arena *a);

/* Empties the arena for the next message but keeps its first block, so that a run over many
 * messages stays flat. Everything handed out before is gone. */
void arena_reset(struct arena *a);

/* n zeroed bytes, aligned for any object; NULL when memory or the cap is exhausted. n == 0 gives a
 * valid pointer. */
void *arena_alloc(struct arena *a, size_t n);
/* The same, not zeroed: for what is overwritten at once. */
void *arena_bytes(struct arena *a, size_t n);
/* Zeroed bytes for count objects of size each, with overflow checked. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A NUL-terminated copy of s (inner NUL bytes are kept). NULL as arena_alloc. */
char *arena_string(struct arena *a, struct span s);

/* A formatted NUL-terminated string. NULL as arena_alloc. */
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a, const char *format, ...);

/* True when something was asked for and not given since arena_new or arena_reset: what looks empty
 * may then be lacking. */
bool arena_failed(const struct arena *a);

/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

#endif
