/*
 * Taking a message in: standard input to a draft, byte for byte.
 */
#ifndef BACKSIFT_CMD_DELIVER_INTAKE_H
#define BACKSIFT_CMD_DELIVER_INTAKE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "mailbox/maildir.h"

/* Copies fd to its end into the draft, without a leading mbox From_ line: *from_line gets that line
 * (arena memory) or the empty span. False when reading or writing fails: then the draft is good for
 * nothing but maildir_draft_drop. */
bool intake_copy(int fd, struct maildir_draft *draft, struct arena *arena, struct span *from_line,
                 struct error *e);

#endif
