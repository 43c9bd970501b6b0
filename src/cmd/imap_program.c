/*
 * The program for mail servers is one of its own, so that the one that runs for each message links
 * no network library.
 */
#include "cmd/imap_program.h"

#include <errno.h>
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

static void run_in(const char *folder, char **arguments)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/" PROGRAM, folder) < (int)sizeof path)
        execv(path, arguments);
}

static void run_beside(char **arguments)
{
    char here[4096];
    ssize_t n = readlink("/proc/self/exe", here, sizeof here - 1);
    if (n <= 0)
        return;
    here[n] = '\0';
    *strrchr(here, '/') = '\0';
    run_in(here, arguments);
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
    const char *folder = getenv("BACKSIFT_LIBEXEC");
    if (folder && folder[0] == '/') {
        run_in(folder, arguments);
    } else {
        run_beside(arguments);
        run_in(BACKSIFT_LIBEXEC, arguments);
    }
    free(arguments);
    return error_system(e, ERROR_CONFIG, errno, PROGRAM " cannot be run: install it in %s",
                        BACKSIFT_LIBEXEC);
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

/* Runs the subcommand beside this program and waits for it. */
static bool run_and_wait(char **argv, int *status, struct error *e)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        imap_program_run(argv, e);
        command_print_error(e);
        _exit(exit_code_of(e));
    }
    if (pid < 0)
        return error_system(e, ERROR_RETRY, errno, "cannot start " PROGRAM);
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
