/*
 * What DNS block lists (RFC 5782) say of the hosts that send most backscatter.
 */
#ifndef BACKSIFT_DIGEST_BLOCKLIST_H
#define BACKSIFT_DIGEST_BLOCKLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/dns.h"
#include "base/span.h"

enum listing { LISTING_UNKNOWN, LISTING_NO, LISTING_YES };

/* Strings are never NULL. */
struct blocklist_host {
    const char *host;    /* as it names itself: the other side's words */
    const char *address; /* as our mail system saw it */
    enum listing listing;
};

struct blocklist {
    const char *zone;
    struct blocklist_host *hosts;
    size_t host_count;
    bool lists_everything; /* also what must not be listed: it has been given up, or is being kept
                              from us, and nothing it says counts */
};

struct blocklists {
    struct blocklist *items;
    size_t count;
};

/* The entry that no list may have (RFC 5782 5). */
#define BLOCKLIST_TEST_ADDRESS "127.0.0.1"

/* The name to ask for an address in a zone: octets or nibbles in reverse (RFC 5782 2.1 and 2.4).
 * Arena memory; NULL when it is no address, or without memory. */
const char *blocklist_name(struct arena *arena, const char *address, const char *zone);

/* What an answer says. Listed is what has an address in 127.0.0.0/8, except 127.255.255.0/24, by
 * which lists refuse to answer; other addresses come from resolvers that answer for lists. */
enum listing blocklist_listing(const struct dns_addresses *answer);

#endif
