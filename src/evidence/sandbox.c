/*
 * The system call filter is an allow-list of what memory, time and one pipe need. Calls by which
 * the C library merely asks about its surroundings are refused with an error instead of death: it
 * then does without, and a newer C library does not turn every message away.
 */
#include "evidence/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"

/* Where close_range is missing: no process of ours has more open. */
#define DESCRIPTORS_CLOSED 1024

#ifdef __SANITIZE_ADDRESS__
/* AddressSanitizer writes its report to standard error, reads /proc/self/maps for it, and maps
 * terabytes of address space: no filter and no limit of memory there, and standard error stays. */
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static void default_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int s = 1; s < 32; s++)
        sigaction(s, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_between(unsigned first, unsigned last)
{
    if (first > last || close_range(first, last, 0) == 0)
        return;
    for (unsigned fd = first; fd <= last && fd < DESCRIPTORS_CLOSED; fd++)
        close((int)fd);
}

bool sandbox_detach(int pipe)
{
    default_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (pipe != SANDBOX_PIPE && dup2(pipe, SANDBOX_PIPE) < 0)
        return false;
    /* Standard error is a mail system's word to the sender: a dying child says nothing there. */
    close_between(0, sanitized ? STDOUT_FILENO : STDERR_FILENO);
    close_between(SANDBOX_PIPE + 1, ~0u);
    return true;
}

static void limit(int resource, rlim_t soft, rlim_t hard)
{
    struct rlimit l = {soft, hard};
    setrlimit(resource, &l);
}

static void enter_limits(void)
{
    /* Beyond the soft limit SIGXCPU kills, beyond the hard one SIGKILL. */
    limit(RLIMIT_CPU, LIMIT_CHILD_CPU_SECONDS, LIMIT_CHILD_CPU_SECONDS + 1);
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_FSIZE, 0, 0);
    limit(RLIMIT_NOFILE, 0, 0);
    limit(RLIMIT_NPROC, 0, 0);
    if (!sanitized)
        limit(RLIMIT_AS, LIMIT_CHILD_MEMORY, LIMIT_CHILD_MEMORY);
}

static const int allowed[] = {
    SCMP_SYS(write),         SCMP_SYS(exit),
    SCMP_SYS(exit_group),    SCMP_SYS(munmap),
    SCMP_SYS(mremap),        SCMP_SYS(madvise),
    SCMP_SYS(brk),           SCMP_SYS(futex),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64),
    SCMP_SYS(gettimeofday),  SCMP_SYS(time),
    SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),   SCMP_SYS(getrandom),
    SCMP_SYS(close),         SCMP_SYS(getpid),
    SCMP_SYS(gettid),
};

/* iconv for a charset that was not opened before, stdio's look at a descriptor, malloc's look at
 * the number of processors and at limits, qsort's look at memory, names for mappings. */
static const int refused[] = {
    SCMP_SYS(open),       SCMP_SYS(openat),    SCMP_SYS(openat2),
    SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(stat),       SCMP_SYS(lstat),     SCMP_SYS(fstat),
    SCMP_SYS(newfstatat), SCMP_SYS(statx),     SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(lseek),     SCMP_SYS(ioctl),
    SCMP_SYS(fcntl),      SCMP_SYS(prctl),     SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getrlimit),  SCMP_SYS(prlimit64), SCMP_SYS(sysinfo),
    SCMP_SYS(uname),      SCMP_SYS(getcwd),
};

/* A call that this architecture does not have cannot be made: adding it may fail. */
static bool add_rules(scmp_filter_ctx filter)
{
    static const int maps[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
    /* Memory is data. Refused rather than killed, since PCRE2 then does without its compiler. */
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, maps[i], 1,
                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), maps[i], 1,
                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    }
    return seccomp_load(filter) == 0;
}

static bool enter_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return false;
    bool loaded = add_rules(filter);
    seccomp_release(filter);
    return loaded;
}

bool sandbox_enter(void)
{
    enter_limits();
    return !sanitized && enter_filter();
}
