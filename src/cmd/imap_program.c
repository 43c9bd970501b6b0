/*
 * The program for mail servers is one of its own, so that the one that runs for each message links
 * no network library.
 */
#include "cmd/imap_program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/exit_code.h"

#define PROGRAM "backsift-imap"
#define SCHEME  "imap:"

bool imap_program_is_account(const char *word)
{
    return strncmp(word, SCHEME, strlen(SCHEME)) == 0;
}

bool imap_program_is_meant(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (imap_program_is_account(argv[i]))
            return true;
    return false;
}

struct place {
    char path[4096];
};

static bool find_in(const char *folder, struct place *p)
{
    return snprintf(p->path, sizeof p->path, "%s/" PROGRAM, folder) < (int)sizeof p->path &&
           access(p->path, X_OK) == 0;
}

static bool find_beside(struct place *p)
{
    char here[4096];
    ssize_t n = readlink("/proc/self/exe", here, sizeof here - 1);
    if (n <= 0)
        return false;
    here[n] = '\0';
    *strrchr(here, '/') = '\0';
    return find_in(here, p);
}

static bool find(struct place *p)
{
    const char *folder = getenv("BACKSIFT_LIBEXEC");
    if (folder && folder[0] == '/')
        return find_in(folder, p);
    return find_beside(p) || find_in(BACKSIFT_LIBEXEC, p);
}

static bool fail_to_run(struct error *e)
{
    return error_system(e, ERROR_CONFIG, errno, PROGRAM " cannot be run: install it in %s",
                        BACKSIFT_LIBEXEC);
}

bool imap_program_is_there(struct error *e)
{
    struct place p = {.path = ""};
    return find(&p) || fail_to_run(e);
}

static char **arguments_of(char **argv)
{
    size_t n = 0;
    while (argv[n])
        n++;
    char **arguments = calloc(n + 2, sizeof *arguments);
    if (!arguments)
        return NULL;
    static char program[] = PROGRAM;
    arguments[0] = program;
    for (size_t i = 0; i < n; i++)
        arguments[i + 1] = imap_program_is_account(argv[i]) ? argv[i] + strlen(SCHEME) : argv[i];
    return arguments;
}

bool imap_program_run(char **argv, struct error *e)
{
    char **arguments = arguments_of(argv);
    if (!arguments)
        return error_memory(e);
    struct place p = {.path = ""};
    if (find(&p))
        execv(p.path, arguments);
    int why = errno;
    free(arguments);
    errno = why;
    return fail_to_run(e);
}

bool imap_program_append(const char *account, const char *config, struct error *e)
{
    static char append[] = "append", with[] = "--config", end[] = "--";
    char *argv[6] = {append};
    size_t n = 1;
    if (config) {
        argv[n++] = with;
        argv[n++] = (char *)config;
    }
    argv[n++] = end;
    argv[n] = (char *)account;
    return imap_program_run(argv, e);
}

static enum error_kind kind_of(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DATA)
        return ERROR_DATA;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CONFIG)
        return ERROR_CONFIG;
    return ERROR_RETRY;
}

/* Runs the subcommand beside this program; its standard error goes to the descriptor. */
static pid_t start(char **argv, int err, struct error *e)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        if (err != STDERR_FILENO)
            dup2(err, STDERR_FILENO);
        imap_program_run(argv, e);
        command_print_error(e);
        _exit(exit_code_of(e));
    }
    if (pid < 0)
        error_system(e, ERROR_RETRY, errno, "cannot start " PROGRAM);
    return pid;
}

static bool run_and_wait(char **argv, int *status, struct error *e)
{
    pid_t pid = start(argv, STDERR_FILENO, e);
    if (pid < 0)
        return false;
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
    return true;
}

bool imap_program_record(const char *source, bool quiet, const char *config, struct error *e)
{
    static char record[] = "record", quietly[] = "--quiet", with[] = "--config";
    char *argv[6] = {record};
    size_t n = 1;
    int status = 0;
    if (quiet)
        argv[n++] = quietly;
    if (config) {
        argv[n++] = with;
        argv[n++] = (char *)config;
    }
    argv[n] = (char *)source;
    if (!run_and_wait(argv, &status, e))
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return error_set(e, kind_of(status), "source %s has not been read to its end", source);
}

bool imap_program_recheck(const char *account, unixtime since, bool dry_run, bool quiet,
                          const char *config, struct error *e)
{
    static char recheck[] = "recheck", from[] = "--since", quietly[] = "--quiet",
                dry[] = "--dry-run", with[] = "--config", end[] = "--";
    char date[32];
    char *argv[10] = {recheck, from, date};
    size_t n = 3;
    int status = 0;
    clock_format(since, date);
    if (dry_run)
        argv[n++] = dry;
    if (quiet)
        argv[n++] = quietly;
    if (config) {
        argv[n++] = with;
        argv[n++] = (char *)config;
    }
    argv[n++] = end;
    argv[n] = (char *)account;
    if (!run_and_wait(argv, &status, e))
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return error_set(e, kind_of(status), "imap:%s has not been rechecked to its end", account);
}

/* The first line of what it says, to the end of the pipe. */
static void hear(int fd, char *words, size_t size)
{
    static const char name[] = "backsift: ";
    char rest[256] = "";
    size_t n = 0;
    for (;;) {
        bool is_full = n + 1 >= size;
        ssize_t r = read(fd, is_full ? rest : words + n, is_full ? sizeof rest : size - 1 - n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            break;
        n += is_full ? 0 : (size_t)r;
    }
    words[n] = '\0';
    words[strcspn(words, "\n")] = '\0';
    if (strncmp(words, name, sizeof name - 1) == 0)
        memmove(words, words + sizeof name - 1, strlen(words) - (sizeof name - 1) + 1);
}

bool imap_program_check(const char *account, int seconds, const char *config, char *words,
                        size_t size, struct error *e)
{
    static char check[] = "check", within[] = "--timeout", with[] = "--config", end[] = "--";
    char number[16];
    char *argv[8] = {check, within, number};
    size_t n = 3;
    int pipes[2], status = 0;
    snprintf(number, sizeof number, "%d", seconds);
    if (config) {
        argv[n++] = with;
        argv[n++] = (char *)config;
    }
    argv[n++] = end;
    argv[n] = (char *)account;
    if (pipe2(pipes, O_CLOEXEC) != 0)
        return error_system(e, ERROR_RETRY, errno, "cannot start " PROGRAM);
    pid_t pid = start(argv, pipes[1], e);
    close(pipes[1]);
    if (pid > 0)
        hear(pipes[0], words, size);
    close(pipes[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return pid < 0 ? false : error_set(e, kind_of(status), "imap:%s cannot be used", account);
}
