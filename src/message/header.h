/*
 * Looking at header fields: by name, unfolded, decoded (RFC 2047, RFC 2231), and the values that
 * stand in them: addresses (RFC 5322 3.4), dates (3.3), Message-IDs (3.6.4).
 */
#ifndef BACKSIFT_MESSAGE_HEADER_H
#define BACKSIFT_MESSAGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/span.h"
#include "message/message.h"

/* The nth (from 0) field of that name, ASCII case folded; NULL when there is none. */
const struct field *header_field(const struct header *h, const char *name, size_t nth);

/* The raw value of the first field of that name, or the empty span. */
struct span header_raw(const struct header *h, const char *name);

/* A field's value unfolded, encoded words decoded, valid UTF-8, runs of white space collapsed, at
 * most LIMIT_FIELD_DECODED bytes. Raw 8-bit bytes are read as UTF-8 where valid, else as
 * windows-1252. A broken encoded word stays as it stands and does not spoil the rest. "" without
 * memory. */
const char *field_decoded(struct arena *arena, const struct field *f);
/* The same for the first field of that name; "" when there is none. */
const char *header_decoded(struct arena *arena, const struct header *h, const char *name);

/* A list of strings; items are arena memory. */
struct string_list {
    const char **items;
    size_t count;
};

/* All addresses (addr-spec, without display names, route and angle brackets) in a field value, in
 * order, at most LIMIT_RECIPIENTS. "<>" and group names give none; "MAILER-DAEMON <>" gives none;
 * what has no "@" is left out; a value libetpan cannot read is scanned for local@domain. */
struct string_list addresses_in(struct arena *arena, struct span value);

/* All Message-IDs in a field value or text, without angle brackets, in order, at most
 * LIMIT_ORIGINALS: "<left@right>"; inside brackets white space and line ends are dropped (folding
 * splits IDs); IDs without "@" are taken in brackets when allow_no_at. A bare left@right without
 * brackets is taken only when the whole value is one. No longer than LIMIT_MESSAGE_ID. Comments and
 * text around IDs are skipped; an ID in a comment counts when there is no other. */
struct string_list message_ids_in(struct arena *arena, struct span value, bool allow_no_at);

/* The value of a Date: field (RFC 5322 3.3 with obsolete zones). False when it cannot be read. */
bool date_in(struct span value, unixtime *out);

#endif
