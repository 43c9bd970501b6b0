/*
 * Subcommands: one file per subcommand, each with one function of this form. They are the only
 * code that reads argv and decides exit codes.
 */
#ifndef BACKSIFT_CMD_COMMAND_H
#define BACKSIFT_CMD_COMMAND_H

#include <getopt.h>
#include <stdbool.h>

#include "base/error.h"

/* argv[0] is the subcommand's name. Returns the exit code. */
typedef int (*command_run)(int argc, char **argv);

struct command {
    const char *name, *summary; /* summary: half a line for `backsift --help` */
    command_run run;
};

/* The whole program: looks argv[1] up in the table of subcommands and runs it. */
int command_main(int argc, char **argv);

int command_deliver(int argc, char **argv);
int command_filter(int argc, char **argv);
int command_classify(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_watch(int argc, char **argv);
int command_record(int argc, char **argv);
int command_recheck(int argc, char **argv);
int command_mark(int argc, char **argv);
int command_digest(int argc, char **argv);
int command_report(int argc, char **argv);
int command_index(int argc, char **argv);
int command_rules(int argc, char **argv);
int command_check(int argc, char **argv);

/* Prints "backsift: " and the error's text on standard error. */
void command_print_error(const struct error *e);

/* Handles --help: prints usage on standard output, filled to 79 columns, and gives the exit code.
 * usage is lines: "Usage: ..." and headings ending in ':' stand by themselves, paragraphs are
 * separated by empty lines, options begin with two spaces and their descriptions at column 26. */
int command_help(const char *usage);

/* For an unknown option or missing argument (getopt_long has returned '?' or ':'): fills *e with
 * what was wrong and "try 'backsift NAME --help'". Call getopt_long with opterr = 0 and an
 * optstring that starts with "+:" or ":". Always returns false. */
bool command_bad_option(char **argv, struct error *e);

#endif
