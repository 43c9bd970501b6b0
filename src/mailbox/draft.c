/*
 * A message on its way into the Maildir. Every step is checked: write, sync, close, link and the
 * sync of new/; only then does the name in tmp/ go.
 */
#include "mailbox/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/directory.h"
#include "mailbox/folder.h"

/* Names taken by others before a draft gives up. They hold a counter: one try is the rule. */
#define NAME_TRIES 100

struct maildir_draft {
    struct maildir *md;
    int tmp; /* the inbox's tmp/ */
    int fd;  /* -1 once closed for filing */
    size_t size;
    bool synced;
    bool broken; /* a write, sync or close failed: its bytes may be lost, never file it */
    char name[UNIQUE_NAME_SIZE];
};

static bool draft_failed(struct maildir_draft *d, int error, const char *what, struct error *e)
{
    d->broken = true;
    return error_system(e, ERROR_RETRY, error, "%s/tmp/%s: cannot %s the message", d->md->path,
                        d->name, what);
}

static bool create_file(struct maildir_draft *d)
{
    for (int i = 0; i < NAME_TRIES; i++) {
        unique_name_for_draft(&d->md->names, d->name);
        d->fd = openat(d->tmp, d->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (d->fd >= 0 || errno != EEXIST)
            break;
    }
    return d->fd >= 0;
}

struct maildir_draft *maildir_draft_new(struct maildir *md, struct error *e)
{
    struct maildir_draft *d = calloc(1, sizeof *d);
    if (!d) {
        error_memory(e);
        return NULL;
    }
    d->md = md;
    d->fd = -1;
    d->tmp = directory_open(md->root, "tmp");
    if (d->tmp >= 0 && create_file(d))
        return d;
    error_system(e, ERROR_RETRY, errno, "%s/tmp: cannot write there", md->path);
    if (d->tmp >= 0)
        close(d->tmp);
    free(d);
    return NULL;
}

bool maildir_draft_write(struct maildir_draft *d, struct span bytes, struct error *e)
{
    d->synced = false;
    if (!write_all(d->fd, bytes))
        return draft_failed(d, errno, "write", e);
    d->size += bytes.n;
    return true;
}

bool maildir_draft_sync(struct maildir_draft *d, struct error *e)
{
    if (d->fd < 0 || fsync(d->fd) != 0)
        return draft_failed(d, d->fd < 0 ? EBADF : errno, "sync", e);
    d->synced = true;
    return true;
}

int maildir_draft_fd(const struct maildir_draft *d)
{
    return d->fd;
}

size_t maildir_draft_size(const struct maildir_draft *d)
{
    return d->size;
}

/* Syncs and closes the file once; *st gets what it is. */
static bool finish_file(struct maildir_draft *d, struct stat *st, struct error *e)
{
    if (d->broken)
        return draft_failed(d, EIO, "file", e);
    if (!d->synced && !maildir_draft_sync(d, e))
        return false;
    int fd = d->fd;
    d->fd = -1;
    if (fd >= 0 && close(fd) != 0)
        return draft_failed(d, errno, "close", e);
    if (fstatat(d->tmp, d->name, st, AT_SYMLINK_NOFOLLOW) != 0)
        return draft_failed(d, errno, "find", e);
    if (!S_ISREG(st->st_mode) || st->st_size != (off_t)d->size)
        return draft_failed(d, EIO, "file", e); /* not what was written */
    return true;
}

static void free_draft(struct maildir_draft *d)
{
    if (d->fd >= 0)
        close(d->fd);
    close(d->tmp);
    free(d);
}

/* What is to be filed: the draft, or its copy on the folder's own file system. */
struct original {
    int dir;
    const char *name;
    struct stat st;
};

static enum placing place(struct maildir_draft *d, const struct original *o, int new_dir,
                          char *name)
{
    char fields[32];
    snprintf(fields, sizeof fields, ",S=%zu", d->size);
    enum placing placed = PLACE_TAKEN;
    for (int i = 0; i < NAME_TRIES && placed == PLACE_TAKEN; i++) {
        unique_name_for_file(&d->md->names, &o->st, fields, name);
        placed = file_place(o->dir, o->name, new_dir, name);
    }
    if (placed == PLACE_TAKEN)
        errno = EEXIST;
    return placed;
}

/* Makes the new name durable, or takes it back. False with errno. */
static bool settle(const struct original *o, int new_dir, const char *name, enum placing placed)
{
    if (placed != PLACED_LINK && placed != PLACED_RENAME)
        return false;
    if (directory_sync(new_dir))
        return true;
    int error = errno;
    if (placed == PLACED_LINK)
        unlinkat(new_dir, name, 0);
    else
        renameat(new_dir, name, o->dir, o->name);
    errno = error;
    return false;
}

/* A folder that is a mount point of its own takes a copy, by way of its own tmp/. */
static bool file_across(struct maildir_draft *d, const char *folder, int new_dir, char *name,
                        struct error *e)
{
    char draft[UNIQUE_NAME_SIZE];
    struct original copy = {.dir = folder_make(d->md, folder, "tmp", e), .name = draft};
    if (copy.dir < 0)
        return false;
    unique_name_for_draft(&d->md->names, draft);
    bool copied = file_copy(d->tmp, d->name, copy.dir, draft, &copy.st);
    bool ok = copied && copy.st.st_size == (off_t)d->size;
    ok = ok && settle(&copy, new_dir, name, place(d, &copy, new_dir, name));
    if (!ok)
        error_system(e, ERROR_RETRY, errno, "%s: cannot file the message in %s", d->md->path,
                     folder);
    if (copied)
        unlinkat(copy.dir, draft, 0);
    close(copy.dir);
    return ok;
}

static bool file_in(struct maildir_draft *d, const struct original *o, const char *folder,
                    char *name, struct error *e)
{
    int new_dir = folder_make(d->md, folder, "new", e);
    if (new_dir < 0)
        return false;
    enum placing placed = place(d, o, new_dir, name);
    bool across = placed == PLACE_FAILED && errno == EXDEV;
    bool ok = across ? file_across(d, folder, new_dir, name, e) : settle(o, new_dir, name, placed);
    if (!ok && !across)
        error_system(e, ERROR_RETRY, errno, "%s: cannot file the message in %s", d->md->path,
                     folder);
    close(new_dir);
    return ok;
}

bool maildir_draft_file(struct maildir_draft *d, const char *folder, struct arena *arena,
                        const char **unique, struct error *e)
{
    struct original draft = {.dir = d->tmp, .name = d->name};
    char name[UNIQUE_NAME_SIZE];
    char *copy = arena_alloc(arena, UNIQUE_NAME_SIZE); /* before filing: it must not fail after */
    if (!copy)
        return error_memory(e);
    if (!finish_file(d, &draft.st, e) || !file_in(d, &draft, folder, name, e))
        return false;
    unlinkat(d->tmp, d->name, 0); /* gone already after a rename; else readers clean tmp/ */
    free_draft(d);
    snprintf(copy, UNIQUE_NAME_SIZE, "%s", name);
    *unique = copy;
    return true;
}

void maildir_draft_unlink(const struct maildir_draft *d)
{
    unlinkat(d->tmp, d->name, 0);
}

void maildir_draft_drop(struct maildir_draft *d)
{
    if (!d)
        return;
    maildir_draft_unlink(d);
    free_draft(d);
}
