/*
 * The command line of backsift-imap, which `backsift sweep`, `record` and `watch`
 * run.
 */
#ifndef BACKSIFT_CMD_IMAP_COMMAND_H
#define BACKSIFT_CMD_IMAP_COMMAND_H

/* The whole program: argv[1] is sweep, record or watch. Returns the exit code. */
int imap_command_main(int argc, char **argv);

#endif
