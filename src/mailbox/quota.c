/*
 * maildirsize is read as a whole, since it may have at most 5,120 bytes; a longer one, or one that
 * says "full" and is older than a quarter of an hour, is made anew from the folders. Trash counts
 * nothing.
 */
#include "mailbox/quota.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/io.h"
#include "mailbox/folder.h"

#define FILE_NAME "maildirsize"
/* From the specification: a file of that many bytes, or seconds, is made anew. */
#define FILE_MOST 5120
#define FILE_AGE  (15 * 60)

struct quota {
    int64_t most_bytes, most_count; /* 0: no such limit */
    int64_t bytes, count;           /* in use */
    char limit[128];                /* the first line */
    bool is_old;
};

/* --- the file --- */

/* "10000000S,1000C" in any order. */
static bool read_limit(struct quota *q, struct span line)
{
    if (line.n == 0 || line.n >= sizeof q->limit)
        return false;
    snprintf(q->limit, sizeof q->limit, "%.*s", (int)line.n, line.p);
    for (const char *p = q->limit; *p;) {
        char *end;
        long long n = strtoll(p, &end, 10);
        if (end == p || n < 0 || (*end != 'S' && *end != 'C'))
            return false;
        *(*end == 'S' ? &q->most_bytes : &q->most_count) = n;
        p = end + 1;
        p += *p == ',';
    }
    return true;
}

static bool read_changes(struct quota *q, struct span text)
{
    struct span line;
    while (span_next_line(&text, &line)) {
        long long bytes, count;
        char copy[64];
        snprintf(copy, sizeof copy, "%.*s", (int)(line.n < 63 ? line.n : 63), line.p);
        if (sscanf(copy, "%lld %lld", &bytes, &count) != 2)
            return false;
        q->bytes += bytes;
        q->count += count;
    }
    return true;
}

/* False when there is none that limits anything. */
static bool read_quota(struct maildir *md, struct quota *q)
{
    char text[FILE_MOST * 2];
    struct stat st;
    int fd = openat(md->root, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read_all(fd, text, sizeof text);
    bool ok = n > 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    close(fd);
    struct span line, rest = {text, ok ? (size_t)n : 0};
    *q = (struct quota){0};
    if (!ok || !span_next_line(&rest, &line) || !read_limit(q, line))
        return false;
    bool whole = read_changes(q, rest);
    q->is_old = !whole || n >= FILE_MOST || st.st_mtim.tv_sec < clock_now() - FILE_AGE;
    return q->most_bytes > 0 || q->most_count > 0;
}

static bool is_full(const struct quota *q, int64_t bytes)
{
    return (q->most_bytes > 0 && q->bytes + bytes > q->most_bytes) ||
           (q->most_count > 0 && q->count + 1 > q->most_count);
}

/* --- counting --- */

/* The name carries the size; a file is looked at where it does not. */
static int64_t size_of(int dir, const char *name)
{
    const char *field = strstr(name, ",S=");
    struct stat st;
    if (field)
        return strtoll(field + 3, NULL, 10);
    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_size : 0;
}

static bool count_messages(struct quota *q, int folder, const char *subdir)
{
    struct dirent *entry;
    int fd = directory_open(folder, subdir);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir)
        return fd < 0 && errno == ENOENT;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' || strstr(entry->d_name, ",T")) /* T: in Courier's trash */
            continue;
        q->bytes += size_of(fd, entry->d_name);
        q->count++;
    }
    closedir(dir);
    return true;
}

static bool count_folder(struct quota *q, int folder)
{
    return count_messages(q, folder, "new") && count_messages(q, folder, "cur");
}

static bool is_counted(const char *name)
{
    return name[0] == '.' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           strcmp(name, ".Trash") != 0;
}

static bool count_all(struct maildir *md, struct quota *q)
{
    struct dirent *entry;
    int fd = directory_open(md->root, ".");
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir)
        return false;
    q->bytes = q->count = 0;
    bool ok = count_folder(q, fd);
    while (ok && (entry = readdir(dir)) != NULL) {
        int folder = is_counted(entry->d_name) ? directory_open(fd, entry->d_name) : -1;
        ok = folder < 0 || count_folder(q, folder);
        if (folder >= 0)
            close(folder);
    }
    closedir(dir);
    return ok;
}

static void save(struct maildir *md, const struct quota *q)
{
    char name[64], text[256];
    snprintf(name, sizeof name, "tmp/" FILE_NAME ".%ld", (long)getpid());
    int n =
        snprintf(text, sizeof text, "%s\n%" PRId64 " %" PRId64 "\n", q->limit, q->bytes, q->count);
    int fd = openat(md->root, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0)
        return;
    bool ok = write_all(fd, (struct span){text, (size_t)n});
    if (close(fd) != 0 || !ok || renameat(md->root, name, md->root, FILE_NAME) != 0)
        unlinkat(md->root, name, 0);
}

bool maildir_quota_allows(struct maildir *md, int64_t bytes, struct error *e)
{
    struct quota q;
    if (md->layout != LAYOUT_MAILDIRPP || !read_quota(md, &q) || !is_full(&q, bytes))
        return true;
    if (q.is_old && count_all(md, &q)) {
        save(md, &q);
        if (!is_full(&q, bytes))
            return true;
    }
    return error_set(e, ERROR_RETRY, "%s: the quota (%s) is used up: remove mail", md->path,
                     q.limit);
}

void maildir_quota_add(struct maildir *md, int64_t bytes, int64_t count)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%" PRId64 " %" PRId64 "\n", bytes, count);
    int fd = -1;
    if (md->layout == LAYOUT_MAILDIRPP)
        fd = openat(md->root, FILE_NAME, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t ignored = write(fd, text, (size_t)n);
    (void)ignored;
    close(fd);
}
