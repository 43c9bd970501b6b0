/*
 * The names in a directory, sorted by the ten thousand: usual directories come in the same order
 * every time, and one of a million files takes no more memory than these.
 */
#ifndef BACKSIFT_BASE_NAMES_H
#define BACKSIFT_BASE_NAMES_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Names sorted at a time. */
#define NAMES_MAX 10000

/* The caller's; start from {.dir = ...}. */
struct names {
    DIR *dir; /* the caller's; it may lose names that were given while it is read on (POSIX
                 readdir) */
    const char **sorted; /* what names_read gave */
    size_t count;
    struct buf bytes; /* private: one string after the other */
};

/* Reads the next names, but those that begin with a dot and directories (where the file system
 * tells): *n holds them until the next call; count is 0 at the end. False with errno. */
bool names_read(struct names *n);

/* Frees what names_read took. */
void names_free(struct names *n);

#endif
