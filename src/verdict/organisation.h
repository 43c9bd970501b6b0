/*
 * Do two domains belong to the same organisation? Asked about an ID that is only cited and the
 * domain of the responder (DESIGN.md row 9).
 */
#ifndef BACKSIFT_VERDICT_ORGANISATION_H
#define BACKSIFT_VERDICT_ORGANISATION_H

#include <stdbool.h>

#include "base/span.h"

/* True when one is the other or stands under it, or when both stand under the same registered
 * domain: the last two labels, or three where the last two look like a public suffix such as
 * "co.uk". False when either is empty. */
bool same_organisation(struct span a, struct span b);

#endif
