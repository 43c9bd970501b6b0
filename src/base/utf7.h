/*
 * Modified UTF-7 (RFC 3501 5.1.3): how IMAP, and with it Maildir++ on disk, writes folder names.
 */
#ifndef BACKSIFT_BASE_UTF7_H
#define BACKSIFT_BASE_UTF7_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

/* Adds the modified UTF-7 form of s to out. False when s is not valid UTF-8; memory failure shows
 * in out->failed. */
bool utf7_encode(struct span s, struct buf *out);

#endif
