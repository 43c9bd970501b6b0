/*
 * Moving a message to another folder. The new name is durable before the old one goes; whoever else
 * moves, flags or removes the message at the same moment wins, and ours is taken back, so that the
 * message is never there twice.
 */
#include "mailbox/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "mailbox/folder.h"

#define NAME_TRIES 100

struct move {
    struct maildir *md;
    const struct maildir_entry *entry;
    int from, to; /* the directories cur/ or new/ */
    char unique[UNIQUE_NAME_SIZE], filename[UNIQUE_NAME_SIZE + 64];
};

static bool move_failed(const struct move *m, int error, struct error *e)
{
    return error_system(e, ERROR_RETRY, error, "%s: cannot move message %s of folder %s",
                        m->md->path, m->entry->filename, m->entry->folder);
}

/* Flags stand in cur/ only: a flagged message that a client left in new/ goes to cur/. */
static const char *subdir_for(const struct maildir_entry *entry)
{
    return entry->flags[0] || strcmp(entry->subdir, "cur") == 0 ? "cur" : "new";
}

static void make_name(struct move *m, const struct stat *st)
{
    char fields[UNIQUE_NAME_SIZE];
    bool flagged = strcmp(subdir_for(m->entry), "cur") == 0;
    unique_name_fields(m->entry->unique, st->st_size, fields);
    unique_name_for_file(&m->md->names, st, fields, m->unique);
    snprintf(m->filename, sizeof m->filename, "%s%s%.60s", m->unique, flagged ? ":2," : "",
             flagged ? m->entry->flags : "");
}

/* A move that was cut short after the new name was made: the file stands in the target already. Its
 * name there is taken for the new one, so that the message is not there twice. A file of the name
 * it has now is the message itself, when both directories are one. */
static bool find_twin(struct move *m, const struct stat *st)
{
    struct dirent *entry;
    struct stat other;
    bool found = false;
    int fd = st->st_nlink > 1 ? directory_open(m->to, ".") : -1;
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    while (!found && (entry = readdir(dir)) != NULL)
        found = entry->d_ino == st->st_ino && strcmp(entry->d_name, m->entry->filename) != 0 &&
                strlen(entry->d_name) < sizeof m->unique &&
                fstatat(m->to, entry->d_name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
                other.st_ino == st->st_ino && other.st_dev == st->st_dev &&
                snprintf(m->filename, sizeof m->filename, "%s", entry->d_name) > 0;
    closedir(dir);
    if (found)
        snprintf(m->unique, sizeof m->unique, "%.*s", (int)strcspn(m->filename, ":"), m->filename);
    return found;
}

static enum placing place(struct move *m)
{
    struct stat st;
    if (fstatat(m->from, m->entry->filename, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? PLACE_GONE : PLACE_FAILED;
    if (!S_ISREG(st.st_mode)) {
        errno = EINVAL;
        return PLACE_FAILED;
    }
    if (find_twin(m, &st))
        return PLACED_LINK;
    enum placing placed = PLACE_TAKEN;
    for (int i = 0; i < NAME_TRIES && placed == PLACE_TAKEN; i++) {
        make_name(m, &st);
        placed = file_place(m->from, m->entry->filename, m->to, m->filename);
    }
    if (placed == PLACE_TAKEN)
        errno = EEXIST;
    return placed == PLACE_TAKEN ? PLACE_FAILED : placed;
}

/* The message has the new name: makes that durable and takes the old name away. */
static bool complete(struct move *m, enum placing placed, bool *gone, struct error *e)
{
    if (!directory_sync(m->to)) {
        int error = errno;
        if (placed == PLACED_LINK)
            unlinkat(m->to, m->filename, 0);
        else
            renameat(m->to, m->filename, m->from, m->entry->filename);
        return move_failed(m, error, e);
    }
    if (placed == PLACED_LINK && unlinkat(m->from, m->entry->filename, 0) != 0) {
        int error = errno;
        unlinkat(m->to, m->filename, 0);
        *gone = error == ENOENT;
        return *gone || move_failed(m, error, e);
    }
    /* Should this fail, a crash may bring the old name back beside the new one: no loss. */
    directory_sync(m->from);
    return true;
}

static bool move_opened(struct move *m, bool *gone, struct error *e)
{
    enum placing placed = place(m);
    *gone = placed == PLACE_GONE;
    if (placed == PLACE_FAILED)
        return move_failed(m, errno, e);
    return *gone || complete(m, placed, gone, e);
}

bool maildir_move(struct maildir *md, const struct maildir_entry *entry, const char *to_folder,
                  struct arena *arena, const char **unique, bool *gone, struct error *e)
{
    struct move m = {.md = md, .entry = entry};
    char *copy = arena_alloc(arena, UNIQUE_NAME_SIZE);
    *gone = false;
    if (!copy)
        return error_memory(e);
    m.from = folder_open_subdir(md, entry->folder, entry->subdir, gone, e);
    if (m.from < 0)
        return *gone;
    m.to = folder_make(md, to_folder, subdir_for(entry), e);
    bool ok = m.to >= 0 && move_opened(&m, gone, e);
    close(m.from);
    if (m.to >= 0)
        close(m.to);
    snprintf(copy, UNIQUE_NAME_SIZE, "%s", m.unique);
    *unique = copy;
    return ok;
}
