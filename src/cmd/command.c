/*
 * Finding the subcommand and running it; what all of them print alike. The table is in the order of
 * `backsift --help`.
 */
#include "cmd/command.h"

#include <stdio.h>
#include <string.h>

#include "cmd/exit_code.h"

static const struct command commands[] = {
    {"deliver", "file one message from standard input in the Maildir", command_deliver},
    {"filter", "copy one message, with its verdict as a header field", command_filter},
    {"classify", "print the verdicts of messages, one line each", command_classify},
    {"explain", "say why a message is judged as it is", command_explain},
    {"sweep", "do the same over what is already in a mailbox", command_sweep},
    {"watch", "sweep a mail server's mailbox as soon as something comes", command_watch},
    {"record", "add what was sent to the outbound index", command_record},
    {"recheck", "judge filed responses again as coverage moves on", command_recheck},
    {"mark", "say yourself that filed responses are ours or forged", command_mark},
    {"digest", "make the mail that tells what was filed", command_digest},
    {"report", "report backscatter to SpamCop or an abuse desk", command_report},
    {"index", "look at the outbound index: what was sent", command_index},
    {"rules", "list the rules that tell what is a response, check them", command_rules},
    {"check", "look whether everything is wired", command_check},
    {NULL, NULL, NULL},
};

static void print_commands(FILE *out)
{
    fputs(
        "Usage: backsift COMMAND [OPTION]... [ARGUMENT]...\n"
        "Sort bounces and autoreplies to mail you sent from those to mail forged in your name.\n\n"
        "Commands:\n",
        out);
    for (const struct command *c = commands; c->name; c++)
        fprintf(out, "  %-10s %s\n", c->name, c->summary);
    fputs("\nOptions:\n"
          "  -h, --help     show this help; 'backsift COMMAND --help' shows a command's\n"
          "  -V, --version  show the version\n\n"
          "Configuration: ~/.config/backsift/backsift.conf, else /etc/backsift/backsift.conf.\n"
          "Manual: backsift(1), backsift.conf(5), backsift-rules(5).\n",
          out);
}

void command_print_error(const struct error *e)
{
    fprintf(stderr, "backsift: %s\n", e->text);
}

bool command_bad_option(char **argv, struct error *e)
{
    const char *word = optind > 0 && argv[optind - 1] ? argv[optind - 1] : "";
    if (optopt > 0 && optopt < 128 && (word[0] != '-' || word[1] != '-'))
        return error_set(e, ERROR_USAGE,
                         "option '-%c' is unknown or lacks its value: try 'backsift %s --help'",
                         optopt, argv[0]);
    return error_set(
        e, ERROR_USAGE,
        "option '%s' is unknown, ambiguous or lacks its value: try 'backsift %s --help'", word,
        argv[0]);
}

/* An unknown subcommand may be a misspelt `deliver` in somebody's .forward, where a hard exit code
 * would bounce mail: it is a temporary failure, too. */
static int unknown_command(const char *name)
{
    struct error e = {0};
    error_set(&e, ERROR_USAGE, "unknown command '%s': try 'backsift --help'", name);
    command_print_error(&e);
    return exit_code_for_mail_system(&e);
}

int command_main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name) {
        print_commands(stderr);
        return EXIT_RETRY;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_commands(stdout);
        return EXIT_DONE;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        puts("backsift " BACKSIFT_VERSION);
        return EXIT_DONE;
    }
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c->run(argc - 1, argv + 1);
    return unknown_command(name);
}
