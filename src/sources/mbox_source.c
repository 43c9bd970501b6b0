/*
 * An mbox of sent copies: mboxo, mboxrd, mboxcl and mboxcl2 (Content-Length is believed where it
 * leads to the next message). A run goes on at the last message of the run before, which is known
 * again by its first bytes; where it is not found there, the file was rewritten and is read anew,
 * which changes nothing in the index but what is new.
 */
#include "sources/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "sources/file_mark.h"
#include "sources/sent_batch.h"
#include "sources/source_kinds.h"

#define SCHEME "mbox"
#define BUFFER ((size_t)64 * 1024)
/* Seconds a file must have been left alone before its time stamp is trusted. */
#define SETTLED 2

struct run {
    const char *name;
    int64_t deadline;
    struct sent_batch batch;
    struct arena *arena; /* of the message at hand */
    int fd;
    struct stat st;
    char *buffer, *header; /* BUFFER, LIMIT_HEADER_BYTES */
    size_t at, have;       /* the unread part of the buffer: [at, have) */
    int64_t offset;        /* of buffer[at] in the file */
    struct file_mark mark; /* of the last message: its first bytes, and where it stands */
    struct error *e;
};

/* --- reading --- */

static bool cannot_read(struct run *r)
{
    return error_system(r->e, ERROR_DATA, errno, "source %s cannot be read", r->name);
}

static bool seek(struct run *r, int64_t offset)
{
    r->at = r->have = 0;
    r->offset = offset;
    return lseek(r->fd, offset, SEEK_SET) == offset || cannot_read(r);
}

/* The next line with its end, or BUFFER bytes of a longer one; empty at the end. */
static bool next_piece(struct run *r, struct span *piece)
{
    char *end = memchr(r->buffer + r->at, '\n', r->have - r->at);
    if (!end && r->have - r->at < BUFFER) {
        memmove(r->buffer, r->buffer + r->at, r->have - r->at);
        r->have -= r->at;
        r->at = 0;
        ssize_t got = read_all(r->fd, r->buffer + r->have, BUFFER - r->have);
        if (got < 0)
            return cannot_read(r);
        r->have += (size_t)got;
        end = memchr(r->buffer, '\n', r->have);
    }
    size_t n = end ? (size_t)(end + 1 - (r->buffer + r->at)) : r->have - r->at;
    *piece = (struct span){r->buffer + r->at, n};
    r->at += n;
    r->offset += (int64_t)n;
    return true;
}

static bool is_blank(struct span line)
{
    return span_is(line, "\n") || span_is(line, "\r\n");
}

/* "From ADDRESS DATE", "From - DATE", or "From " alone: a date has a time of day. */
static bool is_from_line(struct span line)
{
    if (line.n < 5 || memcmp(line.p, "From ", 5) != 0)
        return false;
    if (span_trim(line).n <= 4 || span_starts_nocase(line, "From - "))
        return true;
    for (size_t i = 7; i + 2 < line.n; i++)
        if (line.p[i] == ':' && ascii_is_digit(line.p[i - 1]) && ascii_is_digit(line.p[i - 2]) &&
            ascii_is_digit(line.p[i + 1]) && ascii_is_digit(line.p[i + 2]))
            return true;
    return false;
}

/* The date of a From line, as good as it is; else the file's. */
static unixtime filed_time(const struct run *r, struct span line)
{
    struct tm tm = {0};
    char text[128];
    snprintf(text, sizeof text, "%.*s", (int)(line.n < 127 ? line.n : 127), line.p);
    char *date = strchr(text + 5, ' ');
    while (date && *date == ' ')
        date++;
    return date && strptime(date, "%a %b %d %H:%M:%S %Y", &tm) ? timegm(&tm) : r->st.st_mtim.tv_sec;
}

/* --- one message --- */

/* Reads the header that follows; *complete when its end was there. */
static bool read_header(struct run *r, struct span *header, bool *complete)
{
    struct span piece;
    size_t n = 0;
    *complete = false;
    while (next_piece(r, &piece) && piece.n > 0) {
        size_t take = piece.n < LIMIT_HEADER_BYTES - n ? piece.n : LIMIT_HEADER_BYTES - n;
        memcpy(r->header + n, piece.p, take);
        n += take;
        if (is_blank(piece)) {
            *complete = true;
            break;
        }
    }
    *header = (struct span){r->header, n};
    return r->e->kind == ERROR_NONE;
}

