/*
 * Asking the block lists of [digest] dnsbl about the hosts that send most backscatter.
 */
#ifndef BACKSIFT_CMD_DIGEST_BLOCKLISTS_H
#define BACKSIFT_CMD_DIGEST_BLOCKLISTS_H

#include "cmd/context.h"
#include "digest/blocklist.h"
#include "digest/summary.h"

/* Finds the addresses of the summary's hosts by the responses that are filed in the Maildir, and
 * asks all lists within LIMIT_BLOCKLIST_MS. Answers of the last hours are taken from the store, and
 * with keep put there. Without lists or hosts out->count is 0. What cannot be found is unknown;
 * false only without memory. Strings are arena memory. */
bool digest_blocklists(struct context *c, const struct summary *summary, struct arena *arena,
                       bool keep, struct blocklists *out, struct error *e);

#endif
