/*
 * The file is written behind the store and not synced: it may lag, never run ahead by itself. The
 * host may share its store with others, whose runs only move the store's count further ahead.
 */
#include "sources/write_count.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"

/* The store's note: the count, and when it was last written. */
#define NOTE   "write-count"
#define SOURCE "index"
#define REASON "the index was restored from a backup: what was recorded since is lost"
/* Characters of the file: always as many, so that a write replaces all of it. */
#define WIDTH 20

struct count {
    int64_t runs;
    unixtime time;
};

static int open_file(struct arena *arena, const struct config *config, int flags)
{
    const char *path = arena_printf(arena, "%s.count", config->key_file);
    return path ? open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
}

static int64_t read_file(int fd)
{
    char text[WIDTH + 1] = "";
    return fd >= 0 && pread(fd, text, WIDTH, 0) > 0 ? strtoll(text, NULL, 10) : 0;
}

static bool read_note(struct store *s, struct arena *arena, struct count *out, struct error *e)
{
    const char *note;
    char *rest;
    if (!store_note_get(s, arena, NOTE, &note, e))
        return false;
    out->runs = strtoll(note, &rest, 10);
    out->time = strtoll(rest, NULL, 10);
    return true;
}

static bool write_note(struct store *s, const struct count *c, struct error *e)
{
    char text[64];
    snprintf(text, sizeof text, "%lld %lld", (long long)c->runs, (long long)c->time);
    return store_note_set(s, NOTE, text, e);
}

/* A store without a count is new: where it was made anew, that was done knowingly. */
static bool is_restored(const struct count *c, int64_t known)
{
    return c->time > 0 && known > c->runs;
}

static bool count_in_store(struct store *s, struct arena *arena, int64_t known, int64_t *runs,
                           unixtime *restored, struct error *e)
{
    struct count c;
    unixtime now = clock_now();
    if (!read_note(s, arena, &c, e))
        return false;
    if (is_restored(&c, known)) {
        const struct gap gap = {SOURCE, c.time, now, REASON};
        if (!store_gap_add(s, &gap, e))
            return false;
        *restored = c.time;
    }
    *runs = (known > c.runs ? known : c.runs) + 1;
    return write_note(s, &(struct count){*runs, now}, e);
}

/* Without a lock: of two runs at a time the earlier may write the file last, which then lags by one
 * until the next. */
static bool count(struct store *s, struct arena *arena, int fd, unixtime *restored, struct error *e)
{
    char text[WIDTH + 1];
    int64_t runs;
    /* Not synced: what is recorded next is, and this with it. Should the file outlive the note in a
     * power failure between both, doubt is all that comes of it. */
    if (!store_begin_unsynced(s, e))
        return false;
    if (!count_in_store(s, arena, read_file(fd), &runs, restored, e)) {
        store_rollback(s);
        return false;
    }
    if (!store_commit(s, e))
        return false;
    snprintf(text, sizeof text, "%0*lld", WIDTH - 1, (long long)runs);
    text[WIDTH - 1] = '\n';
    /* Without it a loss goes unnoticed, which is no reason to record nothing. */
    ssize_t written = fd >= 0 ? pwrite(fd, text, WIDTH, 0) : 0;
    (void)written;
    return true;
}

bool write_count_add(struct store *s, const struct config *config, unixtime *restored,
                     struct error *e)
{
    struct arena *arena = arena_new(LIMIT_GAP_FILE);
    *restored = -1;
    if (!arena)
        return error_memory(e);
    int fd = open_file(arena, config, O_RDWR | O_CREAT);
    bool ok = count(s, arena, fd, restored, e);
    if (fd >= 0)
        close(fd);
    arena_free(arena);
    return ok;
}

bool write_count_gap_lies_in(struct store *s, struct arena *arena, const struct config *config,
                             unixtime from, unixtime to, const char **why)
{
    struct count c;
    struct error e = {0};
    int fd = open_file(arena, config, O_RDONLY);
    /* The file first: a run between both reads then looks like nothing. */
    int64_t known = read_file(fd);
    if (fd >= 0)
        close(fd);
    if (known == 0)
        return false;
    *why = REASON;
    bool read = read_note(s, arena, &c, &e);
    return !read || (is_restored(&c, known) && to >= c.time && from <= clock_now());
}
