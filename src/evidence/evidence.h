/*
 * Evidence: everything in a response that speaks for an origin or belongs into the journal, each
 * piece with its kind and where it stood. This is what the child process hands to its parent, so
 * it is bounded, flat, and holds no pointers into the message after decoding.
 */
#ifndef BACKSIFT_EVIDENCE_EVIDENCE_H
#define BACKSIFT_EVIDENCE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "message/message.h"
#include "report/report.h"
#include "rules/rules.h"

/* Candidate IDs come first and in this order of worth within one nesting of originals. The names
 * (evidence_kind_name) are part of the JSON output and of the journal: never rename. */
enum evidence_kind {
    /* IDs of the original */
    EVIDENCE_RETURNED_ID, /* "returned-id": Message-ID of an original returned in a part */
    EVIDENCE_QUOTED_ID,   /* "quoted-id": Message-ID of an original quoted in text */
    EVIDENCE_FIELD_ID,    /* "field-id": X-Original-Message-ID, Original-Message-ID (MDN),
                             X-MS-TNEF-Correlator and such: names the original by definition; also
                             an original's former ID in its own header */
    EVIDENCE_IN_REPLY_TO, /* "in-reply-to": cited */
    EVIDENCE_REFERENCES,  /* "references": the last of References, cited */
    /* addresses of ours, as they stand */
    EVIDENCE_ENVELOPE_RECIPIENT, /* "envelope-recipient": option or environment, X-Original-To */
    EVIDENCE_DELIVERED_TO,       /* "delivered-to" */
    EVIDENCE_TO,                 /* "to": of the response */
    EVIDENCE_RETURNED_FROM,      /* "returned-from": of the original */
    EVIDENCE_RETURNED_SENDER,    /* "returned-return-path": of the original */
    /* the other side */
    EVIDENCE_ENVELOPE_SENDER, /* "envelope-sender"; value "" is the null reverse-path */
    EVIDENCE_RESPONDER,       /* "responder": From of the response, else Reply-To */
    /* traces of our own systems in the returned original */
    EVIDENCE_RELAY,        /* "relay": a Received naming a relay of [own] relay */
    EVIDENCE_DKIM,         /* "dkim": d= of a DKIM-Signature under [own] domain */
    EVIDENCE_SRS,          /* "srs": an SRS address under [own] domain, there or as recipient */
    EVIDENCE_KEYED_HEADER, /* "keyed-header": the field and value of [own] keyed-header */
    /* for people: what the journal and digest show */
    EVIDENCE_SUBJECT,          /* "subject": of the response */
    EVIDENCE_ORIGINAL_SUBJECT, /* "original-subject" */
    EVIDENCE_ORIGINAL_DATE,    /* "original-date" as it stands */
    EVIDENCE_ORIGINAL_TO,      /* "original-to" */
    EVIDENCE_REASON,           /* "reason": captured by the rule */
    /* who is behind it, from the first original alone: for the digest, never for a verdict */
    EVIDENCE_SOURCE_ADDRESS, /* "source-address": of the host that handed it in: the first Received
                                from the outside in that names a public address of neither our own
                                hosts nor the responder's organisation */
    EVIDENCE_SOURCE_HELO,    /* "source-helo": the name that host gave itself */
    EVIDENCE_MAILER,         /* "mailer": X-Mailer or User-Agent */
    EVIDENCE_LINK_DOMAIN,    /* "link-domain": hosts that its text links to, lower case, without
                                "www.", at most 5, none of ours */
    EVIDENCE_RESPONSE_CHECK, /* "response-check": "spf=fail", "dkim=pass", "dmarc=none" from
                                Authentication-Results (RFC 8601) or Received-SPF (RFC 7208) of
                                the response */
    EVIDENCE_RETURNED_CHECK, /* "returned-check": the same of the original */
    EVIDENCE_TOLD_ID,   /* "told-id": an ID that the words of a report call the message's, where
                           nothing else names the original: cited */
    EVIDENCE_KIND_COUNT /* the journal keeps kinds by number: new ones stand last; at most 32 */
};

const char *evidence_kind_name(enum evidence_kind k);

struct evidence {
    enum evidence_kind kind;
    int nesting; /* of the original it came from, as struct original; 0 elsewhere */
    const char
        *where; /* "part 1.3, field Message-ID", "field In-Reply-To", "envelope"; <= LIMIT_PLACE */
    const char *value; /* valid UTF-8 without control characters, <= LIMIT_VALUE; IDs unbracketed */
};

/* All that is known of a message after reading it: small, bounded, self-contained. All memory is
 * one arena's. */
struct findings {
    enum class class;
    const char *rule;          /* as struct rule_match */
    const char *message_id;    /* the response's own: for the journal, never evidence */
    const char *reporting_mta; /* "" when absent */
    struct report_recipient *recipients;
    size_t recipient_count;
    struct evidence *evidence; /* IDs best first, see below */
    size_t evidence_count;
    bool truncated; /* a limit cut something: doubt, never more certainty */
};

struct envelope {
    const char *sender;    /* NULL when not known, "" for the null reverse-path */
    const char *recipient; /* NULL when not known */
};

/* Collects the findings of one message. For class mail only class and rule are filled; for a
 * response r, when it is NULL, is match's report, or is read.
 * Order of IDs: by nesting (outermost first), within it returned, quoted, field, then In-Reply-To,
 * the last of References; no ID twice; never the response's own Message-ID,
 * unless the header of an original with another From names it (some systems reuse it); for a
 * response without returned original never an ID found in free text outside a header block or a
 * capture, but that a bounce, delay or success which has no other calls the message's. Failed
 * recipients: report_read's, else the rule's captures, else X-Failed-Recipients, else, of bounces
 * and delays, those that the notice names or the only one in the original's To. A status of X.0.0
 * yields to the particular one that the diagnostic or the text about the recipient tells of. All
 * strings are arena memory of m->arena. NULL only without memory. */
struct findings *findings_collect(struct message *m, const struct report *r,
                                  const struct rule_match *match, const struct config *config,
                                  const struct envelope *envelope);

/* The wire form that the child writes on its pipe and the journal keeps: a version byte, then
 * length-prefixed values, at most LIMIT_FINDINGS bytes. False without memory or beyond the limit.
 */
bool findings_encode(const struct findings *f, struct buf *out);

/* Reads the wire form. Nothing is trusted: lengths, counts, enum values, UTF-8 and the absence of
 * control characters are checked. Memory is the arena's. NULL when anything is wrong. */
struct findings *findings_decode(struct arena *arena, struct span bytes);

/* The same for counting many: of the strings only the reporting MTA and evidence of the kinds whose
 * bits are set (1u << kind) are read and checked, each with an empty place; the rest is passed over
 * and reads as "" and none. */
struct findings *findings_decode_kinds(struct arena *arena, struct span bytes, uint32_t kinds);

/* The nth evidence of that kind, or NULL. */
const struct evidence *findings_get(const struct findings *f, enum evidence_kind kind, size_t nth);

/* True for the kinds that are a candidate for the original's ID. */
bool evidence_is_id(enum evidence_kind k);
/* True for the IDs that are only cited: In-Reply-To, References, and those told in words. */
bool evidence_is_cited(enum evidence_kind k);

#endif
