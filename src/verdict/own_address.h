/*
 * Is an address one of [own] address? Entries are whole addresses, or "@domain" for all of a
 * domain.
 */
#ifndef BACKSIFT_VERDICT_OWN_ADDRESS_H
#define BACKSIFT_VERDICT_OWN_ADDRESS_H

#include <stdbool.h>

#include "base/arena.h"
#include "config/config.h"

/* Compares after plain_address on both sides, so that a plus-tag, VERP, SRS or BATV form of an own
 * address is ours, too. What cannot be read as an address (a local user name without a domain)
 * counts as ours: doubt. */
bool own_address_is(struct arena *arena, const struct config *config, const char *address);

#endif
