/*
 * A Maildir folder of sent copies. A run costs two stat calls while nothing has changed. Otherwise
 * only names of the last days are looked up, and a sum over all names tells whether that was
 * enough; if not, every name is looked up. Of new files only the header is read. Everything that
 * is read is noted in the same transaction as what was learned from it, so a run that is killed is
 * continued by the next.
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
#include "sources/coverage.h"
#include "sources/sent_copy.h"
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

/* A new file that has been read and is not recorded yet. */
struct fresh {
    const char *item;
    struct sent_copy copy;
    unixtime filed; /* the file's time */
};

struct run {
    struct store *store;
    const struct config *config;
    const char *name;
    int64_t deadline;
    struct source_progress *progress;
    unixtime started;
    int root;            /* the folder */
    char *header;        /* LIMIT_HEADER_BYTES for the file at hand */
    struct arena *arena; /* of the batch */
    struct fresh *batch; /* LIMIT_SENT_BATCH of them */
    size_t batch_count;
    int64_t fresh_seen;  /* files put into a batch so far */
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
        if (st.st_mtim.tv_sec + SETTLED >= r->started)
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

/* --- recording a batch --- */

static unixtime oldest_kept(const struct run *r)
{
    return r->started - r->config->retain_days * SECONDS_PER_DAY;
}

/* When the message was sent: its Date, unless that lies in the future or is missing; nor is a Date
 * believed that would drop a message filed lately from the index: some clocks stand at 1970. */
static unixtime sending_time(const struct run *r, const struct fresh *f)
{
    unixtime filed = f->filed < r->started ? f->filed : r->started;
    unixtime time = f->copy.has_date && f->copy.date < r->started ? f->copy.date : r->started;
    if (!f->copy.has_date || time < oldest_kept(r))
        time = filed;
    return time;
}

static bool record_fresh(struct run *r, const struct fresh *f, struct error *e)
{
    unixtime time = sending_time(r, f);
    if (time < oldest_kept(r))
        return coverage_forget(r->store, oldest_kept(r), e);
    if (!sent_copy_record(r->store, r->name, &f->copy, time, e))
        return false;
    /* Where a nameless copy is dated wrong, its gap must still lie where it was sent. */
    bool dated_wrong = llabs((long long)(f->filed - time)) > SECONDS_PER_DAY;
    return f->copy.ids.count > 0 || !dated_wrong || f->filed > r->started ||
           sent_copy_record(r->store, r->name, &f->copy, f->filed, e);
}

/* Another process may have recorded some of the batch meanwhile. */
static bool record_batch(struct run *r, int64_t *added, struct error *e)
{
    for (size_t i = 0; i < r->batch_count; i++) {
        struct span item = span_of(r->batch[i].item);
        bool seen;
        if (!store_item_seen(r->store, r->name, item, &seen, e))
            return false;
        if (seen)
            continue;
        if (!record_fresh(r, &r->batch[i], e) || !store_item_add(r->store, r->name, item, e))
            return false;
        ++*added;
    }
    return true;
}

static bool save_state(struct run *r, bool complete, const char *cursor, int64_t added,
                       struct error *e)
{
    struct source_state state;
    if (!store_source(r->store, r->arena, r->name, &state, e))
        return false;
    state.name = r->name;
    state.is_push = false;
    if (complete)
        state.cursor = cursor;
    source_state_run(&state, r->started, complete, added);
    return store_source_save(r->store, &state, e);
}

/* Writes the batch, and on a complete run its end. */
static bool flush(struct run *r, bool complete, const char *cursor)
{
    int64_t added = 0;
    if (r->batch_count == 0 && !complete)
        return true;
    if (!store_begin(r->store, r->e))
        return false;
    if (!record_batch(r, &added, r->e) || !save_state(r, complete, cursor, added, r->e)) {
        store_rollback(r->store);
        return false;
    }
    if (!store_commit(r->store, r->e))
        return false;
    r->progress->added += added;
    r->batch_count = 0;
    arena_reset(r->arena);
    return true;
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

static bool add_to_batch(struct run *r, struct span item, ssize_t header_bytes, unixtime filed)
{
    struct fresh *f = &r->batch[r->batch_count];
    *f = (struct fresh){.item = arena_string(r->arena, item), .filed = filed};
    if (!f->item ||
        !sent_copy_read(r->arena, (struct span){r->header, (size_t)header_bytes}, &f->copy))
        return error_memory(r->e);
    r->batch_count++;
    r->fresh_seen++;
    bool full = r->batch_count == LIMIT_SENT_BATCH || arena_used(r->arena) > LIMIT_ARENA / 2;
    return !full || flush(r, false, NULL);
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
    return add_to_batch(r, item, n, st.st_mtim.tv_sec);
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
    int64_t before = r->fresh_seen;
    bool seen = r->trusting && !is_recent(r, item);
    r->progress->seen++;
    r->all += number;
    report(r);
    if (!seen && (!store_item_seen(r->store, r->name, item, &seen, r->e) ||
                  (!seen && !read_file(r, dir, subdir, file, item))))
        return false;
    if (r->fresh_seen == before)
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
    r->vanished = false;
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
    if (!store_source(r->store, r->arena, r->name, &state, r->e))
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
    if (still && r->last_run == r->started) {
        r->progress->complete = true; /* nothing is new since a run of this very second */
        return true;
    }
    if (!still && !read_until_still(r, &cursor, stamp, &settled, &still))
        return false;
    r->progress->complete = still && !r->unreadable;
    snprintf(text, sizeof text, "%llx %s", (unsigned long long)r->all, settled ? stamp : "");
    return flush(r, r->progress->complete, text) && !r->unreadable;
}

static bool pull(struct store *s, const struct config *c, const char *name, int64_t deadline_us,
                 struct source_progress *progress, struct error *e)
{
    struct run r = {.store = s,
                    .config = c,
                    .name = name,
                    .deadline = deadline_us,
                    .progress = progress,
                    .started = clock_now(),
                    .e = e};
    const char *path = name + strlen(SCHEME ":");
    progress->complete = false;
    r.root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r.root < 0)
        return error_system(e, ERROR_DATA, errno, "source %s cannot be opened", name);
    r.header = malloc(LIMIT_HEADER_BYTES);
    r.batch = calloc(LIMIT_SENT_BATCH, sizeof *r.batch);
    r.arena = arena_new(LIMIT_ARENA);
    bool ok = (r.header && r.batch && r.arena) ? read_folder(&r) : error_memory(e);
    arena_free(r.arena);
    free(r.batch);
    free(r.header);
    close(r.root);
    return ok;
}

const struct source_kind source_maildir = {.scheme = SCHEME, .is_local = true, .pull = pull};
