/*
 * `watch`: a sweep that does not end. It is all the IMAP program's, options included; here is only
 * its help, which must not need that program.
 */
#include "cmd/command.h"

#include <string.h>

#include "cmd/exit_code.h"
#include "cmd/imap_program.h"

const char imap_watch_usage[] =
    "Usage: backsift watch [OPTION]... imap:NAME\n"
    "Sweep the mailboxes of the account [imap \"NAME\"] as soon as something comes: wait with "
    "IDLE,\n"
    "or look every poll-seconds where the server has none. Runs until it is ended by SIGTERM or\n"
    "SIGINT. When the connection or the server fails it tries again, after pauses that grow.\n\n"
    "  -t, --timeout=SECONDS   give up one sweep after so long\n"
    "  -q, --quiet             print nothing but errors\n"
    "  -c, --config=FILE       read this configuration\n"
    "  -h, --help              show this help\n\n"
    "Exit: 0 asked to stop; 64 usage; 65 the server is refused or refuses at the first try; 75 "
    "the\n"
    "account is being watched already; 78 configuration.\n";

static bool is_help(const char *word)
{
    return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

int command_watch(int argc, char **argv)
{
    struct error e = {0};
    if (argc == 2 && is_help(argv[1]))
        return command_help(imap_watch_usage);
    imap_program_run(argv, &e);
    command_print_error(&e);
    return exit_code_of(&e);
}
