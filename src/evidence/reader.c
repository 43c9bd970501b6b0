/*
 * The child and its parent. The answer is one frame on a pipe: its length, a byte that says whether
 * the filter holds, the name of a broken rule, then the findings. The parent goes on as soon as it
 * has them, since the end of a process takes half as long as reading a message does. What it
 * believes of the frame is only what findings_decode lets through.
 */
#include "evidence/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/printable.h"
#include "evidence/sandbox.h"
#include "message/charset.h"

/* Exit codes of the child. */
enum { CHILD_DONE = 0, CHILD_NO_MEMORY = 1, CHILD_NO_INPUT = 2 };

/* The frame in front of the findings: the length of all that follows it, in the byte order of the
 * machine that both run on; the byte of the filter; the length of the broken rule's name. */
#define FRAME_LENGTH      sizeof(uint32_t)
#define FRAME_HEAD        (FRAME_LENGTH + 2)
#define FRAME_BROKEN_RULE 255
#define FRAME_MAX         (FRAME_HEAD + FRAME_BROKEN_RULE + LIMIT_FINDINGS)

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

static bool read_message(const struct reader_job *job, struct span bytes, bool filtered,
                         struct buf *out)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct message *m = arena ? message_parse(arena, bytes) : NULL;
    struct report *r = m ? report_read(m) : NULL;
    struct rule_match match;
    const char *sender = job->envelope ? job->envelope->sender : NULL;
    if (!r || !ruleset_match(job->rules, m, r, sender, &match))
        return false;
    struct findings *f = findings_collect(m, r, &match, job->config, job->envelope);
    struct span broken = span_slice(span_of(match.broken_rule), 0, FRAME_BROKEN_RULE);
    uint32_t length = 0;
    buf_add(out, (struct span){(const char *)&length, FRAME_LENGTH});
    buf_add_byte(out, filtered ? 1 : 0);
    buf_add_byte(out, (char)broken.n);
    buf_add(out, broken);
    if (!f || !findings_encode(f, out))
        return false;
    length = (uint32_t)(out->n - FRAME_LENGTH);
    memcpy(out->p, &length, FRAME_LENGTH);
    return true;
}

static bool write_all(int fd, struct span s)
{
    while (s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            s = span_slice(s, (size_t)n, s.n);
    }
    return true;
}

/* The converters are opened here and not in the parent: beside the sync it costs nothing, and the
 * parent never looks at the message's bytes. */
_Noreturn static void run_child(const struct reader_job *job, int pipe)
{
    struct span bytes;
    struct preloaded_charsets charsets = {0};
    struct buf out = {0};
    if (!map_message(job, &bytes) || !sandbox_detach(pipe))
        _exit(CHILD_NO_INPUT);
    message_preload_charsets(&charsets, bytes);
    bool filtered = sandbox_enter().filter;
    if (!read_message(job, bytes, filtered, &out) || !write_all(SANDBOX_PIPE, buf_span(&out)))
        _exit(CHILD_NO_MEMORY);
    _exit(CHILD_DONE);
}

/* --- the parent --- */

static void make_children_waitable(void)
{
    struct sigaction now, action = {.sa_handler = SIG_DFL};
    if (sigaction(SIGCHLD, NULL, &now) == 0 &&
        (now.sa_handler == SIG_IGN || (now.sa_flags & SA_NOCLDWAIT)))
        sigaction(SIGCHLD, &action, NULL);
}

/* Forks with all signals held back, so that a handler of the parent never runs in the child. */
static pid_t fork_child(const struct reader_job *job, int pipe)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        run_child(job, pipe);
    int why = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return pid;
}

struct reader *reader_start(const struct reader_job *job, struct error *e)
{
    int ends[2];
    struct reader *r = calloc(1, sizeof *r);
    if (!r) {
        error_memory(e);
        return NULL;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        error_system(e, ERROR_RETRY, errno, "cannot make a pipe for reading the message");
        free(r);
        return NULL;
    }
    make_children_waitable();
    r->wall_ms = job->wall_ms > 0 ? job->wall_ms : LIMIT_CHILD_WALL_MS;
    r->deadline = clock_monotonic_us() + (int64_t)r->wall_ms * 1000;
    r->pid = fork_child(job, ends[1]);
    int why = errno;
    close(ends[1]);
    r->pipe = ends[0];
    r->notes = job->notes;
    r->frame.limit = FRAME_MAX;
    if (r->pid > 0)
        return r;
    close(ends[0]);
    free(r);
    error_system(e, ERROR_RETRY, why, "cannot start a process for reading the message");
    return NULL;
}

