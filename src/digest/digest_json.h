/*
 * The digest's figures for programs: one JSON object (RFC 8259) on one line. Field names are part
 * of the interface: add, never rename. Foreign text is escaped as JSON asks, not made visible.
 */
#ifndef BACKSIFT_DIGEST_DIGEST_JSON_H
#define BACKSIFT_DIGEST_DIGEST_JSON_H

#include "base/buf.h"
#include "digest/digest.h"

void digest_json(const struct digest *d, struct buf *out);

#endif