static int64_t content_length(struct run *r, struct span header)
{
    struct header h;
    size_t used;
    int64_t n = 0;
    const struct field *f;
    if (!header_parse(r->arena, header, 0, &h, &used) ||
        !(f = header_field(&h, "Content-Length", 0)))
        return -1;
    struct span value = span_trim(f->value);
    for (size_t i = 0; i < value.n; i++) {
        if (!ascii_is_digit(value.p[i]) || i > 15)
            return -1;
        n = n * 10 + (value.p[i] - '0');
    }
    return value.n > 0 ? n : -1;
}

/* Goes to the end of a body of n bytes if the next message, or the end, is there. */
static bool skip_body(struct run *r, int64_t n, bool *skipped)
{
    char next[8];
    int64_t end = r->offset + n;
    ssize_t got = pread(r->fd, next, sizeof next - 1, end);
    struct span rest = {next, got > 0 ? (size_t)got : 0};
    while (rest.n > 0 && (rest.p[0] == '\n' || rest.p[0] == '\r')) {
        rest = span_slice(rest, 1, rest.n);
        end++;
    }
    *skipped = end <= r->st.st_size && (rest.n == 0 || span_starts_nocase(rest, "From "));
    return !*skipped || seek(r, end);
}

/* Goes to the next From line, which is left unread; to the end without one. */
static bool find_next(struct run *r)
{
    struct span piece;
    bool line_start = true, after_blank = true;
    while (next_piece(r, &piece) && piece.n > 0) {
        if (line_start && after_blank && is_from_line(piece)) {
            r->at -= piece.n;
            r->offset -= (int64_t)piece.n;
            return true;
        }
        after_blank = line_start && is_blank(piece);
        line_start = piece.p[piece.n - 1] == '\n';
    }
    return r->e->kind == ERROR_NONE;
}

/* What has no field that a message must have is the rest of some body. */
static bool is_message(const struct sent_copy *copy)
{
    return copy->is_message && (copy->ids.count > 0 || copy->senders.count > 0 || copy->has_date);
}

static bool record(struct run *r, struct span header, unixtime filed)
{
    struct sent_copy copy;
    char item[32];
    bool seen;
    if (!sent_copy_read(r->arena, header, &copy))
        return error_memory(r->e);
    if (!is_message(&copy)) {
        r->batch.progress->skipped++;
        return true;
    }
    snprintf(item, sizeof item, "%016llx", (unsigned long long)file_fingerprint(header));
    return store_item_seen(r->batch.store, r->name, span_of(item), &seen, r->e) &&
           (seen || sent_batch_add(&r->batch, span_of(item), header, filed, r->e));
}

/* Marks the message that starts here as the last one. */
static bool mark(struct run *r)
{
    char start[FILE_MARK_BYTES];
    ssize_t n = pread(r->fd, start, sizeof start, r->offset);
    if (n < 0)
        return cannot_read(r);
    r->mark = (struct file_mark){.device = r->st.st_dev,
                                 .inode = r->st.st_ino,
                                 .fingerprint = file_fingerprint((struct span){start, (size_t)n}),
                                 .fingerprint_n = (size_t)n,
                                 .offset = r->offset};
    return true;
}

/* Reads the message at the From line that comes next; *end when there is none, or it is not all
 * there yet. */
static bool read_message(struct run *r, bool *end)
{
    struct span line, header;
    struct file_mark before = r->mark;
    bool complete, skipped = false;
    arena_reset(r->arena);
    if (!mark(r) || !next_piece(r, &line))
        return false;
    *end = line.n == 0;
    if (*end) {
        r->mark = before;
        return true;
    }
    unixtime filed = filed_time(r, line);
    if (!read_header(r, &header, &complete))
        return false;
    *end = !complete;
    if (!complete)
        return true;
    r->batch.progress->seen++;
    if (r->batch.progress->report && r->batch.progress->seen % 500 == 0)
        r->batch.progress->report(r->batch.progress->context, r->batch.progress);
    int64_t length = content_length(r, header);
    return record(r, header, filed) && (length < 0 || skip_body(r, length, &skipped)) &&
           (skipped || find_next(r));
}

