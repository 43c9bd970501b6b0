/*
 * Moving messages to other folders. A new name is durable before the old one goes; whoever else
 * moves, flags or removes the message at the same moment wins, and ours is taken back, so that the
 * message is never there twice. A folder on another file system gets a copy. Many messages are
 * moved with one sync of each directory: first all get their new names, then the targets are
 * synced, then the old names go.
 */
#include "mailbox/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "mailbox/folder.h"

#define NAME_TRIES 100
/* Directories open at a time: each class and origin may have a folder with new/ and cur/, to leave
 * and to come to. */
#define DIRECTORIES_MAX 128

/* A directory that messages leave or come to. */
struct directory {
    const char *folder, *subdir;
    int fd;
    bool is_source, changed;
    ino_t *inodes; /* of all that stood in it when it was first asked, sorted; NULL: not asked */
    size_t inode_count;
};

struct one {
    struct directory *from, *to;
    enum placing placed;
    struct maildir_moved *out;
    char old_name[UNIQUE_NAME_SIZE + 64], new_name[UNIQUE_NAME_SIZE + 64];
    char unique[UNIQUE_NAME_SIZE];
};

struct maildir_moves {
    struct maildir *md;
    struct arena *arena; /* names of folders */
    struct directory directories[DIRECTORIES_MAX];
    size_t directory_count;
    struct one *items;
    size_t count, room;
};

struct maildir_moves *maildir_moves_open(struct maildir *md, struct error *e)
{
    struct maildir_moves *m = calloc(1, sizeof *m);
    if (m && (m->arena = arena_new((size_t)1024 * 1024))) {
        m->md = md;
        return m;
    }
    free(m);
    error_memory(e);
    return NULL;
}

void maildir_moves_close(struct maildir_moves *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->directory_count; i++) {
        close(m->directories[i].fd);
        free(m->directories[i].inodes);
    }
    free(m->items);
    arena_free(m->arena);
    free(m);
}

static bool move_failed(const struct maildir_moves *m, const char *filename, const char *folder,
                        int error, struct error *e)
{
    return error_system(e, ERROR_RETRY, error, "%s: cannot move message %s of folder %s",
                        m->md->path, filename, folder);
}

/* --- directories --- */

/* Flags stand in cur/ only: a flagged message that a client left in new/ goes to cur/. */
static const char *subdir_for(const struct maildir_entry *entry)
{
    return entry->flags[0] || strcmp(entry->subdir, "cur") == 0 ? "cur" : "new";
}

/* The open directory, made as a target when missing. NULL with *e, or with *missing. */
static struct directory *directory_of(struct maildir_moves *m, const char *folder,
                                      const char *subdir, bool is_source, bool *missing,
                                      struct error *e)
{
    for (size_t i = 0; i < m->directory_count; i++) {
        struct directory *d = &m->directories[i];
        if (d->is_source == is_source && strcmp(d->folder, folder) == 0 &&
            strcmp(d->subdir, subdir) == 0)
            return d;
    }
    const char *name = arena_string(m->arena, span_of(folder));
    if (!name || m->directory_count == DIRECTORIES_MAX) {
        error_memory(e);
        return NULL;
    }
    int fd = is_source ? folder_open_subdir(m->md, folder, subdir, missing, e)
                       : folder_make(m->md, folder, subdir, e);
    if (fd < 0)
        return NULL;
    struct directory *d = &m->directories[m->directory_count++];
    *d = (struct directory){.folder = name,
                            .subdir = strcmp(subdir, "new") == 0 ? "new" : "cur",
                            .fd = fd,
                            .is_source = is_source};
    return d;
}

static DIR *read_directory(const struct directory *d)
{
    int fd = directory_open(d->fd, ".");
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir && fd >= 0)
        close(fd);
    return dir;
}

static int compare_inodes(const void *a, const void *b)
{
    ino_t x = *(const ino_t *)a, y = *(const ino_t *)b;
    return (x > y) - (x < y);
}

/* False when it cannot be told what stands there. */
static bool load_inodes(struct directory *d)
{
    size_t room = 1024;
    DIR *dir = read_directory(d);
    d->inodes = dir ? calloc(room, sizeof *d->inodes) : NULL;
    for (struct dirent *entry; d->inodes && (entry = readdir(dir)) != NULL;) {
        if (d->inode_count == room) {
            ino_t *more = reallocarray(d->inodes, room *= 2, sizeof *more);
            if (!more)
                free(d->inodes);
            d->inodes = more;
        }
        if (d->inodes)
            d->inodes[d->inode_count++] = entry->d_ino;
    }
    if (dir)
        closedir(dir);
    if (d->inodes)
        qsort(d->inodes, d->inode_count, sizeof *d->inodes, compare_inodes);
    return d->inodes != NULL;
}

