/*
 * What a process run by a mail system sets up before it reads a message: standard descriptors, file
 * modes, a time limit of its own, and signals, so that it never dies with a half message left
 * behind nor with an exit code that would bounce mail.
 */
#ifndef BACKSIFT_CMD_MAIL_PROCESS_H
#define BACKSIFT_CMD_MAIL_PROCESS_H

#include <stdbool.h>

#include "base/error.h"
#include "mailbox/maildir.h"

/* umask 077; SIGPIPE and SIGXFSZ become errors of write(2); SIGTERM, SIGHUP, SIGINT and an alarm
 * after LIMIT_DELIVER_SECONDS drop the draft and exit 75. Standard output and error are opened on
 * /dev/null when closed, so that no message file gets their numbers. False when standard input is
 * closed. */
bool mail_process_start(struct error *e);

/* Holds those signals back while a draft comes or goes; and lets them in again. */
void mail_process_hold_signals(void);
void mail_process_release_signals(void);

/* The draft that a signal drops; NULL for none. Only while signals are held. */
void mail_process_set_draft(const struct maildir_draft *d);

/* The message is in the Maildir: from now on a signal, or an alarm some seconds later, ends the
 * process with 0, as a retry would bring a second copy. Only while signals are held. */
void mail_process_filed(void);

/* Tells a failure: "4.3.0 reason" on standard output, where Postfix takes a status from the first
 * line, and the error on standard error. Gives the exit code: 75, for qmail
 * 111. */
int mail_process_failed(const struct error *e, bool for_qmail);

#endif
