/*
 * `watch`: a sweep that does not end. It is all the IMAP program's; here is only what is said when
 * no account is named.
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
    "  -t, --timeout=SECONDS   give up one sweep after so long (default: 3600)\n"
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
    if (imap_program_is_meant(argc, argv))
        imap_program_run(argv, &e);
    else if (argc == 2 && is_help(argv[1]))
        return command_help(imap_watch_usage);
    else
        error_set(&e, ERROR_USAGE, "name one account, as in 'watch imap:NAME'");
    command_print_error(&e);
    return exit_code_of(&e);
}
