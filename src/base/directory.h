/*
 * Directories and names in them, durably: what is made is synced into its parent, and a file gets a
 * name without ever replacing another.
 */
#ifndef BACKSIFT_BASE_DIRECTORY_H
#define BACKSIFT_BASE_DIRECTORY_H

#include <stdbool.h>
#include <sys/stat.h>

/* Opens the directory `name` in the directory `at`. A symbolic link is not followed. -1 with errno:
 * ENOENT when there is none, ENOTDIR when it is something else. */
int directory_open(int at, const char *name);

/* The same, made (0700) when missing; *made is set when this call made it, and never cleared. The
 * caller syncs `at`. */
int directory_make(int at, const char *name, bool *made);

/* Opens the directory at path (absolute or relative, links followed), making it and its parents
 * (0700) when missing, each synced into its parent. -1 with errno. */
int directory_make_path(const char *path);

/* Makes the entries of a directory durable. A file system that cannot sync directories (EINVAL and
 * the like) has nothing to wait for: true. False with errno. */
bool directory_sync(int fd);

/* Closes fd and leaves errno as it was. */
void close_keeping_errno(int fd);

enum placing {
    PLACED_LINK,   /* the file has both names now */
    PLACED_RENAME, /* it has the new name only: the file system has no links */
    PLACE_TAKEN,   /* the new name exists: choose another */
    PLACE_GONE,    /* the old name does not exist any more */
    PLACE_FAILED   /* errno says why; the file has its old name only */
};

/* Gives the file from_name in from_dir the name to_name in to_dir. PLACE_FAILED with EXDEV: they
 * are on different file systems. */
enum placing file_place(int from_dir, const char *from_name, int to_dir, const char *to_name);

/* Copies the regular file from_name in from_dir to a new file (0600) to_name in to_dir, synced,
 * with its times; *st gets what the copy is. False with errno, and nothing is left. */
bool file_copy(int from_dir, const char *from_name, int to_dir, const char *to_name,
               struct stat *st);

#endif
