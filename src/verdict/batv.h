/*
 * Bounce Address Tag Validation: the "simple private signature" prvs (draft-levine-smtp-batv-01).
 * An envelope sender is written as prvs=KDDDSSSSSS=local@domain, so that a response to it proves
 * that we sent the original.
 */
#ifndef BACKSIFT_VERDICT_BATV_H
#define BACKSIFT_VERDICT_BATV_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"

/* True when address carries a prvs tag made with key and not run out at `when`: K a digit, DDD the
 * last three digits of the day (since 1970) on which it ends, SSSSSS the first three bytes of the
 * HMAC-SHA1 of "KDDDlocal@domain" in hex. As hosts on the way change the case of addresses, the
 * address is tried as it stands and in lower case. False without memory. */
bool batv_tag_is_valid(struct arena *arena, const char *address, const char *key, unixtime when);

/* The same whenever it ends: true for a tag that has run out, too. */
bool batv_tag_is_signed(struct arena *arena, const char *address, const char *key);

#endif
