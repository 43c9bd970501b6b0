/*
 * Addresses that a mail server may refuse: those in whose name only forged mail was sent, and which
 * nobody uses. Whatever speaks for an address being in use spares it, because an address refused
 * wrongly loses ordinary mail.
 */
#ifndef BACKSIFT_DIGEST_REJECT_MAP_H
#define BACKSIFT_DIGEST_REJECT_MAP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "store/store.h"

enum reject_form {
    REJECT_POSTFIX, /* access(5): "address REJECT text" */
    REJECT_EXIM     /* a list for lsearch: one address a line */
};

struct reject_map;

/* NULL without memory. Memory is the arena's, except for what reject_map_end frees. */
struct reject_map *reject_map_new(struct arena *arena, const struct config *config);
void reject_map_end(struct reject_map *map);

/* A visitor for journal_each with a struct reject_map as its context: what came to an address
 * because of forged mail makes it a candidate; any other response spares it. */
bool reject_map_visit(void *context, const struct journal_event *event);

/* Spares the addresses in the header of an ordinary message: of its recipients and of
 * its sender, as it may be a sent copy. */
void reject_map_spare_header(struct reject_map *map, struct span header);

/* Writes what is left of the candidates. An address is spared as well when it is one of [own]
 * address, stands under no [own] domain, is a name that every domain must have (RFC 2142, RFC 5321
 * 4.5.1) or of a user of this host, when it was ever written to or from as far
 * as the index knows, and when it needs quoting. False
 * with *e when something could not be looked up or read: then nothing is to be used. */
bool reject_map_write(struct reject_map *map, struct store *store, enum reject_form form,
                      struct buf *out, struct error *e);

#endif
