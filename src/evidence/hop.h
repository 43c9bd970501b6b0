/*
 * One Received field: who handed the message over, as the receiver saw it. Private to evidence/.
 */
#ifndef BACKSIFT_EVIDENCE_HOP_H
#define BACKSIFT_EVIDENCE_HOP_H

#include <stdbool.h>

#include "base/span.h"

/* Views into the field's value; empty when it does not say. */
struct hop {
    struct span address; /* IPv4 or IPv6 without brackets and without "IPv6:" */
    struct span name;    /* the name that the receiver found for that address */
    struct span helo;    /* the name that the other side gave itself */
};

/* Reads the from clause (RFC 5321 4.4) in the forms of Postfix, Sendmail, Exim, qmail and Exchange.
 * False when it names no address. */
bool hop_read(struct span received, struct hop *out);

/* True for addresses that do not leave their network or name no host: private, loopback,
 * link-local, shared (RFC 6598), unspecified and multicast ones; also for what is no address. */
bool address_is_private(struct span address);

#endif
