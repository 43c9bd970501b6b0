/*
 * Folder listings. See folder_names.h.
 */
#include "cmd/folder_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* Names are collected back to back first, as their number is not known. */
struct collecting {
    struct buf bytes;
    size_t count;
};

static bool collect(void *context, const struct maildir_entry *entry)
{
    struct collecting *c = context;
    buf_add(&c->bytes, (struct span){entry->unique, strlen(entry->unique) + 1});
    c->count++;
    return !c->bytes.failed;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct folder_listing *keep(struct folder_names *f, const char *folder,
                                   const struct collecting *c)
{
    struct folder_listing *l = arena_alloc(f->arena, sizeof *l);
    char *bytes = c->bytes.failed ? NULL : arena_string(f->arena, buf_span(&c->bytes));
    const char **names = arena_array(f->arena, c->count, sizeof *names);
    if (!l || !bytes || !names)
        return NULL;
    const char *next = bytes;
    for (size_t i = 0; i < c->count; i++, next += strlen(next) + 1)
        names[i] = next;
    qsort(names, c->count, sizeof *names, compare);
    *l = (struct folder_listing){folder, names, c->count, f->listings};
    f->listings = l;
    return l;
}

static struct folder_listing *list(struct folder_names *f, const char *folder, struct error *e)
{
    struct collecting c = {0};
    struct folder_listing *l = NULL;
    if (maildir_each(f->maildir, folder, true, collect, &c, e)) {
        l = keep(f, folder, &c);
        if (!l)
            error_memory(e);
    }
    buf_free(&c.bytes);
    return l;
}

bool folder_names_have(struct folder_names *f, const char *folder, const char *unique, bool *there,
                       struct error *e)
{
    struct folder_listing *l = f->listings;
    while (l && strcmp(l->folder, folder) != 0)
        l = l->next;
    if (!l && !(l = list(f, folder, e)))
        return false;
    *there = bsearch(&unique, l->names, l->count, sizeof *l->names, compare) != NULL;
    return true;
}
