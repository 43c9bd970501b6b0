/*
 * Handing a subcommand over to backsift-imap, the program that talks to mail servers.
 */
#ifndef BACKSIFT_CMD_IMAP_PROGRAM_H
#define BACKSIFT_CMD_IMAP_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/error.h"

/* True when an argument names an account: "imap:NAME". */
bool imap_program_is_meant(int argc, char **argv);
bool imap_program_is_account(const char *word);

/* Replaces this process by `backsift-imap SUBCOMMAND ARGUMENT...`: argv as it stands (argv[0] is
 * the subcommand), with NAME for imap:NAME. The program is looked for in the folder
 * BACKSIFT_LIBEXEC of the environment, beside this program, and where it is installed. Returns only
 * when it cannot be run, with *e (kind ERROR_CONFIG). */
bool imap_program_run(char **argv, struct error *e);

/* Whether it is there; false with *e as above. */
bool imap_program_is_there(struct error *e);

/* Runs `backsift-imap check` for one account within so many seconds, and waits for it. False with
 * *e when it has failed; words get what it says then, without the program's name. */
bool imap_program_check(const char *account, int seconds, const char *config, char *words,
                        size_t size, struct error *e);

/* Becomes `backsift-imap append ACCOUNT`, which puts the mail on standard input into the
 * account's INBOX. config is --config or NULL. */
bool imap_program_append(const char *account, const char *config, struct error *e);

/* What `watch --help` shows, with an account and without (watch.c). */
extern const char imap_watch_usage[];

/* Runs `backsift-imap record` for one source "imap:NAME" and waits for it. config is --config or
 * NULL. False with *e when it has failed; it has told why on standard error itself. */
bool imap_program_record(const char *source, bool quiet, const char *config, struct error *e);

/* The same for `backsift-imap recheck` over the events of one account since that time. */
bool imap_program_recheck(const char *account, unixtime since, bool dry_run, bool quiet,
                          const char *config, struct error *e);

#endif
