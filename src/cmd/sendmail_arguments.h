/*
 * The command line of sendmail and what takes its place (msmtp, nullmailer, esmtp): who a message
 * goes to and from, for the wrapper `record --exec`.
 */
#ifndef BACKSIFT_CMD_SENDMAIL_ARGUMENTS_H
#define BACKSIFT_CMD_SENDMAIL_ARGUMENTS_H

#include "base/arena.h"
#include "message/header.h"

struct sendmail_arguments {
    struct string_list recipients; /* words with an "@" that are no option's value */
    const char *sender;            /* of -f or -r; NULL when not given or without an "@" */
};

/* Reads argv (without the command's own name), NULL-terminated. False only without memory. */
bool sendmail_arguments_read(struct arena *arena, char *const *argv,
                             struct sendmail_arguments *out);

#endif
