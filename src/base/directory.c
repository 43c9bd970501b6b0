/*
 * Directories by descriptor. Placing a file goes by link(2) because it alone is atomic, refuses to
 * replace, and leaves the old name until the new one is durable; rename(2) is for file systems
 * without links.
 */
#include "base/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

void close_keeping_errno(int fd)
{
    int error = errno;
    close(fd);
    errno = error;
}

int directory_open(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ELOOP)
        errno = ENOTDIR;
    return fd;
}

int directory_make(int at, const char *name, bool *made)
{
    int fd = directory_open(at, name);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (mkdirat(at, name, 0700) == 0)
        *made = true;
    else if (errno != EEXIST) /* another delivery may have been quicker */
        return -1;
    return directory_open(at, name);
}

/* One level of directory_make_path. Links are followed: above the Maildir everything is arranged by
 * the user or the administrator. */
static int make_level(int at, const char *name)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    int fd = openat(at, name, flags);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (mkdirat(at, name, 0700) == 0) {
        if (!directory_sync(at))
            return -1;
    } else if (errno != EEXIST) {
        return -1;
    }
    return openat(at, name, flags);
}

int directory_make_path(const char *path)
{
    char levels[PATH_MAX];
    if ((size_t)snprintf(levels, sizeof levels, "%s", path) >= sizeof levels) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path[0] == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *rest = NULL;
    for (char *level = strtok_r(levels, "/", &rest); fd >= 0 && level;
         level = strtok_r(NULL, "/", &rest)) {
        int inner = make_level(fd, level);
        close_keeping_errno(fd);
        fd = inner;
    }
    return fd;
}

bool directory_sync(int fd)
{
    if (fsync(fd) == 0)
        return true;
    return errno == EINVAL || errno == ENOTSUP || errno == ENOSYS;
}

/* ENOENT can also mean that the directory with the new name was removed. */
static enum placing not_placed(int error, int from_dir, const char *from_name)
{
    struct stat st;
    if (error == EEXIST)
        return PLACE_TAKEN;
    bool gone = error == ENOENT && fstatat(from_dir, from_name, &st, AT_SYMLINK_NOFOLLOW) != 0;
    errno = error;
    return gone ? PLACE_GONE : PLACE_FAILED;
}

static enum placing place_by_rename(int from_dir, const char *from_name, int to_dir,
                                    const char *to_name)
{
    if (renameat2(from_dir, from_name, to_dir, to_name, RENAME_NOREPLACE) == 0)
        return PLACED_RENAME;
    if (errno != EINVAL && errno != ENOSYS)
        return not_placed(errno, from_dir, from_name);
    /* No such flag here. The name holds time, process, device and inode: nobody else takes it
     * between the look and the rename. */
    struct stat st;
    if (fstatat(to_dir, to_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return PLACE_TAKEN;
    if (renameat(from_dir, from_name, to_dir, to_name) == 0)
        return PLACED_RENAME;
    return not_placed(errno, from_dir, from_name);
}

static bool same_file(int a_dir, const char *a_name, int b_dir, const char *b_name)
{
    struct stat a, b;
    return fstatat(a_dir, a_name, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
           fstatat(b_dir, b_name, &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

enum placing file_place(int from_dir, const char *from_name, int to_dir, const char *to_name)
{
    if (linkat(from_dir, from_name, to_dir, to_name, 0) == 0)
        return PLACED_LINK;
    int error = errno;
    /* NFS: the answer to the first request was lost and the repeated one says "exists". */
    if (same_file(from_dir, from_name, to_dir, to_name))
        return PLACED_LINK;
    switch (error) {
    case EPERM:
    case EOPNOTSUPP:
    case ENOSYS:
    case EXDEV:
    case EMLINK:
    case ENOSPC: /* a second name may take an inode or a block; a changed one does not */
    case EDQUOT:
        return place_by_rename(from_dir, from_name, to_dir, to_name);
    default:
        return not_placed(error, from_dir, from_name);
    }
}

static bool copy_bytes(int from, int to)
{
    char block[64 * 1024];
    ssize_t n;
    while ((n = read_all(from, block, sizeof block)) > 0)
        if (!write_all(to, (struct span){block, (size_t)n}))
            return false;
    return n == 0;
}

/* IMAP servers take the time of a file for the date of arrival. A file system that keeps none, or a
 * refusal, is no reason not to have the copy. */
static void keep_times(int to, const struct stat *source)
{
    int error = errno;
    futimens(to, (const struct timespec[]){source->st_atim, source->st_mtim});
    errno = error;
}

bool file_copy(int from_dir, const char *from_name, int to_dir, const char *to_name,
               struct stat *st)
{
    struct stat source;
    int from = openat(from_dir, from_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0)
        return false;
    int to = openat(to_dir, to_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0) {
        close_keeping_errno(from);
        return false;
    }
    errno = EIO; /* for a copy of another size */
    bool ok = copy_bytes(from, to) && fstat(from, &source) == 0;
    if (ok)
        keep_times(to, &source);
    ok = ok && fsync(to) == 0 && fstat(to, st) == 0 && S_ISREG(source.st_mode) &&
         source.st_size == st->st_size;
    int why = errno;
    close(from);
    if (close(to) != 0 && ok) {
        why = errno;
        ok = false;
    }
    if (!ok)
        unlinkat(to_dir, to_name, 0);
    errno = why;
    return ok;
}
