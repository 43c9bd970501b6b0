/*
 * Every "@" is looked at: what stands before it up to a byte that no address holds bare is its
 * local part. A local part that is quoted stays: none of those is in use with catch-all domains.
 */
#include "digest/redact.h"

#include <string.h>

#include "base/limits.h"
#include "base/organisation.h"

/* RFC 5322 3.2.3, atext and the dot. */
static bool is_local_byte(char c)
{
    return ascii_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool is_domain_byte(char c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-';
}

static bool is_ours(const struct config *config, struct span address, struct span domain)
{
    for (size_t i = 0; i < config->domains.count; i++)
        if (domain_is_under(domain, span_of(config->domains.items[i])))
            return true;
    for (size_t i = 0; i < config->addresses.count; i++)
        if (span_is_nocase(address, config->addresses.items[i]))
            return true;
    return false;
}

bool redact_add(struct store *store, struct arena *arena, const struct config *config,
                struct span bytes, struct buf *out)
{
    size_t done = 0;
    for (size_t at = span_find_byte(bytes, '@', 0); at < bytes.n;
         at = span_find_byte(bytes, '@', at + 1)) {
        size_t begin = at, end = at + 1;
        while (begin > done && at - begin < LIMIT_ADDRESS && is_local_byte(bytes.p[begin - 1]))
            begin--;
        while (end < bytes.n && end - at < LIMIT_ADDRESS && is_domain_byte(bytes.p[end]))
            end++;
        if (begin == at ||
            !is_ours(config, span_slice(bytes, begin, end), span_slice(bytes, at + 1, end)))
            continue;
        const char *word = store_pseudonym(store, arena, span_slice(bytes, begin, at));
        if (!word)
            return false;
        buf_add(out, span_slice(bytes, done, begin));
        buf_add_string(out, word);
        done = at;
    }
    buf_add(out, span_slice(bytes, done, bytes.n));
    return !out->failed;
}
