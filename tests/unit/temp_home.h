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

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

struct temp_home {
    char path[64];
    struct arena *arena;
};

static inline void temp_home_start(struct temp_home *h)
{
    const char *base = getenv("TMPDIR");
    snprintf(h->path, sizeof h->path, "%.40s/backsift.XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(h->path));
    h->arena = arena_new((size_t)16 * 1024 * 1024);
    assert_non_null(h->arena);
}

static inline int temp_home_remove_one(const char *path, const struct stat *st, int flag,
                                       struct FTW *walk)
{
    (void)st, (void)flag, (void)walk;
    return remove(path);
}

static inline void temp_home_end(struct temp_home *h)
{
    nftw(h->path, temp_home_remove_one, 16, FTW_DEPTH | FTW_PHYS);
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
