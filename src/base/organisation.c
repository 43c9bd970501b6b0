/*
 * Same organisation, without a public suffix list: a list ages, and an error of this guess only
 * adds doubt.
 */
#include "base/organisation.h"

bool domain_is_under(struct span host, struct span domain)
{
    if (host.n > 0 && host.p[host.n - 1] == '.')
        host.n--;
    if (domain.n == 0 || host.n < domain.n)
        return false;
    size_t more = host.n - domain.n;
    return span_equals_nocase(span_slice(host, more, host.n), domain) &&
           (more == 0 || host.p[more - 1] == '.');
}

/* Where the label before the one at `from` begins. */
static size_t label_before(struct span domain, size_t from)
{
    size_t i = from - 1;
    while (i > 0 && domain.p[i - 1] != '.')
        i--;
    return i;
}

/* "co.uk", "com.au", "ac.jp": a short label before a country's. */
static bool looks_like_suffix(struct span two_labels)
{
    size_t dot = span_find_byte(two_labels, '.', 0);
    return dot <= 3 && two_labels.n - dot == 3;
}

static struct span registered_domain(struct span domain)
{
    size_t from = domain.n;
    for (int labels = 0; labels < 2 && from > 0; labels++)
        from = label_before(domain, from);
    if (from > 0 && looks_like_suffix(span_slice(domain, from, domain.n)))
        from = label_before(domain, from);
    return span_slice(domain, from, domain.n);
}

bool same_organisation(struct span a, struct span b)
{
    if (a.n == 0 || b.n == 0)
        return false;
    return domain_is_under(a, b) || domain_is_under(b, a) ||
           span_equals_nocase(registered_domain(a), registered_domain(b));
}
