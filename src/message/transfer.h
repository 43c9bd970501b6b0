/*
 * Content-Transfer-Encoding undone (RFC 2045 6): private to message/.
 */
#ifndef BACKSIFT_MESSAGE_TRANSFER_H
#define BACKSIFT_MESSAGE_TRANSFER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Whether the encoding changes bytes at all: "base64" or "quoted-printable". */
bool transfer_is_coded(const char *encoding);

/* Adds the decoded bytes to out, which has a limit; stops there without failing. What is not coded
 * as it claims is taken as it stands. */
void transfer_decode(struct buf *out, struct span bytes, const char *encoding);

/* One base64 text without anything else in it, as in an encoded word. False, with out as it was,
 * when another character stands in it. */
bool base64_decode_strict(struct buf *out, struct span text);

/* "=XX" at the start of s: the byte, or -1. */
int quoted_byte(struct span s);

#endif