/* --- a run --- */

static bool is_due(const struct run *r)
{
    return r->deadline != 0 && clock_monotonic_us() >= r->deadline;
}

/* Goes to where the last run ended; to the start when that is not there any more. */
static bool resume(struct run *r, const struct file_mark *last)
{
    char start[FILE_MARK_BYTES];
    ssize_t n = last->fingerprint_n > 0 ? pread(r->fd, start, sizeof start, last->offset) : 0;
    if (n > 0 && file_mark_fits(last, (struct span){start, (size_t)n})) {
        r->mark = *last;
        return seek(r, last->offset);
    }
    return seek(r, 0) && find_next(r);
}

static bool read_messages(struct run *r)
{
    bool end = false;
    while (!end && !is_due(r))
        if (!read_message(r, &end))
            return false;
    r->batch.progress->complete = end;
    return true;
}

/* The mark of the last message, then the file's size and time; size -1 while the time may not tell
 * of a change. */
static bool complete_run(struct run *r)
{
    char text[FILE_MARK_TEXT], cursor[FILE_MARK_TEXT + 80];
    bool settled = r->st.st_mtim.tv_sec + SETTLED < r->batch.started;
    file_mark_write(&r->mark, text);
    snprintf(cursor, sizeof cursor, "%s%lld %lld.%ld", text,
             settled ? (long long)r->st.st_size : -1, (long long)r->st.st_mtim.tv_sec,
             r->st.st_mtim.tv_nsec);
    return sent_batch_complete(&r->batch, cursor, r->e);
}

static bool read_mbox(struct run *r)
{
    struct source_state state;
    struct file_mark last = {0};
    long long size = -1, seconds = 0;
    long nanoseconds = 0;
    if (fstat(r->fd, &r->st) != 0)
        return cannot_read(r);
    if (!S_ISREG(r->st.st_mode))
        return error_set(r->e, ERROR_DATA, "source %s is no file", r->name);
    if (!store_source(r->batch.store, r->arena, r->name, &state, r->e))
        return false;
    const char *rest = file_mark_read(state.cursor, &last);
    bool same = rest && sscanf(rest, "%lld %lld.%ld", &size, &seconds, &nanoseconds) == 3 &&
                size == r->st.st_size && seconds == r->st.st_mtim.tv_sec &&
                nanoseconds == r->st.st_mtim.tv_nsec && last.inode == r->st.st_ino;
    r->mark = last;
    r->batch.progress->complete = same;
    if (same && state.last_run == r->batch.started)
        return true;
    if (!same && (!resume(r, &last) || !read_messages(r)))
        return false;
    return r->batch.progress->complete ? complete_run(r) : sent_batch_flush(&r->batch, r->e);
}

static bool pull(struct store *s, const struct config *c, const char *name, int64_t deadline_us,
                 struct source_progress *progress, struct error *e)
{
    struct run r = {.name = name, .deadline = deadline_us, .e = e};
    progress->complete = false;
    r.fd = open(name + strlen(SCHEME ":"), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (r.fd < 0)
        return error_system(e, ERROR_DATA, errno, "source %s cannot be opened", name);
    r.buffer = malloc(BUFFER);
    r.header = malloc(LIMIT_HEADER_BYTES);
    r.arena = arena_new(LIMIT_ARENA);
    bool ok = sent_batch_start(&r.batch, s, c, name, progress, e);
    r.batch.in_haste = deadline_us != 0;
    ok = ok && ((r.buffer && r.header && r.arena) || error_memory(e)) && read_mbox(&r);
    sent_batch_free(&r.batch);
    arena_free(r.arena);
    free(r.header);
    free(r.buffer);
    close(r.fd);
    return ok;
}

const struct source_kind source_mbox = {.scheme = SCHEME, .is_local = true, .pull = pull};
