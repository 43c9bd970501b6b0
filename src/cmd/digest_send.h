/*
 * Handing a mail to a sendmail or a mail server: the digest of owners who read their mail
 * elsewhere, and reports.
 */
#ifndef BACKSIFT_CMD_DIGEST_SEND_H
#define BACKSIFT_CMD_DIGEST_SEND_H

#include <stdbool.h>

#include "base/error.h"
#include "base/span.h"

/* The sender of mail whose bounce must not come back. */
#define NULL_SENDER "<>"

/* Runs `PROGRAM -i -f SENDER -- ADDRESS` with the mail on its standard input and waits for it. True
 * when it exits with 0; else the mail may not have gone. SIGPIPE is ignored from then on. */
bool digest_send(const char *program, const char *sender, const char *address, struct span mail,
                 struct error *e);

/* Puts the mail into the INBOX of the account [imap "ACCOUNT"] by backsift-imap, which tells on
 * standard error itself why it could not. config is --config or NULL. When the connection breaks
 * before the server has said that it has the mail, this fails, and the mail may be there. */
bool digest_append(const char *account, const char *config, struct span mail, struct error *e);

#endif
