/*
 * Names of a directory. The order is of bytes, so that it does not hang on the locale.
 */
#include "base/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool sort_names(struct names *n)
{
    if (!n->sorted)
        n->sorted = calloc(NAMES_MAX, sizeof *n->sorted);
    if (n->bytes.failed || !n->sorted)
        return false;
    const char *next = n->bytes.p;
    for (size_t i = 0; i < n->count; i++, next += strlen(next) + 1)
        n->sorted[i] = next;
    qsort(n->sorted, n->count, sizeof *n->sorted, compare_names);
    return true;
}

bool names_read(struct names *n)
{
    struct dirent *entry;
    buf_reset(&n->bytes);
    n->count = 0;
    while (n->count < NAMES_MAX && (errno = 0, (entry = readdir(n->dir)) != NULL)) {
        if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
            continue;
        buf_add(&n->bytes, (struct span){entry->d_name, strlen(entry->d_name) + 1});
        n->count++;
    }
    if (n->count < NAMES_MAX && errno != 0)
        return false;
    errno = ENOMEM;
    return sort_names(n);
}

void names_free(struct names *n)
{
    buf_free(&n->bytes);
    free(n->sorted);
    n->sorted = NULL;
}
