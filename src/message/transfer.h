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

/* A text that should be base64 alone, as in an encoded word: whether it is, and its decoding. */
bool base64_is_clean(struct span text);
void base64_text_decode(struct buf *out, struct span text);

/* "=XX" at the start of s: the byte, or -1. */
int quoted_byte(struct span s);

#endif
