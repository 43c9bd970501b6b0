/*
 * A mail server's log, with its rotated and compressed files. What has been read is known by a
 * file's first bytes and an offset, kept together with the messages that are still open, and
 * written after what was learned. A rotated file is read to its end before the next one; an
 * incomplete last line waits for the next run. When the file that was read last is gone, what was
 * in it is a gap.
 */
#include "sources/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/limits.h"
#include "sources/coverage.h"
#include "sources/file_mark.h"
#include "sources/log_dialect.h"
#include "sources/log_files.h"
#include "sources/source_kinds.h"

#define SCHEME "log"
#define BUFFER ((size_t)256 * 1024)
/* Lines between two looks at the clock. */
#define LINES_PER_LOOK 4096
/* Passes over a log that is rotated while it is read. */
#define MAX_PASSES 5

struct run {
    struct store *store;
    const struct config *config;
    const char *name;
    int64_t deadline;
    struct source_progress *progress;
    unixtime started, oldest, last_run;
    struct arena *arena;   /* of the file list */
    struct arena *scratch; /* of one write */
    struct log_queue *queue;
    struct sent_load *load; /* what the queue has given */
    int64_t gathered;       /* messages in it */
    bool too_old;           /* one was left out */
    int64_t load_began;     /* on the monotonic clock */
    struct log_clock clock;
    struct file_mark mark;
    bool resumed;        /* something was read before */
    bool lost;           /* and what followed it cannot be found: a gap to be opened */
    unixtime first_line; /* the time of the first line read in this run; 0: none yet */
    bool due;            /* the deadline has come */
    bool moved;          /* the log was rotated meanwhile */
    char *buffer;
    struct error *e;
};

/* --- writing --- */

static const char *cursor_text(struct run *r)
{
    struct buf text = {0};
    char mark[FILE_MARK_TEXT];
    log_queue_save(r->queue, &text);
    const char *sealed =
        text.failed ? NULL : store_seal(r->store, r->scratch, buf_span(&text), r->e);
    if (text.failed)
        error_memory(r->e);
    buf_free(&text);
    file_mark_write(&r->mark, mark);
    const char *cursor = sealed ? arena_printf(r->scratch, "%s%s", mark, sealed) : NULL;
    if (sealed && !cursor)
        error_memory(r->e);
    return cursor;
}

static bool add_gap(struct run *r, bool complete)
{
    if (!r->lost || (!complete && r->first_line == 0))
        return true;
    unixtime to = r->first_line > 0 ? r->first_line : r->started;
    struct gap gap = {.source = r->name,
                      .from = r->last_run,
                      .to = to > r->last_run ? to : r->last_run,
                      .reason = "the log was rotated away or cut before it was read"};
    return store_gap_add(r->store, &gap, r->e);
}

static bool save_state(struct run *r, bool complete)
{
    struct source_state state;
    if ((r->too_old && !coverage_forget(r->store, r->oldest, r->e)) || !add_gap(r, complete) ||
        !store_source(r->store, r->scratch, r->name, &state, r->e))
        return false;
    state.name = r->name;
    state.is_push = false;
    state.cursor = cursor_text(r);
    source_state_run(&state, r->started, complete, r->gathered);
    return state.cursor && store_source_save(r->store, &state, r->e);
}

/* How far the log has been read, and what is known from that: behind what was learned. */
static bool write_state(struct run *r, bool complete)
{
    if (!store_begin(r->store, r->e))
        return false;
    if (save_state(r, complete))
        return store_commit(r->store, r->e);
    store_rollback(r->store);
    return false;
}

/* What is done is forgotten by the queue as soon as the load has it: the cursor still stands before
 * it. */
static bool gather(struct run *r)
{
    if (log_queue_failed(r->queue))
        return error_memory(r->e);
    if (!log_queue_record(r->queue, r->load, r->oldest, &r->gathered, &r->too_old, r->e))
        return false;
    log_queue_sweep(r->queue);
    return true;
}

static bool flush(struct run *r, bool complete)
{
    int64_t items;
    if (!gather(r) || !sent_load_write(r->load, &items, r->e) || !write_state(r, complete))
        return false;
    r->lost = r->lost && !complete && r->first_line == 0;
    r->progress->added += r->gathered;
    r->gathered = 0;
    r->load_began = clock_monotonic_us();
    arena_reset(r->scratch);
    return true;
}

static bool is_load_full(const struct run *r)
{
    return r->deadline != 0 || sent_load_is_full(r->load) ||
           clock_monotonic_us() - r->load_began >= (int64_t)LIMIT_LOAD_SECONDS * 1000 * 1000;
}

