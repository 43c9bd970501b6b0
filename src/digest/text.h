/*
 * The digest as plain text of 72 columns.
 */
#ifndef BACKSIFT_DIGEST_TEXT_H
#define BACKSIFT_DIGEST_TEXT_H

#include "base/buf.h"
#include "digest/digest.h"

/* Adds the whole digest; lines end in LF, none is wider than 72 columns except for commands to
 * paste. Failure of memory shows in out->failed. */
void digest_text(const struct digest *d, struct buf *out);

#endif
