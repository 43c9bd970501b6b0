/*
 * Mails that report backscatter to others: to SpamCop, which takes messages attached, and to an
 * abuse desk in the Abuse Reporting Format (RFC 5965). Nothing here sends.
 */
#ifndef BACKSIFT_DIGEST_ABUSE_REPORT_H
#define BACKSIFT_DIGEST_ABUSE_REPORT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "digest/mime.h"

/* One response that is reported. Strings are never NULL; "" when not known. */
struct reported {
    struct span bytes;     /* as they are to be attached */
    unixtime arrival;      /* of the response */
    const char *subject;   /* decoded */
    const char *sender;    /* envelope sender; "" is the null one */
    const char *recipient; /* the address it came to */
    const char *source;    /* address of the host that handed it to ours */
    const char *host;      /* that says it sent it: the reporting MTA, or the responder's domain */
};

struct report_envelope {
    struct mime_address from, to;
    const char *message_id; /* without brackets */
    unixtime date;
};

/* The longest beginning of a message, in whole lines where it has any, of at most that many bytes.
 */
struct span reported_fit(struct span bytes, size_t most);

/* Adds a mail with all of items attached. Line ends become LF, nothing else in them changes. */
void spamcop_mail(const struct report_envelope *envelope, const struct reported *items,
                  size_t count, struct buf *out);

/* Adds a report on one response. redacted: bytes and recipient hide addresses of ours, and the text
 * says so. */
void arf_mail(const struct report_envelope *envelope, const struct reported *item, bool redacted,
              struct buf *out);

#endif