/* --- lines --- */

static void read_line(struct run *r, struct span line)
{
    struct log_line l;
    r->progress->seen++;
    if (line.n > LIMIT_LOG_LINE || !log_line_parse(line, &l))
        return;
    if (r->first_line == 0)
        r->first_line = log_clock_read(&r->clock, l.stamp);
    log_dialect_read(r->queue, &l);
}

/* Between lines: is it time to write, or to stop? */
static bool look_up(struct run *r)
{
    if (r->progress->report && r->progress->seen % (64L * LINES_PER_LOOK) == 0)
        r->progress->report(r->progress->context, r->progress);
    r->due = r->deadline != 0 && clock_monotonic_us() >= r->deadline;
    if (log_queue_waiting(r->queue) < LIMIT_SENT_BATCH && !log_queue_is_full(r->queue))
        return true;
    return is_load_full(r) ? flush(r, false) : gather(r);
}

/* The lines of the buffer's first n bytes; gives the bytes used. *skip: the rest of an over-long
 * line is to be left out. */
static size_t read_buffer(struct run *r, size_t n, bool *skip, bool *ok)
{
    size_t used = 0;
    const char *end;
    while (*ok && !r->due && (end = memchr(r->buffer + used, '\n', n - used)) != NULL) {
        size_t length = (size_t)(end - (r->buffer + used));
        if (!*skip)
            read_line(r, (struct span){r->buffer + used, length});
        *skip = false;
        used += length + 1;
        r->mark.offset += (int64_t)length + 1;
        if (r->progress->seen % LINES_PER_LOOK == 0)
            *ok = look_up(r);
    }
    return used;
}

static bool cannot_read(struct run *r, const char *path)
{
    return error_system(r->e, ERROR_DATA, errno ? errno : EIO, "the log %s cannot be read", path);
}

/* Reads from the mark to the end; the last line of a file that still grows may be incomplete. */
static bool read_lines(struct run *r, gzFile f, const char *path, bool grows, bool skip)
{
    size_t have = 0;
    bool ok = true;
    while (ok && !r->due) {
        int got = gzread(f, r->buffer + have, (unsigned)(BUFFER - have));
        if (got < 0)
            return cannot_read(r, path);
        if (got == 0)
            break;
        have += (size_t)got;
        size_t used = read_buffer(r, have, &skip, &ok);
        have -= used;
        memmove(r->buffer, r->buffer + used, have);
        if (have == BUFFER) {
            r->mark.offset += (int64_t)have;
            have = 0;
            skip = true;
        }
    }
    if (ok && !r->due && !grows && have > 0) {
        if (!skip)
            read_line(r, (struct span){r->buffer, have});
        r->mark.offset += (int64_t)have;
    }
    return ok;
}

/* --- files --- */

/* Opens a listed file; *moved when it has another name by now. */
static gzFile open_file(struct run *r, const struct log_file *file)
{
    struct stat st;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        r->moved = true;
        return NULL;
    }
    if (fd < 0) {
        cannot_read(r, file->path);
        return NULL;
    }
    r->moved = fstat(fd, &st) != 0 || st.st_ino != file->st.st_ino || st.st_dev != file->st.st_dev;
    gzFile f = r->moved ? NULL : gzdopen(fd, "rb");
    if (!f)
        close(fd);
    if (!f && !r->moved)
        error_memory(r->e);
    return f;
}

/* Reads the first bytes; -1 on failure. */
static int read_start(gzFile f, char start[FILE_MARK_BYTES])
{
    int n = gzread(f, start, FILE_MARK_BYTES);
    return gzrewind(f) == 0 ? n : -1;
}

/* Is this the file that was read last, and does it hold as much as was read? */
static bool is_marked(struct run *r, const struct log_file *file, bool *is)
{
    char start[FILE_MARK_BYTES], last;
    *is = false;
    gzFile f = open_file(r, file);
    if (!f)
        return r->moved;
    int n = read_start(f, start);
    if (n >= 0 && file_mark_fits(&r->mark, (struct span){start, (size_t)n}))
        *is = gzseek(f, r->mark.offset - 1, SEEK_SET) >= 0 && gzread(f, &last, 1) == 1;
    gzclose(f);
    return n >= 0 || cannot_read(r, file->path);
}

