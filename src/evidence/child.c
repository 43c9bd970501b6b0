/*
 * Children. Only the one child that a caller stands for is ever signalled and waited for, as a
 * program that runs others may have children of its own.
 */
#include "evidence/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static void make_children_waitable(void)
{
    struct sigaction now, action = {.sa_handler = SIG_DFL};
    if (sigaction(SIGCHLD, NULL, &now) == 0 &&
        (now.sa_handler == SIG_IGN || (now.sa_flags & SA_NOCLDWAIT)))
        sigaction(SIGCHLD, &action, NULL);
}

static pid_t fork_child(child_run run, void *context, int pipe)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        run(context, pipe);
        _exit(CHILD_NO_INPUT);
    }
    int why = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return pid;
}

pid_t child_start(child_run run, void *context, int *pipe, struct error *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        error_system(e, ERROR_RETRY, errno, "cannot make a pipe for reading the message");
        return -1;
    }
    make_children_waitable();
    pid_t pid = fork_child(run, context, ends[1]);
    int why = errno;
    close(ends[1]);
    *pipe = ends[0];
    if (pid > 0)
        return pid;
    close(ends[0]);
    error_system(e, ERROR_RETRY, why, "cannot start a process for reading the message");
    return -1;
}

bool child_wait_readable(int pipe, int64_t deadline)
{
    for (;;) {
        int64_t left = (deadline - clock_monotonic_us() + 999) / 1000;
        struct pollfd p = {.fd = pipe, .events = POLLIN};
        int n = poll(&p, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return true; /* read will tell */
        if (n == 0 && left <= 0)
            return false;
    }
}

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

void child_end(pid_t pid, struct error *e)
{
    int status = 0;
    pid_t reaped;
    kill(pid, SIGKILL);
    while ((reaped = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        ;
    describe_end(reaped < 0 ? -1 : status, e);
}

bool child_write(int fd, struct span s)
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
