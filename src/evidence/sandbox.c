/*
 * Three walls: limits of memory, time and files; Landlock, by which no file can be reached; and a
 * system call filter. The filter comes ready-made out of the build (sandbox_filter/generate.c says
 * why), so that entering it costs one system call.
 */
#include "evidence/sandbox.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "sandbox_filter.h"

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

/* No rule: nothing in any file system may be reached from now on. What a newer kernel also watches
 * over is left to the filter. */
static bool enter_landlock(void)
{
    const struct landlock_ruleset_attr none = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                             LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                             LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                             LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                             LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                             LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                             LANDLOCK_ACCESS_FS_MAKE_SYM,
    };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &none, sizeof none, 0);
    if (rules < 0)
        return false;
    bool entered = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return entered;
}

static bool enter_filter(void)
{
    const struct sock_fprog filter = {sizeof sandbox_filter / sizeof *sandbox_filter,
                                      (struct sock_filter *)sandbox_filter};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}

struct sandbox_walls sandbox_enter(void)
{
    struct sandbox_walls walls = {0};
    if (!sanitized)
        walls.landlock = enter_landlock(); /* takes a descriptor: before the limits */
    enter_limits();
    if (!sanitized)
        walls.filter = enter_filter();
    return walls;
}

/* What the probing child says by its exit code. */
enum { PROBE_FILTER = 1, PROBE_LANDLOCK = 2, PROBE_FAILED = 4 };

_Noreturn static void probe(int pipe)
{
    if (!sandbox_detach(pipe))
        _exit(PROBE_FAILED);
    struct sandbox_walls walls = sandbox_enter();
    _exit((walls.filter ? PROBE_FILTER : 0) | (walls.landlock ? PROBE_LANDLOCK : 0));
}

bool sandbox_probe(struct sandbox_walls *out)
{
    int ends[2], status;
    *out = (struct sandbox_walls){0};
    if (pipe(ends) != 0)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        probe(ends[1]);
    close(ends[0]);
    close(ends[1]);
    if (pid < 0)
        return false;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    if (!WIFEXITED(status) || WEXITSTATUS(status) >= PROBE_FAILED)
        return false;
    *out = (struct sandbox_walls){.filter = WEXITSTATUS(status) & PROBE_FILTER,
                                  .landlock = WEXITSTATUS(status) & PROBE_LANDLOCK};
    return true;
}