/* Reads a file from the mark (resume), or from its start. */
static bool read_file(struct run *r, const struct log_file *file, bool resume, bool grows)
{
    char start[FILE_MARK_BYTES], last = '\n';
    struct file_mark before = r->mark;
    gzFile f = open_file(r, file);
    if (!f)
        return r->moved;
    gzbuffer(f, BUFFER / 2);
    r->mark.offset = resume ? r->mark.offset : 0;
    int n = read_start(f, start);
    bool ok = n >= 0 || cannot_read(r, file->path);
    if (ok && r->mark.offset > 0)
        ok = (gzseek(f, r->mark.offset - 1, SEEK_SET) >= 0 && gzread(f, &last, 1) == 1) ||
             cannot_read(r, file->path);
    r->clock = (struct log_clock){.file_time = file->st.st_mtim.tv_sec};
    r->mark.device = file->st.st_dev;
    r->mark.inode = file->st.st_ino;
    r->mark.fingerprint_n = ok ? (size_t)n : 0;
    r->mark.fingerprint = file_fingerprint((struct span){start, r->mark.fingerprint_n});
    ok = ok && read_lines(r, f, file->path, grows, last != '\n');
    gzclose(f);
    /* Of a file that no line was read from nothing is known. */
    if (r->mark.offset == 0)
        r->mark = before;
    return ok;
}

/* The file to begin with; files->count when there is none. r->mark.offset is where in it. */
static bool find_first(struct run *r, const struct log_files *files, size_t *first)
{
    unixtime since = r->oldest;
    for (size_t i = files->count; r->mark.fingerprint_n > 0 && i > 0; i--) {
        bool is;
        if (!is_marked(r, &files->items[i - 1], &is))
            return false;
        if (r->moved || is) {
            *first = i - 1;
            return true;
        }
    }
    if (r->mark.fingerprint_n > 0) {
        r->lost = r->resumed;
        since = r->last_run > since ? r->last_run : since;
    }
    r->mark = (struct file_mark){0};
    for (*first = 0; *first + 1 < files->count; ++*first)
        if (files->items[*first].st.st_mtim.tv_sec >= since)
            break;
    return true;
}

/* One pass over the files as they are now. */
static bool pass(struct run *r, const char *path)
{
    struct log_files files;
    size_t first = 0;
    r->moved = false;
    if (!log_files_find(r->arena, path, &files, r->e) || !find_first(r, &files, &first))
        return false;
    for (size_t i = first; i < files.count && !r->moved && !r->due; i++) {
        /* What was empty when the list was made is left for the next run: until a line is in it,
         * the file before it may still grow. */
        if (i > first && files.items[i].st.st_size == 0)
            continue;
        if (!read_file(r, &files.items[i], i == first, i + 1 == files.count))
            return false;
    }
    return true;
}

static bool read_log(struct run *r, const char *path)
{
    for (int i = 0; i < MAX_PASSES && !r->due; i++) {
        if (!pass(r, path))
            return false;
        if (!r->moved)
            break;
    }
    r->progress->complete = !r->due && !r->moved;
    if (r->progress->complete && !r->lost && r->progress->seen == 0 && r->last_run == r->started)
        return true; /* nothing is new since a run of this very second */
    return flush(r, r->progress->complete);
}

/* --- a run --- */

static bool load(struct run *r)
{
    struct source_state state;
    if (!store_source(r->store, r->arena, r->name, &state, r->e))
        return false;
    const char *sealed = file_mark_read(state.cursor, &r->mark);
    r->last_run = state.last_run;
    r->resumed = state.first_run != 0;
    if (!sealed)
        return true;
    const char *open = store_unseal(r->store, r->arena, sealed, r->e);
    if (open)
        log_queue_load(r->queue, span_of(open));
    return open != NULL;
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
                    .load_began = clock_monotonic_us(),
                    .e = e};
    progress->complete = false;
    r.oldest = r.started - c->retain_days * SECONDS_PER_DAY;
    r.arena = arena_new(LIMIT_ARENA);
    r.scratch = arena_new(LIMIT_ARENA);
    r.queue = log_queue_new(c);
    r.load = sent_load_new(s, name);
    r.buffer = malloc(BUFFER);
    bool ok = (r.arena && r.scratch && r.queue && r.load && r.buffer) || error_memory(e);
    if (ok) {
        log_queue_clock(r.queue, &r.clock);
        ok = load(&r) && read_log(&r, name + strlen(SCHEME ":"));
    }
    free(r.buffer);
    sent_load_free(r.load);
    log_queue_free(r.queue);
    arena_free(r.scratch);
    arena_free(r.arena);
    return ok;
}

const struct source_kind source_log = {.scheme = SCHEME, .is_local = true, .pull = pull};
