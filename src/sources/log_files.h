/*
 * A log and its rotated files, as logrotate and its like name them.
 */
#ifndef BACKSIFT_SOURCES_LOG_FILES_H
#define BACKSIFT_SOURCES_LOG_FILES_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/error.h"

struct log_file {
    const char *path;
    struct stat st;
};

struct log_files {
    struct log_file *items; /* oldest first; the log itself, if it is there, last */
    size_t count;
};

/* Finds path and, in its folder, path.N, path.N.gz, path-DATE, path.DATE and these with .gz; a
 * compressed file beside its plain form counts once. Arena memory. False with *e when the folder
 * cannot be read, or there is no such file at all. */
bool log_files_find(struct arena *arena, const char *path, struct log_files *out, struct error *e);

#endif
