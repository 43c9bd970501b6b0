/*
 * The program for mail servers is one of its own, so that the one that runs for each message links
 * no network library.
 */
#include "cmd/imap_program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "backsift-imap"
#define SCHEME  "imap:"

static bool is_account(const char *word)
{
    return strncmp(word, SCHEME, strlen(SCHEME)) == 0;
}

bool imap_program_is_meant(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (is_account(argv[i]))
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
        arguments[i + 1] = is_account(argv[i]) ? argv[i] + strlen(SCHEME) : argv[i];
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
