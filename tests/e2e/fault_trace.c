/*
 * The tracer. A call that is to fail is turned into getpid(2), which the reader's system call
 * filter allows, and its result into the error.
 */
#include "fault_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/ptrace.h>

#define PROCESSES 8
#define WAYS      12
/* In the table: half of what was asked for. */
#define SHORT (-1)

/* --- what can happen to which call --- */

static const struct {
    const char *calls;
    int errors[WAYS]; /* 0 ends */
} table[] = {
    {" exit exit_group getpid gettid getuid geteuid getgid getegid umask alarm rt_sigaction "
     "rt_sigprocmask rt_sigreturn restart_syscall clock_gettime gettimeofday time uname "
     "sched_yield "
     "set_robust_list set_tid_address rseq arch_prctl execve unlock ",
     {0}},
    {" open openat openat2 ", {EACCES, EMFILE, ENOENT, ENOSPC, EDQUOT, EIO, EINTR, ENOMEM}},
    {" read pread64 ", {EINTR, EIO, EAGAIN, SHORT}},
    {" write pwrite64 ", {ENOSPC, EDQUOT, EIO, EINTR, EAGAIN, EFBIG, SHORT}},
    {" fsync fdatasync ", {EIO, ENOSPC, EDQUOT, EINTR}},
    {" close ", {EIO, ENOSPC, EDQUOT, EINTR}},
    {" link linkat ",
     {EPERM, EOPNOTSUPP, EMLINK, EXDEV, ENOSPC, EDQUOT, EIO, EACCES, ENOENT, EEXIST}},
    {" rename renameat renameat2 ", {EINVAL, EXDEV, ENOSPC, EDQUOT, EIO, EACCES, ENOENT, EEXIST}},
    {" unlink unlinkat ", {EACCES, ENOENT, EIO, EROFS}},
    {" mkdir mkdirat ", {EACCES, ENOENT, EEXIST, ENOSPC, EDQUOT, EIO, EMLINK}},
    {" stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat statfs "
     "fstatfs ",
     {EACCES, ENOENT, EIO, ENOMEM}},
    {" getdents64 ", {EIO, ENOENT}},
    {" lseek ", {EIO}},
    {" ftruncate fallocate ", {EIO, ENOSPC, EINTR}},
    {" fchown fchmod chmod chown ", {EPERM, EIO}},
    {" fcntl flock ", {EINTR, EAGAIN, EACCES, ENOLCK, EIO}},
    {" mmap munmap mremap mprotect brk ", {ENOMEM}},
    {" clone clone3 fork vfork ", {EAGAIN, ENOMEM}},
    {" pipe2 pipe socket dup dup2 dup3 ", {EMFILE, ENFILE}},
    {" connect ", {ENOENT, EACCES, EINTR}},
    {" poll ppoll ", {EINTR, ENOMEM}},
    {" wait4 waitid ", {EINTR, ECHILD}},
    {" kill ", {ESRCH, EPERM}},
    {" getrandom ", {EINTR, EAGAIN, ENOSYS}},
    {" prctl seccomp prlimit64 setrlimit close_range landlock_create_ruleset landlock_add_rule "
     "landlock_restrict_self ",
     {EINVAL, EPERM, ENOSYS}},
};

static const int *errors_of(const char *call)
{
    static const int otherwise[] = {EIO, ENOMEM, 0};
    static const int none[] = {0};
    const char *sanitized = getenv("SANITIZE");
    char word[64];
    snprintf(word, sizeof word, " %s ", call);
    /* The sanitizers end the program where they get no memory. */
    if (sanitized && *sanitized && strstr(" mmap munmap mremap mprotect brk ", word))
        return none;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strstr(table[i].calls, word))
            return table[i].errors;
    return otherwise;
}

static bool can_fail_so(const char *call, int error)
{
    for (const int *errors = errors_of(call); *errors; errors++)
        if (*errors == error)
            return true;
    return false;
}

/* --- the registers --- */

#ifdef __x86_64__

bool fault_possible(void)
{
    pid_t pid = fork();
    int status = 0;
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(1);
        raise(SIGSTOP);
        _exit(0);
    }
    bool stopped = pid > 0 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
    if (stopped) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
    }
    return stopped;
}

static void set_register(pid_t pid, size_t offset, long value)
{
    ptrace(PTRACE_POKEUSER, pid, (void *)offset, (void *)value);
}

#define REGISTER(name) offsetof(struct user, regs.name)

static void set_call(pid_t pid, long number)
{
    set_register(pid, REGISTER(orig_rax), number);
}

static void set_argument(pid_t pid, int which, long value)
{
    set_register(pid, which == 0 ? REGISTER(rdi) : REGISTER(rdx), value);
}

static void set_result(pid_t pid, long value)
{
    set_register(pid, REGISTER(rax), value);
}

#else

bool fault_possible(void)
{
    return false;
}

static void set_call(pid_t pid, long number)
{
    (void)pid, (void)number;
}

static void set_argument(pid_t pid, int which, long value)
{
    (void)pid, (void)which, (void)value;
}

static void set_result(pid_t pid, long value)
{
    (void)pid, (void)value;
}

#endif

/* --- the run --- */

struct process {
    pid_t pid;
    bool counting;
    int calls;
    /* Of the call it is in: the error to be its result; the argument that was changed (0 or 2, else
     * -1), which the C library wants to find again. */
    int error, changed;
    long argument;
};

