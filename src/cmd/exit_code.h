/*
 * Exit codes: the one place where an error becomes a number (sysexits.h; FIELD.md on what mail
 * systems make of them).
 */
#ifndef BACKSIFT_CMD_EXIT_CODE_H
#define BACKSIFT_CMD_EXIT_CODE_H

#include "base/error.h"

enum {
    EXIT_DONE = 0,
    EXIT_NO = 1,           /* classify --exit-code: no response; check: something is not wired */
    EXIT_USAGE = 64,       /* EX_USAGE */
    EXIT_DATA = 65,        /* EX_DATAERR */
    EXIT_RETRY = 75,       /* EX_TEMPFAIL: the only failure a mail system may see */
    EXIT_CONFIG = 78,      /* EX_CONFIG */
    EXIT_QMAIL_RETRY = 111 /* what qmail-command(8) calls a temporary failure */
};

/* For a subcommand run by a person or cron. */
int exit_code_of(const struct error *e);

/* For one run by a mail system: always EXIT_RETRY for an error, whatever its kind, because a hard
 * failure on a response is silent loss: its sender is null, nobody is told. */
int exit_code_for_mail_system(const struct error *e);

#endif
