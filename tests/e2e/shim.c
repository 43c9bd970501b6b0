/*
 * A library for LD_PRELOAD that makes one chosen call of the program under test go wrong.
 *
 *   SHIM=CALL:N:WHAT    the Nth CALL does WHAT
 *   SHIM_IN=child       count calls after fork() only (default: before, and in the parent)
 *   SHIM_LOG=FILE       gets the name of the call when it happens
 *   SHIM_AT=TEXT        count those searches only that go through bytes with that text
 *
 * CALL: open write fsync close link rename unlink mkdir search (the message is searched for
 * bytes), or any. WHAT: ENOSPC EIO EACCES EPERM ENOMEM EMLINK EOPNOTSUPP (the call fails), KILL
 * SEGV (the process dies just before it), HANG (it is never done), SLOW (it and all behind it take
 * 20 ms more, as on a busy disk: time for others to come between).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define HANGS (-1)

static struct {
    char call[16];
    int after;  /* calls still to let through */
    int error;  /* 0: die by signal, or be slow */
    int signal; /* HANGS: none */
    int in_child;
    int is_child;
    const char *at;
} plan = {.after = -1};

static const struct {
    const char *name;
    int error, signal;
} outcomes[] = {
    {"ENOSPC", ENOSPC, 0}, {"EIO", EIO, 0},       {"EACCES", EACCES, 0},
    {"EPERM", EPERM, 0},   {"ENOMEM", ENOMEM, 0}, {"KILL", 0, SIGKILL},
    {"SEGV", 0, SIGSEGV},  {"EMLINK", EMLINK, 0}, {"EOPNOTSUPP", EOPNOTSUPP, 0},
    {"HANG", 0, HANGS},    {"SLOW", 0, 0},        {NULL, 0, 0},
};

__attribute__((constructor)) static void read_plan(void)
{
    const char *text = getenv("SHIM");
    const char *in = getenv("SHIM_IN");
    char what[16];
    int n;
    if (!text || sscanf(text, "%15[a-z]:%d:%15s", plan.call, &n, what) != 3)
        return;
    for (int i = 0; outcomes[i].name; i++)
        if (strcmp(outcomes[i].name, what) == 0) {
            plan.error = outcomes[i].error;
            plan.signal = outcomes[i].signal;
            plan.after = n - 1;
        }
    plan.in_child = in && strcmp(in, "child") == 0;
    plan.at = getenv("SHIM_AT");
}

/* By bare system calls, as the calls themselves are stood in for. */
static void note(const char *call)
{
    const char *file = getenv("SHIM_LOG");
    long fd = file ? syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    if (fd < 0)
        return;
    syscall(SYS_write, fd, call, strlen(call));
    syscall(SYS_write, fd, "\n", 1);
    syscall(SYS_close, fd);
}

static int goes_wrong(const char *call)
{
    if (plan.after < 0 || plan.in_child != plan.is_child)
        return 0;
    if (strcmp(plan.call, "any") != 0 && strcmp(plan.call, call) != 0)
        return 0;
    if (plan.after == 0 && !plan.error && !plan.signal) {
        nanosleep(&(struct timespec){.tv_nsec = 20L * 1000 * 1000}, NULL);
        return 0;
    }
    if (plan.after-- > 0)
        return 0;
    if (!plan.is_child) /* the child may open nothing */
        note(call);
    while (plan.signal == HANGS)
        __asm__ volatile("");
    if (plan.signal) {
        signal(plan.signal, SIG_DFL);
        raise(plan.signal);
        abort();
    }
    errno = plan.error;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

pid_t fork(void)
{
    pid_t pid = REAL(fork)();
    if (pid == 0)
        plan.is_child = 1;
    return pid;
}

static mode_t mode_of(int flags, va_list args)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return goes_wrong("open") ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return goes_wrong("open") ? -1 : REAL(open64)(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return goes_wrong("open") ? -1 : REAL(openat)(dir, path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    return goes_wrong("open") ? NULL : REAL(fopen)(path, mode);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    return goes_wrong("write") ? -1 : REAL(write)(fd, bytes, n);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    return goes_wrong("write") ? -1 : REAL(pwrite64)(fd, bytes, n, at);
}

int fsync(int fd)
{
    return goes_wrong("fsync") ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return goes_wrong("fsync") ? -1 : REAL(fdatasync)(fd);
}

int close(int fd)
{
    if (goes_wrong("close")) {
        REAL(close)(fd);
        return -1;
    }
    return REAL(close)(fd);
}

int linkat(int a, const char *from, int b, const char *to, int flags)
{
    return goes_wrong("link") ? -1 : REAL(linkat)(a, from, b, to, flags);
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    return goes_wrong("rename") ? -1 : REAL(renameat2)(a, from, b, to, flags);
}

int unlinkat(int dir, const char *path, int flags)
{
    return goes_wrong("unlink") ? -1 : REAL(unlinkat)(dir, path, flags);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    return goes_wrong("mkdir") ? -1 : REAL(mkdirat)(dir, path, mode);
}

/* Every stage that reads a message searches it. */
void *memmem(const void *in, size_t n, const void *what, size_t m)
{
    int is_there = !plan.at || REAL(memmem)(in, n, plan.at, strlen(plan.at));
    return is_there && goes_wrong("search") ? NULL : REAL(memmem)(in, n, what, m);
}
