/*
 * The names of evidence and looking it up. The names are written into journals and read by scripts,
 * so this table is the only place they stand in.
 */
#include "evidence/evidence.h"

static const char *const names[EVIDENCE_KIND_COUNT] = {
    [EVIDENCE_RETURNED_ID] = "returned-id",
    [EVIDENCE_QUOTED_ID] = "quoted-id",
    [EVIDENCE_FIELD_ID] = "field-id",
    [EVIDENCE_IN_REPLY_TO] = "in-reply-to",
    [EVIDENCE_REFERENCES] = "references",
    [EVIDENCE_ENVELOPE_RECIPIENT] = "envelope-recipient",
    [EVIDENCE_DELIVERED_TO] = "delivered-to",
    [EVIDENCE_TO] = "to",
    [EVIDENCE_RETURNED_FROM] = "returned-from",
    [EVIDENCE_RETURNED_SENDER] = "returned-return-path",
    [EVIDENCE_ENVELOPE_SENDER] = "envelope-sender",
    [EVIDENCE_RESPONDER] = "responder",
    [EVIDENCE_RELAY] = "relay",
    [EVIDENCE_DKIM] = "dkim",
    [EVIDENCE_SRS] = "srs",
    [EVIDENCE_KEYED_HEADER] = "keyed-header",
    [EVIDENCE_SUBJECT] = "subject",
    [EVIDENCE_ORIGINAL_SUBJECT] = "original-subject",
    [EVIDENCE_ORIGINAL_DATE] = "original-date",
    [EVIDENCE_ORIGINAL_TO] = "original-to",
    [EVIDENCE_REASON] = "reason",
    [EVIDENCE_SOURCE_ADDRESS] = "source-address",
    [EVIDENCE_SOURCE_HELO] = "source-helo",
    [EVIDENCE_MAILER] = "mailer",
    [EVIDENCE_LINK_DOMAIN] = "link-domain",
    [EVIDENCE_RESPONSE_CHECK] = "response-check",
    [EVIDENCE_RETURNED_CHECK] = "returned-check",
    [EVIDENCE_TOLD_ID] = "told-id",
};

const char *evidence_kind_name(enum evidence_kind k)
{
    return k < EVIDENCE_KIND_COUNT ? names[k] : "";
}

const struct evidence *findings_get(const struct findings *f, enum evidence_kind kind, size_t nth)
{
    for (size_t i = 0; i < f->evidence_count; i++)
        if (f->evidence[i].kind == kind && nth-- == 0)
            return &f->evidence[i];
    return NULL;
}

bool evidence_is_id(enum evidence_kind k)
{
    return k <= EVIDENCE_REFERENCES || k == EVIDENCE_TOLD_ID;
}

bool evidence_is_cited(enum evidence_kind k)
{
    return k == EVIDENCE_IN_REPLY_TO || k == EVIDENCE_REFERENCES || k == EVIDENCE_TOLD_ID;
}
