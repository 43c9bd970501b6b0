/*
 * Reading a Maildir: walking, finding and opening messages. Names are collected and sorted by the
 * thousand, so that a visitor may move what it sees, usual folders come in the same order every
 * time, and a folder of a million messages takes no more memory than these.
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
#include "base/names.h"
#include "mailbox/folder.h"

/* Splits a file name at its flags (":2,S"); unique is a writable buffer. */
static struct maildir_entry entry_of(const char *folder, const char *subdir, const char *filename,
                                     char unique[UNIQUE_NAME_SIZE])
{
    size_t n = strcspn(filename, ":");
    const char *flags = strncmp(filename + n, ":2,", 3) == 0 ? filename + n + 3 : "";
    if (n >= UNIQUE_NAME_SIZE)
        n = UNIQUE_NAME_SIZE - 1;
    memcpy(unique, filename, n);
    unique[n] = '\0';
    return (struct maildir_entry){folder, subdir, unique, flags, filename};
}

static bool cannot_read(const struct maildir *md, const char *folder, const char *subdir,
                        struct error *e)
{
    return error_system(e, ERROR_RETRY, errno, "%s: cannot read %s of folder %s", md->path, subdir,
                        folder);
}

/* Opens one directory. NULL with *e, or with *missing. */
static DIR *open_directory(struct maildir *md, const char *folder, const char *subdir,
                           bool *missing, struct error *e)
{
    int fd = folder_open_subdir(md, folder, subdir, missing, e);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (fd >= 0 && !dir) {
        cannot_read(md, folder, subdir, e);
        close(fd);
    }
    return dir;
}

/* Visits one directory; *go is cleared when the visitor has had enough. */
static bool each_in(struct maildir *md, const char *folder, const char *subdir, maildir_visit visit,
                    void *context, bool *go, struct error *e)
{
    bool missing = false, ok;
    DIR *dir = open_directory(md, folder, subdir, &missing, e);
    if (!dir)
        return missing;
    struct names names = {.dir = dir};
    while ((ok = names_read(&names)) && *go && names.count > 0)
        for (size_t i = 0; *go && i < names.count; i++) {
            char unique[UNIQUE_NAME_SIZE];
            struct maildir_entry entry = entry_of(folder, subdir, names.sorted[i], unique);
            *go = visit(context, &entry);
        }
    if (!ok)
        cannot_read(md, folder, subdir, e);
    closedir(dir);
    names_free(&names);
    return ok;
}

bool maildir_each(struct maildir *md, const char *folder, bool include_cur, maildir_visit visit,
                  void *context, struct error *e)
{
    bool go = true;
    return each_in(md, folder, "new", visit, context, &go, e) &&
           (!include_cur || !go || each_in(md, folder, "cur", visit, context, &go, e));
}

/* --- finding one --- */

static bool keep_entry(struct arena *arena, const struct maildir_entry *entry,
                       struct maildir_entry *out, struct error *e)
{
    char unique[UNIQUE_NAME_SIZE];
    const char *folder = arena_string(arena, span_of(entry->folder));
    const char *filename = arena_string(arena, span_of(entry->filename));
    if (!folder || !filename)
        return error_memory(e);
    *out = entry_of(folder, strcmp(entry->subdir, "new") == 0 ? "new" : "cur", filename, unique);
    out->unique = arena_string(arena, span_of(entry->unique));
    return out->unique || error_memory(e);
}

struct search {
    struct arena *arena;
    const char *unique;
    bool *found, failed;
    struct maildir_entry *out;
    struct error *e;
};

static bool search_visit(void *context, const struct maildir_entry *entry)
{
    struct search *s = context;
    if (strcmp(entry->unique, s->unique) != 0)
        return true;
    *s->found = true;
    s->failed = !keep_entry(s->arena, entry, s->out, s->e);
    return false;
}

static bool exists_in(struct maildir *md, const char *folder, const char *subdir,
                      const char *filename)
{
    struct stat st;
    bool missing;
    int fd = folder_open_subdir(md, folder, subdir, &missing, NULL);
    if (fd < 0)
        return false;
    bool found = fstatat(fd, filename, &st, AT_SYMLINK_NOFOLLOW) == 0;
    close(fd);
    return found;
}

/* Looks for the names a message has most often, without reading the directories. */
static bool find_usual(struct maildir *md, const char *folder, const char *unique,
                       char filename[UNIQUE_NAME_SIZE + 8], const char **subdir)
{
    static const char *const usual[][2] = {{"new", ""}, {"cur", ":2,"}, {"cur", ":2,S"}};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        *subdir = usual[i][0];
        snprintf(filename, UNIQUE_NAME_SIZE + 8, "%s%s", unique, usual[i][1]);
        if (exists_in(md, folder, *subdir, filename))
            return true;
    }
    return false;
}

bool maildir_find(struct maildir *md, struct arena *arena, const char *folder, const char *unique,
                  bool *found, struct maildir_entry *out, struct error *e)
{
    char filename[UNIQUE_NAME_SIZE + 8], plain[UNIQUE_NAME_SIZE];
    const char *subdir;
    *found = false;
    if (strchr(unique, '/') || strlen(unique) >= UNIQUE_NAME_SIZE)
        return true; /* no message has such a name */
    if (find_usual(md, folder, unique, filename, &subdir)) {
        struct maildir_entry entry = entry_of(folder, subdir, filename, plain);
        *found = true;
        return keep_entry(arena, &entry, out, e);
    }
    struct search s = {arena, unique, found, false, out, e};
    return maildir_each(md, folder, true, search_visit, &s, e) && !s.failed;
}

/* --- using one --- */

int maildir_entry_open(struct maildir *md, const struct maildir_entry *entry, struct error *e)
{
    bool missing = false;
    struct stat st;
    int dir = folder_open_subdir(md, entry->folder, entry->subdir, &missing, e);
    if (dir < 0) {
        if (missing)
            error_set(e, ERROR_DATA, "%s: there is no folder %s", md->path, entry->folder);
        return -1;
    }
    /* O_NONBLOCK: a FIFO put there must not hold us. */
    int fd = openat(dir, entry->filename, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    close_keeping_errno(dir);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    if (fd >= 0) {
        close(fd);
        errno = EINVAL;
    }
    error_system(e, ERROR_DATA, errno, "%s: cannot read message %s of folder %s", md->path,
                 entry->filename, entry->folder);
    return -1;
}

const char *maildir_entry_path(struct maildir *md, struct arena *arena,
                               const struct maildir_entry *entry)
{
    char path[FOLDER_PATH_SIZE];
    if (!folder_path(md, entry->folder, path, NULL) || strcmp(path, ".") == 0)
        return arena_printf(arena, "%s/%s/%s", md->path, entry->subdir, entry->filename);
    return arena_printf(arena, "%s/%s/%s/%s", md->path, path, entry->subdir, entry->filename);
}
