/*
 * Host names and the organisations they belong to. Asked about an ID that is only cited and the
 * domain of the responder (DESIGN.md row 9), and about the hops that a returned message took.
 */
#ifndef BACKSIFT_BASE_ORGANISATION_H
#define BACKSIFT_BASE_ORGANISATION_H

#include <stdbool.h>

#include "base/span.h"

/* True when host is domain or a name under it, ASCII case folded; a final dot of host is no part of
 * it. */
bool domain_is_under(struct span host, struct span domain);

/* True when one is the other or stands under it, or when both stand under the same registered
 * domain: the last two labels, or three where the last two look like a public suffix such as
 * "co.uk". False when either is empty. */
bool same_organisation(struct span a, struct span b);

#endif
