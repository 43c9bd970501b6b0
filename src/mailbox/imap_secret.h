/*
 * Where the password or token of an IMAP account comes from.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_SECRET_H
#define BACKSIFT_MAILBOX_IMAP_SECRET_H

#include "base/error.h"
#include "base/limits.h"
#include "config/imap_account.h"

enum imap_secret_source {
    IMAP_SECRET_NONE,
    IMAP_SECRET_TOKEN_COMMAND,
    IMAP_SECRET_PASSWORD_COMMAND,
    IMAP_SECRET_PASSWORD_FILE,
    IMAP_SECRET_CONFIG
};

/* Which of an account's keys is asked: a token's command for OAuth mechanisms; else the password's
 * command, its file, the password itself, the first that is set. */
enum imap_secret_source imap_secret_source(const struct imap_account *account);

/* One line without its end. To be wiped with imap_secret_wipe. */
struct imap_secret {
    char text[LIMIT_IMAP_SECRET];
};

/* The token (OAuth mechanisms) or password of the account: by command, file or config. False with
 * *e (ERROR_CONFIG) when there is none, when a command fails or takes longer than
 * LIMIT_IMAP_SECRET_SECONDS, when others may read the file, or when it holds control characters,
 * which could become commands to the server; a token, when it is more than one word. ERROR_RETRY
 * when stop_fd (-1: none) could be read before a command has answered. */
bool imap_secret_get(const struct imap_account *account, int stop_fd, struct imap_secret *out,
                     struct error *e);

void imap_secret_wipe(struct imap_secret *s);

#endif
