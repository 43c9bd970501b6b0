/*
 * Records of the DNS, by the system's resolver, within a time that holds whatever that does.
 */
#ifndef BACKSIFT_BASE_DNS_H
#define BACKSIFT_BASE_DNS_H

#include <stddef.h>

#include "base/arena.h"

enum dns_result {
    DNS_FOUND,
    DNS_NONE,  /* the name does not exist, or has no record of this type */
    DNS_FAILED /* no answer in time, or none that can be read: nothing is known */
};

/* One record's strings joined (RFC 7208 3.3), at most LIMIT_DNS_TEXT bytes each. */
struct dns_texts {
    const char *items[32];
    size_t count;
};

/* Looks name up as it stands, without the search list. Takes at most `milliseconds`. Strings are
 * arena memory and hold any bytes but NUL. */
enum dns_result dns_find_texts(struct arena *arena, const char *name, int milliseconds,
                               struct dns_texts *out);

/* One question for IPv4 addresses. */
struct dns_addresses {
    const char *name;
    enum dns_result result;
    unsigned char items[8][4]; /* the first ones, in network order */
    size_t count;
};

/* Asks all questions at the same time, at most LIMIT_DNS_AT_ONCE, and takes at most `milliseconds`
 * in all: what is not answered by then has failed. */
void dns_find_addresses(struct dns_addresses *questions, size_t count, int milliseconds);

#endif
