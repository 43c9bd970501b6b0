/*
 * What a domain says in the DNS about who may send in its name, judged in words: SPF (RFC 7208),
 * DKIM keys (RFC 6376), DMARC (RFC 7489).
 */
#ifndef BACKSIFT_DIGEST_SENDER_POLICY_H
#define BACKSIFT_DIGEST_SENDER_POLICY_H

#include "base/dns.h"

enum policy_grade {
    POLICY_GOOD,
    POLICY_WEAK,  /* stands, but keeps nobody from forging */
    POLICY_BROKEN /* receivers cannot use it, or it is not there */
};

struct policy_judgement {
    enum policy_grade grade;
    const char *words; /* one sentence; a constant */
};

/* The TXT records of the domain. */
struct policy_judgement judge_spf(const struct dns_texts *texts);
/* Those of SELECTOR._domainkey.DOMAIN. */
struct policy_judgement judge_dkim(const struct dns_texts *texts);
/* Those of _dmarc.DOMAIN. */
struct policy_judgement judge_dmarc(const struct dns_texts *texts);

#endif
