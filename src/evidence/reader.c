/*
 * The child and its parent. The answer is one frame on a pipe. The parent goes on as soon as it has
 * it, since the end of a process takes half as long as reading a message does.
 */
#include "evidence/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "evidence/child.h"
#include "evidence/frame.h"
#include "evidence/sandbox.h"
#include "message/charset.h"

struct reader {
    pid_t pid; /* 0 once reaped */
    int pipe;
    int wall_ms;
    int64_t deadline; /* of the monotonic clock, microseconds */
    struct reader_notes *notes;
    struct buf frame;
};

/* --- the child --- */

/* One byte more than is parsed, so that message/ sees that there was more. */
static bool map_message(const struct reader_job *job, struct span *bytes)
{
    *bytes = job->bytes;
    if (job->fd < 0)
        return true;
    struct stat st;
    if (fstat(job->fd, &st) != 0 || st.st_size < 0)
        return false;
    size_t size = (size_t)st.st_size;
    if (size > LIMIT_MESSAGE_PARSED + 1)
        size = LIMIT_MESSAGE_PARSED + 1;
    *bytes = (struct span){NULL, 0};
    if (size == 0)
        return true;
    void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, job->fd, 0);
    if (p == MAP_FAILED)
        return false;
    *bytes = (struct span){p, size};
    return true;
}

/* The converters are opened here and not in the parent: beside the sync it costs nothing, and the
 * parent never looks at the message's bytes. */
static void run_child(void *context, int pipe)
{
    const struct reader_job *job = context;
    struct span bytes;
    struct preloaded_charsets charsets = {0};
    struct buf out = {0};
    if (!map_message(job, &bytes) || !sandbox_detach(pipe))
        _exit(CHILD_NO_INPUT);
    message_preload_charsets(&charsets, bytes);
    bool filtered = sandbox_enter().filter;
    struct arena *arena = arena_new(LIMIT_ARENA);
    if (!arena || !frame_read_message(arena, job, bytes, filtered, &out) ||
        !child_write(SANDBOX_PIPE, buf_span(&out)))
        _exit(CHILD_NO_MEMORY);
    _exit(CHILD_DONE);
}

/* --- the parent --- */

struct reader *reader_start(const struct reader_job *job, struct error *e)
{
    struct reader_job copy = *job;
    struct reader *r = calloc(1, sizeof *r);
    if (!r) {
        error_memory(e);
        return NULL;
    }
    r->wall_ms = job->wall_ms > 0 ? job->wall_ms : LIMIT_CHILD_WALL_MS;
    r->deadline = clock_monotonic_us() + (int64_t)r->wall_ms * 1000;
    r->notes = job->notes;
    r->frame.limit = FRAME_MAX;
    r->pid = child_start(run_child, &copy, &r->pipe, e);
    if (r->pid > 0)
        return r;
    free(r);
    return NULL;
}

pid_t reader_pid(const struct reader *r)
{
    return r->pid;
}

static bool read_frame(struct reader *r, struct error *e)
{
    char chunk[16384];
    /* What a child sends beyond its frame is found out by its length. */
    while (r->frame.n < frame_size(buf_span(&r->frame))) {
        if (!child_wait_readable(r->pipe, r->deadline))
            return error_set(e, ERROR_DATA, "the message's reader took longer than %d ms",
                             r->wall_ms);
        ssize_t n = read(r->pipe, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(e, ERROR_DATA, errno, "cannot hear from the message's reader");
        if (n == 0) {
            child_end(r->pid, e);
            r->pid = 0;
            return false;
        }
        buf_add(&r->frame, (struct span){chunk, (size_t)n});
        if (r->frame.failed)
            return error_set(e, ERROR_DATA, "the message's reader answered too much");
    }
    return true;
}

enum reader_result reader_answer(struct reader *r, struct arena *arena, struct findings **out,
                                 struct error *e)
{
    *out = NULL;
    if (read_frame(r, e))
        *out = frame_open(arena, buf_span(&r->frame), r->notes, e);
    return *out ? READER_DONE : READER_FAILED;
}

void reader_end(struct reader *r)
{
    if (r->pid > 0)
        child_end(r->pid, NULL);
    close(r->pipe);
    buf_free(&r->frame);
    free(r);
}

enum reader_result reader_finish(struct reader *r, struct arena *arena, struct findings **out,
                                 struct error *e)
{
    enum reader_result result = reader_answer(r, arena, out, e);
    reader_end(r);
    return result;
}
