/*
 * A temporary folder for one test, with files to write into it. Removed by temp_home_end.
 */
#ifndef BACKSIFT_TESTS_TEMP_HOME_H
#define BACKSIFT_TESTS_TEMP_HOME_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/arena.h"
#include "scratch.h"

struct temp_home {
    char path[256];
    struct arena *arena;
};

static inline void temp_home_start(struct temp_home *h)
{
    scratch_make(h->path);
    h->arena = arena_new((size_t)16 * 1024 * 1024);
    assert_non_null(h->arena);
}

static inline void temp_home_end(struct temp_home *h)
{
    scratch_remove(h->path);
    arena_free(h->arena);
}

/* The path of name below the folder. */
static inline const char *temp_home_path(struct temp_home *h, const char *name)
{
    const char *path = arena_printf(h->arena, "%s/%s", h->path, name);
    assert_non_null(path);
    return path;
}

/* Writes a file (n bytes; its folders are made) and gives its path. */
static inline const char *temp_home_write(struct temp_home *h, const char *name, const char *bytes,
                                          size_t n)
{
    char *path = arena_printf(h->arena, "%s/%s", h->path, name);
    assert_non_null(path);
    for (char *slash = strchr(path + strlen(h->path) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
    return path;
}

#endif
