/*
 * "No answer" is told apart from "no record": who has no network is not told to publish one.
 */
#include "cmd/check_dns.h"

#include "base/limits.h"
#include "digest/sender_policy.h"

typedef struct policy_judgement (*judge)(const struct dns_texts *);

static void report(struct check *k, const char *what, const char *name, enum dns_result result,
                   struct policy_judgement j)
{
    if (result == DNS_FAILED)
        check_report(k, CHECK_WARNING, what, "%s: no answer from the DNS; nothing is known", name);
    else
        check_report(k, j.grade == POLICY_GOOD ? CHECK_OK : CHECK_WARNING, what, "%s: %s", name,
                     j.words);
}

static void look(struct check *k, const char *what, const char *name, judge judged)
{
    struct dns_texts texts = {0};
    enum dns_result result = dns_find_texts(k->context.arena, name, LIMIT_DNS_MS, &texts);
    report(k, what, name, result, judged(&texts));
}

/* The domain behind the first label, while that has two labels at least. */
static const char *parent_of(const char *domain)
{
    struct span s = span_of(domain);
    size_t dot = span_find_byte(s, '.', 0);
    return span_find_byte(s, '.', dot + 1) < s.n ? domain + dot + 1 : NULL;
}

/* A domain without a record of its own is under that of the organisation (RFC 7489 6.6.3). */
static void look_for_dmarc(struct check *k, const char *domain)
{
    struct dns_texts texts = {0};
    enum dns_result result = DNS_NONE;
    for (const char *d = domain; d && result == DNS_NONE; d = parent_of(d)) {
        const char *name = arena_printf(k->context.arena, "_dmarc.%s", d);
        result = name ? dns_find_texts(k->context.arena, name, LIMIT_DNS_MS, &texts) : DNS_FAILED;
    }
    report(k, "dmarc", domain, result, judge_dmarc(&texts));
}

void check_dns(struct check *k, const char *const *selectors, size_t selector_count)
{
    const struct config *c = k->context.config;
    if (c->domains.count == 0)
        check_report(k, CHECK_WARNING, "dns", "no [own] domain to look up");
    for (size_t i = 0; i < c->domains.count; i++) {
        look(k, "spf", c->domains.items[i], judge_spf);
        look_for_dmarc(k, c->domains.items[i]);
        for (size_t s = 0; s < selector_count; s++) {
            const char *name = arena_printf(k->context.arena, "%s._domainkey.%s", selectors[s],
                                            c->domains.items[i]);
            if (name)
                look(k, "dkim", name, judge_dkim);
        }
    }
    if (selector_count == 0)
        check_report(k, CHECK_NOTE, "dkim",
                     "say --selector=NAME to look up a DKIM key: NAME is s= in DKIM-Signature of "
                     "your mail");
}
