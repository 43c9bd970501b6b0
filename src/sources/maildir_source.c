/*
 * A Maildir folder of sent copies. A run costs two stat calls while nothing has changed. Otherwise
 * only names of the last days are looked up, and a sum over all names tells whether that was
 * enough; if not, every name is looked up. Of new files only the header is read. Everything that
 * is read is noted after what was learned from it, so a run that is killed is continued by the
 * next.
 */
#include "sources/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "sources/sent_batch.h"
#include "sources/source_kinds.h"

#define SCHEME "maildir"
/* Seconds a folder must have been left alone before its time stamp is trusted: file systems count
 * in steps of up to two seconds. */
#define SETTLED 2
/* Passes over a folder that changes while it is read. */
#define MAX_PASSES 5
#define STAMP_SIZE 160
/* A file whose name is older than the last run by this much is taken for one that was there. */
#define RECENT (2 * SECONDS_PER_DAY)

struct run {
    struct sent_batch batch;
    const char *name;
    int64_t deadline;
    struct source_progress *progress;
    int root;            /* the folder */
    char *header;        /* LIMIT_HEADER_BYTES for the file at hand */
    unixtime last_run;   /* of the run before; names older than it by RECENT are trusted */
    bool trusting;       /* this pass trusts them */
    uint64_t all, known; /* sums over the names of this pass; known: without those recorded now */
    bool vanished;       /* a file went between listing and reading: look again */
    bool unreadable;     /* *e says which */
    struct error *e;
};

/* --- the time stamp of the folder --- */

/* Both subfolders' identity and time as one line; *settled is false when a change in the same step
 * of the file system's clock could go unseen. */
static bool stamp_of(struct run *r, char out[STAMP_SIZE], bool *settled)
{
    static const char *const subdirs[] = {"new", "cur"};
    size_t n = 0;
    *settled = true;
    for (size_t i = 0; i < 2; i++) {
        struct stat st;
        if (fstatat(r->root, subdirs[i], &st, 0) != 0)
            return error_system(r->e, ERROR_DATA, errno, "source %s is no Maildir: %s/", r->name,
                                subdirs[i]);
        n += (size_t)snprintf(out + n, STAMP_SIZE - n, "%llx.%llx.%lld.%ld ",
                              (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
                              (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
        if (st.st_mtim.tv_sec + SETTLED >= r->batch.started)
            *settled = false;
    }
    return true;
}

/* A file's unique name as a number to sum up (FNV-1a): names that came and names that went change
 * the sum. */
static uint64_t number_of(struct span item)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < item.n; i++)
        h = (h ^ (unsigned char)item.p[i]) * 1099511628211u;
    return h;
}

/* --- reading files --- */

static bool has_header_end(const char *p, size_t n)
{
    struct span s = {p, n};
    return span_find(s, span_of("\n\n")) < n || span_find(s, span_of("\n\r\n")) < n;
}

/* Reads the header of an open file; -1 with errno. */
static ssize_t read_header(struct run *r, int fd)
{
    const size_t step = (size_t)16 * 1024;
    size_t n = 0;
    while (n < LIMIT_HEADER_BYTES) {
        size_t want = LIMIT_HEADER_BYTES - n < step ? LIMIT_HEADER_BYTES - n : step;
        ssize_t got = read(fd, r->header + n, want);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        n += (size_t)got;
        if (got == 0 || has_header_end(r->header, n))
            break;
    }
    return (ssize_t)n;
}

/* errno says why. A file that went has another name now, or was removed; a link into nowhere is no
 * message. */
static bool cannot_read(struct run *r, int dir, const char *subdir, const char *file)
{
    struct stat st;
    int why = errno;
    if (why == ENOENT) {
        r->vanished = r->vanished || fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) != 0;
        return true;
    }
    r->progress->skipped++;
    if (!r->unreadable)
        error_system(r->e, ERROR_DATA, why, "source %s: cannot read %s/%s", r->name, subdir, file);
    r->unreadable = true;
    return true;
}

static bool read_file(struct run *r, int dir, const char *subdir, const char *file,
                      struct span item)
{
    struct stat st;
    int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return cannot_read(r, dir, subdir, file);
    bool known = fstat(fd, &st) == 0;
    bool regular = known && S_ISREG(st.st_mode);
    ssize_t n = regular ? read_header(r, fd) : -1;
    int why = errno;
    close(fd);
    errno = why;
    if (known && !regular)
        return true;
    if (n < 0)
        return cannot_read(r, dir, subdir, file);
    return sent_batch_add(&r->batch, item, (struct span){r->header, (size_t)n}, st.st_mtim.tv_sec,
                          r->e);
}

static bool is_due(const struct run *r)
{
    return r->deadline != 0 && clock_monotonic_us() >= r->deadline;
}

static void report(struct run *r)
{
    if (r->progress->report && r->progress->seen % 500 == 0)
        r->progress->report(r->progress->context, r->progress);
}

/* Unique names begin with the second of filing; others are always looked up. */
static bool is_recent(const struct run *r, struct span item)
{
    unixtime filed = 0;
    size_t i = 0;
    for (; i < item.n && i < 12 && ascii_is_digit(item.p[i]); i++)
        filed = filed * 10 + (item.p[i] - '0');
    return i == 0 || i == 12 || filed >= r->last_run - RECENT;
}

