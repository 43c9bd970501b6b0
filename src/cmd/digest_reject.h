/*
 * `digest --reject-map`: the journal and the whole Maildir are read, because only the owner's mail
 * shows which addresses receive any.
 */
#ifndef BACKSIFT_CMD_DIGEST_REJECT_H
#define BACKSIFT_CMD_DIGEST_REJECT_H

#include "cmd/context.h"
#include "digest/reject_map.h"

/* "postfix", "exim" or NULL for the former. */
bool reject_form_from_name(const char *name, enum reject_form *out);

/* Adds the table to out. Without an open store the error is store_error. Needs [own]
 * addresses-complete and [own] domain: else an error that says so. */
bool digest_reject_map(struct context *c, const char *store_error, enum reject_form form,
                       struct buf *out, struct error *e);

#endif
