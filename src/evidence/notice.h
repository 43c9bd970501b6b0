/*
 * What a response's own words say of recipients: the addresses that stand in them, and the lines
 * about each. Read by form and not by wording, so that it works in any language. Private to
 * evidence/.
 */
#ifndef BACKSIFT_EVIDENCE_NOTICE_H
#define BACKSIFT_EVIDENCE_NOTICE_H

#include "evidence/collector.h"

/* Addresses kept of one notice: the failed recipients stand near its start. */
#define NOTICE_ADDRESSES 64

struct notice {
    struct span text; /* notice_text */
    struct {
        struct span address;
        size_t at; /* in text */
    } named[NOTICE_ADDRESSES];
    size_t count; /* in order, the same address as often as it stands there */
    /* Who cannot be a failed recipient: those the response came to and from, and the original's
     * sender. */
    struct string_list own[8];
    size_t own_count;
};

/* The response's own words: message_lines up to the header of a quoted original. */
struct span notice_text(struct collector *c);

/* The ID that a line of the notice calls the message's ("Message ID: <...>", "message-id=..."), or
 * the empty span. */
struct span notice_id(struct collector *c);

/* Reads the notice. Without memory c->failed is set and the notice is empty. */
void notice_read(struct collector *c, struct notice *n);

/* Whether an address is the response's or the original's own sender or receiver. */
bool notice_is_own(const struct notice *n, struct span address);

/* Whether the local part is one that mail systems give for questions (postmaster, abuse, help). */
bool notice_is_contact(struct span address);

/* The addresses that the notice gives as failed, at most max, without repeats: those in the
 * original's To or Cc; else those that stand on lines of their own; else the first; never own
 * ones, and contacts only by the original's word. Returns their number. */
size_t notice_failed(struct collector *c, const struct notice *n, struct span *out, size_t max);

/* The lines about an address: from where it first stands, or, where it stands alone, what follows,
 * up to the next address of another recipient. Of a notice about one recipient (sole) that does not
 * name it, the beginning. */
struct span notice_about(const struct notice *n, struct span address, bool sole);

/* Why an address failed, in the notice's words: what stands behind it in its paragraph. Empty where
 * that is nothing. */
struct span notice_reason(const struct notice *n, struct span address);

#endif
