/*
 * Makes the system call filter of the child that reads a message. It is an allow-list of what
 * memory, time and one pipe need. Calls by which the C library merely asks about its surroundings
 * are refused with an error instead of death: it then does without, and a newer C library does not
 * turn every message away.
 *
 * Working a filter out takes libseccomp as long as reading a message takes us, so it is done when
 * backsift is built: this program writes a C header that holds the filter's instructions. The
 * filter itself checks the architecture it was made for, and kills under any other.
 *
 *   generate [ARCHITECTURE] >sandbox_filter.h
 *
 * ARCHITECTURE is a name as libseccomp knows it, such as aarch64; default: that of this machine.
 */
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

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
static void add_rules(scmp_filter_ctx filter)
{
    /* A tree instead of a chain: a kernel that is given a filter runs it once for every system call
     * there is, to know beforehand which are always allowed (seccomp_cache_prepare). */
    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
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
}

/* Rules are then translated from the numbers of this machine's calls to those of the other. */
static int choose_architecture(scmp_filter_ctx filter, const char *name)
{
    uint32_t wanted = seccomp_arch_resolve_name(name);
    if (wanted == 0)
        return -EINVAL;
    if (wanted == seccomp_arch_native())
        return 0;
    int added = seccomp_arch_add(filter, wanted);
    return added != 0 ? added : seccomp_arch_remove(filter, seccomp_arch_native());
}

static int print_filter(FILE *instructions)
{
    struct sock_filter i;
    printf("/* Made by src/evidence/sandbox_filter/generate.c. */\n"
           "static const struct sock_filter sandbox_filter[] = {\n");
    rewind(instructions);
    while (fread(&i, sizeof i, 1, instructions) == 1)
        printf("    {0x%02x, %u, %u, 0x%08x},\n", i.code, i.jt, i.jf, i.k);
    printf("};\n");
    return ferror(instructions) || fflush(stdout) != 0 ? -EIO : 0;
}

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    FILE *instructions = tmpfile();
    int failed = filter && instructions ? 0 : -ENOMEM;
    if (!failed && argc > 1)
        failed = choose_architecture(filter, argv[1]);
    if (!failed) {
        add_rules(filter);
        failed = seccomp_export_bpf(filter, fileno(instructions));
    }
    if (!failed)
        failed = print_filter(instructions);
    if (failed)
        fprintf(stderr, "the system call filter cannot be made: error %d\n", -failed);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
