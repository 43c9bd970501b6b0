/*
 * backsift-imap: everything that talks IMAP, apart from the program that runs once for each message
 * and must start without a TLS library. Its command line stands in cmd/imap_command.c.
 */
#include "cmd/imap_command.h"

int main(int argc, char **argv)
{
    return imap_command_main(argc, argv);
}