/* The unique name is the same under all flags, in new/ and in cur/. */
static bool look_at(struct run *r, int dir, const char *subdir, const char *file)
{
    struct span item = {file, strcspn(file, ":")};
    uint64_t number = number_of(item);
    int64_t before = r->batch.taken;
    bool seen = r->trusting && !is_recent(r, item);
    r->progress->seen++;
    r->all += number;
    report(r);
    if (!seen && (!store_item_seen(r->batch.store, r->name, item, &seen, r->e) ||
                  (!seen && !read_file(r, dir, subdir, file, item))))
        return false;
    if (r->batch.taken == before)
        r->known += number;
    return true;
}

/* Reads one subfolder; *due is set when the deadline ended it. */
static bool scan(struct run *r, const char *subdir, bool *due)
{
    int fd = openat(r->root, subdir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        error_system(r->e, ERROR_DATA, errno, "source %s: cannot read %s/", r->name, subdir);
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool ok = true;
    struct dirent *d;
    while (ok && !(*due = is_due(r)) && (errno = 0, d = readdir(dir)) != NULL)
        if (d->d_name[0] != '.' && d->d_type != DT_DIR)
            ok = look_at(r, fd, subdir, d->d_name);
    if (ok && !*due && errno != 0)
        ok = error_system(r->e, ERROR_DATA, errno, "source %s: cannot read %s/", r->name, subdir);
    closedir(dir);
    return ok;
}

/* One pass: new/ before cur/, for files move that way. */
static bool pass(struct run *r, bool *due)
{
    r->vanished = r->unreadable = false;
    r->progress->seen = 0;
    r->progress->skipped = 0;
    r->all = r->known = 0;
    return scan(r, "new", due) && (*due || scan(r, "cur", due));
}

/* What the last complete run left: the sum of all names, then the folder's stamp. */
struct cursor {
    bool valid;
    uint64_t names;
    const char *stamp;
};

static bool read_cursor(struct run *r, struct cursor *c)
{
    struct source_state state;
    if (!store_source(r->batch.store, r->batch.arena, r->name, &state, r->e))
        return false;
    char *end;
    *c = (struct cursor){.names = strtoull(state.cursor, &end, 16)};
    c->valid = state.first_run != 0 && end != state.cursor && *end == ' ';
    c->stamp = c->valid ? end + 1 : "";
    r->last_run = state.last_run;
    return true;
}

/* Passes until one has seen a folder that did not change under it; a sum that differs means that
 * more came or went than the names of the last days. */
static bool read_until_still(struct run *r, const struct cursor *c, char stamp[STAMP_SIZE],
                             bool *settled, bool *still)
{
    char before[STAMP_SIZE];
    bool due = false;
    for (int i = 0; i < MAX_PASSES && !*still && !due; i++) {
        r->trusting = i == 0 && c->valid;
        if (!stamp_of(r, before, settled) || !pass(r, &due) || !stamp_of(r, stamp, settled))
            return false;
        *still = !due && !r->vanished && strcmp(before, stamp) == 0 &&
                 (!r->trusting || r->known == c->names);
    }
    return true;
}

static bool read_folder(struct run *r)
{
    char stamp[STAMP_SIZE], text[STAMP_SIZE + 32];
    struct cursor cursor;
    bool settled;
    if (!read_cursor(r, &cursor) || !stamp_of(r, stamp, &settled))
        return false;
    bool still = cursor.valid && strcmp(cursor.stamp, stamp) == 0;
    r->all = cursor.names;
    if (still && r->last_run == r->batch.started) {
        r->progress->complete = true; /* nothing is new since a run of this very second */
        return true;
    }
    if (!still && !read_until_still(r, &cursor, stamp, &settled, &still))
        return false;
    r->progress->complete = still && !r->unreadable;
    if (!r->progress->complete)
        return sent_batch_flush(&r->batch, r->e) && !r->unreadable;
    snprintf(text, sizeof text, "%llx %s", (unsigned long long)r->all, settled ? stamp : "");
    return sent_batch_complete(&r->batch, text, r->e);
}

static bool pull(struct store *s, const struct config *c, const char *name, int64_t deadline_us,
                 struct source_progress *progress, struct error *e)
{
    struct run r = {.name = name, .deadline = deadline_us, .progress = progress, .e = e};
    const char *path = name + strlen(SCHEME ":");
    progress->complete = false;
    r.root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r.root < 0)
        return error_system(e, ERROR_DATA, errno, "source %s cannot be opened", name);
    r.header = malloc(LIMIT_HEADER_BYTES);
    bool ok = sent_batch_start(&r.batch, s, c, name, progress, e) && (r.header || error_memory(e));
    r.batch.in_haste = deadline_us != 0;
    ok = ok && read_folder(&r);
    sent_batch_free(&r.batch);
    free(r.header);
    close(r.root);
    return ok;
}

const struct source_kind source_maildir = {.scheme = SCHEME, .is_local = true, .pull = pull};
