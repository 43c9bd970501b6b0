/*
 * The one place that says when two Message-IDs or two addresses are the same: what the index
 * hashes and what own addresses are compared by.
 */
#ifndef BACKSIFT_STORE_NORMAL_FORM_H
#define BACKSIFT_STORE_NORMAL_FORM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"

/* A Message-ID: angle brackets, comments and all white space off, quoted left part unquoted, the
 * domain in lower case; the left part keeps its case (RFC 5322 3.6.4). NULL when empty or without
 * memory. */
const char *normal_message_id(struct arena *arena, struct span id);

/* An address: lower case, quoted local part unquoted, route and brackets off, domain without a
 * final dot; the subaddress ("+tag") stays. NULL when it has no "@" or without memory. */
const char *normal_address(struct arena *arena, struct span address);

/* The address behind decorations: BATV (prvs=tag=local, local=prvs...), SRS0/SRS1 (the address
 * that was rewritten), VERP (local+user=domain@ours becomes local@ours), and a "+tag". Built on
 * normal_address; NULL as there. */
const char *plain_address(struct arena *arena, struct span address);

/* The domain of a normalised address or Message-ID ("" when none); a view into s. */
struct span domain_of(struct span s);

#endif
