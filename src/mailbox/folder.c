/*
 * Folders. In Maildir++ a folder is one directory ".A.B" beside cur/new/tmp with a maildirfolder
 * file in it; in the nested layout it is A/B. Below the Maildir no symbolic link is followed, so
 * that nothing is filed outside of it.
 */
#include "mailbox/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/printable.h"
#include "base/utf7.h"
#include "base/directory.h"

#define FOLDER_NAME_MAX 200

static bool is_inbox(const char *name)
{
    return span_is_nocase(span_of(name), "INBOX");
}

static bool is_separator(char c)
{
    return c == '.' || c == '/';
}

/* In the nested layout a level beside the inbox's own directories must not be one of them. */
static bool level_ok(struct span level, enum maildir_layout layout)
{
    if (level.n == 0)
        return false;
    return layout != LAYOUT_NESTED ||
           (!span_is(level, "cur") && !span_is(level, "new") && !span_is(level, "tmp"));
}

static bool characters_ok(struct span name)
{
    unsigned cp;
    while (name.n > 0) {
        size_t len = utf8_decode(name, &cp);
        if (len == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
            return false;
        name = span_slice(name, len, name.n);
    }
    return true;
}

bool maildir_folder_name_ok(const char *name, enum maildir_layout layout)
{
    struct span all = span_of(name);
    if (all.n == 0 || all.n > FOLDER_NAME_MAX || !characters_ok(all))
        return false;
    size_t from = 0;
    for (size_t i = 0; i <= all.n; i++) {
        if (i < all.n && !is_separator(all.p[i]))
            continue;
        if (!level_ok(span_slice(all, from, i), layout))
            return false;
        from = i + 1;
    }
    return true;
}

static bool is_ascii(const char *s)
{
    while (*s && (unsigned char)*s < 0x80)
        s++;
    return !*s;
}

/* IMAP servers write Maildir++ names in modified UTF-7 and do not show others. Plain ASCII is taken
 * as it stands on disk already. */
static bool encode_name(const char *name, enum maildir_layout layout, char out[FOLDER_PATH_SIZE])
{
    struct buf encoded = {.limit = FOLDER_PATH_SIZE - 2};
    if (layout == LAYOUT_NESTED || is_ascii(name))
        buf_add_string(&encoded, name);
    else
        utf7_encode(span_of(name), &encoded);
    bool ok = !encoded.failed;
    snprintf(out, FOLDER_PATH_SIZE, "%s%s", layout == LAYOUT_NESTED ? "" : ".",
             buf_string(&encoded));
    buf_free(&encoded);
    return ok;
}

bool folder_path(const struct maildir *md, const char *folder, char out[FOLDER_PATH_SIZE],
                 struct error *e)
{
    if (!maildir_folder_name_ok(folder, md->layout))
        return error_set(e, ERROR_REFUSED,
                         "'%s' cannot be a folder: choose a name without empty levels and control "
                         "characters",
                         folder);
    if (is_inbox(folder)) {
        snprintf(out, FOLDER_PATH_SIZE, ".");
        return true;
    }
    if (!encode_name(folder, md->layout, out))
        return error_set(e, ERROR_REFUSED, "'%s' cannot be a folder: the name is too long", folder);
    for (char *c = out; *c; c++)
        if (is_separator(*c))
            *c = md->layout == LAYOUT_NESTED ? '/' : '.';
    return true;
}

static bool cannot_use(const struct maildir *md, const char *path, int error, struct error *e)
{
    if (error == ENOTDIR)
        return error_set(e, ERROR_RETRY,
                         "%s/%s: no folder, as a file or a symbolic link stands there: move it "
                         "away",
                         md->path, path);
    return error_system(e, ERROR_RETRY, error, "%s/%s: cannot be used as a folder", md->path, path);
}

/* Goes down level by level, so that no level is followed if it is a link. */
static int descend(const struct maildir *md, const char *path, bool make, bool *made)
{
    char levels[FOLDER_PATH_SIZE];
    snprintf(levels, sizeof levels, "%s", path);
    int fd = directory_open(md->root, ".");
    char *rest = NULL;
    for (char *level = strtok_r(levels, "/", &rest); fd >= 0 && level;
         level = strtok_r(NULL, "/", &rest)) {
        *made = false;
        int inner = make ? directory_make(fd, level, made) : directory_open(fd, level);
        if (inner >= 0 && *made && !directory_sync(fd)) {
            close_keeping_errno(inner);
            inner = -1;
        }
        close_keeping_errno(fd);
        fd = inner;
    }
    return fd;
}

int folder_open(const struct maildir *md, const char *folder, bool *missing, struct error *e)
{
    char path[FOLDER_PATH_SIZE];
    bool made;
    *missing = false;
    if (!folder_path(md, folder, path, e))
        return -1;
    int fd = descend(md, path, false, &made);
    if (fd < 0 && errno == ENOENT)
        *missing = true;
    else if (fd < 0)
        cannot_use(md, path, errno, e);
    return fd;
}

int folder_open_subdir(const struct maildir *md, const char *folder, const char *subdir,
                       bool *missing, struct error *e)
{
    int dir = folder_open(md, folder, missing, e);
    if (dir < 0)
        return -1;
    int fd = directory_open(dir, subdir);
    close_keeping_errno(dir);
    *missing = fd < 0 && errno == ENOENT;
    if (fd < 0 && !*missing)
        error_system(e, ERROR_RETRY, errno, "%s: cannot read %s/ of folder %s", md->path, subdir,
                     folder);
    return fd;
}

/* The marker of Maildir++: tells delivery programs that this is a folder of the Maildir above it.
 * Made before cur, so that a folder cut short by a crash lacks cur, and is completed later. */
static bool mark_folder(int dir)
{
    int fd =
        openat(dir, "maildirfolder", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fd >= 0 ? close(fd) == 0 : errno == EEXIST;
}

bool folder_complete(int dir, bool is_new, bool mark)
{
    static const char *const names[] = {"tmp", "new", "cur"};
    bool made = is_new;
    for (size_t i = 0; i < 3; i++) {
        if (faccessat(dir, names[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            continue;
        if (mark && !mark_folder(dir))
            return false;
        int fd = directory_make(dir, names[i], &made);
        if (fd < 0)
            return false;
        close(fd);
    }
    return !made || directory_sync(dir);
}

int folder_make(const struct maildir *md, const char *folder, const char *subdir, struct error *e)
{
    char path[FOLDER_PATH_SIZE];
    bool made = false;
    if (!folder_path(md, folder, path, e))
        return -1;
    int dir = descend(md, path, true, &made);
    if (dir < 0) {
        cannot_use(md, path, errno, e);
        return -1;
    }
    bool mark = md->layout == LAYOUT_MAILDIRPP && !is_inbox(folder);
    int fd = folder_complete(dir, made, mark) ? directory_open(dir, subdir) : -1;
    close_keeping_errno(dir);
    if (fd < 0)
        cannot_use(md, path, errno, e);
    return fd;
}