struct trace {
    const struct fault *fault;
    struct fault_run run;
    struct process processes[PROCESSES]; /* the first delivers, others read */
    size_t count;
};

static struct process *process_of(struct trace *t, pid_t pid)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->processes[i].pid == pid)
            return &t->processes[i];
    if (t->count == PROCESSES)
        abort();
    t->processes[t->count] = (struct process){.pid = pid, .counting = t->count > 0, .changed = -1};
    return &t->processes[t->count++];
}

/* Giving a lock back does not fail on a local file system, and SQLite does not expect it to. */
static bool is_unlock(pid_t pid, const struct __ptrace_syscall_info *info)
{
    bool locks = info->entry.nr == SYS_fcntl && info->entry.args[1] == F_SETLK;
    return locks &&
           (short)ptrace(PTRACE_PEEKDATA, pid, (void *)info->entry.args[2], NULL) == F_UNLCK;
}

/* The names of calls outlive the run, and there are few. */
static const char *name_of(pid_t pid, const struct __ptrace_syscall_info *info)
{
    static char *names[1024];
    long number = (long)info->entry.nr;
    if (is_unlock(pid, info))
        return "unlock";
    if (number < 0 || number >= 1024)
        return "unknown";
    if (!names[number])
        names[number] = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)number);
    return names[number] ? names[number] : "unknown";
}

static void change_argument(struct process *p, int which, long value,
                            const struct __ptrace_syscall_info *info)
{
    p->changed = which;
    p->argument = (long)info->entry.args[which];
    set_argument(p->pid, which, value);
}

static void fail_call(struct process *p, const char *call, int error,
                      const struct __ptrace_syscall_info *info)
{
    if (strcmp(call, "brk") == 0) { /* it fails by giving the end as it was */
        change_argument(p, 0, 0, info);
        return;
    }
    if (strcmp(call, "close") != 0) /* what fails to close is closed all the same */
        set_call(p->pid, SYS_getpid);
    p->error = error;
}

/* One of the ways that the call has. */
static void fail_somehow(struct trace *t, struct process *p,
                         const struct __ptrace_syscall_info *info)
{
    const int *errors = errors_of(t->run.call);
    while (t->run.ways < WAYS && errors[t->run.ways])
        t->run.ways++;
    if (t->run.ways == 0)
        return;
    int error = errors[t->fault->way % t->run.ways];
    t->run.error = error == SHORT ? 0 : error;
    if (error == SHORT)
        change_argument(p, 2, (long)(info->entry.args[2] + 1) / 2, info);
    else
        fail_call(p, t->run.call, error, info);
}

static void at_entry(struct trace *t, struct process *p, const struct __ptrace_syscall_info *info)
{
    const struct fault *f = t->fault;
    const char *call = name_of(p->pid, info);
    p->counting = p->counting || info->entry.nr == SYS_fcntl;
    p->calls += p->counting;
    bool here = f && (p != &t->processes[0]) == f->in_reader && p->calls == f->step && p->counting;
    if (here) {
        t->run.reached = true;
        t->run.call = call;
        t->run.first = (long)info->entry.args[0];
    }
    if (here && f->kind == FAULT_KILL)
        kill(p->pid, SIGKILL);
    else if (here && f->kind == FAULT_FAIL)
        fail_somehow(t, p, info);
    else if (t->run.reached && f->kind == FAULT_LASTING && can_fail_so(call, f->error))
        fail_call(p, call, f->error, info);
}

static void at_exit(struct process *p)
{
    if (p->error)
        set_result(p->pid, -p->error);
    if (p->changed >= 0)
        set_argument(p->pid, p->changed, p->argument);
    p->error = 0;
    p->changed = -1;
}

static void at_call(struct trace *t, struct process *p)
{
    struct __ptrace_syscall_info info = {0};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
        at_entry(t, p, &info);
    else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
        at_exit(p);
}

/* Gives the signal that the process is to get as it goes on. */
static int at_stop(struct trace *t, struct process *p, int status, bool is_new)
{
    int signal_number = WSTOPSIG(status);
    if (signal_number == (SIGTRAP | 0x80)) {
        at_call(t, p);
        return 0;
    }
    bool event = signal_number == SIGTRAP && status >> 16 != 0;
    return event || (is_new && signal_number == SIGSTOP) ? 0 : signal_number;
}

static void follow(struct trace *t)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        size_t before = t->count;
        struct process *p = process_of(t, pid);
        if (WIFSTOPPED(status)) {
            int signal_number = at_stop(t, p, status, t->count > before);
            ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)signal_number);
        } else if (p == &t->processes[0]) {
            t->run.status = status;
        }
    }
}

_Noreturn static void become(char **argv, int input, int out, int err)
{
    if (dup2(input, 0) != 0 || dup2(out, 1) != 1 || dup2(err, 2) != 2)
        _exit(126);
    closefrom(3);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
        _exit(126);
    execv(argv[0], argv);
    _exit(126);
}

struct fault_run fault_run(char **argv, int input, int out, int err, const struct fault *f)
{
    struct trace t = {.fault = f, .run = {.call = "none"}};
    int status;
    pid_t pid = fork();
    if (pid == 0)
        become(argv, input, out, err);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
        abort();
    process_of(&t, pid);
    ptrace(PTRACE_SETOPTIONS, pid, NULL,
           (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL));
    ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
    follow(&t);
    return t.run;
}
