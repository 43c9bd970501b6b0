/*
 * Recording one sent message from standard input, as it is or on its way to a mail program.
 */
#ifndef BACKSIFT_CMD_RECORD_ONE_H
#define BACKSIFT_CMD_RECORD_ONE_H

#include "cmd/context.h"

/* What the command line says of the message; else its header does. */
struct outgoing {
    const char *config; /* --config or NULL */
    const char *sender; /* NULL when not given */
    const char **recipients;
    size_t recipient_count;
};

/* True when there is a message on standard input: a file that is not at its end, or a pipe that has
 * bytes within LIMIT_STDIN_MS. A terminal or an empty pipe (cron's) has none. */
bool record_stdin_waits(void);

/* Records the message on standard input, which is read to its end. c is open. */
bool record_stdin(struct context *c, const struct outgoing *o, struct error *e);

/* Opens c, records the message on standard input, then becomes `command` (NULL-terminated) with the
 * same bytes as its standard input. A failure to record is printed and noted as a gap, and does not
 * keep the message from being sent. Comes back only when the message could not be handed on: false.
 */
bool record_and_exec(struct context *c, const struct outgoing *o, char **command, struct error *e);

#endif
