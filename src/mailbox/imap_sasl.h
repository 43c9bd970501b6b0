/*
 * AUTHENTICATE (RFC 3501 6.2.2) for mechanisms in which the client says one thing: PLAIN, XOAUTH2
 * and OAUTHBEARER. libetpan has no OAUTHBEARER, and misreads a refused token and some servers'
 * words of success.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_SASL_H
#define BACKSIFT_MAILBOX_IMAP_SASL_H

#include "base/span.h"
#include "mailbox/imap_session.h"

/* Sends message at once where the server can take it (SASL-IR, RFC 4959), else when it asks.
 * Whatever else it asks is the reason of a refusal (RFC 7628 3.2.3), which is put into the error
 * and answered with abort_answer: base64 or "". True when the server says OK; the session is
 * logged in then. Else *e: ERROR_CONFIG when it refuses, ERROR_RETRY when it cannot tell now
 * (UNAVAILABLE and the like of RFC 5530) or does not speak IMAP. */
bool imap_sasl(struct imap_session *s, const char *mechanism, struct span message,
               const char *abort_answer, struct error *e);

#endif
