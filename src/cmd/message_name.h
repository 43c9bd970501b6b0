/*
 * Message-IDs of the mails that backsift writes.
 */
#ifndef BACKSIFT_CMD_MESSAGE_NAME_H
#define BACKSIFT_CMD_MESSAGE_NAME_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"

/* A new Message-ID without brackets: the time, 64 random bits, what it is of, and the domain of
 * address. Arena memory; NULL with *e. */
const char *message_name(struct arena *arena, unixtime now, const char *what, const char *address,
                         struct error *e);

#endif
