/*
 * The digest as a mail: what its header says, and its alternatives of text and HTML.
 */
#ifndef BACKSIFT_DIGEST_MAIL_H
#define BACKSIFT_DIGEST_MAIL_H

#include "base/buf.h"
#include "digest/digest.h"
#include "digest/mime.h"

/* The header field that tells backsift its own mail, in rules/ and to filters of the owner's. */
#define DIGEST_FIELD "X-Backsift-Digest"

struct digest_envelope {
    struct mime_address from, to;
    const char *message_id; /* without brackets */
    unixtime date;
};

/* Adds the whole mail. Failure of memory shows in out->failed. */
void digest_mail(const struct digest *d, const struct digest_envelope *envelope, struct buf *out);

#endif