pid_t reader_pid(const struct reader *r)
{
    return r->pid;
}

/* Waits until there is something to read; false at the deadline. */
static bool wait_readable(const struct reader *r)
{
    for (;;) {
        int64_t left = (r->deadline - clock_monotonic_us() + 999) / 1000;
        struct pollfd p = {.fd = r->pipe, .events = POLLIN};
        int n = poll(&p, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return true; /* read will tell */
        if (n == 0 && left <= 0)
            return false;
    }
}

/* All of the frame is there. A child that says too much is found out by what it sent beyond. */
static bool is_whole(const struct reader *r)
{
    uint32_t length;
    if (r->frame.n < FRAME_LENGTH)
        return false;
    memcpy(&length, r->frame.p, FRAME_LENGTH);
    return r->frame.n - FRAME_LENGTH >= length;
}

/* A child that has answered is at its end; one that only says so is killed all the same. */
static int reap(struct reader *r)
{
    int status = 0;
    kill(r->pid, SIGKILL);
    while (waitpid(r->pid, &status, 0) < 0)
        if (errno != EINTR)
            status = -1;
    r->pid = 0;
    return status;
}

/* Why there is no answer, by how the child ended. */
static void describe_end(int status, struct error *e)
{
    if (status == -1)
        error_set(e, ERROR_DATA, "the message's reader was reaped by somebody else");
    else if (WIFSIGNALED(status))
        error_set(e, ERROR_DATA, "the message's reader was killed by signal %d (%s)",
                  WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == CHILD_NO_MEMORY)
        error_set(e, ERROR_DATA, "the message's reader ran out of memory");
    else
        error_set(e, ERROR_DATA, "the message's reader ended with %d", WEXITSTATUS(status));
}

static bool read_frame(struct reader *r, struct error *e)
{
    char chunk[16384];
    while (!is_whole(r)) {
        if (!wait_readable(r))
            return error_set(e, ERROR_DATA, "the message's reader took longer than %d ms",
                             r->wall_ms);
        ssize_t n = read(r->pipe, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(e, ERROR_DATA, errno, "cannot hear from the message's reader");
        if (n == 0) {
            describe_end(reap(r), e);
            return false;
        }
        buf_add(&r->frame, (struct span){chunk, (size_t)n});
        if (r->frame.failed)
            return error_set(e, ERROR_DATA, "the message's reader answered too much");
    }
    return true;
}

static void fill_notes(struct reader_notes *notes, bool filtered, struct span broken)
{
    *notes = (struct reader_notes){.no_sandbox = !filtered};
    if (broken.n > 0 && broken.n < sizeof notes->broken_rule && printable_is_clean(broken))
        memcpy(notes->broken_rule, broken.p, broken.n);
}

static struct findings *open_frame(const struct reader *r, struct arena *arena, struct error *e)
{
    uint32_t length;
    memcpy(&length, r->frame.p, FRAME_LENGTH);
    struct span s = buf_span(&r->frame);
    size_t broken = s.n >= FRAME_HEAD ? (unsigned char)s.p[FRAME_HEAD - 1] : 0;
    struct findings *f = NULL;
    if (s.n == FRAME_LENGTH + length && s.n > FRAME_HEAD + broken)
        f = findings_decode(arena, span_slice(s, FRAME_HEAD + broken, s.n));
    if (!f)
        error_set(e, ERROR_DATA, "the message's reader answered nonsense");
    else if (r->notes)
        fill_notes(r->notes, s.p[FRAME_LENGTH] == 1,
                   span_slice(s, FRAME_HEAD, FRAME_HEAD + broken));
    return f;
}

enum reader_result reader_answer(struct reader *r, struct arena *arena, struct findings **out,
                                 struct error *e)
{
    *out = read_frame(r, e) ? open_frame(r, arena, e) : NULL;
    return *out ? READER_DONE : READER_FAILED;
}

void reader_end(struct reader *r)
{
    if (r->pid > 0)
        reap(r);
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
