/*
 * Handing the digest to a sendmail, for owners who read their mail elsewhere.
 */
#ifndef BACKSIFT_CMD_DIGEST_SEND_H
#define BACKSIFT_CMD_DIGEST_SEND_H

#include <stdbool.h>

#include "base/error.h"
#include "base/span.h"

/* Runs `PROGRAM -i -f '<>' -- ADDRESS` with the mail on its standard input and waits for it. The
 * null sender keeps a bounce of the digest from coming back. True when it exits with 0; else the
 * mail may not have gone. SIGPIPE is ignored from then on. */
bool digest_send(const char *program, const char *address, struct span mail, struct error *e);

#endif
