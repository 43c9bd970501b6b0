/*
 * A scratch directory for a test, and looks at what is in it. Header only: each test is a program
 * of its own.
 */
#ifndef BACKSIFT_TESTS_SCRATCH_H
#define BACKSIFT_TESTS_SCRATCH_H

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes a directory and writes its path. */
static inline void scratch_make(char path[256])
{
    const char *base = getenv("TMPDIR");
    snprintf(path, 256, "%s/backsift-unit.XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(path))
        abort();
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
                                     struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline int scratch_unlock_one(const char *path, const struct stat *st, int type,
                                     struct FTW *ftw)
{
    (void)st, (void)ftw;
    if (type == FTW_D || type == FTW_DNR)
        chmod(path, 0700);
    return 0;
}

static inline void scratch_remove(const char *path)
{
    nftw(path, scratch_unlock_one, 16, FTW_PHYS);
    nftw(path, scratch_remove_one, 16, FTW_PHYS | FTW_DEPTH);
}

/* How many entries a directory below path has, without those that begin with a dot; -1 when there
 * is none. The last one's name goes to name unless it is NULL. */
static inline int scratch_count(const char *path, const char *below, char name[256])
{
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", path, below);
    DIR *dir = opendir(full);
    if (!dir)
        return -1;
    int n = 0;
    for (struct dirent *d; (d = readdir(dir));) {
        if (d->d_name[0] == '.')
            continue;
        n++;
        if (name)
            snprintf(name, 256, "%s", d->d_name);
    }
    closedir(dir);
    return n;
}

/* A whole file below path in fresh memory, its size in *size; NULL when it cannot be read. */
static inline char *scratch_read(const char *path, const char *below, size_t *size)
{
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", path, below);
    FILE *f = fopen(full, "rb");
    if (!f)
        return NULL;
    struct stat st;
    char *bytes = fstat(fileno(f), &st) == 0 ? malloc((size_t)st.st_size + 1) : NULL;
    if (bytes) {
        *size = fread(bytes, 1, (size_t)st.st_size, f);
        bytes[*size] = '\0';
    }
    fclose(f);
    return bytes;
}

/* Writes a file below path. */
static inline void scratch_write(const char *path, const char *below, const char *text)
{
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", path, below);
    FILE *f = fopen(full, "wb");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        abort();
}

#endif
