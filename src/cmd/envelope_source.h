/*
 * Where the envelope comes from when backsift is called by a mail system: options, environment, the
 * mbox From_ line. All of it is the remote side's to choose: data, never trusted, never shell.
 */
#ifndef BACKSIFT_CMD_ENVELOPE_SOURCE_H
#define BACKSIFT_CMD_ENVELOPE_SOURCE_H

#include "base/arena.h"
#include "base/span.h"
#include "evidence/evidence.h"

/* Options are NULL when not given; from_line is a whole "From ..." line or the empty span.
 * Sender: option, SENDER, the From_ line. Recipient: option, ORIGINAL_RECIPIENT (Postfix: before
 * aliases, the address a catch-all was reached by), RECIPIENT. The null reverse-path in its many
 * spellings ("", "<>", MAILER-DAEMON, qmail's #@[]) becomes "". What is no address (control
 * characters, longer than LIMIT_ADDRESS) counts as not known. Memory is the arena's. */
struct envelope envelope_find(struct arena *arena, const char *sender_option,
                              const char *recipient_option, struct span from_line);

/* The length of a leading mbox From_ line with its line end (LF, CRLF or CR alone), or 0. A line
 * without an end is none. */
size_t envelope_from_line(struct span bytes);

#endif
