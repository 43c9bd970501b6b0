/*
 * Finding rotated files by name. A number counts up with age, a date down; a folder that has both
 * is put in order by the files' times.
 */
#include "sources/log_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/span.h"

/* Numbers up to here are counts, larger ones dates. */
#define MOST_ROTATIONS 99999

/* The number behind ".", "-" in a rotated file's name; 0 for the log itself, -1 for another file.
 */
static long long number_of(const char *name, const char *base)
{
    size_t n = strlen(base);
    if (strncmp(name, base, n) != 0)
        return -1;
    if (name[n] == '\0')
        return 0;
    if ((name[n] != '.' && name[n] != '-') || !ascii_is_digit(name[n + 1]))
        return -1;
    long long number = 0;
    const char *p = name + n + 1;
    for (int i = 0; i < 16 && (ascii_is_digit(*p) || (*p == '-' && ascii_is_digit(p[1]))); p++)
        if (*p != '-') {
            number = number * 10 + (*p - '0');
            i++;
        }
    return *p == '\0' || strcmp(p, ".gz") == 0 ? number : -1;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The log's own name, for comparing, stands at the end of the list while it is sorted. */
static int compare(const void *a, const void *b, void *base)
{
    const struct log_file *x = a, *y = b;
    long long m = number_of(base_of(x->path), base), n = number_of(base_of(y->path), base);
    if ((m == 0) != (n == 0))
        return m == 0 ? 1 : -1;
    if ((m > MOST_ROTATIONS) == (n > MOST_ROTATIONS) && m != n)
        return (m < n) == (m <= MOST_ROTATIONS) ? 1 : -1;
    return (x->st.st_mtim.tv_sec > y->st.st_mtim.tv_sec) -
           (x->st.st_mtim.tv_sec < y->st.st_mtim.tv_sec);
}

static bool has_plain_form(const char *path)
{
    struct stat st;
    size_t n = strlen(path);
    char *plain = n > 3 && strcmp(path + n - 3, ".gz") == 0 ? strndup(path, n - 3) : NULL;
    bool has = plain && stat(plain, &st) == 0;
    free(plain);
    return has;
}

static bool add(struct log_files *out, const char *path, struct error *e)
{
    struct log_file *f = &out->items[out->count];
    f->path = path;
    if (!path)
        return error_memory(e);
    if (stat(path, &f->st) == 0 && S_ISREG(f->st.st_mode) && !has_plain_form(path))
        out->count++;
    return true;
}

bool log_files_find(struct arena *arena, const char *path, struct log_files *out, struct error *e)
{
    const char *base = base_of(path);
    const char *folder = arena_string(arena, (struct span){path, (size_t)(base - path)});
    *out = (struct log_files){.items = arena_array(arena, LIMIT_LOG_FILES, sizeof *out->items)};
    if (!folder || !out->items)
        return error_memory(e);
    DIR *dir = opendir(*folder ? folder : ".");
    if (!dir)
        return error_system(e, ERROR_DATA, errno, "the log %s cannot be read", path);
    bool ok = true;
    struct dirent *d;
    while (ok && out->count < LIMIT_LOG_FILES && (d = readdir(dir)) != NULL)
        if (number_of(d->d_name, base) >= 0)
            ok = add(out, arena_printf(arena, "%s%s", folder, d->d_name), e);
    closedir(dir);
    if (ok && out->count == 0)
        return error_set(e, ERROR_DATA, "there is no log %s", path);
    if (ok)
        qsort_r(out->items, out->count, sizeof *out->items, compare, (void *)base);
    return ok;
}
