/*
 * The host that handed a message to ours, as our own mail systems saw it.
 */
#ifndef BACKSIFT_EVIDENCE_SENDING_HOST_H
#define BACKSIFT_EVIDENCE_SENDING_HOST_H

#include "config/config.h"
#include "message/message.h"

/* Views into the header's values. */
struct sending_host {
    struct span address; /* IPv4 or IPv6, public */
    struct span name;    /* that the receiver looked up for it; empty when it says none */
};

/* Goes by the Received fields from the last hop back, past private addresses and hosts under [own]
 * relay and domain. What a host before that one wrote may be forged, and is not read. False when no
 * public address is found. */
bool sending_host_find(const struct header *h, const struct config *config,
                       struct sending_host *out);

#endif
