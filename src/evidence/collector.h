/*
 * Findings while they are collected. Each collecting file adds what it knows about; order and
 * limits are kept here. Private to evidence/.
 */
#ifndef BACKSIFT_EVIDENCE_COLLECTOR_H
#define BACKSIFT_EVIDENCE_COLLECTOR_H

#include <stdarg.h>

#include "evidence/evidence.h"

/* failed stays set when memory ran out; later additions do nothing. */
struct collector {
    struct message *message;
    struct arena *arena;
    const struct report *report;
    const struct rule_match *match;
    const struct config *config;
    const struct envelope *envelope;
    struct findings *findings;
    struct original *captured; /* quoted originals that the rule pointed at */
    size_t captured_count;
    bool failed;
};

/* A string for the findings: printable, at most max bytes. "" and failed set without memory. */
const char *collector_text(struct collector *c, struct span s, size_t max);

/* "PLACE, field NAME", or "field NAME" when place is NULL. */
const char *collector_place(struct collector *c, const char *place, struct span field_name);

/* Adds a piece; a value that is too long is cut. Nothing happens when the same kind and value are
 * there already. Beyond LIMIT_EVIDENCE findings->truncated is set. */
void collector_add(struct collector *c, enum evidence_kind kind, int nesting, const char *where,
                   struct span value);

/* Adds each address in a field's value. */
void collector_add_addresses(struct collector *c, enum evidence_kind kind, int nesting,
                             const char *where, struct span value);

/* The nth original, those that the rule pointed at first; NULL behind the last. */
const struct original *collector_original(const struct collector *c, size_t nth);

/* Finds the quoted originals that the rule's captures point at. */
void collector_find_captured(struct collector *c);

/* Candidates for the original's ID, best first (original_ids.c). */
void collect_ids(struct collector *c);
/* Addresses of ours, the other side, and what people want to see (addresses.c). */
void collect_addresses(struct collector *c);
/* Relays, DKIM, SRS and keyed header fields of ours in the originals (traces.c). */
void collect_traces(struct collector *c);
/* Failed recipients (failed_recipients.c). */
void collect_recipients(struct collector *c);
/* Who sent the first original, for people (who_sent.c). Needs the responder. */
void collect_who_sent(struct collector *c);

#endif
