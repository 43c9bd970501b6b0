/*
 * What a response reports about its original, read from structure alone: the fields of delivery
 * status (RFC 3464), disposition (RFC 8098) and feedback (RFC 5965) parts, the failed recipients,
 * and the originals that are returned in parts or quoted in text. Wording is not read here: that is
 * the rules' work, whose captures join in evidence/.
 */
#ifndef BACKSIFT_REPORT_REPORT_H
#define BACKSIFT_REPORT_REPORT_H

#include <stdbool.h>

#include "base/arena.h"
#include "message/header.h"
#include "message/message.h"

/* One recipient a report speaks of. Strings are arena memory, valid UTF-8, never NULL ("" when
 * absent), at most LIMIT_VALUE bytes. */
struct report_recipient {
    const char *address;    /* Final-Recipient, without "rfc822;" */
    const char *original;   /* Original-Recipient, likewise */
    const char *action;     /* failed, delayed, delivered, relayed, expanded (lower case) */
    const char *status;     /* RFC 3463 code, such as "5.1.1" */
    const char *diagnostic; /* Diagnostic-Code without its type */
    const char *remote_mta;
};

enum original_form {
    ORIGINAL_MESSAGE, /* returned whole: message/rfc822 and its kin */
    ORIGINAL_HEADERS, /* headers only: text/rfc822-headers, message/rfc822 without a body */
    ORIGINAL_QUOTED   /* a header block in text, after a separator or by its looks */
};

struct original {
    enum original_form form;
    struct header header; /* the original's own header fields */
    const char *place;    /* "part 1.3" or "part 1.1, text offset 512" */
    int nesting;          /* 0 the response's original; 1 the original of a returned response ... */
};

/* A status part: the per-message group first, then one group for each recipient; also those that a
 * broken MTA put into a text part. */
struct report_group {
    struct header fields;
    const char *place;
};

struct report {
    struct report_group *groups;
    size_t group_count;
    bool has_delivery_status; /* at least one delivery status group (RFC 3464) */
    bool has_disposition;     /* a disposition part (RFC 8098) */
    bool has_feedback;        /* a feedback report part (RFC 5965) */
    struct report_recipient *recipients;
    size_t recipient_count;
    const char *reporting_mta;  /* without "dns;"; "" when absent */
    const char *arrival_date;   /* as it stands, decoded; "" when absent */
    struct original *originals; /* outermost first; within one nesting: returned before quoted */
    size_t original_count;
    bool truncated; /* a limit cut groups, recipients or originals */
};

/* Reads the report of m. Everything is arena memory (m->arena) and valid as long as m. NULL only
 * without memory. A message that is no response gives an empty report, or one with originals (a
 * forwarded mail): the class is decided by rules. */
struct report *report_read(struct message *m);

/* The first field of that name in any status, disposition or feedback group: the rules' field
 * `report.NAME`. NULL when absent. */
const struct field *report_field(const struct report *r, const char *name, const char **place);

/* A header block in text that looks like an original's: at offset, at least three known mail header
 * fields (RFC 5322 3.6 and Received) of which one is Message-ID, From, Subject or Received, before
 * an empty line. Quote prefixes ("> ") and indentation are taken off. Searches lines from *offset
 * on; fills *out and sets *offset to where the block begins, *end behind it. False when there is
 * none. */
bool quoted_header_find(struct arena *arena, struct span text, size_t *offset, size_t *end,
                        struct header *out);

#endif
