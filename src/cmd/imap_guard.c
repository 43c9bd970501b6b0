/*
 * libetpan follows NULL in many of its answers to what is no IMAP. Whatever is being done then is
 * noted only when it is complete, so that the next run may try again; a caller that sees a signal
 * would not know that.
 */
#include "cmd/imap_guard.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "cmd/exit_code.h"

static void end(int number)
{
    static const char words[] =
        "backsift: the mail server's answer cannot be read: the library that reads it has failed\n";
    (void)number;
    ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1);
    (void)ignored;
    _exit(EXIT_RETRY);
}

void imap_guard(void)
{
    struct sigaction before, action = {.sa_handler = end};
    if (sigaction(SIGSEGV, NULL, &before) != 0 || before.sa_handler != SIG_DFL)
        return;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}
