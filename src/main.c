/*
 * The program begins in cmd/: command.c has the table of subcommands, each has a file of its own.
 */
#include "cmd/command.h"

int main(int argc, char **argv)
{
    return command_main(argc, argv);
}
