/*
 * Only names that our own hosts looked up are believed to be ours: the other side greets as it
 * likes.
 */
#include "evidence/sending_host.h"

#include "base/organisation.h"
#include "evidence/hop.h"
#include "message/header.h"

#define HOPS 30 /* Received fields looked at: RFC 5321 6.3 lets loops end at 100 */

static bool is_under_any(const struct config_list *domains, struct span host)
{
    for (size_t i = 0; i < domains->count; i++)
        if (domain_is_under(host, span_of(domains->items[i])))
            return true;
    return false;
}

bool sending_host_find(const struct header *h, const struct config *config,
                       struct sending_host *out)
{
    const struct field *f;
    struct hop hop;
    for (size_t i = 0; i < HOPS && (f = header_field(h, "Received", i)); i++) {
        if (!hop_read(f->value, &hop) || address_is_private(hop.address) ||
            is_under_any(&config->relays, hop.name) || is_under_any(&config->domains, hop.name))
            continue;
        *out = (struct sending_host){.address = hop.address, .name = hop.name};
        return true;
    }
    return false;
}