/* Whether a file of that number may have stood there before the moves began: what this process puts
 * there is no trace of a move that was cut short. Asked once for a directory, because where backups
 * are made of links, every message has two names. */
static bool may_hold(struct directory *d, ino_t inode)
{
    if (!d->inodes && !load_inodes(d))
        return true;
    return bsearch(&inode, d->inodes, d->inode_count, sizeof inode, compare_inodes) != NULL;
}

/* --- new names --- */

static void make_name(struct maildir_moves *m, struct one *o, const struct maildir_entry *entry,
                      const struct stat *st)
{
    char fields[UNIQUE_NAME_SIZE];
    bool flagged = strcmp(o->to->subdir, "cur") == 0;
    unique_name_fields(entry->unique, st->st_size, fields);
    unique_name_for_file(&m->md->names, st, fields, o->unique);
    snprintf(o->new_name, sizeof o->new_name, "%s%s%.60s", o->unique, flagged ? ":2," : "",
             flagged ? entry->flags : "");
}

/* A move that was cut short after the new name was made: the file stands in the target already. Its
 * name there is taken for the new one, so that the message is not there twice. A file of the name
 * it has now is the message itself, when both directories are one. */
static bool find_twin(struct one *o, const struct stat *st)
{
    struct dirent *entry;
    struct stat other;
    bool found = false;
    DIR *dir = st->st_nlink > 1 && may_hold(o->to, st->st_ino) ? read_directory(o->to) : NULL;
    if (!dir)
        return false;
    while (!found && (entry = readdir(dir)) != NULL)
        found = entry->d_ino == st->st_ino && strcmp(entry->d_name, o->old_name) != 0 &&
                strlen(entry->d_name) < sizeof o->unique &&
                fstatat(o->to->fd, entry->d_name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
                other.st_ino == st->st_ino && other.st_dev == st->st_dev &&
                snprintf(o->new_name, sizeof o->new_name, "%s", entry->d_name) > 0;
    closedir(dir);
    if (found)
        snprintf(o->unique, sizeof o->unique, "%.*s", (int)strcspn(o->new_name, ":"), o->new_name);
    return found;
}

/* Gives what stands under name in dir, the message or its copy, its new name. */
static enum placing place_as_new(struct maildir_moves *m, struct one *o,
                                 const struct maildir_entry *entry, const struct stat *st, int dir,
                                 const char *name)
{
    enum placing placed = PLACE_TAKEN;
    for (int i = 0; i < NAME_TRIES && placed == PLACE_TAKEN; i++) {
        make_name(m, o, entry, st);
        placed = file_place(dir, name, o->to->fd, o->new_name);
    }
    if (placed == PLACE_TAKEN)
        errno = EEXIST;
    return placed == PLACE_TAKEN ? PLACE_FAILED : placed;
}

/* A folder that is a mount point of its own takes a synced copy, by way of its own tmp/. The old
 * name stands for the message until then, as it does beside a link. */
static enum placing place_across(struct maildir_moves *m, struct one *o,
                                 const struct maildir_entry *entry)
{
    char draft[UNIQUE_NAME_SIZE];
    struct stat st;
    int tmp = folder_make(m->md, o->to->folder, "tmp", NULL);
    if (tmp < 0)
        return PLACE_FAILED;
    unique_name_for_draft(&m->md->names, draft);
    enum placing placed = PLACE_FAILED;
    if (file_copy(o->from->fd, o->old_name, tmp, draft, &st)) {
        placed = place_as_new(m, o, entry, &st, tmp, draft);
        int error = errno;
        unlinkat(tmp, draft, 0);
        errno = error;
    } else if (errno == ENOENT)
        placed = PLACE_GONE;
    close_keeping_errno(tmp);
    return placed == PLACED_RENAME ? PLACED_LINK : placed;
}

static enum placing place(struct maildir_moves *m, struct one *o, const struct maildir_entry *entry)
{
    struct stat st;
    if (fstatat(o->from->fd, o->old_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? PLACE_GONE : PLACE_FAILED;
    if (!S_ISREG(st.st_mode)) {
        errno = EINVAL;
        return PLACE_FAILED;
    }
    if (find_twin(o, &st))
        return PLACED_LINK;
    enum placing placed = place_as_new(m, o, entry, &st, o->from->fd, o->old_name);
    return placed == PLACE_FAILED && errno == EXDEV ? place_across(m, o, entry) : placed;
}

static struct one *new_item(struct maildir_moves *m)
{
    if (m->count == m->room) {
        size_t room = m->room ? m->room * 2 : 1;
        struct one *items = reallocarray(m->items, room, sizeof *items);
        if (!items)
            return NULL;
        m->items = items;
        m->room = room;
    }
    return &m->items[m->count];
}

bool maildir_moves_add(struct maildir_moves *m, const struct maildir_entry *entry,
                       const char *to_folder, struct arena *arena, struct maildir_moved *out,
                       struct error *e)
{
    struct one *o = new_item(m);
    *out = (struct maildir_moved){.unique = ""};
    if (!o || strlen(entry->filename) >= sizeof o->old_name)
        return error_memory(e);
    *o = (struct one){.out = out};
    snprintf(o->old_name, sizeof o->old_name, "%s", entry->filename);
    o->from = directory_of(m, entry->folder, entry->subdir, true, &out->gone, e);
    if (!o->from)
        return out->gone;
    o->to = directory_of(m, to_folder, subdir_for(entry), false, NULL, e);
    if (!o->to)
        return false;
    o->placed = place(m, o, entry);
    out->gone = o->placed == PLACE_GONE;
    if (o->placed == PLACE_FAILED)
        return move_failed(m, o->old_name, o->from->folder, errno, e);
    if (out->gone)
        return true;
    o->from->changed = o->to->changed = true;
    m->count++; /* from here on it has the new name, and is taken back or completed */
    out->unique = arena_string(arena, span_of(o->unique));
    return out->unique || error_memory(e);
}

/* --- old names --- */

static void take_back(const struct one *o)
{
    if (o->placed == PLACED_LINK)
        unlinkat(o->to->fd, o->new_name, 0);
    else
        renameat(o->to->fd, o->new_name, o->from->fd, o->old_name);
}

static bool sync_targets(struct maildir_moves *m, struct error *e)
{
    for (size_t i = 0; i < m->directory_count; i++) {
        struct directory *d = &m->directories[i];
        if (d->changed && !d->is_source && !directory_sync(d->fd))
            return error_system(e, ERROR_RETRY, errno, "%s: cannot move messages to folder %s",
                                m->md->path, d->folder);
    }
    return true;
}

/* Takes the old name away. */
static bool complete(const struct maildir_moves *m, const struct one *o, struct error *e)
{
    if (o->placed != PLACED_LINK || unlinkat(o->from->fd, o->old_name, 0) == 0)
        return true;
    int error = errno;
    unlinkat(o->to->fd, o->new_name, 0);
    o->out->gone = error == ENOENT;
    return o->out->gone || move_failed(m, o->old_name, o->from->folder, error, e);
}

/* Should syncing a source fail, a crash may bring old names back beside the new ones: no loss. */
static void forget_items(struct maildir_moves *m)
{
    for (size_t i = 0; i < m->directory_count; i++) {
        struct directory *d = &m->directories[i];
        if (d->changed && d->is_source)
            directory_sync(d->fd);
        d->changed = false;
    }
    m->count = 0;
}

bool maildir_moves_complete(struct maildir_moves *m, struct error *e)
{
    bool ok = sync_targets(m, e);
    if (!ok)
        for (size_t i = 0; i < m->count; i++)
            take_back(&m->items[i]);
    for (size_t i = 0; ok && i < m->count; i++)
        ok = complete(m, &m->items[i], e);
    forget_items(m);
    return ok;
}

bool maildir_move(struct maildir *md, const struct maildir_entry *entry, const char *to_folder,
                  struct arena *arena, const char **unique, bool *gone, struct error *e)
{
    struct maildir_moved moved = {.unique = ""};
    struct maildir_moves *m = maildir_moves_open(md, e);
    bool ok = m && maildir_moves_add(m, entry, to_folder, arena, &moved, e);
    if (m)
        ok = maildir_moves_complete(m, e) && ok;
    maildir_moves_close(m);
    *unique = moved.unique;
    *gone = moved.gone;
    return ok;
}
